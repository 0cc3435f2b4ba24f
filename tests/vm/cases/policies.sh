# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# Transport mode and traps with strongSwan and the kernel's ESP. In the emulated machine, see tests/vm/run.

# ga and gb protect what they say to each other; strongSwan narrows, asks, and answers the first ping.
policies_with_kernel()
{
	local charon_plane=kernel
	need_peer
	sites
	gateway ga conn="encap = no" children="$(child host "mode = transport" "mode_required = yes")"
	gateway gb conn="encap = no" children="$(child host "mode = transport")"
	gateway_also ga name=nets id=a2.test remote_id=b2.test child="start_action = trap" \
		local_ts=10.0.0.0/8 remote_ts="${NET_B[v4]}"
	gateway_also gb name=nets id=b2.test remote_id=a2.test local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}"
	start gb charon
	start ga adit
	part policy-kernel-transport-initiates transport_mode ga
	part policy-kernel-transport-responds transport_mode gb
	part policy-kernel-trap trap_and_narrowing
}

transport_mode()	# WHO-INITIATES
{
	counting r
	comes_up "$1" host
	traffic ga ping -c 2 -W 20 "${GB[v4]}" || fail "no ping"
	stream ga gb "${GB[v4]}" 300000
	counted
	[ "${seen[echo]}" = 0 ] || fail "pings went in clear"
	[ "${seen[esp]}" -gt 20 ] || fail "only ${seen[esp]} packets of ESP"
	expect "the kernel's SAs" "$(net gb ip xfrm state)" 'mode transport'
	is_up ga host
	down ga net || fail "down: $said"
	within 5 no_sas gb || fail "strongSwan still has the SA after down"
}

trap_and_narrowing()
{
	traffic a ping -c 1 -W 20 "${B[v4]}" || fail "the first ping is not answered"
	is_up ga nets "+${NET_A[v4]}"
}

row policy-kernel policies_with_kernel
