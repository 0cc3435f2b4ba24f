# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# adit (ESP in user space) on gateway A, strongSwan with the kernel's ESP on gateway B: raw ESP and ESN, which strongSwan's
# own ESP in user space does not have. In the emulated machine, see tests/vm/run.

# with_kernel WHO-INITIATES FORM OUTER INNER AUTH ESP-PROPOSALS [+WORD...]: FORM is esp or udp4500 (encap = yes); +WORDs must
# be in strongSwan's status
with_kernel()
{
	local who=$1 form=$2 outer=$3 inner=$4 auth=$5 esp=$6 conn='' charon_plane=kernel
	need_peer
	sites
	[ "$form" = esp ] || conn="encap = yes"
	gateway ga auth="$auth" local="${GA[$outer]}" remote="${GB[$outer]}" conn="$conn" child="esp_proposals = $esp" \
		local_ts="${NET_A[$inner]}" remote_ts="${NET_B[$inner]}"
	gateway gb auth="$auth" local="${GB[$outer]}" remote="${GA[$outer]}" conn="$conn" child="esp_proposals = $esp" \
		local_ts="${NET_B[$inner]}" remote_ts="${NET_A[$inner]}"
	start gb charon
	start ga adit
	counting r
	case $who in
	initiates) comes_up ga net ;;
	responds)  comes_up gb net ;;
	esac
	pings_both "$inner"
	stream a b "${B[$inner]}" 500000
	counted
	went_as "$form"
	is_up ga net
	is_up gb net "${@:7}"
	case $esp in
	*esn*) expect "the kernel's SAs" "$(net gb ip xfrm state)" 'flag.* esn|anti-replay esn' ;;
	esac
	down ga net || fail "down: $said"
	within 5 no_sas gb || fail "strongSwan still has the SA after down"
}

row kernel-esp-initiates-v4-in-v4 with_kernel initiates esp v4 v4 psk aes256gcm16
row kernel-esp-responds-v4-in-v6 with_kernel responds esp v4 v6 p256 aes128gcm16
row kernel-esp-initiates-v6-in-v4 with_kernel initiates esp v6 v4 psk aes256-sha256
row kernel-esp-responds-v6-in-v6 with_kernel responds esp v6 v6 psk chacha20poly1305
row kernel-esn-initiates with_kernel initiates esp v4 v4 psk aes256gcm16-esn +ESN
row kernel-esn-responds with_kernel responds esp v4 v4 psk aes256gcm16-esn +ESN
row kernel-esn-cbc with_kernel initiates esp v6 v4 psk aes128-sha384-esn +ESN
row kernel-udp-initiates with_kernel initiates udp4500 v4 v4 psk aes256gcm16-esn +UDP
row kernel-udp-responds with_kernel responds udp4500 v6 v6 psk aes128-sha1 +UDP
