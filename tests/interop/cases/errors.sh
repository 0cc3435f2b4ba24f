# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# Refusals, as the user sees them: at `adit up`, in `adit explain` of both sides, in the log. The side that refuses tells
# all (what was offered, what is configured, where, what to change); the other tells what it sent and what it was told.

at_line='swanctl\.conf:[0-9]+'		# where a setting stands

# refused A-KEYS B-KEYS: both gateways are adit, with these settings (words); `up` from A must fail, with status 1.
# Then ${up}, ${a} (explain of A) and ${b} (explain of B) hold what is said.
refused()
{
	sites
	eval "gateway ga $1"
	eval "gateway gb $2"
	start gb adit
	start ga adit
	comes_to_nothing
}

comes_to_nothing()
{
	local began=$SECONDS
	if up ga net; then fail "up succeeds"; elif [ $? != 1 ]; then fail "up fails with a status that is not 1"; fi
	[ $((SECONDS - began)) -le $((15 * slow)) ] || fail "up takes $((SECONDS - began)) s to fail"
	up=$said
	a=$(adit ga explain net 2>&1)
	b=$(adit gb explain net 2>&1)
	printf '%s\n' "$a" >"$case/ga/explain"
	printf '%s\n' "$b" >"$case/gb/explain"
	expect_not "what is said" "$up$a$b" 'refused: (the )?peer refused: (the )?peer' 'refused: refused'
	alive ga gb
	no_pings a "${B[v4]}"
}

alive()	# HOST...
{
	local h
	for h; do adit "$h" status >/dev/null || fail "the daemon on $h does not answer any more"; done
}

wrong_psk()
{
	need_adit
	refused 'secret="one secret"' 'secret="not that secret"'
	expect "up" "$up" AUTHENTICATION_FAILED
	expect "explain of the side that refused" "$b" 'pre-shared key' a.test b.test "$at_line" 'change|make'
	expect "explain of the side that was refused" "$a" AUTHENTICATION_FAILED 'pre-shared key|psk' a.test "$at_line" peer
	expect_not "what is said" "$up$a$b" 'one secret' 'not that secret'
	expect "the log of the side that refused" "$(cat "$case/gb/adit.log")" 'pre-shared key'
}

ike_proposals()
{
	need_adit
	refused 'conn="proposals = aes256gcm16-prfsha384-ecp384"' 'conn="proposals = aes128-sha256-modp2048"'
	expect "up" "$up" NO_PROPOSAL_CHOSEN
	expect "explain of the side that refused" "$b" 'aes256gcm16|AES_GCM_16.256' 'ecp384|ECP_384' 'aes128|AES_CBC.128' 'modp2048|MODP_2048' \
		"$at_line" offered configured 'proposals'
	expect "explain of the side that was refused" "$a" NO_PROPOSAL_CHOSEN 'aes256gcm16|AES_GCM_16.256' "$at_line" peer
	expect "the log of the side that refused" "$(cat "$case/gb/adit.log")" 'proposal'
}

esp_proposals()
{
	need_adit
	refused 'child="esp_proposals = aes256gcm16"' 'child="esp_proposals = aes128-sha256"'
	expect "up" "$up" NO_PROPOSAL_CHOSEN
	expect "explain of the side that refused" "$b" 'aes256gcm16|AES_GCM_16.256' 'aes128|AES_CBC.128' "$at_line" offered configured esp_proposals
	expect "explain of the side that was refused" "$a" NO_PROPOSAL_CHOSEN 'aes256gcm16|AES_GCM_16.256' "$at_line" peer
}

selectors()
{
	need_adit
	refused 'local_ts=10.1.0.0/24 remote_ts=10.2.0.0/24' 'local_ts=10.99.0.0/24 remote_ts=10.1.0.0/24'
	expect "up" "$up" TS_UNACCEPTABLE
	expect "explain of the side that refused" "$b" 10.2.0.0/24 10.99.0.0/24 "$at_line" offered configured local_ts
	expect "explain of the side that was refused" "$a" TS_UNACCEPTABLE 10.2.0.0/24 "$at_line" peer
	# RFC 7296 1.2: the IKE SA stays, without a child
	is_up ga
	expect_not "the status" "$(status ga)" '^ +net +up'
}

