# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# adit on both gateways: what strongSwan's user-space ESP cannot be asked for, and what needs several peers.

# pair FORM OUTER INNER BYTES [CHILD-LINES [+WORD...]]: FORM is what the tunnel must look like outside, esp or udp4500;
# +WORDs must be in adit's status
pair()
{
	local form=$1 outer=$2 inner=$3 bytes=$4 conn=''
	case ${5-} in *esn*) need_adit ;; *) need_adit_for "$form" ;; esac
	[ "$form" = esp ] && conn="encap = no"
	[ "$bytes" -lt 100000000 ] || optimised
	sites
	gateway ga local="${GA[$outer]}" remote="${GB[$outer]}" conn="$conn" child="${5-}" \
		local_ts="${NET_A[$inner]}" remote_ts="${NET_B[$inner]}"
	gateway gb local="${GB[$outer]}" remote="${GA[$outer]}" conn="$conn" child="${5-}" \
		local_ts="${NET_B[$inner]}" remote_ts="${NET_A[$inner]}"
	start gb adit
	start ga adit
	counting r
	comes_up ga net
	pings_both "$inner"
	stream a b "${B[$inner]}" "$bytes"
	counted
	went_as "$form"
	is_up ga net "${@:6}"
	is_up gb net "${@:6}"
	down gb net || fail "down: $said"
	within 5 no_sas ga || fail "the SA is still there after the other's down"
}

# strongSwan can rehearse these cases, but for raw ESP and ESN, which its ESP in user space does not have
need_adit_for() { if [ "$1" = udp4500 ] && [ -n "$rehearsal" ]; then need_peer; else need_adit; fi; }

# One connection, a Child SA for each of three pairs of nets; one of them goes and comes back.
several_children()
{
	need_adit_for udp4500
	sites
	addr ga in0 10.1.7.1/24
	addr a eth0 10.1.7.2/24
	net a ip route add 10.2.0.0/24 via 10.1.7.1 src 10.1.7.2 table 7
	net a ip rule add from 10.1.7.2 table 7
	local mine='' theirs='' n
	for n in four:10.1.0.0/24:10.2.0.0/24 six:fd00:1::/64:fd00:2::/64 seven:10.1.7.0/24:10.2.0.0/24; do
		local name=${n%%:*} nets=${n#*:} left right
		case $name in
		six) left=fd00:1::/64 right=fd00:2::/64 ;;
		*)   left=${nets%:*} right=${nets#*:} ;;
		esac
		mine+=$(child "$name" "local_ts = $left" "remote_ts = $right")$'\n'
		theirs+=$(child "$name" "local_ts = $right" "remote_ts = $left")$'\n'
	done
	gateway ga children="$mine"
	gateway gb children="$theirs"
	start gb adit
	start ga adit
	if [ -n "$rehearsal" ]; then for n in four six seven; do comes_up ga $n; done; else comes_up ga net; fi
	pings_both v4 v6
	pings a "${B[v4]}" -I 10.1.7.2
	is_up ga four six seven
	[ -n "$rehearsal" ] && return
	down ga net/seven || fail "down of one child: $said"
	no_pings a "${B[v4]}" -I 10.1.7.2
	pings_both v4 v6
	comes_up gb seven
	pings a "${B[v4]}" -I 10.1.7.2
}

several_peers()
{
	need_adit_for udp4500
	sites
	third_site
	gateway ga local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}"
	gateway_also ga name=third remote=192.0.2.1 remote_id=c.test secret='another secret' \
		local_ts="${NET_A[v4]}" remote_ts=10.3.0.0/24
	gateway gb local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}"
	gateway gc name=third local=192.0.2.1 remote="${GA[v4]}" id=c.test remote_id=a.test secret='another secret' \
		local_ts=10.3.0.0/24 remote_ts="${NET_A[v4]}"
	start gb adit
	start gc adit
	start ga adit
	counting r
	comes_up ga net
	comes_up gc third
	pings_both v4
	pings a 10.3.0.2
	pings c "${A[v4]}"
	stream a b "${B[v4]}" 3000000
	stream c a "${A[v4]}" 3000000
	counted
	went_as udp4500
	no_pings b 10.3.0.2
	down ga third || fail "down: $said"
	no_pings a 10.3.0.2
	pings_both v4
}

# through_nat WHO-IS-BEHIND-THE-NAT WHO-IS-NOT
through_nat()
{
	need_peer
	sites_with_nat
	gateway ga local=172.20.0.2 local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}"
	gateway gb remote=%any local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}"
	start gb "$2"
	start ga "$1"
	counting r
	comes_up ga net
	pings_both v4
	stream a b "${B[v4]}" 3000000
	counted
	went_as udp4500
}

# It comes up by itself, and again when the other was gone: restarted in an orderly way, then killed.
start_action()
{
	need_adit_for udp4500
	sites
	gateway ga child="start_action = start" local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}"
	gateway gb local_ts="${NET_B[v4]}" remote_ts="${NET_A[v4]}"
	start ga adit
	start gb adit
	within 20 traffic a ping -c 1 -W 0.3 "${B[v4]}" || fail "it does not come up by itself"
	[ -n "$rehearsal" ] && return
	stop gb
	[ "$status_of_stop" = 0 ] || fail "SIGTERM ends it with status $status_of_stop"
	within 5 no_sas ga || fail "the SA is still there after the other ended"
	start gb adit
	within 30 traffic a ping -c 1 -W 0.3 "${B[v4]}" || fail "it does not come up again after the other's restart"
	down ga net || fail "down: $said"
	sleep 3
	no_pings a "${B[v4]}"
}

for outer in v4 v6; do
	for inner in v4 v6; do
		bytes=3000000
		[ $outer$inner = v4v4 ] && bytes=100000000
		row "adit-udp-$outer-in-$inner" pair udp4500 $outer $inner $bytes
		row "adit-raw-$outer-in-$inner" pair esp $outer $inner $bytes
	done
done
row adit-esn pair esp v4 v4 3000000 "esp_proposals = aes256gcm16-esn" +ESN
row adit-esn-cbc pair udp4500 v6 v4 3000000 "esp_proposals = aes128-sha256-esn" +ESN
row adit-esp-gcm128 pair esp v4 v4 3000000 "esp_proposals = aes128gcm16" +GCM.16.128
row adit-esp-cbc256 pair esp v4 v6 3000000 "esp_proposals = aes256-sha512" +CBC.256 +512
row adit-esp-chacha pair esp v6 v4 3000000 "esp_proposals = chacha20poly1305" +CHACHA20
row adit-several-children several_children
row adit-several-peers several_peers
row adit-nat through_nat adit adit
row strongswan-nat-adit-behind through_nat adit charon
row strongswan-nat-strongswan-behind through_nat charon adit
row adit-start-action start_action
