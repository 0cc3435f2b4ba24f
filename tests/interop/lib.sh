# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# The test bed: hosts, links, daemons, traffic, checks. To be sourced by bash; everything ends with the shell that did.
#
# A host is a process in namespaces of its own (network, mounts, processes), with private /etc, /run and /var: see
# ./hostroot. It dies with this shell, and with it all that ran in it, whatever happened. Nothing is ever given a name
# on the machine.
#
#   case_dir DIR                where hosts keep their logs and files; made if missing, kept afterwards
#   host NAME...                makes hosts
#   on NAME COMMAND...          runs a command in a host        net NAME COMMAND...   in its network alone (faster)
#   link A IF B IF [MTU]        joins two hosts                 addr HOST IF ADDR...
#   sites [MTU]                 a - ga - r - gb - b: two sites, their gateways, a router between that knows no inner nets
#   gateway HOST KEY=VALUE...   writes a gateway's swanctl.conf (keys: see the function)
#   start HOST adit|charon      starts the daemon with it, waits until it answers; stop HOST; stopped HOST (exit status)
#                               (another word is a daemon of the cases' own: start_WORD, up_WORD, down_WORD,
#                               status_WORD, and sa_words_WORD, child_words_WORD: what its status shows of an SA that is up)
#   up HOST NAME, down HOST NAME, status HOST
#   pings A DST, stream A B DST BYTES, blocked A DST, ...       the traffic
#   fail / skip WHY             how a case ends; else it is ok

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
interop=$top/tests/interop
# shellcheck source=tests/interop/apt.sh
. "$interop/apt.sh"
export LC_ALL=C.UTF-8
umask 022

ADIT=$(realpath -m "${ADIT:-$top/build/adit}")
python=/usr/bin/python3
[ -x $python ] || python=$(command -v python3)
ADIT_ASAN=${ADIT_ASAN:-}
program=$ADIT
[ ! "$ADIT_ASAN" -nt "$ADIT" ] || program=$(realpath "$ADIT_ASAN")		# (not one that is older)
slow=${ADIT_SLOW:-1}		# how many times longer than usual things may take (the emulated machine sets it)
# in a rehearsal strongSwan stands in for adit, to try the test bed itself
rehearsal=${ADIT_REHEARSAL:-}

peer_dir=${ADIT_PEER_DIR:-}
declare -A holder=() daemon=() kind=()

# --- how a case ends ---------------------------------------------------------------------------------------

verdict=			# what the case's line will say: "not ok ..." or "skip ..."
fail()	# WHY...
{
	verdict="not ok|$*"
	exit 1
}

skip()	# WHY...
{
	verdict="skip|$*"
	exit 0
}

# With a sanitized program at hand the cases use that one, but for those that move much data.
optimised() { program=$ADIT; }

need_peer()
{
	[ -n "$peer_dir" ] || peer_dir=$("$interop/peer" 2>"$case/peer.log") || {
		skip "strongSwan's packages cannot be had: $(tail -n 1 "$case/peer.log")"
	}
}

# A row with the peers of another Debian, which ./run has fetched before it: with_suite SUITE COMMAND...
with_suite()
{
	peer_dir="ADIT_PEER_$1"
	peer_dir=${!peer_dir-}
	[ -n "$peer_dir" ] || skip "the packages of Debian $1 cannot be had: $(tail -n 1 "$case/../peer-$1.log")"
	"${@:2}"
}

# A case that only adit can pass.
need_adit()
{
	[ -z "$rehearsal" ] || [ "$rehearsal" = all ] || skip "a rehearsal without adit"
	[ -n "$rehearsal" ] || [ -x "$ADIT" ] || fail "no program $ADIT"
}

# A part of a case, with a line of its own; the case goes on whatever becomes of it.
part()	# NAME COMMAND...
{
	local part=$1 began=$EPOCHREALTIME
	shift
	(
		verdict='not ok|the test itself broke, see its log'
		trap 'part_line "$part" "$began"; exit 0' EXIT
		"$@"
		verdict=ok
	)
}