# bad_certificate NAME KIND-OF-FAULT WORD...: B's certificate is bad. A finds that out from B's answer and refuses; then B
# brings the connection up, and A refuses B's request.
bad_certificate()
{
	local name=$1 fault=$2
	shift 2
	need_adit
	refused "auth=p256" "auth=$name remote_auth=p256"
	if [ "$fault" = sent ]; then
		expect "up" "$up" "$@"
		expect "explain of the side that refused" "$a" "$@" b.test
		expect "the log of the side that refused" "$(cat "$case/ga/adit.log")" "$@"
		expect "explain of the side that was refused" "$b" AUTHENTICATION_FAILED peer
		if up gb net; then fail "up succeeds from B"; fi
		expect "up of B" "$said" AUTHENTICATION_FAILED
		[ "$name" != b-expired ] || expect "up of B (its own visible fault)" "$said" 'own fault.*expired'
		a=$(adit ga explain net 2>&1)
		b=$(adit gb explain net 2>&1)
		printf '%s\n' "$a" >"$case/ga/explain.2"
		printf '%s\n' "$b" >"$case/gb/explain.2"
		expect "explain of A, which refused B's request" "$a" "$@"
		expect "explain of B, which was refused" "$b" AUTHENTICATION_FAILED peer "$at_line"
		[ "$name" != b-expired ] || expect "B's explain (its own visible fault)" "$b" expired
		[ "$name" != b-early ] || expect "B's explain (its own visible fault)" "$b" 'not valid yet|not yet valid'
		alive ga gb
	else
		# B cannot even load it
		expect "B's log" "$(cat "$case/gb/adit.log")" "$@"
		if up gb net; then fail "up succeeds from B"; fi
		expect "up of B" "$said" "$@"
	fi
}

# The same with strongSwan as the side that refuses, which tells nothing but the notify.
refused_by_strongswan()	# KEYS-OF-A KEYS-OF-B WORD...
{
	need_adit
	need_peer
	sites
	eval "gateway ga $1"
	eval "gateway gb $2"
	start gb charon
	start ga adit
	if up ga net; then fail "up succeeds"; fi
	expect "up" "$said" "${@:3}"
	expect "explain" "$(adit ga explain net 2>&1)" "${@:3}" peer "$at_line"
	alive ga
}

# And with strongSwan as the side that asks: adit refuses.
refuses_strongswan()	# KEYS-OF-A KEYS-OF-B NOTIFY WORD...
{
	need_adit
	need_peer
	sites
	eval "gateway ga $1"
	eval "gateway gb $2"
	start gb charon
	start ga adit
	if up gb net; then fail "it comes up"; fi
	expect "strongSwan" "$said" "$3"
	expect "explain" "$(adit ga explain net 2>&1)" "${@:4}"
	alive ga
}

typo()
{
	need_adit
	sites
	gateway ga child="start_acton = start" auth=psk
	gateway_also ga name=good remote=192.0.2.1 remote_id=c.test
	local line
	line=$(grep -n start_acton "$case/ga/swanctl/swanctl.conf" | cut -d: -f1)
	if said=$(adit ga check /etc/swanctl/swanctl.conf 2>&1); then fail "check finds nothing"; elif [ $? != 1 ]; then fail "check's status is not 1"; fi
	expect "check" "$said" "swanctl\.conf:$line:[0-9]+" start_acton start_action
	start ga adit
	within 2 grep -q "is ready" "$case/ga/adit.log"
	expect "the log" "$(cat "$case/ga/adit.log")" "swanctl\.conf:$line" start_acton
	if up ga net; then fail "up of the faulty connection succeeds"; fi
	expect "up" "$said" "swanctl\.conf:$line:.*start_acton"
	if said=$(adit ga explain net 2>&1); then fail "explain of the faulty connection succeeds"; fi
	expect "explain" "$said" "not loaded.*swanctl\.conf:$line:.*start_acton"
	expect "the connections" "$(adit ga status)" '^good ' '^net  not loaded' "swanctl\.conf:$line:.*start_acton"
	if said=$(adit ga status net 2>&1); then fail "status of the faulty connection succeeds"; fi
	expect "status" "$said" "not loaded.*swanctl\.conf:$line:"
	# a brace that is missing
	head -n -1 "$case/ga/swanctl/swanctl.conf" >"$case/ga/swanctl/broken.conf"
	if said=$(adit ga check /etc/swanctl/broken.conf 2>&1); then fail "check finds no missing brace"; fi
	expect "check" "$said" 'broken\.conf:[0-9]+' '}|section'
	if said=$(adit ga check /etc/swanctl/none.conf 2>&1); then fail "check finds a missing file right"; fi
	expect "check" "$said" none.conf 'no such file'
	said=$(adit ga 2>&1)
	[ $? = 2 ] || fail "the command without arguments does not end with status 2"
	expect "the command without arguments" "$said" usage run up down status explain check version
}

