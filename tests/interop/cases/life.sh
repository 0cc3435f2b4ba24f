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
vici_on() { on "$1" "$python" "$interop/vici" "$(vici_socket "$1")" "${@:2}"; }
vici_socket() { if [ "${kind[$1]}" = adit ]; then echo "$vici"; else echo /run/charon.vici; fi; }
drops_on() { vici_on "$1" stats | awk '/^drops\./ { n += $2 } END { print n + 0 }'; }
full_on() { net "$1" ip -s -j link show adit0 | "$python" -c 'import json,sys; print(json.load(sys.stdin)[0]["stats64"]["tx"]["dropped"])'; }

# The unique ids of the IKE SA and the Child SA that are in use: they tell how many were made.
newest() { vici_on "$1" list-sas --event list-sa | awk -F'[ .]' '$2 == "uniqueid" && $3 > i { i = $3 } $2 == "child-sas" && $4 == "uniqueid" && $5 > c { c = $5 }
	END { print i + 0, c + 0 }'; }

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
lost_out() { echo $((got[tun_out] - got[esp_out])); }
lost_in() { echo $((got[esp_in] - got[tun_in])); }

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

# rekeys PEER OURS THEIRS: as begin_rekeys; a run without rekeys first, whose loss is the network's own
rekeys()
{
	local without_ping without_udp least=$((rekey_seconds * 50 / 60 * 9 / 10))
	need_adit
	[ "$1" = adit ] || need_peer
	optimised
	sites
	begin_rekeys "$1" '|' '|'
	measure "$((rekey_seconds < 60 ? rekey_seconds / 2 : rekey_seconds))"
	said_of "without rekeys" >&3
	without_ping=$(lost_ping) without_udp=$(lost_udp)
	[ "${got[children]}" = 0 ] || fail "the run without rekeys had ${got[children]}"
	stop ga
	stop gb
	begin_rekeys "$@"
	measure "$rekey_seconds"
	said_of "${got[children]} Child SAs and ${got[ikes]} IKE SAs made anew in $rekey_seconds s" >&3
	[ "${got[children]}" -ge "$least" ] || fail "only ${got[children]} rekeys, $least were wanted"
	[ "${got[missed]}" = 0 ] || fail "the capture missed ${got[missed]} packets: nothing can be told"
	[ "${got[drops]}" = 0 ] || fail "ga dropped ${got[drops]}: $(vici_on ga stats | awk '/^drops\./ && $2 { print }' | tr '\n' ' ')"
	[ "$(lost_out)" = 0 ] || fail "ga read ${got[tun_out]} packets and sent ${got[esp_out]}"
	[ "$(lost_in)" = 0 ] || fail "ga received ${got[esp_in]} packets and handed on ${got[tun_in]}"
	[ "$1" != adit ] || [ $(($(lost_ping) - without_ping)) -le 0 ] || fail "$(lost_ping) pings lost, $without_ping without rekeys"
	[ "$1" != adit ] || [ $(($(lost_udp) - without_udp)) -le 0 ] || fail "$(lost_udp) datagrams lost, $without_udp without rekeys"
	is_up ga net
	[ "$(vici_on ga list-sas --event list-sa | grep -c 'child-sas.*\.uniqueid ')" -le 2 ] || fail "Child SAs are left over"
}

by_time='|rekey_time = 1s; rand_time = 0s; life_time = 60s'
row rekeys-ours     rekeys adit   "$by_time" '|'
row rekeys-both     rekeys adit   "$by_time" "$by_time"
row rekeys-strongswan-ours   rekeys charon "$by_time" '|'
row rekeys-strongswan-theirs rekeys charon '|' "$by_time"