part_line()	# NAME BEGAN
{
	case $verdict in
	ok) echo "ok $1 ($(awk -v s="$2" -v e="$EPOCHREALTIME" 'BEGIN { printf "%.1f s", e - s }'))" >&3 ;;
	*)  echo "${verdict%%|*} $1 - $(tr '\n' ' ' <<<"${verdict#*|}" | head -c 1500)" >&3 ;;
	esac
}

# Words that must all be in a text, each an extended regular expression, letter case ignored.
expect()	# WHAT-TEXT-IT-IS TEXT WORD...
{
	local what=$1 text=$2 word
	shift 2
	for word in "$@"; do
		grep -qiE -e "$word" <<<"$text" || fail "$what does not say \"$word\": $(head -c 1200 <<<"$text" | tr '\n' ' ')"
	done
}

expect_not()	# WHAT-TEXT-IT-IS TEXT WORD...
{
	local what=$1 text=$2 word
	shift 2
	for word in "$@"; do
		! grep -qiE -e "$word" <<<"$text" || fail "$what says \"$word\": $(grep -iE -m1 -e "$word" <<<"$text")"
	done
}

# Tries a command every 50 ms until it succeeds, SECONDS long at most.
within()	# SECONDS COMMAND...
{
	local tries=$(($1 * slow * 20))
	shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.05
	done
}

# --- hosts and links ---------------------------------------------------------------------------------------

case_dir()
{
	mkdir -p "$1" || exit 1
	case=$(cd "$1" && pwd)
}

host()	# NAME...
{
	local name outer
	for name; do
		mkdir -p "$case/$name"
		# --kill-child and the parent-death signal: this shell's end is the host's end, even by SIGKILL
		setpriv --pdeathsig KILL unshare --mount --net --pid --fork --kill-child --mount-proc \
			"$interop/hostroot" "$case/$name" "$peer_dir" "$top" "$case" "$(dirname "$ADIT")" "$(dirname "$program")" \
			>"$case/$name/host.log" 2>&1 </dev/null &
		holder[$name]=$!
	done
	for name; do
		outer=${holder[$name]}
		within 10 test -e "$case/$name/ready" || fail "cannot make a host: $(tail -n 1 "$case/$name/host.log")"
		read -r "holder[$name]" <"/proc/$outer/task/$outer/children"
		rm -f "$case/$name/ready"
		net "$name" ip link set lo up
	done
}

# Both are bounded: $t seconds, 30 if that is not set.
on()	# HOST COMMAND...
{
	local name=$1
	shift
	timeout -k 2 $((${t:-30} * slow)) nsenter -t "${holder[$name]}" -m -n -p -- "$@"
}

net()	# HOST COMMAND...
{
	local name=$1
	shift
	timeout -k 2 $((${t:-30} * slow)) nsenter -t "${holder[$name]}" -n -p -- "$@"
}

# A program of the peer's packages.
peer_on()	# HOST COMMAND...
{
	local name=$1
	shift
	on "$name" unshare --mount "$interop/peerroot" "$peer_dir" "$@"
}

nft_on()	# HOST ARGUMENT...
{
	if command -v nft >/dev/null; then on "$1" nft "${@:2}"; else peer_on "$1" nft "${@:2}"; fi
}

has_nft() { command -v nft >/dev/null || [ -n "$peer_dir" ]; }

sysctl()	# HOST NAME=VALUE...
{
	local name=$1
	shift
	net "$name" bash -c 'for s; do n=${s%%=*}; echo "${s#*=}" >"/proc/sys/${n//.//}" || exit 1; done' - "$@" ||
		fail "cannot set $*"
}

link()	# HOST IF HOST IF [MTU]
{
	ip link add "$2" mtu "${5-1500}" netns "${holder[$1]}" type veth \
		peer name "$4" mtu "${5-1500}" netns "${holder[$3]}" || fail "cannot join $1 and $3"
	net "$1" ip link set "$2" up
	net "$3" ip link set "$4" up
}

