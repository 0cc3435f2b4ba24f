# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# Routes, source addresses, selectors, spoofing, MTU and what is left behind: where such programs fail their users.

# two_gateways FAMILY A-TS B-TS [KEY=VALUE... for both]: sites as they are, both adit, net up from A
two_gateways()
{
	local f=$1 left=$2 right=$3
	shift 3
	gateway ga local="${GA[$f]}" remote="${GB[$f]}" local_ts="$left" remote_ts="$right" "$@"
	gateway gb local="${GB[$f]}" remote="${GA[$f]}" local_ts="$right" remote_ts="$left" "$@"
	start gb adit
	start ga adit
	comes_up ga net
}

# Everything of site A goes through the tunnel, the other gateway's own address too; x is "the internet" behind B.
all_traffic()	# FAMILY-OUTSIDE [RP_FILTER]
{
	local f=$1
	need_adit
	sites
	[ -z "${2-}" ] || strict_rp_filter
	host x
	link gb ext0 x eth0
	addr gb ext0 192.0.2.1/24 2001:db8:c::1/64
	addr x eth0 192.0.2.80/24 2001:db8:c::80/64
	gateways_by x 192.0.2.1 2001:db8:c::1
	two_gateways "$f" "${NET_A[v4]},${NET_A[v6]}" 0.0.0.0/0,::/0
	counting r
	pings_both v4 v6
	pings a 192.0.2.80
	pings a 2001:db8:c::80
	pings x "${A[v4]}"
	pings x "${A[v6]}"
	pings a "${GB[v4]}"			# the peer itself, inside remote_ts
	pings a "${GB[v6]}"
	pings ga 192.0.2.80			# the gateway's own traffic, from its inner address
	pings ga 2001:db8:c::80
	stream a x 192.0.2.80 3000000
	counted
	went_as udp4500
	# IKE itself does not go into its own tunnel
	down ga net || fail "down with a default route in the tunnel: $said"
	within 5 no_sas gb || fail "the delete did not arrive"
}

strict_rp_filter()
{
	local h
	for h in ga gb; do
		sysctl $h net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.default.rp_filter=1 net.ipv4.conf.in0.rp_filter=1 \
			net.ipv4.conf.out0.rp_filter=1
	done
}

# The gateways' own outer addresses, and nothing else.
host_to_host()	# FAMILY
{
	need_adit
	sites
	two_gateways "$1" "${GA[$1]}" "${GB[$1]}"
	counting r
	pings ga "${GB[$1]}"
	pings gb "${GA[$1]}"
	stream ga gb "${GB[$1]}" 3000000
	counted
	went_as udp4500
	down ga net || fail "down: $said"
	within 5 no_sas gb || fail "the delete did not arrive"
	within 5 traffic ga ping -c 1 -W 0.5 "${GB[$1]}" || fail "the hosts do not reach each other after the tunnel went"
}

# The peer's address lies in a net that goes through the tunnel.
peer_inside()
{
	need_adit
	sites
	two_gateways v4 "${NET_A[v4]}" "${NET_B[v4]},203.0.113.0/24"
	counting r
	pings a "${GB[v4]}"
	pings_both v4
	stream a b "${B[v4]}" 3000000
	counted
	went_as udp4500
	down ga net || fail "down: $said"
	within 5 no_sas gb || fail "the delete did not arrive"
}

rp_filter()
{
	need_adit
	sites
	strict_rp_filter
	local before after
	before=$(network_state ga)
	two_gateways v4 "${NET_A[v4]},${NET_A[v6]}" "${NET_B[v4]},${NET_B[v6]},203.0.113.0/24"
	counting r
	pings_both v4 v6
	pings ga "${B[v4]}"
	pings a "${GB[v4]}"
	stream a b "${B[v4]}" 3000000
	counted
	went_as udp4500
	stop ga
	[ "$status_of_stop" = 0 ] || fail "SIGTERM ends it with status $status_of_stop"
	after=$(network_state ga)
	same_state "$before" "$after" "after the daemon's end"
}