second_daemon()
{
	need_adit
	sites
	gateway ga
	gateway gb
	start ga adit
	start gb adit
	comes_up ga net
	local pid rc
	pid=$(on ga pgrep -o adit)
	said=$(t=10 on ga "$program" run -c /etc/swanctl/swanctl.conf 2>&1)
	rc=$?
	[ $rc = 1 ] || fail "the second daemon ends with status $rc: $said"
	expect "the second daemon" "$said" 'already' /run/adit/vici
	# with a control socket of its own it comes as far as the ports
	said=$(t=10 on ga unshare --mount bash -c 'mount -t tmpfs run /run && exec "$@"' - "$program" run -c /etc/swanctl/swanctl.conf 2>&1)
	rc=$?
	[ $rc = 1 ] || fail "the second daemon ends with status $rc: $said"
	expect "the second daemon" "$said" 'port 500' "pid $pid"
	alive ga
	pings_both v4
	[ -S "/proc/${holder[ga]}/root$vici" ] || fail "the first daemon's socket is gone"
}

no_rights()
{
	need_adit
	sites
	gateway ga
	local rc
	said=$(t=10 on ga setpriv --bounding-set -net_admin --inh-caps -net_admin "$program" run -c /etc/swanctl/swanctl.conf 2>&1)
	rc=$?
	[ $rc = 1 ] || fail "without rights it ends with status $rc: $said"
	expect "the daemon without rights" "$said" 'tun' 'CAP_NET_ADMIN|net_admin|root'
	said=$(adit ga status 2>&1)
	[ $? = 1 ] || fail "status without a daemon does not end with status 1"
	expect "status without a daemon" "$said" 'not running|no daemon|cannot reach|cannot connect' /run/adit/vici
}

# Rubbish at the ports, and packets of nobody: nothing happens, and the log stays short.
rubbish()
{
	need_adit
	sites
	gateway ga
	gateway gb
	start gb adit
	start ga adit
	comes_up ga net
	traffic r rubbish "${GA[v4]}" || fail "cannot send"
	alive ga gb
	pings_both v4 v6
	[ "$(wc -l <"$case/ga/adit.log")" -lt 100 ] || fail "the log has $(wc -l <"$case/ga/adit.log") lines"
}