addr()	# HOST IF ADDRESS/LENGTH...
{
	local name=$1 if=$2 a
	shift 2
	for a; do
		case $a in
		*:*) echo "address add $a dev $if nodad" ;;
		*)   echo "address add $a dev $if" ;;
		esac
	done | net "$name" ip -batch - || fail "cannot give $name $*"
}

gateways_by()	# HOST ADDRESS...: default routes
{
	local name=$1 a
	shift
	for a; do net "$name" ip route add default via "${a%/*}" || fail "$name: no default route by $a"; done
}

forwards()	# HOST...
{
	local name
	for name; do sysctl "$name" net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1; done
}

# The addresses that the cases speak of: inner hosts, gateways inside and outside, inner nets; by family.
declare -A A=([v4]=10.1.0.2 [v6]=fd00:1::2)
declare -A B=([v4]=10.2.0.2 [v6]=fd00:2::2)
declare -A GA_IN=([v4]=10.1.0.1 [v6]=fd00:1::1)
declare -A GB_IN=([v4]=10.2.0.1 [v6]=fd00:2::1)
declare -A GA=([v4]=198.51.100.1 [v6]=2001:db8:a::1)
declare -A GB=([v4]=203.0.113.1 [v6]=2001:db8:b::1)
declare -A NET_A=([v4]=10.1.0.0/24 [v6]=fd00:1::/64)
declare -A NET_B=([v4]=10.2.0.0/24 [v6]=fd00:2::/64)

# a --- ga --- r --- gb --- b; the outer links have MTU $1.
sites()
{
	local mtu=${1-1500}
	host a ga r gb b
	link ga out0 r toa "$mtu"
	addr ga out0 198.51.100.1/24 2001:db8:a::1/64
	gateways_by ga 198.51.100.254 2001:db8:a::fe
	site_a_and_the_rest "$mtu"
}

# a --- ga --- nat --- r --- gb --- b: ga is 172.20.0.2, behind a router that shows 198.51.100.1 in its place.
sites_with_nat()
{
	host a ga nat r gb b
	link ga out0 nat in0
	link nat out0 r toa
	addr ga out0 172.20.0.2/24
	addr nat in0 172.20.0.1/24
	addr nat out0 198.51.100.1/24
	gateways_by ga 172.20.0.1
	gateways_by nat 198.51.100.254
	forwards nat
	nft_on nat -f - <<-NFT || fail "no NAT"
	table ip nat {
	    chain post {
	        type nat hook postrouting priority srcnat;
	        oifname out0 masquerade
	    }
	}
	NFT
	site_a_and_the_rest 1500
}

site_a_and_the_rest()	# MTU
{
	link a eth0 ga in0
	link r tob gb out0 "$1"
	link gb in0 b eth0
	addr a eth0 10.1.0.2/24 fd00:1::2/64
	addr ga in0 10.1.0.1/24 fd00:1::1/64
	addr r toa 198.51.100.254/24 2001:db8:a::fe/64
	addr r tob 203.0.113.254/24 2001:db8:b::fe/64
	addr gb out0 203.0.113.1/24 2001:db8:b::1/64
	addr gb in0 10.2.0.1/24 fd00:2::1/64
	addr b eth0 10.2.0.2/24 fd00:2::2/64
	gateways_by a 10.1.0.1 fd00:1::1
	gateways_by b 10.2.0.1 fd00:2::1
	gateways_by gb 203.0.113.254 2001:db8:b::fe
	forwards ga r gb
	reaches ga "${GB[v4]}"
	[ -n "${holder[nat]-}" ] || reaches ga "${GB[v6]}"
}

# c --- gc --- r: a third site, with the inner net 10.3.0.0/24 or the one given.
third_site()	# [GATEWAY/LENGTH HOST/LENGTH]
{
	host gc c
	link r toc gc out0
	link gc in0 c eth0
	addr r toc 192.0.2.254/24
	addr gc out0 192.0.2.1/24
	addr gc in0 "${1-10.3.0.1/24}"
	addr c eth0 "${2-10.3.0.2/24}"
	gateways_by gc 192.0.2.254
	gateways_by c "${1-10.3.0.1}"
	forwards gc
	reaches ga 192.0.2.1
}

