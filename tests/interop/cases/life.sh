# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# The life of a tunnel: rekeying while packets run, and what follows when an end dies.
#
# `tools/check rekeys` runs the cases of rekeying for five minutes each; here they take ADIT_REKEYS_SECONDS (20).

rekey_seconds=${ADIT_REKEYS_SECONDS:-20}
rate=500	# datagrams a second each way, and as many pings

# --- counting ---

declare -A got=()

# What a gateway dropped by its own counters, and what its TUN did not take from the kernel because it was full.
drops_on() { vici_on "$1" stats | awk '/^drops\./ { n += $2 } END { print n + 0 }'; }
full_on() { net "$1" ip -s -j link show adit0 | "$python" -c 'import json,sys; print(json.load(sys.stdin)[0]["stats64"]["tx"]["dropped"])'; }

# measure SECONDS: traffic both ways for so long; fills `got`
measure()
{
	local seconds=$1 dir=$case/measure.$RANDOM drops full ikes children ping_pid pace_pids=() f
	mkdir -p "$dir"
	read -r ikes children <<<"$(newest ga)"
	drops=$(drops_on ga) full=$(full_on ga)
	t=$((seconds + 60)) traffic ga tally out0 "$dir/tally" "$dir/tally.result" >>"$case/measure.log" 2>&1 &
	t=$((seconds + 60)) traffic ga tally adit0 "$dir/tun" "$dir/tun.result" >>"$case/measure.log" 2>&1 &
	t=$((seconds + 60)) traffic a paced 9000 "$dir/a" "$dir/a.result" >>"$case/measure.log" 2>&1 &
	t=$((seconds + 60)) traffic b paced 9000 "$dir/b" "$dir/b.result" >>"$case/measure.log" 2>&1 &
	for f in tally tun a b; do within 5 test -e "$dir/$f" || fail "cannot count: $(tail -n 1 "$case/measure.log")"; done
	t=$((seconds + 30)) net a ping -q -n -i 0.002 -w "$seconds" "${B[v4]}" >"$dir/ping" 2>&1 &
	ping_pid=$!
	t=$((seconds + 30)) traffic a pace "${B[v4]}" 9000 $rate "$seconds" >"$dir/ab" &
	pace_pids+=($!)
	t=$((seconds + 30)) traffic b pace "${A[v4]}" 9000 $rate "$seconds" >"$dir/ba" &
	pace_pids+=($!)
	wait "${pace_pids[@]}" "$ping_pid"
	sleep 1
	rm -f "$dir/tally" "$dir/tun" "$dir/a" "$dir/b"
	for f in tally tun a b; do within 5 test -e "$dir/$f.result" || fail "no count: $(tail -n 1 "$case/measure.log")"; done
	read -r got[ikes] got[children] <<<"$(newest ga)"
	got[ikes]=$((got[ikes] - ikes)) got[children]=$((got[children] - children))
	got[drops]=$(($(drops_on ga) - drops))
	read -r got[ping_sent] got[ping] <<<"$(awk '/packets transmitted/ { print $1, $4 }' "$dir/ping")"
	got[ab_sent]=$(awk '/sent/ { print $2 }' "$dir/ab") got[ba_sent]=$(awk '/sent/ { print $2 }' "$dir/ba")
	got[ab]=$(awk '/received/ { print $2 }' "$dir/b.result") got[ba]=$(awk '/received/ { print $2 }' "$dir/a.result")
	got[ab_gap]=$(awk '/longest/ { print $2 }' "$dir/b.result") got[ba_gap]=$(awk '/longest/ { print $2 }' "$dir/a.result")
	got[esp_out]=$(awk '/^out/ { print $2 }' "$dir/tally.result") got[esp_in]=$(awk '/^in/ { print $2 }' "$dir/tally.result")
	got[tun_out]=$(awk '/^out/ { print $2 }' "$dir/tun.result") got[tun_in]=$(awk '/^in/ { print $2 }' "$dir/tun.result")
	got[missed]=$(awk '/^missed/ { n += $2 } END { print n }' "$dir/tally.result" "$dir/tun.result")
	got[tun_full]=$(($(full_on ga) - full))
}

