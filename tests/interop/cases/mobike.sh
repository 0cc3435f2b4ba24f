# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# Addresses that change under a tunnel that is in use: MOBIKE, NATs that forget, interfaces that come and go. A beat of datagrams and a
# TCP connection go through meanwhile; the longest silence of both is printed.

# a - ga = r - gb - b: ga has two ways to r, out0 and out1; both nets are of IPv4 and IPv6.
roaming_sites()
{
	sites
	link ga out1 r toa1
	addr r toa1 192.0.2.254/24 2001:db8:c::fe/64
	net ga ip link set out1 down
}

# second_way: the other interface gets addresses and the default routes; the first one loses its own.
second_way()	# FAMILY...
{
	local f
	net ga ip link set out1 up
	for f; do
		case $f in
		v4) addr ga out1 192.0.2.1/24
		    net ga ip route replace default via 192.0.2.254 ;;
		v6) addr ga out1 2001:db8:c::1/64
		    within 5 net ga ip -6 route replace default via 2001:db8:c::fe || fail "no route by the second way" ;;
		esac
	done
}

no_first_way()
{
	net ga ip address flush dev out0 scope global
}

begin_beat()
{
	beat=$case/beat.$RANDOM
	t=120 traffic b echo 7100 "$beat.echo" >>"$case/b/beat.log" 2>&1 &
	within 5 test -e "$beat.echo" || fail "no echo on b"
	sleep 0.2
	t=120 traffic a beat "${B[v4]}" 7100 "$beat.run" "$beat.result" >>"$case/a/beat.log" 2>&1 &
	within 5 test -e "$beat.run" || fail "no beat: $(tail -n 1 "$case/a/beat.log")"
	sleep 1
}

# end_beat MOST-MS: the beat must have gone on; the longest silence of the datagrams may be so long.
end_beat()
{
	sleep 2
	rm -f "$beat.run"
	within 25 test -e "$beat.result" || fail "the beat stopped: $(tail -n 1 "$case/a/beat.log")"
	rm -f "$beat.echo"
	local udp tcp
	udp=$(awk '$1 == "udp" { print $NF }' "$beat.result") tcp=$(awk '$1 == "tcp" { print $NF }' "$beat.result")
	echo "# $this_case: longest silence of datagrams $udp ms, of TCP $tcp ms" >&3
	[ "$udp" -le $(($1 * slow)) ] || fail "nothing came for $udp ms: $(tr '\n' ' ' <"$beat.result")"
}

# At the gateway the SA is at this address now, and it is still the first one.
sa_is_at()	# HOST ADDRESS
{
	local text
	text=$(status "$1") || fail "no status on $1"
	expect "the status on $1" "$text" "$2"
}

roaming_pair()	# [GA-CONN [GB-CONN]]
{
	need_adit
	gateway ga local=%any local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}" conn="${1-}"
	gateway gb local="${GB[v4]},${GB[v6]}" remote=%any local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}" conn="${2-}"
	start gb adit
	start ga adit
	comes_up ga net
	pings_both v4
	before=$(adit ga status | grep -oE 'IKE SA [0-9]+' | head -n 1)
}

same_sa()
{
	local now
	now=$(adit ga status | grep -oE 'IKE SA [0-9]+' | head -n 1)
	[ "$now" = "$before" ] || fail "it was $before, it is ${now:-none}"
}

# Done when: a client that loses its address continues on another within one round trip after the change is known, which is 100 ms
# after the last of a burst of changes; TCP goes on.
other_address()	# FAMILY [CONN [GB-CONN]]
{
	need_adit
	roaming_sites
	roaming_pair "${2-}" "${3-${2-}}"
	begin_beat
	if [ "$1" = v6 ]; then
		net ga ip route del default
		net ga ip -6 route del default
	fi
	second_way "$1"
	no_first_way
	end_beat 400
	same_sa
	case $1 in
	v4) sa_is_at gb 192.0.2.1 ;;
	v6) sa_is_at gb 2001:db8:c::1 ;;
	esac
	pings_both v4
}

# The interface goes down, and comes back after a while with the same address: the SA waits.
goes_and_comes()
{
	need_adit
	roaming_sites
	roaming_pair "dpd_delay = 2s"
	begin_beat
	net ga ip link set out0 down
	sleep 6
	net ga ip link set out0 up
	net ga ip route replace default via 198.51.100.254
	end_beat 8000
	same_sa
	pings_both v4
}

# The gateway's own address changes.
gateway_moves()
{
	need_adit
	roaming_sites
	addr gb out0 203.0.113.7/24
	gateway ga local=%any local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}"
	gateway gb local=%any remote=%any local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}"
	start gb adit
	start ga adit
	comes_up ga net
	begin_beat
	sysctl gb net.ipv4.conf.out0.promote_secondaries=1
	net gb ip address del 203.0.113.1/24 dev out0
	net gb ip route replace default via 203.0.113.254
	end_beat 1500
	sa_is_at ga 203.0.113.7
	pings_both v4
}

# Without MOBIKE it is set up anew from the new address.
without_mobike()
{
	need_adit
	roaming_sites
	roaming_pair "mobike = no"
	begin_beat
	second_way v4
	no_first_way
	end_beat 3000
	sa_is_at gb 192.0.2.1
	pings_both v4
}