reaches()	# HOST ADDRESS: soon, as links need a moment
{
	within 5 traffic "$1" ping -c1 -W 0.3 "$2" || fail "the network of the test does not work: $1 does not reach $2"
}

# --- configuration -----------------------------------------------------------------------------------------

# gateway HOST KEY=VALUE...   writes HOST's swanctl.conf, with one connection; gateway_also HOST KEY=VALUE... adds another.
# The keys, and what they are without being given:
#   name=NAME                       of the connection and its child: net
#   local=ADDR remote=ADDR          (by host: ga's and gb's IPv4 addresses)
#   id=NAME remote_id=NAME          a.test and b.test
#   auth=psk|rsa|p256|p384|NAME     psk; another NAME is a certificate of ./pki
#   remote_auth=...                 as auth
#   secret=TEXT                     the pre-shared key
#   local_ts=NETS remote_ts=NETS    the inner nets of both families
#   conn=LINES child=LINES          further lines of the connection and its child, `;` between lines
#   children=TEXT                   in place of that one child
gateway()
{
	local dir=$case/$1/swanctl
	mkdir -p "$dir"/{x509,x509ca,private}
	: >"$dir/swanctl.conf"
	gateway_also "$@"
	on "$1" bash -c 'mkdir -p /etc/swanctl && mount --bind "$1" /etc/swanctl' - "$dir" || fail "no /etc/swanctl"
}

gateway_also()
{
	declare local remote
	local host=$1 pair name=net id=a.test remote_id=b.test auth=psk remote_auth='' secret='a secret of the tests'
	local local_ts remote_ts conn='' child='' children='' dir=$case/$1/swanctl cert
	shift
	if [ "$host" = gb ]; then
		local=${GB[v4]} remote=${GA[v4]} id=b.test remote_id=a.test
		local_ts=${NET_B[v4]},${NET_B[v6]} remote_ts=${NET_A[v4]},${NET_A[v6]}
	else
		local=${GA[v4]} remote=${GB[v4]}
		local_ts=${NET_A[v4]},${NET_A[v6]} remote_ts=${NET_B[v4]},${NET_B[v6]}
	fi
	for pair; do local "${pair%%=*}"="${pair#*=}"; done
	remote_auth=${remote_auth:-$auth}
	[ -n "$children" ] || children=$(child "$name" "local_ts = $local_ts" "remote_ts = $remote_ts" "$child")
	cat >>"$dir/swanctl.conf" <<-CONF
	connections {
	    $name {
	        version = 2
	        local_addrs = $local
	        remote_addrs = $remote
	$(lines "$conn" | sed 's/^/        /')
	        local {
	$(auth_lines "$auth" "$host" "$id" | sed 's/^/            /')
	        }
	        remote {
	$(auth_lines "$remote_auth" "" "$remote_id" | sed 's/^/            /')
	        }
	        children {
	$(sed 's/^/            /' <<<"$children")
	        }
	    }
	}
	secrets {
	    ike-$name {
	        id-1 = $id
	        id-2 = $remote_id
	        secret = "$secret"
	    }
	}
	CONF
	[ "$auth$remote_auth" = pskpsk ] || cp "$ADIT_PKI/ca.pem" "$dir/x509ca/" || fail "no certificates"
	[ "$auth" = psk ] || {
		cert=$(cert_name "$auth" "${host#g}")
		cp "$ADIT_PKI/$cert.pem" "$dir/x509/" && cp "$ADIT_PKI/$cert.key" "$dir/private/$cert.pem" || fail "no certificate $cert"
	}
}

child()	# NAME LINE...: a child's text
{
	printf '%s {\n%s\n}\n' "$1" "$(lines "${@:2}" | sed 's/^/    /')"
}

lines()	# TEXT...: without `;` and empty lines
{
	printf '%s\n' "$@" | tr ';' '\n' | sed '/^ *$/d; s/^ *//'
}