# Lost of what was sent; and of that by the gateway that is adit's: read from its TUN and not sent, received and not handed on.
lost_ping() { echo $((got[ping_sent] - got[ping])); }
lost_udp() { echo $((got[ab_sent] - got[ab] + got[ba_sent] - got[ba])); }
lost_out() { echo $((got[tun_out] - got[tun_full] - got[esp_out])); }
lost_in() { echo $((got[esp_in] - got[tun_in])); }

# measure_well SECONDS: again, twice at most, when the machine was too busy to tell: the capture missed packets, or the kernel had to
# wait for ga so long that the TUN's queue was full
measure_well()
{
	local try
	for try in 1 2 3; do
		measure "$1"
		[ "${got[missed]}${got[tun_full]}" != 00 ] || return 0
		echo "# $this_case: a busy machine, measured again: ${got[missed]} not captured, ${got[tun_full]} not taken from the kernel in time" >&3
	done
	fail "three times the machine was too busy"
}

said_of()	# WHAT
{
	echo "# $this_case: $1: $(lost_ping) of ${got[ping_sent]} pings and $(lost_udp) of $((got[ab_sent] + got[ba_sent])) datagrams lost (longest gap" \
		"$((got[ab_gap] > got[ba_gap] ? got[ab_gap] : got[ba_gap]))); of ga: ${got[tun_out]} from the TUN, ${got[esp_out]} sent, ${got[esp_in]} received," \
		"${got[tun_in]} into the TUN, ${got[drops]} dropped, ${got[tun_full]} not taken from the kernel in time"
}

# --- rekeying ---

# sites_that_rekey PEER OURS THEIRS: lines of the child for ga and for gb, with `;` between connection's and child's by a `|`
begin_rekeys()
{
	gateway ga local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}" conn="${2%|*}" child="${2#*|}"
	gateway gb local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}" conn="${3%|*}" child="${3#*|}"
	start gb "$1"
	start ga adit
	comes_up ga net
	pings a "${B[v4]}"
}

# Commands from both ends in turn, a little more than 50 a minute; every fifth is for the IKE SA.
commands()	# SECONDS
{
	local i=0 until=$((SECONDS + $1)) what who
	while [ $SECONDS -lt $until ]; do
		i=$((i + 1)) what=child=net who=ga
		[ $((i % 5)) != 0 ] || what=ike=net
		[ $((i % 2)) != 0 ] || who=gb
		vici_on $who rekey $what >>"$case/commands.log" 2>&1 || echo "$who: rekey $what failed" >>"$case/commands.failed"
		sleep 0.9
	done
}

# rekeys PEER OURS THEIRS: as begin_rekeys; OURS `commands`: nothing by time; a run without rekeys first, whose loss is the network's own
rekeys()
{
	local without_ping without_udp least=$((rekey_seconds * 50 / 60 * 9 / 10))
	need_adit
	[ "$1" = adit ] || need_peer
	optimised
	sites
	begin_rekeys "$1" '|' '|'
	measure_well "$((rekey_seconds < 60 ? rekey_seconds / 2 : rekey_seconds))"
	said_of "without rekeys" >&3
	without_ping=$(lost_ping) without_udp=$(lost_udp)
	[ "${got[children]}" = 0 ] || fail "the run without rekeys had ${got[children]}"
	stop ga
	stop gb
	if [ "$2" = commands ]; then
		begin_rekeys "$1" '|' '|'
		commands $((rekey_seconds + 3)) &
	else
		begin_rekeys "$@"
	fi
	measure_well "$rekey_seconds"
	[ ! -e "$case/commands.failed" ] || fail "$(wc -l <"$case/commands.failed") commands failed: $(tail -n 1 "$case/commands.log")"
	said_of "${got[children]} Child SAs and ${got[ikes]} IKE SAs made anew in $rekey_seconds s" >&3
	[ $((got[children] + got[ikes])) -ge "$least" ] || fail "only $((got[children] + got[ikes])) rekeys, $least were wanted"
	[ "${got[drops]}" = 0 ] || fail "ga dropped ${got[drops]}: $(vici_on ga stats | awk '/^drops\./ && $2 { print }' | tr '\n' ' ')"
	[ "$(lost_out)" = 0 ] || fail "ga read ${got[tun_out]} packets and sent ${got[esp_out]}"
	[ "$(lost_in)" = 0 ] || fail "ga received ${got[esp_in]} packets and handed on ${got[tun_in]}"
	[ "$1" != adit ] || [ $(($(lost_ping) - without_ping)) -le 0 ] || fail "$(lost_ping) pings lost, $without_ping without rekeys"
	[ "$1" != adit ] || [ $(($(lost_udp) - without_udp)) -le 0 ] || fail "$(lost_udp) datagrams lost, $without_udp without rekeys"
	is_up ga net
	[ "$(vici_on ga list-sas --event list-sa | grep -c 'child-sas.*\.uniqueid ')" -le 2 ] || fail "Child SAs are left over"
}

