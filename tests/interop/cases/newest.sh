# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# The newest strongSwan (that of Debian sid; 6.1 at this writing) with its user-space ESP on gateway B: what differs from 5.9.8's are its
# proposals, which have PFS optional, and that it authenticates anew before it breaks the old SA.

# Both ends rekey.
newest_rekeys()	# WHO-INITIATES [CHILD WORD-IN-THE-LOG]: otherwise with the default proposals of both
{
	need_adit
	sites
	gateway ga local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}" child="${2-}"
	gateway gb local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}"
	start gb charon
	start ga adit
	comes_up "$1" net
	pings_both v4
	rekeys_of_both net
	[ $# = 1 ] || expect "strongSwan's log" "$(cat "$case/gb/charon.log")" "$3"
}

row newest-initiates with_suite sid with_strongswan initiates psk v4 v4 1000000
row newest-responds with_suite sid with_strongswan responds p256 v6 v4 1000000
row newest-rekeys-initiated with_suite sid newest_rekeys ga
row newest-rekeys-responded with_suite sid newest_rekeys gb
row newest-optional-pfs with_suite sid newest_rekeys ga "esp_proposals = aes256gcm16-x25519-none" 'selected proposal: ESP:.*CURVE_25519'
row newest-pfs with_suite sid newest_rekeys gb "esp_proposals = aes256gcm16-ecp384" 'selected proposal: ESP:.*ECP_384'
row newest-large-certificates-initiates with_suite sid large_with_strongswan initiates v4
row newest-large-certificates-responds with_suite sid large_with_strongswan responds v6
row newest-reauth-adit with_suite sid reauths charon "$often" '' 0
row newest-reauth-strongswan with_suite sid reauths charon '' "$often" 0
