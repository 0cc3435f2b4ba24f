# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# What the cases with several peers share; rows stand in the other files.

# Whoever begins and whoever ends it: packets go as raw ESP, and nothing is left.
# (What libreswan has begun it begins again when adit deletes it.)
set_up_and_deleted()	# WHO-INITIATES NAME WHO-DELETES [FAMILY]
{
	local f=${4-v4}
	counting r
	comes_up "$1" "$2"
	traffic a ping -c 2 -W 20 "${B[$f]}" || fail "no ping from a"
	stream b a "${A[$f]}" 100000
	counted
	went_as esp
	is_up ga "$2"
	is_up gb "$2"
	goes_down "$3" "$2"
}

goes_down()	# WHO-DELETES NAME
{
	down "$1" "$2" || fail "down: $said"
	within 5 no_sas gb || fail "the peer still has the SA after down"
	within 5 no_sas ga || fail "adit still has the SA after down"
}

transport_with()	# WHO-INITIATES CHILD CONNECTION
{
	counting r
	comes_up "$1" "$2"
	traffic ga ping -c 2 -W 20 "${GB[v4]}" || fail "no ping"
	stream ga gb "${GB[v4]}" 100000
	counted
	[ "${seen[echo]}" = 0 ] || fail "pings went in clear"
	[ "${seen[esp]}" -gt 20 ] || fail "only ${seen[esp]} packets of ESP"
	expect "the kernel's SAs" "$(net gb ip xfrm state)" 'mode transport'
	is_up ga "$2"
	goes_down "$1" "$3"
}

trap_and_narrowed()	# NAME NET-A NET-B
{
	traffic a ping -c 1 -W 20 "${B[v4]}" || fail "the first ping is not answered"
	is_up ga "$1" "+$2" "+$3"
	goes_down ga "$1"
}

# As rekeys_of_both, from nothing to nothing
rekeys_with()	# NAME
{
	comes_up ga "$1"
	rekeys_of_both "$1"
	goes_down ga "$1"
}

# Who moves has initiated, gets an address on its other way, and loses the first one.
moves()	# WHO OTHER INTERFACE ADDRESS GATEWAY OLD-ADDRESS
{
	local first
	comes_up "$1" roam
	traffic a ping -c 1 -W 20 "${B[v4]}" || fail "no ping from a"
	first=$(newest ga)
	net "$1" ip link set "$3" up
	addr "$1" "$3" "$4"
	net "$1" ip route replace default via "$5"
	net "$1" ip address del "$6/24" dev out0
	within 10 traffic a ping -c 1 -W 1 "${B[v4]}" || fail "no ping after the move"
	traffic b ping -c 2 -W 20 "${A[v4]}" || fail "no ping from b after the move"
	expect "the status on $2" "$(status "$2")" "${4%/*}"
	expect "the kernel's SAs" "$(net gb ip xfrm state)" "${4%/*}"
	[ "$(newest ga)" = "$first" ] || fail "it was set up anew instead: $first, now $(newest ga)"
	goes_down ga roam
}

# The first way again, with the first address
comes_back()	# WHO INTERFACE ADDRESS GATEWAY OTHER-ADDRESS
{
	net "$1" ip link set "$2" down
	net "$1" ip address replace "$3/24" dev out0
	net "$1" ip route replace default via "$4"
	reaches "$1" "$5"
}
