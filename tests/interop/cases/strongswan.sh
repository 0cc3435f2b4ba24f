# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# adit on gateway A, strongSwan 5.9.8 with its user-space ESP (kernel-libipsec: UDP-encapsulated, no ESN) on gateway B.

# with_strongswan WHO-INITIATES AUTH OUTER INNER BYTES
with_strongswan()
{
	local who=$1 auth=$2 outer=$3 inner=$4 bytes=$5
	need_peer
	[ "$bytes" -lt 100000000 ] || optimised
	sites
	gateway ga auth="$auth" local="${GA[$outer]}" remote="${GB[$outer]}" \
		local_ts="${NET_A[$inner]}" remote_ts="${NET_B[$inner]}"
	gateway gb auth="$auth" local="${GB[$outer]}" remote="${GA[$outer]}" \
		local_ts="${NET_B[$inner]}" remote_ts="${NET_A[$inner]}"
	start gb charon
	start ga adit
	no_pings a "${B[$inner]}"
	counting r
	case $who in
	initiates) comes_up ga net ;;
	responds)  comes_up gb net ;;
	esac
	pings_both "$inner"
	stream a b "${B[$inner]}" "$bytes"
	counted
	went_as udp4500
	is_up ga net
	is_up gb net
	down ga net || fail "down: $said"
	within 5 no_sas gb || fail "strongSwan still has the SA after down"
	no_pings a "${B[$inner]}"
}

for who in initiates responds; do
	for auth in psk rsa p256 p384; do
		for outer in v4 v6; do
			for inner in v4 v6; do
				[ "$auth$outer$inner" = p384v6v6 ] && continue	# (nothing in it that the others lack)
				bytes=3000000
				case $who-$auth-$outer-$inner in
				initiates-psk-v4-v4|responds-rsa-v4-v4|initiates-p256-v6-v6|responds-p256-v6-v4) bytes=100000000 ;;
				esac
				row "strongswan-$who-$auth-$outer-in-$inner" with_strongswan $who $auth $outer $inner $bytes
			done
		done
	done
done