# The NAT gives another port from now on: ESP shows it at once; where nothing is sent, the next sign of life does.
nat_forgets()	# [CONN]
{
	need_adit
	sites_with_nat
	gateway ga local=172.20.0.2 local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}" conn="dpd_delay = 2s;${1-}"
	gateway gb remote=%any local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}" conn="${1-}"
	start gb adit
	start ga adit
	comes_up ga net
	begin_beat
	renat 198.51.100.1:7000-7010
	end_beat 3000		# two seconds of them are ours
	sa_is_at gb '198.51.100.1.70'
	renat 198.51.100.1:8000-8010
	within 10 pings_from_b || fail "the gateway does not find who is behind the NAT again"
	sa_is_at gb '198.51.100.1.80'
}

pings_from_b() { traffic b ping -c 1 -W 0.3 "${A[v4]}"; }

renat()	# ADDRESS:PORTS
{
	nft_on nat flush ruleset
	nft_on nat -f - <<-NFT || fail "no NAT"
	table ip nat {
	    chain post {
	        type nat hook postrouting priority srcnat;
	        oifname out0 meta l4proto udp snat to $1
	    }
	}
	NFT
	# the mappings that it has are forgotten with the addresses that they belong to
	net nat ip address del 198.51.100.1/24 dev out0
	addr nat out0 198.51.100.1/24
	gateways_by nat 198.51.100.254
	forget_mappings
}

forget_mappings()
{
	if command -v conntrack >/dev/null; then
		net nat conntrack -F
	else
		sysctl nat net.netfilter.nf_conntrack_udp_timeout=1 net.netfilter.nf_conntrack_udp_timeout_stream=1 &&
			t=5 net nat ip link set out0 down && sleep 2 && net nat ip link set out0 up && gateways_by nat 198.51.100.254
	fi
}

# Two clients behind one NAT.
two_behind_a_nat()
{
	need_adit
	sites_with_nat
	host gc c
	link nat in1 gc out0
	link gc in0 c eth0
	addr nat in1 172.21.0.1/24
	addr gc out0 172.21.0.2/24
	addr gc in0 10.3.0.1/24
	addr c eth0 10.3.0.2/24
	gateways_by gc 172.21.0.1
	gateways_by c 10.3.0.1
	forwards gc
	gateway ga local=172.20.0.2 local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}"
	gateway gc name=third local=172.21.0.2 remote="${GB[v4]}" id=c.test remote_id=b.test secret='another secret' \
		local_ts=10.3.0.0/24 remote_ts="${NET_B[v4]}"
	gateway gb remote=%any local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}"
	gateway_also gb name=third local="${GB[v4]}" remote=%any id=b.test remote_id=c.test secret='another secret' \
		local_ts="${NET_B[v4]}" remote_ts=10.3.0.0/24
	start gb adit
	start ga adit
	start gc adit
	comes_up ga net
	comes_up gc third
	pings_both v4
	pings c "${B[v4]}"
	pings b 10.3.0.2
	stream a b "${B[v4]}" 3000000
	stream c b "${B[v4]}" 3000000
	pings b 10.3.0.2
	pings_both v4
}

# Raw ESP is dropped on the way: after some seconds it goes in UDP.
esp_swallowed()	# [CONN]
{
	need_adit
	has_nft || need_peer
	sites
	nft_on r -f - <<-'NFT' || fail "no filter"
	table inet drops {
	    chain f {
	        type filter hook forward priority 0;
	        meta l4proto esp drop
	    }
	}
	NFT
	# an adit that does not know the other as one: raw ESP, as with other peers
	gateway ga local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}" conn="${1-}"
	gateway gb local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}" conn="encap = no;${1-}"
	start gb adit
	start ga adit
	comes_up ga net
	no_pings a "${B[v4]}"
	within 30 traffic a ping -c 1 -W 0.3 "${B[v4]}" || fail "ESP is still swallowed"
	pings_both v4
}

# The same with strongSwan at one end: WHO-MOVES WHO-STAYS.
roams_with()
{
	need_peer
	roaming_sites
	gateway ga local=%any local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}"
	gateway gb local="${GB[v4]}" remote=%any local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}"
	start gb "$2"
	start ga "$1"
	comes_up ga net
	pings_both v4
	begin_beat
	second_way v4
	no_first_way
	end_beat "$3"
	sa_is_at gb 192.0.2.1
	pings_both v4
}

# Somebody sets our TUN down and up: the system drops its routes, and they come back.
tun_goes_and_comes()
{
	need_adit
	sites
	roaming_pair
	net ga ip link set adit0 down
	no_pings a "${B[v4]}"
	net ga ip link set adit0 up
	within 2 traffic a ping -c 1 -W 0.3 "${B[v4]}" || fail "the TUN has no routes"
	pings_both v4
	same_sa
}

row tun-down-and-up tun_goes_and_comes
row strongswan-mobike-adit-moves roams_with adit charon 3000
row strongswan-mobike-strongswan-moves roams_with charon adit 6000
row mobike-other-address other_address v4
row mobike-other-family other_address v6
row mobike-raw-other-address other_address v4 "encap = no"
row mobike-raw-other-family other_address v6 "encap = no"
row mobike-check-before other_address v4 "" "mobike_check = before"
row mobike-interface-down-and-up goes_and_comes
row mobike-gateway-moves gateway_moves
row mobike-off-set-up-anew without_mobike
row nat-forgets nat_forgets
row nat-forgets-without-mobike nat_forgets "mobike = no"
row nat-two-clients two_behind_a_nat
row esp-swallowed esp_swallowed
row esp-swallowed-without-mobike esp_swallowed "mobike = no"
