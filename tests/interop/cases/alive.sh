# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# Reauthentication and IKE SAs without Child SAs.

# How many IKE SAs ga has had: the highest unique id.
ikes_of() { adit "$1" status --json | "$python" -c 'import json,re,sys; print(max([int(n) for n in re.findall(r"\"uniqueid\": *\"?(\d+)", sys.stdin.read())] or [0]))'; }

# reauths PEER OURS THEIRS LOST: pings for 20 s while an end authenticates anew every few seconds; at most LOST of them are lost
reauths()
{
	local before after lost
	need_adit
	[ "$1" = adit ] || need_peer
	sites
	gateway ga local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}" conn="$2"
	gateway gb local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}" conn="$3"
	start gb "$1"
	start ga adit
	comes_up ga net
	pings a "${B[v4]}"
	before=$(ikes_of ga)
	t=40 net a ping -q -n -i 0.02 -w 20 "${B[v4]}" >"$case/ping" 2>&1
	after=$(ikes_of ga)
	lost=$(awk '/packets transmitted/ { print $1 - $4 }' "$case/ping")
	echo "# $this_case: $((after - before)) IKE SAs authenticated anew in 20 s, $lost pings lost" >&3
	[ $((after - before)) -ge 2 ] || fail "only $((after - before)) reauthentications"
	[ "$lost" -le "$4" ] || fail "$lost pings were lost"
	is_up ga net
}

often='reauth_time = 5s; over_time = 60s; rand_time = 0s'
row reauth-adit       reauths adit   "$often" ''                  0
row reauth-replace    reauths adit   "$often" 'unique = replace'  0
row reauth-told       reauths adit   ''       "$often"            0
row reauth-strongswan reauths charon "$often" ''                  0

# childless PEER OURS THEIRS: the first Child SA is made by CREATE_CHILD_SA
childless()
{
	need_adit
	[ "$1" = adit ] || need_peer
	sites
	gateway ga local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}" conn="childless = $2"
	gateway gb local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}" conn="childless = $3"
	start gb "$1"
	start ga adit
	comes_up ga net
	is_up ga net
	pings a "${B[v4]}"
}
row childless-adit       childless adit   force allow
row childless-strongswan childless charon force allow
row childless-needed     childless charon force force
