# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# adit (ESP in user space) on gateway A, strongSwan with the kernel's ESP on gateway B: raw ESP and ESN, which strongSwan's
# own ESP in user space does not have. In the emulated machine, see tests/vm/run. As everything is slow there, all share
# the hosts and the daemons; each combination is a connection of its own and a line of its own.

# NAME WHO-INITIATES FORM OUTER INNER AUTH ESP-PROPOSAL [+WORD of strongSwan's status]; FORM is esp, or udp4500 (encap = yes)
combinations='
esp-initiates-v4-in-v4 initiates esp     v4 v4 psk  aes256gcm16
esp-responds-v4-in-v6  responds  esp     v4 v6 p256 aes128gcm16
esp-initiates-v6-in-v4 initiates esp     v6 v4 psk  aes256-sha256
esp-responds-v6-in-v6  responds  esp     v6 v6 psk  chacha20poly1305
esn-initiates          initiates esp     v4 v4 psk  aes256gcm16-esn  +ESN
esn-responds           responds  esp     v4 v4 psk  aes256gcm16-esn  +ESN
esn-cbc                initiates esp     v6 v4 psk  aes128-sha384-esn +ESN
udp-initiates          initiates udp4500 v4 v4 psk  aes256gcm16-esn  +UDP
udp-responds           responds  udp4500 v6 v6 psk  aes128-sha1      +UDP
'

with_kernel()
{
	local charon_plane=kernel name who form outer inner auth esp word write=gateway conn ids
	need_peer
	sites
	while read -r name who form outer inner auth esp word; do
		[ -n "$name" ] || continue
		conn=''
		[ "$form" = esp ] || conn="encap = yes"
		# identities tell the connections apart, but those of the certificates are what they are
		ids=("$name.a.test" "$name.b.test")
		[ "$auth" = psk ] || ids=(a.test b.test)
		$write ga name="$name" auth="$auth" id="${ids[0]}" remote_id="${ids[1]}" local="${GA[$outer]}" remote="${GB[$outer]}" \
			conn="$conn" child="esp_proposals = $esp" local_ts="${NET_A[$inner]}" remote_ts="${NET_B[$inner]}"
		$write gb name="$name" auth="$auth" id="${ids[1]}" remote_id="${ids[0]}" local="${GB[$outer]}" remote="${GA[$outer]}" \
			conn="$conn" child="esp_proposals = $esp" local_ts="${NET_B[$inner]}" remote_ts="${NET_A[$inner]}"
		write=gateway_also
	done <<<"$combinations"
	start gb charon
	start ga adit
	while read -r name who form outer inner auth esp word; do
		[ -n "$name" ] || continue
		part "kernel-$name" combination "$name" "$who" "$form" "$inner" "$esp" ${word:+"$word"}
		down ga "$name" || down gb "$name"		# (it is down but after a failure)
	done <<<"$combinations"
}

combination()
{
	local name=$1 who=$2 form=$3 inner=$4 esp=$5
	counting r
	case $who in
	initiates) comes_up ga "$name" ;;
	responds)  comes_up gb "$name" ;;
	esac
	traffic a ping -c 2 -W 20 "${B[$inner]}" || fail "no ping from a"
	stream b a "${A[$inner]}" 300000
	counted
	went_as "$form"
	is_up ga "$name"
	is_up gb "$name" "${@:6}"
	case $esp in
	*esn*) expect "the kernel's SAs" "$(net gb ip xfrm state)" 'flag.* esn|anti-replay esn' ;;
	esac
	down ga "$name" || fail "down: $said"
	within 5 no_sas gb || fail "strongSwan still has the SA after down"
}

row kernel with_kernel
