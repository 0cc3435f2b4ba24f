# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# Policies: traps, narrowing, selectors with ports, shunts, transport mode, interfaces of one's own, updown scripts.

# One ping, and its answer: the packet that met the trap was held until the tunnel was there, and went through it.
first_ping()	# FROM DST
{
	traffic "$1" ping -c 1 -W $((4 * slow)) "$2" >>"$case/$1/ping.log" 2>&1 || fail "the first ping is not answered"
}

# trap PEER: traffic of a brings up what ga only has a trap for
trap_answers()	# PEER
{
	need_adit
	[ "$1" = adit ] || need_peer
	sites
	gateway ga child="start_action = trap" local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}"
	gateway gb local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}"
	start gb "$1"
	start ga adit
	expect "the status" "$(status ga)" '^ +net +trap'
	no_sas ga || fail "an SA without traffic"
	counting r
	first_ping a "${B[v4]}"
	is_up ga net
	pings_both v4
	counted
	[ "${seen[echo]}" = 0 ] && [ "${seen[clear]}" = 0 ] || fail "something went in clear: ${seen[echo]} ${seen[clear]}"
	down ga net || fail "down: $said"
	within 5 no_sas ga || fail "it does not go down"
	first_ping a "${B[v4]}"
	# without its trap nothing is caught
	down ga net || fail "down: $said"
	adit ga uninstall net/net >/dev/null || fail "the trap cannot be uninstalled"
	expect_not "the status" "$(status ga)" '^ +net +trap'
	no_pings a "${B[v4]}"
	no_sas ga || fail "an SA without a trap"
	adit ga install net/net >/dev/null || fail "the trap cannot be installed"
	first_ping a "${B[v4]}"
}

# narrowing WHO-INITIATES PEER-OF-ADIT: ga wants 10.0.0.0/8 on both sides, gb has less
narrowing()	# INITIATOR-GA-IS OTHER
{
	need_adit
	[ "$1$2" = aditadit ] || need_peer
	sites
	gateway ga local_ts=10.0.0.0/8 remote_ts=10.0.0.0/8
	gateway gb local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}"
	start gb "$2"
	start ga "$1"
	comes_up ga net
	is_up ga net "+${NET_A[v4]}" "+${NET_B[v4]}"
	is_up gb net "+${NET_A[v4]}" "+${NET_B[v4]}"
	pings_both v4
}

# Both families in one Child SA.
several_selectors()	# GA-IS GB-IS
{
	need_adit
	[ "$1$2" = aditadit ] || need_peer
	sites
	gateway ga
	gateway gb
	start gb "$2"
	start ga "$1"
	comes_up ga net
	pings_both v4 v6
	is_up gb net "+${NET_A[v4]}" "+${NET_A[v6]}"
}

# A peer with a child for each pair: we ask for one Child SA after the other.
one_pair_each()
{
	need_adit
	sites
	gateway ga local_ts=10.1.0.0/25,10.1.0.128/25 remote_ts=10.2.0.0/25,10.2.0.128/25
	gateway gb children="$(
		child a local_ts=10.2.0.0/25 remote_ts=10.1.0.0/25
		child b local_ts=10.2.0.128/25 remote_ts=10.1.0.0/25
		child c local_ts=10.2.0.0/25 remote_ts=10.1.0.128/25
		child d local_ts=10.2.0.128/25 remote_ts=10.1.0.128/25)"
	addr a eth0 10.1.0.130/24
	addr b eth0 10.2.0.130/24
	start gb adit
	start ga adit
	comes_up ga net
	local mine theirs
	for mine in 10.1.0.2 10.1.0.130; do
		for theirs in 10.2.0.2 10.2.0.130; do
			pings a $theirs -I $mine
		done
	done
	is_up gb a b c d
}

# Only TCP to one port goes through the tunnel; the rest has no way.
one_port()	# GB-IS
{
	need_adit
	[ "$1" = adit ] || need_peer
	sites
	gateway ga local_ts="${NET_A[v4]}[tcp]" remote_ts="${NET_B[v4]}[tcp/7000]"
	gateway gb local_ts="${NET_B[v4]}[tcp/7000]" remote_ts="${NET_A[v4]}[tcp]"
	start gb "$1"
	start ga adit
	comes_up ga net
	[ "$1" != adit ] || stream a b "${B[v4]}" 300000
	no_stream a b "${B[v4]}" 7001
	no_pings a "${B[v4]}"
	is_up ga net "+7000"
}

shunts()
{
	need_adit
	sites
	gateway ga children="$(
		child net "local_ts = ${NET_A[v4]}" "remote_ts = 0.0.0.0/0" "start_action = trap"
		child lan "local_ts = ${NET_A[v4]}" "remote_ts = ${NET_A[v4]}" "mode = pass" "start_action = trap"
		child no "local_ts = ${NET_A[v4]}" "remote_ts = ${NET_B[v4]}[tcp/7001-7002]" "mode = drop" "start_action = trap" "priority = 1")"
	gateway gb local_ts=0.0.0.0/0 remote_ts="${NET_A[v4]}"
	start gb adit
	start ga adit
	expect "the status" "$(status ga)" 'lan +passes in clear' 'no +is dropped' 'net +trap'
	pings a "${GA_IN[v4]}"
	no_sas ga || fail "what passes in clear has met the trap"
	first_ping a "${B[v4]}"
	stream a b "${B[v4]}" 300000
	no_stream a b "${B[v4]}" 7001
	adit ga uninstall net/no >/dev/null || fail "the policy cannot be uninstalled"
	stream a b "${B[v4]}" 300000 7002
	pings a "${GA_IN[v4]}"
}