cert_name()	# AUTH SIDE
{
	case $1 in
	rsa|p256|p384) echo "$2-$1" ;;
	*) echo "$1" ;;
	esac
}

auth_lines()	# AUTH HOST-OR-NOTHING ID
{
	case $1 in
	psk) printf 'auth = psk\nid = %s\n' "$3" ;;
	*)   echo "auth = pubkey"
	     [ -z "$2" ] || echo "certs = $(cert_name "$1" "${2#g}").pem"
	     echo "id = $3" ;;
	esac
}

# --- daemons -----------------------------------------------------------------------------------------------

vici=/run/adit/vici
swanctl_plugins="pem pkcs1 pkcs8 x509 pubkey openssl random"		# else it tells of all that it lacks

start()	# HOST adit|charon [OPTION...]
{
	local name=$1 what=$2
	shift 2
	[ "$what" = adit ] && [ -n "$rehearsal" ] && what=charon
	kind[$name]=$what
	case $what in
	adit)   start_adit "$name" "$@" ;;
	*)      "start_$what" "$name" "$@" ;;
	esac
}

start_adit()	# HOST [OPTION...]
{
	local name=$1
	shift
	[ -x "$program" ] || fail "no program $program"
	nsenter -t "${holder[$name]}" -m -n -p -- "$program" run -c /etc/swanctl/swanctl.conf "$@" >>"$case/$name/adit.log" 2>&1 </dev/null &
	daemon[$name]=$!
	within 10 started_or_dead "$name"
	listens "$name" ||
		fail "adit does not start: $(tail -n 2 "$case/$name/adit.log" | tr '\n' ' ')"
}

started_or_dead() { listens "$1" || ! test -e "/proc/${daemon[$1]}"; }

# By the kernel's list of this network's sockets: the file alone may be one that a killed daemon left. 00010000: it accepts.
listens() { awk -v p="$vici" '$4 == "00010000" && $NF == p { found = 1 } END { exit !found }' "/proc/${holder[$1]}/net/unix"; }

start_charon()	# HOST
{
	local name=$1 plane=${charon_plane:-libipsec} log=$case/$1/charon.log
	cat >"$case/$name/strongswan.conf" <<-CONF
	charon-systemd {
	    load = random nonce openssl aes sha1 sha2 hmac kdf gcm x509 pkcs1 pkcs8 pem pubkey constraints $(
	        [ "$plane" = libipsec ] && echo kernel-libipsec) kernel-netlink socket-default vici updown counters
	    filelog {
	        log {
	            path = $log
	            time_format = %H:%M:%S
	            default = 1
	            cfg = 2
	            flush_line = yes
	        }
	    }
	}
	swanctl {
	    load = $swanctl_plugins
	}
	CONF
	on "$name" cp "$case/$name/strongswan.conf" /etc/strongswan.conf || fail "no strongswan.conf"
	on "$name" rm -f /run/charon.vici	# of one that was here before
	nsenter -t "${holder[$name]}" -m -n -p -- \
		unshare --mount "$interop/peerroot" "$peer_dir" charon-systemd >>"$case/$name/charon.out" 2>&1 </dev/null &
	daemon[$name]=$!
	within 15 test -S "/proc/${holder[$name]}/root/run/charon.vici" || fail "strongSwan does not start: $(tail -n 2 "$log")"
	peer_on "$name" swanctl --load-all >>"$case/$name/charon.out" 2>&1 ||
		fail "strongSwan does not take its configuration: $(tail -n 2 "$case/$name/charon.out" | tr '\n' ' ')"
}


# The process number, on the machine, of the daemon itself.
daemon_pid()	# HOST
{
	local pid=''
	{ read -r pid _ <"/proc/${daemon[$1]}/task/${daemon[$1]}/children"; } 2>/dev/null
	[ -n "$pid" ] && echo "$pid"
}