by_time='|rekey_time = 1s; rand_time = 0s; life_time = 60s'
both_by_time='rekey_time = 4s; rand_time = 0s; over_time = 60s|rekey_time = 1s; rand_time = 0s; life_time = 60s'
row rekeys-ours     rekeys adit   "$by_time" '|'
row rekeys-both     rekeys adit   "$both_by_time" "$both_by_time"
row rekeys-commands rekeys adit   commands
row rekeys-strongswan-commands rekeys charon commands
row rekeys-strongswan-ours   rekeys charon "$both_by_time" '|'
row rekeys-strongswan-theirs rekeys charon '|' "$both_by_time"

# --- an end dies ---

# Milliseconds until a ping from a to b is answered again, 60 s at most; asked ten times a second.
answered_after() { t=70 traffic a until "${B[v4]}" 60 2>>"$case/a/ping.log" || fail "no answer after 60 s"; }

# restart PEER WHO HOW SECONDS CONN-A CHILD-A CONN-B CHILD-B [TEXT]: the daemon on WHO ends by HOW (TERM or KILL) and starts again; packets
# go on within SECONDS of the start. The lines of the configurations as for `gateway`; TEXT stands behind that of ga.
restart()
{
	local peer=$1 who=$2 how=$3 seconds=$4 began took try
	need_adit
	[ "$peer" = adit ] || need_peer
	sites
	gateway ga local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}" conn="$5" child="$6"
	gateway gb local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}" conn="$7" child="$8"
	echo "${9-}" >>"$case/ga/swanctl/swanctl.conf"
	start gb "$peer"
	start ga adit
	case $6$8 in *start_action*) ;; *) comes_up ga net ;; esac
	took=$(answered_after)
	for try in 1 2; do	# a second time when the machine may have been busy
		sleep 1	# it has been up for a while
		stop "$who" "$how"
		began=$EPOCHREALTIME
		start "$who" "${kind[$who]}"
		took=$(answered_after)
		took=$(awk -v s="$began" -v e="$EPOCHREALTIME" 'BEGIN { print int((e - s) * 1000) }')
		echo "# $this_case: packets go $took ms after the start of $who (SIG$how); $seconds s were allowed" >&3
		[ "$took" -ge $((seconds * 1000 * slow)) ] || break
	done
	[ "$took" -lt $((seconds * 1000 * slow)) ] || fail "packets go after $took ms only, $seconds s were allowed"
	is_up ga net
}

starts='start_action = start; close_action = start; dpd_action = start'
for how in TERM KILL; do
	# whichever end has died; who answers only, waits for the other, which finds out
	row "restart-adit-initiator-$how" restart adit ga $how 3 '' "$starts" '' ''
	row "restart-adit-responder-$how" restart adit gb $how 3 '' "$starts" '' ''
	row "restart-strongswan-adit-$how" restart charon ga $how 3 '' "$starts" '' ''
	row "restart-strongswan-trap-$how" restart charon ga $how 3 '' 'start_action = trap' '' ''
done
# strongSwan dies, and waits to be called: after SIGTERM it has said so, and adit tries again until somebody is there. After SIGKILL it knows
# nothing of the SA and says nothing: dpd_delay (2 s) and the retransmissions (0.5, 0.75, 1.13 and 1.69 s) pass, then a try.
row restart-strongswan-dies-TERM restart charon gb TERM 5 '' "$starts" '' ''
row restart-strongswan-dies-KILL restart charon gb KILL 9 'dpd_delay = 2s' "$starts" '' '' \
	$'adit {\n retransmit_timeout = 0.5\n retransmit_base = 1.5\n retransmit_tries = 3\n}'
# strongSwan calls anew when it is back: its INITIAL_CONTACT sweeps the old SA
row restart-strongswan-calls-KILL restart charon gb KILL 3 '' '' '' "$starts"