# Host to host; with a NAT between, the checksums are made right.
transport()	# nat|plain
{
	need_adit
	local conn=''
	if [ "$1" = nat ]; then sites_with_nat; else sites; conn="encap = no"; fi
	if [ "$1" = nat ]; then
		gateway ga local=172.20.0.2 children="$(child net "mode = transport" "mode_required = yes")"
		gateway gb remote=%any children="$(child net "mode = transport" "mode_required = yes")"
	else
		gateway ga conn="$conn" children="$(child net "mode = transport" "mode_required = yes")"
		gateway gb conn="$conn" children="$(child net "mode = transport" "mode_required = yes")"
	fi
	start gb adit
	start ga adit
	counting r
	comes_up ga net
	is_up ga net
	pings ga "${GB[v4]}"
	stream ga gb "${GB[v4]}" 3000000
	counted
	[ "${seen[echo]}" = 0 ] || fail "${seen[echo]} pings went in clear"
	if [ "$1" = nat ]; then [ "${seen[udp4500]}" -gt 20 ]; else [ "${seen[esp]}" -gt 20 ]; fi || fail "not as ESP: ${seen[esp]} ${seen[udp4500]}"
}

# An interface of its own: what the administrator routes into it is carried, and no route is ours.
own_interface()
{
	need_adit
	sites
	gateway ga child="tun = vpn7" local_ts=0.0.0.0/0 remote_ts=0.0.0.0/0
	gateway gb local_ts=0.0.0.0/0 remote_ts="${NET_A[v4]}"
	start gb adit
	start ga adit
	comes_up ga net
	net ga ip link show vpn7 >/dev/null || fail "no interface vpn7"
	no_pings a "${B[v4]}"
	net ga ip route add "${NET_B[v4]}" dev vpn7 || fail "no route into vpn7"
	pings a "${B[v4]}"
}

updown()
{
	need_adit
	sites
	# shellcheck disable=SC2016
	gateway ga local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}" \
		child="updown = \"env >>$case/ga/script.log\"" conn="encap = yes"
	gateway gb local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}"
	start gb adit
	start ga adit
	comes_up ga net
	within 5 grep -q PLUTO_VERB=up-client "$case/ga/script.log" || fail "the script was not run"
	expect "the environment" "$(cat "$case/ga/script.log")" '^PLUTO_CONNECTION=net$' "^PLUTO_ME=${GA[v4]}\$" "^PLUTO_PEER=${GB[v4]}\$" \
		"^PLUTO_MY_CLIENT=${NET_A[v4]}\$" "^PLUTO_PEER_CLIENT=${NET_B[v4]}\$" '^PLUTO_MY_ID=a.test$' '^PLUTO_PEER_ID=b.test$' \
		'^PLUTO_INTERFACE=out0$' '^PLUTO_UDP_ENC=4500$' '^PLUTO_REQID=[1-9]' '^PLUTO_PROTO=esp$' '^PLUTO_UNIQUEID=[1-9]'
	expect_not "the environment" "$(cat "$case/ga/script.log")" PLUTO_VERB=down
	down ga net || fail "down: $said"
	within 5 grep -q PLUTO_VERB=down-client "$case/ga/script.log" || fail "the script was not run when it went down"
	comes_up ga net
	within 5 test "$(grep -c PLUTO_VERB=up-client "$case/ga/script.log")" = 2 || fail "the script was not run again"
	stop ga
	[ "$(grep -c PLUTO_VERB=down-client "$case/ga/script.log")" = 2 ] || fail "the script was not run at the end"
}

# strongSwan's swanctl installs, lists and uninstalls.
by_swanctl()
{
	need_adit
	need_peer
	sites
	gateway ga local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}" child="start_action = none"
	gateway gb local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}"
	start gb adit
	start ga adit
	on ga bash -c 'echo "swanctl { load = $1 }" >/etc/strongswan.conf' - "$swanctl_plugins" || fail "no strongswan.conf"
	local said
	said=$(peer_on ga swanctl --install --child net --uri unix:///run/adit/vici 2>&1) || fail "--install: $said"
	said=$(peer_on ga swanctl --list-pols --uri unix:///run/adit/vici 2>&1) || fail "--list-pols: $said"
	expect "--list-pols" "$said" 'net/net, TUNNEL' "local: +${NET_A[v4]}" "remote: +${NET_B[v4]}"
	first_ping a "${B[v4]}"
	said=$(peer_on ga swanctl --uninstall --child net --uri unix:///run/adit/vici 2>&1) || fail "--uninstall: $said"
	said=$(peer_on ga swanctl --list-pols --uri unix:///run/adit/vici 2>&1) || fail "--list-pols: $said"
	[ -z "$said" ] || fail "--list-pols: $said"
	! said=$(peer_on ga swanctl --uninstall --child net --uri unix:///run/adit/vici 2>&1) || fail "--uninstall twice: $said"
	expect "--uninstall twice" "$said" "policy 'net' not found"
}

row policy-swanctl by_swanctl
row policy-trap-adit trap_answers adit
row policy-trap-strongswan trap_answers charon
row policy-narrowing-adit narrowing adit adit
row policy-narrowing-adit-wide narrowing adit charon
row policy-narrowing-strongswan-wide narrowing charon adit
row policy-several-selectors-adit several_selectors adit adit
row policy-several-selectors-to-strongswan several_selectors adit charon
row policy-several-selectors-from-strongswan several_selectors charon adit
row policy-one-pair-each one_pair_each
row policy-one-port one_port adit
row policy-one-port-strongswan one_port charon
row policy-shunts shunts
row policy-transport transport plain
row policy-transport-nat transport nat
row policy-own-interface own_interface
row policy-updown updown