# Sends a signal (default TERM), waits for the end; the exit status is in $status_of_stop.
stop()	# HOST [SIGNAL]
{
	local name=$1 pid
	pid=$(daemon_pid "$name") || fail "no daemon on $name to stop"
	kill -s "${2-TERM}" "$pid"
	within 15 gone "$pid" || fail "the daemon on $name does not end by SIG${2-TERM}"
	wait "${daemon[$name]}" 2>/dev/null
	status_of_stop=$?
	unset "daemon[$name]"
}

gone() { ! [ -e "/proc/$1" ] || grep -q '^State:.*Z' "/proc/$1/status"; }

# The `adit` command on a host.
adit()	# HOST ARG...
{
	local name=$1
	shift
	t=${t:-40} on "$name" "$program" "$@" </dev/null
}

# Brings up a connection; what was said is in $said and in HOST/up.log.
up()	# HOST NAME
{
	said=$("up_${kind[$1]}" "$@" 2>&1)
	local rc=$?
	printf '$ up %s\n%s\n(%d)\n' "$2" "$said" $rc >>"$case/$1/up.log"
	return $rc
}

comes_up()	# HOST NAME
{
	up "$1" "$2" || fail "$2 does not come up from $1: $(tail -n 1 <<<"$said")"
}

down()	# HOST NAME
{
	said=$("down_${kind[$1]}" "$@" 2>&1)
	local rc=$?
	printf '$ down %s\n%s\n(%d)\n' "$2" "$said" $rc >>"$case/$1/up.log"
	return $rc
}

# The SAs of a host, for a person or for `expect`.
status()	# HOST
{
	"status_${kind[$1]}" "$1"
}

up_adit() { adit "$1" up "$2"; }
down_adit() { adit "$1" down "$2"; }
status_adit() { adit "$1" status; }
up_charon() { peer_on "$1" swanctl --initiate --child "$2"; }
down_charon() { peer_on "$1" swanctl --terminate --ike "$2"; }
status_charon() { peer_on "$1" swanctl --list-sas; }


# Its SA and the children named are up, and the status says the WORDs too (from the first with a leading `+`).
is_up()	# HOST CHILD... [+WORD...]
{
	local name=$1 text word sa child='^ +%s +up'
	shift
	text=$(status "$name") || fail "no status on $name"
	case ${kind[$name]} in
	adit)   sa='^ +IKE SA [0-9]+ +up' ;;
	charon) sa='^[^ ].*ESTABLISHED' child='^ +%s: .*INSTALLED' ;;
	*)      sa=$("sa_words_${kind[$name]}") child=$("child_words_${kind[$name]}") ;;
	esac
	expect "the status on $name" "$text" "$sa"
	for word; do
		case $word in
		+*) expect "the status on $name" "$text" "${word#+}" ;;
		*)  expect "the status on $name" "$text" "${child//%s/$word}" ;;
		esac
	done
}

no_sas()	# HOST
{
	local text
	text=$(status "$1") || return 1
	case ${kind[$1]} in
	adit)   ! grep -qE '^ +IKE SA [0-9]' <<<"$text" ;;
	charon) [ -z "$text" ] ;;
	*)      ! grep -qE "$("sa_words_${kind[$1]}")" <<<"$text" ;;
	esac
}

# A command of the control protocol, to adit or to strongSwan.
vici_on() { on "$1" "$python" "$interop/vici" "$(vici_socket "$1")" "${@:2}"; }
vici_socket() { if [ "${kind[$1]}" = adit ]; then echo "$vici"; else echo /run/charon.vici; fi; }

