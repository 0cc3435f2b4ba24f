# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# Certificates of 8 kB, over routers that let no IP fragment through, as many do: IKE's own fragments, RFC 7383.

# The router forwards no fragments of IP; how many there were: dropped_fragments.
no_ip_fragments()
{
	has_nft || skip "there is no nft"
	nft_on r -f - <<-NFT || fail "the router of the test"
	table inet strict {
	    counter fragments { }
	    chain forward {
	        type filter hook forward priority filter;
	        ip frag-off & 0x3fff != 0 counter name fragments drop
	        exthdr frag exists counter name fragments drop
	    }
	}
	NFT
}

dropped_fragments() { nft_on r list counter inet strict fragments | sed -n 's/.*packets \([0-9]*\).*/\1/p'; }

large_sites()	# OUTER
{
	sites
	gateway ga auth=a-large remote_auth=p256 local="${GA[$1]}" remote="${GB[$1]}" local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}"
	gateway gb auth=b-large remote_auth=p256 local="${GB[$1]}" remote="${GA[$1]}" local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}"
	no_ip_fragments
}

# large_with_strongswan WHO-INITIATES OUTER
large_with_strongswan()
{
	need_peer
	large_sites "$2"
	start gb charon
	start ga adit
	case $1 in
	initiates) comes_up ga net ;;
	responds)  comes_up gb net ;;
	esac
	pings_both v4
	is_up ga net
	is_up gb net
	expect "strongSwan's log" "$(cat "$case/gb/charon.log")" 'splitting IKE message.* into [0-9]+ fragments' 'received fragment #[0-9]+ of [0-9]+'
	[ "$(dropped_fragments)" = 0 ] || fail "$(dropped_fragments) fragments of IP were sent"
}

for who in initiates responds; do
	for outer in v4 v6; do
		row "strongswan-$who-large-certificates-$outer" large_with_strongswan $who $outer
	done
done

# A path that is narrower than anybody knows, and says nothing: the fragments become smaller.
adit_narrow_path()	# OUTER
{
	need_adit
	large_sites "$1"
	nft_on r add rule inet strict forward meta length gt 800 drop || fail "the narrow router"
	start gb adit
	start ga adit
	comes_up ga net
	pings_both v4
	is_up gb net
	[ "$(dropped_fragments)" = 0 ] || fail "$(dropped_fragments) fragments of IP were sent"
}

for outer in v4 v6; do
	row "adit-narrow-path-$outer" adit_narrow_path $outer
done
