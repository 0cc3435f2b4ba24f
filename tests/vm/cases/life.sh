# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# The life of an SA with strongSwan 6.0 and the kernel's ESP: new keys, new authentication, signs of life, other addresses. In the
# emulated machine, see tests/vm/run. All share the hosts and the daemons, each is a line of its own.

# a - ga = r = gb - b: both gateways have a second way to r, out1, that is down.
life_with_kernel()
{
	local charon_plane=kernel nets=(local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}") stens=(local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}")
	need_peer
	sites
	link ga out1 r toa1
	link gb out1 r tob1
	addr r toa1 192.0.2.254/24
	addr r tob1 198.18.0.254/24
	net ga ip link set out1 down
	net gb ip link set out1 down
	# PFS is optional on one side, as strongSwan 6 proposes it, and not on the other
	gateway ga "${nets[@]}" conn="encap = no" child="esp_proposals = aes256gcm16-x25519-none"
	gateway_also ga name=alive id=a2.test remote_id=b2.test "${nets[@]}" conn="encap = no; dpd_delay = 2s"
	gateway_also ga name=roam id=a3.test remote_id=b3.test "${nets[@]}" local=%any remote="${GB[v4]},198.18.0.1"
	gateway gb "${stens[@]}" conn="encap = no" child="esp_proposals = aes256gcm16-x25519"
	gateway_also gb name=alive id=b2.test remote_id=a2.test "${stens[@]}" conn="encap = no; dpd_delay = 2s"
	gateway_also gb name=roam id=b3.test remote_id=a3.test "${stens[@]}" local=%any remote="${GA[v4]},192.0.2.1"
	printf '%s\n' 'adit {' 'retransmit_timeout = 1' 'retransmit_base = 1.5' 'retransmit_tries = 3' '}' >>"$case/ga/swanctl/swanctl.conf"
	start gb charon
	start ga adit
	part life-kernel-rekeys rekeys_with net
	part life-kernel-reauthentication-adit reauthenticated ga net
	part life-kernel-reauthentication-strongswan reauthenticated gb net
	part life-kernel-mobike-adit-moves moves ga gb out1 192.0.2.1/24 192.0.2.254 "${GA[v4]}"
	comes_back ga out1 "${GA[v4]}" 198.51.100.254 "${GB[v4]}"
	part life-kernel-mobike-strongswan-moves moves gb ga out1 198.18.0.1/24 198.18.0.254 "${GB[v4]}"
	comes_back gb out1 "${GB[v4]}" 203.0.113.254 "${GA[v4]}"
	part life-kernel-signs-of-life signs_of_life
	unset "daemon[gb]"		# (this one ended it)
}

# strongSwan and adit make the new IKE SA before they break the old one
reauthenticated()	# WHO NAME
{
	local before
	comes_up ga "$2"
	before=$(newest ga)
	said=$("reauth_${kind[$1]}" "$1" "$2" 2>&1) || fail "reauthentication: $said"
	within 10 other_sa ike || fail "there is no new IKE SA"
	traffic a ping -c 3 -W 20 "${B[v4]}" || fail "no ping after it"
	within 5 one_sa ga || fail "the old IKE SA is still there: $(status ga | tr '\n' ' ')"
	is_up ga "$2"
	is_up gb "$2"
	traffic b ping -c 1 -W 20 "${A[v4]}" || fail "no ping from b after it"
	goes_down ga "$2"
}

reauth_adit() { vici_on "$1" rekey "ike=$2" reauth=yes; }
reauth_charon() { reauth_adit "$@"; }
one_sa() { [ "$(status "$1" | grep -cE '^ +IKE SA [0-9]')" = 1 ]; }

# Each asks the other where nothing goes, and adit finds out that strongSwan is dead.
signs_of_life()
{
	comes_up ga alive
	within 5 grep -q 'sending DPD request' "$case/gb/charon.log" || fail "strongSwan does not ask"
	within 5 grep -q 'parsed INFORMATIONAL request .* \[ \]' "$case/gb/charon.log" || fail "adit does not ask"
	is_up gb alive
	is_up ga alive
	kill -KILL "$(daemon_pid gb)"
	within 5 no_sas ga || fail "adit does not find out that strongSwan is dead"
}

row life-kernel life_with_kernel