# The unique ids of the IKE SA and the Child SA that are in use: they tell how many were made.
newest() { vici_on "$1" list-sas --event list-sa | awk -F'[ .]' '$2 == "uniqueid" && $3 > i { i = $3 } $2 == "child-sas" && $4 == "uniqueid" && $5 > c { c = $5 }
	END { print i + 0, c + 0 }'; }

# New keys for a connection's SAs, of kind child or ike
rekey()	# HOST child|ike NAME
{
	said=$("rekey_${kind[$1]}" "$@" 2>&1)
	local rc=$?
	printf '$ rekey %s %s\n%s\n(%d)\n' "$2" "$3" "$said" $rc >>"$case/$1/up.log"
	return $rc
}

rekey_adit() { vici_on "$1" rekey "$2=$3"; }
rekey_charon() { vici_on "$1" rekey "$2=$3"; }

# Child and IKE SA, each by each end, with pings after each.
rekeys_of_both()	# NAME
{
	rekeyed ga child "$1"
	rekeyed gb child "$1"
	rekeyed ga ike "$1"
	rekeyed gb ike "$1"
	rekeyed ga child "$1"
}

rekeyed()	# HOST child|ike NAME
{
	before=$(newest ga)
	rekey "$@" || fail "$1: rekey $2: $said"
	within 10 other_sa "$2" || fail "there is no new $2 SA, by $1"
	pings_both v4
	is_up ga "$3"
	is_up gb "$3"
}

other_sa()	# child|ike: than those of $before
{
	local now
	now=$(newest ga)
	case $1 in
	child) [ "${now#* }" != "${before#* }" ] ;;
	ike)   [ "${now% *}" != "${before% *}" ] ;;
	esac
}

# --- traffic -----------------------------------------------------------------------------------------------

traffic()	# HOST ARG...
{
	local name=$1
	shift
	net "$name" "$python" "$interop/traffic" "$@"
}

pings()	# HOST DST [ARG...]
{
	local name=$1
	shift
	traffic "$name" ping -W $((2 * slow)) "$@" >>"$case/$name/ping.log" 2>&1 || fail "no ping from $name to $1"
}

no_pings()	# HOST DST
{
	! traffic "$1" ping -c 1 -W "0.$((4 * slow))" "${@:2}" >>"$case/$1/ping.log" 2>&1 || fail "$1 reaches $2 though it must not"
}

# There and back between the inner hosts, in each family named.
pings_both()	# FAMILY...
{
	local f
	for f; do
		pings a "${B[$f]}"
		pings b "${A[$f]}"
	done
}

# BYTES of TCP from one host to another's address and as much back, compared byte by byte.
stream()	# FROM TO DST BYTES [PORT [ARG...]]
{
	local from=$1 to=$2 dst=$3 bytes=$4 port=${5-7000} flag=$case/$2/listens.$RANDOM server
	t=180 traffic "$to" serve "$port" "$flag" >>"$case/$to/stream.log" 2>&1 &
	server=$!
	within 20 test -e "$flag" || fail "no listener on $to"	# a script that starts, on a machine that is loaded
	if t=170 traffic "$from" send "$dst" "$port" "$bytes" "${@:6}" >>"$case/$from/stream.log" 2>&1; then
		wait "$server" || fail "TCP to $to: $(tail -n 1 "$case/$to/stream.log")"
	else
		kill "$server" 2>/dev/null
		wait "$server" 2>/dev/null
		fail "$bytes bytes of TCP from $from to $dst: $(tail -n 1 "$case/$from/stream.log")"
	fi
}

# No TCP connection can be made.
no_stream()	# FROM TO DST PORT
{
	local flag=$case/$2/listens.$RANDOM server
	t=30 traffic "$2" serve "$4" "$flag" >>"$case/$2/stream.log" 2>&1 &
	server=$!
	within 20 test -e "$flag" || fail "no listener on $2"
	! t=3 traffic "$1" send "$3" "$4" 1000 >>"$case/$1/stream.log" 2>&1 || fail "$1 reaches port $4 of $3 though it must not"
	kill "$server" 2>/dev/null
	wait "$server" 2>/dev/null
}

# Counting on the router. After `counted`, ${seen[fragments]}, [esp], [udp500], [udp4500], [clear] and [echo] hold the packets.
declare -A seen=()
counting()	# HOST
{
	counter=$case/$1/counting.$RANDOM
	rm -f "$counter" "$counter.result"
	t=300 traffic "$1" count "$counter" "$counter.result" >>"$case/$1/count.log" 2>&1 &
	within 5 test -e "$counter" || fail "cannot count on $1: $(tail -n 1 "$case/$1/count.log")"
}