# Only web traffic goes into the tunnel; all else keeps its usual way, which here is a router that knows both nets.
web_only()
{
	need_adit
	sites
	net r ip route add "${NET_A[v4]}" via "${GA[v4]}"
	net r ip route add "${NET_B[v4]}" via "${GB[v4]}"
	pings a "${B[v4]}"
	gateway ga local_ts="${NET_A[v4]}[tcp]" remote_ts="${NET_B[v4]}[tcp/80]"
	gateway gb local_ts="${NET_B[v4]}[tcp/80]" remote_ts="${NET_A[v4]}[tcp]"
	start gb adit
	start ga adit
	comes_up ga net
	counting r
	stream a b "${B[v4]}" 3000000 80
	counted
	went_as udp4500
	counting r
	pings_both v4
	stream a b "${B[v4]}" 300000 81
	counted
	[ "${seen[clear]}" -ge 30 ] || fail "other traffic does not keep its usual way (${seen[clear]} packets in the clear)"
	# outside the tunnel its traffic is not taken
	net b ip route flush cache
	down ga net || fail "down: $said"
	stream a b "${B[v4]}" 3000 80
}

# B has 10.2.0.0/16, C a part of it: the narrower one wins.
overlapping()
{
	need_adit
	sites
	third_site 10.2.5.1/24 10.2.5.2/24
	gateway ga local_ts="${NET_A[v4]}" remote_ts=10.2.0.0/16
	gateway_also ga name=third remote=192.0.2.1 remote_id=c.test local_ts="${NET_A[v4]}" remote_ts=10.2.5.0/24
	gateway gb local_ts=10.2.0.0/16 remote_ts="${NET_A[v4]}"
	gateway gc name=third local=192.0.2.1 remote="${GA[v4]}" id=c.test remote_id=a.test \
		local_ts=10.2.5.0/24 remote_ts="${NET_A[v4]}"
	start gb adit
	start gc adit
	start ga adit
	local order
	for order in "net third" "third net"; do
		for n in $order; do comes_up ga $n; done
		counting r
		pings a 10.2.5.2
		pings c "${A[v4]}"
		pings a "${B[v4]}"
		pings b "${A[v4]}"
		counted
		[ "${seen[clear]}" = 0 ] || fail "${seen[clear]} packets in the clear"
		[ "${seen[echo]}" = 0 ] || fail "pings went beside the tunnel"
		down ga third || fail "down: $said"
		no_pings a 10.2.5.2
		pings a "${B[v4]}"
		down ga net || fail "down: $said"
	done
}

# Whoever sits outside sends cleartext that claims to come from B's net: it must reach neither A's hosts nor the gateway.
spoofed()	# FAMILY
{
	local f=$1 other
	need_adit
	sites
	local h
	for h in all default out0 in0; do sysctl ga net.ipv4.conf.$h.rp_filter=0; done
	net r ip route add "${NET_A[$f]}" via "${GA[$f]}"
	other=192.0.2.9
	[ "$f" = v4 ] || other=2001:db8:9::9
	gateway ga local="${GA[$f]}" remote="${GB[$f]}" local_ts="${NET_A[$f]}" remote_ts="${NET_B[$f]}"
	gateway gb local="${GB[$f]}" remote="${GA[$f]}" local_ts="${NET_B[$f]}" remote_ts="${NET_A[$f]}"
	catches a "${A[$f]}" before "$other" "${B[$f]}"
	expect "the inner host, without a tunnel" "$caught" "${B[$f]} before" "$other before"
	catches ga "${GA_IN[$f]}" before "${B[$f]}"
	expect "the gateway, without a tunnel" "$caught" "${B[$f]} before"
	start gb adit
	start ga adit
	comes_up ga net
	catches a "${A[$f]}" during "$other" "${B[$f]}"
	expect "the inner host" "$caught" "$other during"
	expect_not "the inner host" "$caught" "${B[$f]} during"
	catches ga "${GA_IN[$f]}" during "$other" "${B[$f]}"
	expect "the gateway" "$caught" "$other during"
	expect_not "the gateway" "$caught" "${B[$f]} during"
	pings_both "$f"
	down ga net || fail "down: $said"
	catches a "${A[$f]}" after "${B[$f]}"
	expect "the inner host, after the tunnel" "$caught" "${B[$f]} after"
}