# What scripts rely on: exit codes, JSON, where the socket is.
command_line()
{
	need_adit
	sites
	gateway ga
	gateway gb
	start gb adit
	start ga adit
	local words
	comes_up ga net
	for words in status "status net" "explain net" version "check /etc/swanctl/swanctl.conf" "down net" "up net" "up net"; do
		# shellcheck disable=SC2086
		said=$(adit ga $words --json) || fail "$words --json fails"
		"$python" -c 'import json, sys; json.loads(sys.argv[1])' "$said" || fail "$words --json is no JSON"
	done
	adit ga status | grep -q $'\033' && fail "colours where there is no terminal"
	said=$(ADIT_VICI=/run/adit/vici adit ga status net) || fail "ADIT_VICI"
	said=$(adit ga status --uri unix:///run/adit/vici) || fail "--uri"
	for words in "up nothing" "down nothing" "explain nothing" "check /nowhere"; do
		# shellcheck disable=SC2086
		said=$(adit ga $words 2>&1)
		[ $? = 1 ] || fail "$words does not end with status 1"
		expect "$words" "$said" nothing\|nowhere
	done
	for words in frobnicate "status --frobnicate" up "up one two" "run --frobnicate"; do
		# shellcheck disable=SC2086
		said=$(adit ga $words 2>&1)
		[ $? = 2 ] || fail "adit $words does not end with status 2"
	done
	for words in --help "up --help" "run --help"; do
		# shellcheck disable=SC2086
		said=$(adit ga $words) || fail "adit $words fails"
		expect "adit $words" "$said" usage
	done
	pings_both v4
}

# Packets of the tunnel once more: as they were, with a bit turned, cut short. None gets through, each is counted.
sent_again()	# ENCAP-LINE
{
	need_adit
	sites
	gateway ga conn="$1" local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}"
	gateway gb conn="$1" local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}"
	start gb adit
	start ga adit
	comes_up ga net
	local flag=$case/r/again out=$case/b/caught pid
	traffic b catch 7200 $((20 * slow)) "$flag.caught" >"$out" &
	traffic r again tob "$flag" 20 >>"$case/r/again.log" 2>&1 &
	pid=$!
	within 5 test -e "$flag" || fail "cannot listen on the router: $(tail -n 1 "$case/r/again.log")"
	within 5 test -e "$flag.caught" || fail "no listener on b"
	local i
	for i in {1..20}; do traffic a spoof "${A[v4]}" "${B[v4]}" 7200 "number$i" || fail "cannot send"; done
	wait $pid || fail "the router sent nothing again: $(tail -n 1 "$case/r/again.log")"
	sleep $((1 * slow))
	pings_both v4		# what was still under way has arrived
	[ "$(sort -u "$out" | wc -l)" = 20 ] || fail "$(sort -u "$out" | wc -l) of 20 datagrams arrive"
	[ "$(wc -l <"$out")" = 20 ] || fail "$(wc -l <"$out") datagrams arrive of 20 that were sent"
	expect "the status" "$(status gb)" 'packets dropped:.*20 replay' '20 icv' '20 runt|20 malformed'
	alive gb
	[ "$(grep -ciE 'replay|icv|integrity' "$case/gb/adit.log")" -le 4 ] || fail "the log has a line for each packet"
}

row error-sent-again-raw sent_again "encap = no"
row error-sent-again-udp sent_again "encap = yes"
row command-line command_line
row error-wrong-psk wrong_psk
row error-ike-proposals ike_proposals
row error-esp-proposals esp_proposals
row error-selectors selectors
row error-cert-expired bad_certificate b-expired sent expired
row error-cert-not-yet bad_certificate b-early sent 'not valid yet|not yet valid'
row error-cert-self-signed bad_certificate b-self sent 'self-signed'
row error-cert-wrong-name bad_certificate b-wrongname sent 'does not contain|other\.test'
row error-cert-unreadable bad_certificate b-broken loaded 'b-broken' 'cannot be read|unreadable'
row error-wrong-psk-refused-by-strongswan refused_by_strongswan secret=one secret=two AUTHENTICATION_FAILED
row error-wrong-psk-refuses-strongswan refuses_strongswan secret=one secret=two AUTHENTICATION_FAILED 'pre-shared key' "$at_line"
row error-proposals-refused-by-strongswan refused_by_strongswan \
	'conn="proposals = aes256-sha512-ecp384"' 'conn="proposals = aes128-sha256-x25519"' NO_PROPOSAL_CHOSEN
row error-proposals-refuses-strongswan refuses_strongswan \
	'conn="proposals = aes256-sha512-ecp384"' 'conn="proposals = aes128-sha256-x25519"' NO_PROPOSAL_CHOSEN offered configured "$at_line"
row error-selectors-refused-by-strongswan refused_by_strongswan \
	local_ts=10.1.0.0/24 remote_ts=10.77.0.0/24 TS_UNACCEPTABLE
row error-expired-refuses-strongswan refuses_strongswan auth=p256 'auth=b-expired remote_auth=p256' AUTHENTICATION_FAILED expired b.test
row error-typo typo
row error-second-daemon second_daemon
row error-no-rights no_rights
row error-rubbish rubbish