counted()
{
	local what n
	rm -f "$counter"
	within 5 test -e "$counter.result" || fail "no count"
	while read -r what n; do seen[$what]=$n; done <"$counter.result"
}

# The tunnel carried it in the form that is meant, and nothing went beside it.
went_as()	# esp|udp4500
{
	local other=udp4500
	[ "$1" = udp4500 ] && other=esp
	[ "${seen[clear]}" = 0 ] || fail "${seen[clear]} packets of the inner nets went in the clear"
	[ "${seen[echo]}" = 0 ] || fail "${seen[echo]} pings went beside the tunnel"
	[ "${seen[fragments]}" = 0 ] || fail "${seen[fragments]} outer fragments"
	[ "${seen[$1]}" -ge 5 ] || fail "only ${seen[$1]} packets as $1 (${seen[$other]} as $other)"
	[ "$1" = udp4500 ] || [ "${seen[udp4500]}" -le 10 ] || fail "${seen[udp4500]} packets on UDP port 4500"
	[ "$1" = esp ] || [ "${seen[esp]}" = 0 ] || fail "${seen[esp]} packets as raw ESP"
}

# --- the state of a host's network ---------------------------------------------------------------------------

# All that a daemon could leave behind: rules, routes of all tables, addresses, links, nft, sysctls.
network_state()	# HOST
{
	local name=$1
	for f in -4 -6; do
		net "$name" ip $f rule
		# without the kernel's own link-local routes: they come when an address has proved unique, a second after it was given
		net "$name" ip $f route show table all | sed -E '/fe80::.* proto kernel/d; s/ (expires|pref|error) [^ ]+//g' | sort
	done
	net "$name" ip -o addr | awk '{ print $2, $3, $4 }'
	net "$name" ip -o link | awk '{ print $2 }'
	! has_nft || nft_on "$name" list ruleset
	on "$name" bash -c 'cd /proc/sys/net && grep -rs . ipv4/conf ipv6/conf ipv4/ip_forward core/{r,w}mem_{max,default} ipv4/ping_group_range' |
		grep -v -E '/(stable_secret|mc_forwarding|base_reachable_time)' | sort
}

same_state()	# BEFORE AFTER WHEN
{
	local d
	d=$(diff <(echo "$1") <(echo "$2")) || fail "$3 something is left: $(grep '^[<>]' <<<"$d" | head -n 4 | tr '\n' ';')"
}

# What no case may leave behind: a daemon that died by itself, or a sanitizer's word.
healthy()
{
	local name log
	for log in "$case"/*/adit.log "$case"/*/up.log; do
		[ -e "$log" ] || continue
		! grep -qE 'Sanitizer|runtime error:|[Aa]ssertion .* failed' "$log" ||
			fail "$(grep -m1 -E 'Sanitizer|runtime error:|[Aa]ssertion .* failed' "$log" | head -c 200)"
	done
	for name in "${!daemon[@]}"; do
		daemon_pid "$name" >/dev/null 2>&1 || fail "the daemon on $name died: $(tail -n 1 "$case/$name/${kind[$name]}.log")"
	done
}

# What helps to see why a case failed, into the hosts' folders.
keep_evidence()
{
	local name
	for name in "${!holder[@]}"; do
		[ -e "/proc/${holder[$name]}" ] || continue
		{
			for f in -4 -6; do
				echo "## ip $f rule; route show table all"
				net "$name" ip $f rule
				net "$name" ip $f route show table all
			done
			echo "## addresses, links and their counters"
			net "$name" ip -s addr
			echo "## sockets, protocol counters"
			net "$name" cat /proc/net/{udp,udp6,raw,raw6,snmp,snmp6}
			! has_nft || { echo "## nft"; nft_on "$name" list ruleset; }
		} >"$case/$name/network.txt" 2>&1
		[ -n "${kind[$name]-}" ] && t=5 status "$name" >"$case/$name/status.txt" 2>&1
		[ "${kind[$name]-}" = adit ] && t=5 adit "$name" explain net >"$case/$name/explain.txt" 2>&1
	done
}
