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
	part policy-kernel-transport-initiates transport_with ga host net
	part policy-kernel-transport-responds transport_with gb host net
	part policy-kernel-trap trap_and_narrowed nets "${NET_A[v4]}" "${NET_B[v4]}"
}

row policy-kernel policies_with_kernel