# catches HOST DST WORD SOURCE...: the router sends a datagram with each source; what arrives is in $caught
catches()
{
	local name=$1 dst=$2 word=$3 flag=$case/$1/catches.$RANDOM pid src
	shift 3
	traffic "$name" catch 7100 $((60 * slow)) "$flag" >"$flag.out" 2>>"$case/$name/catch.log" &
	pid=$!
	within 5 test -e "$flag" || fail "no listener on $name"
	for src; do traffic r spoof "$src" "$dst" 7100 "$word" || fail "cannot spoof"; done
	sleep "$slow" # what was sent has come by then, or never will
	rm -f "$flag"
	wait $pid
	caught=$(cat "$flag.out")
}

# 100 MB each way, and not one outer fragment.
mtu()	# MTU FAMILY-OUTSIDE FAMILY-INSIDE
{
	need_adit
	optimised
	sites "$1"
	two_gateways "$2" "${NET_A[$3]}" "${NET_B[$3]}"
	local before
	before=$(fragments ga gb)
	counting r
	stream a b "${B[$3]}" 100000000
	counted
	went_as udp4500
	[ "$(fragments ga gb)" = "$before" ] || fail "fragments were made: $(fragments ga gb | tr '\n' ' ')"
	# a packet too large for the tunnel: its sender is told (and that one lost), the next ones come in inner fragments
	counting r
	within 5 traffic a ping -c 1 -W 0.5 -s 1460 "${B[$3]}" || fail "packets of 1,460 bytes never get through"
	counted
	[ "${seen[fragments]}" = 0 ] || fail "${seen[fragments]} outer fragments of large packets"
}

fragments()	# HOST...: counters of fragments made
{
	local h
	for h; do
		net "$h" awk '$1 == "Ip:" { if (n++) print "v4", $19; else next }' /proc/net/snmp
		net "$h" awk '$1 == "Ip6FragCreates" { print "v6", $2 }' /proc/net/snmp6
	done
}

# After an orderly end nothing is left; after SIGKILL the next start and its end leave nothing.
nothing_left()	# TERM|INT|KILL|SEGV
{
	need_adit
	[ "$1" != SEGV ] || optimised	# the sanitizers catch it themselves
	sites
	strict_rp_filter
	local before after
	before=$(network_state ga)
	two_gateways v4 "${NET_A[v4]},${NET_A[v6]}" "${NET_B[v4]},${NET_B[v6]},203.0.113.0/24"
	pings_both v4 v6
	[ "$(network_state ga)" != "$before" ] || fail "the test sees nothing of what the daemon sets up"
	stop ga "$1"
	if [ "$1" = KILL ]; then
		start ga adit
		comes_up ga net
		pings_both v4 v6
		stop ga
	fi
	[ "$1" = SEGV ] || [ "$status_of_stop" = 0 ] || fail "the daemon ends with status $status_of_stop"
	after=$(network_state ga)
	same_state "$before" "$after" "after SIG$1"
	[ "$1" != SEGV ] || { [ "$status_of_stop" != 0 ] || fail "a crash ends with status 0"; return; }
	[ ! -e "/proc/${holder[ga]}/root$vici" ] || fail "the socket $vici is left"
}

row routing-all-v4 all_traffic v4
row routing-all-v6 all_traffic v6
row routing-all-rp-filter all_traffic v4 strict
row routing-host-to-host-v4 host_to_host v4
row routing-host-to-host-v6 host_to_host v6
row routing-peer-inside peer_inside
row routing-rp-filter rp_filter
row routing-web-only web_only
row routing-overlapping overlapping
row routing-spoofed-v4 spoofed v4
row routing-spoofed-v6 spoofed v6
row routing-mtu-1500 mtu 1500 v4 v4
row routing-mtu-1280 mtu 1280 v4 v4
row routing-mtu-1500-v6 mtu 1500 v6 v6
row routing-mtu-1400-v6-in-v4 mtu 1400 v4 v6
row routing-after-term nothing_left TERM
row routing-after-int nothing_left INT
row routing-after-kill nothing_left KILL
row routing-after-crash nothing_left SEGV
