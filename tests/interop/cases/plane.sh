# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# Transport mode with datagrams that are longer than the path, and with TCP.

# Two hosts, no nets: what they say to each other goes in transport mode, large datagrams and TCP included.
host_to_host_whole()	# FAMILY ESP|UDP
{
	local f=$1 encap=no
	[ "$2" = esp ] || encap=yes
	need_adit
	sites
	gateway ga local="${GA[$f]}" remote="${GB[$f]}" local_ts=dynamic remote_ts=dynamic conn="encap = $encap" child='mode = transport'
	gateway gb local="${GB[$f]}" remote="${GA[$f]}" local_ts=dynamic remote_ts=dynamic conn="encap = $encap" child='mode = transport'
	start gb adit
	start ga adit
	comes_up ga net
	net ga ip route get "${GB[$f]}" | tr "\n" " " | grep -q "adit0.* mtu 64000" || fail "it is no transport mode: $(net ga ip route get "${GB[$f]}")"
	counting r
	pings ga "${GB[$f]}"
	pings gb "${GA[$f]}"
	net ga ping -q -c 2 -s 5000 -W 5 "${GB[$f]}" >"$case/ping" || fail "large datagrams are lost: $(cat "$case/ping")"
	counted
	stream ga gb "${GB[$f]}" 3000000
	healthy
}

row plane-transport-v4 host_to_host_whole v4 esp
row plane-transport-v4-udp host_to_host_whole v4 udp
row plane-transport-v6 host_to_host_whole v6 esp
