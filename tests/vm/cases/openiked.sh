# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# adit (ESP in user space) on gateway A, OpenIKED 7.4 with the kernel's ESP on gateway B. In the emulated machine, see tests/vm/run.
#
# On Linux OpenIKED's Child SAs have neither AES-GCM nor ESN, and its HMAC-SHA2-256 is cut to another length than the RFC's: hence
# SHA2-384. It rekeys by time and bytes only, so its rekey of the IKE SA has its own configuration; a Child SA's comes with the bytes.
# It initiates what is `active` when it starts. It does not narrow as an initiator, and has no transport mode on Linux that takes
# another's proposal; these rows are with libreswan and strongSwan.

# --- the daemon ---

openiked_policy()	# active|passive NAME AUTH [LIFETIMES]
{
	printf 'ikev2 "%s" %s tunnel esp from %s to %s local %s' "$2" "$1" "${NET_B[v4]}" "${NET_A[v4]}" "${GB[v4]}"
	[ "$1" = passive ] || printf ' peer %s' "${GA[v4]}"
	printf ' ikesa enc aes-256-gcm prf hmac-sha2-384 group curve25519 childsa enc aes-256 auth hmac-sha2-384 group curve25519'
	printf ' srcid b.test dstid %s.test%s %s\n' "$2" "${4-}" "$3"
}

start_openiked()	# HOST
{
	local name=$1 dir=$case/$1
	# what installing would have done: a user, whose home the daemon locks itself into
	peer_on "$name" bash -ec '
		grep -q ^_iked: /etc/passwd || echo _iked:x:993:993::/var/lib/iked:/usr/sbin/nologin >>/etc/passwd
		grep -q ^_iked: /etc/group || echo _iked:x:993: >>/etc/group
		mkdir -p /var/lib/iked /etc/iked/{ca,certs,private,pubkeys,crls}
		cp "$2/ca.pem" /etc/iked/ca/ca.crt
		cp "$2/b-p256.pem" /etc/iked/certs/b.test.crt
		cp "$2/b-p256.key" /etc/iked/private/local.key
		chmod 600 /etc/iked/private/local.key
		cp "$1/iked.conf" /etc/iked.conf
		chmod 600 /etc/iked.conf' - "$dir" "$ADIT_PKI" >>"$dir/openiked.log" 2>&1 ||
		fail "OpenIKED's files: $(tail -n 1 "$dir/openiked.log")"
	on "$name" openssl pkey -in "$ADIT_PKI/b-p256.key" -pubout -out /etc/iked/local.pub || fail "no public key"
	nsenter -t "${holder[$name]}" -m -n -p -- unshare --mount "$interop/peerroot" "$peer_dir" \
		/usr/sbin/iked -d -vv >>"$dir/openiked.log" 2>&1 </dev/null &
	daemon[$name]=$!
	within 15 ikectl "$name" show sa || fail "OpenIKED does not start: $(tail -n 2 "$dir/openiked.log" | tr '\n' ' ')"
}

ikectl() { peer_on "$1" ikectl "${@:2}"; }
down_openiked() { ikectl "$1" reset id "FQDN/$2.test"; }
status_openiked() { ikectl "$1" show sa; }
sa_words_openiked() { echo 'ESTABLISHED'; }
child_words_openiked() { echo 'esp'; }

# --- the cases ---

with_openiked()
{
	need_peer
	sites
	link ga out1 r toa1
	addr r toa1 192.0.2.254/24
	net ga ip link set out1 down
	local psk='psk "a secret of the tests"' esp="esp_proposals = aes256-sha384-x25519" nets=(local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}")
	gateway ga name=psk id=psk.test "${nets[@]}" conn="encap = no" child="$esp"
	gateway_also ga name=cert auth=p256 "${nets[@]}" conn="encap = no" child="$esp"
	gateway_also ga name=wide id=wide.test local_ts=10.0.0.0/8 remote_ts="${NET_B[v4]}" child="start_action = trap;$esp" conn="encap = no"
	gateway_also ga name=roam id=roam.test local=%any "${nets[@]}" child="$esp"
	gateway_also ga name=theirs id=theirs.test "${nets[@]}" child="$esp" conn="encap = no"
	{
		openiked_policy passive wide "$psk"
		openiked_policy passive roam "$psk"
		openiked_policy passive psk "$psk"
		openiked_policy passive a ''		# the last: it asks for certificates before it knows who is there
	} >"$case/gb/iked.conf"
	start gb openiked
	start ga adit
	part openiked-psk-initiates set_up_and_deleted ga psk ga
	part openiked-certificates-initiates set_up_and_deleted ga cert ga
	part openiked-trap-and-narrowing trap_and_narrowed wide "${NET_A[v4]}" "${NET_B[v4]}"
	part openiked-rekeys-adit rekeys_of_adit psk
	part openiked-mobike-ike-sa-moves ike_sa_moves
	comes_back ga out1 "${GA[v4]}" 198.51.100.254 "${GB[v4]}"
	stop gb
	openiked_policy active theirs "$psk" ' ikelifetime 45 lifetime 3600 bytes 200K' >"$case/gb/iked.conf"
	start gb openiked
	part openiked-responds-and-rekeys responds_and_rekeys
}

rekeys_of_adit()	# NAME
{
	comes_up ga "$1"
	rekeyed ga child "$1"
	rekeyed ga ike "$1"
	rekeyed ga child "$1"
	goes_down ga "$1"
}

# It follows with the IKE SA, and wants to with the Child SA, which Linux refuses: its PF_KEY moves no addresses.
ike_sa_moves()
{
	comes_up ga roam
	before=$(newest ga)
	net ga ip link set out1 up
	addr ga out1 192.0.2.1/24
	net ga ip route replace default via 192.0.2.254
	net ga ip address del "${GA[v4]}/24" dev out0
	within 10 grep -q 'updated SA to peer 192.0.2.1' "$case/gb/openiked.log" || fail "OpenIKED was not told"
	[ "$(newest ga)" = "$before" ] || fail "it was set up anew instead"
	goes_down ga roam
}

# It has initiated, wants new keys after some bytes and after some seconds, and deletes.
responds_and_rekeys()
{
	within 10 theirs_is_up || fail "OpenIKED does not set it up"
	pings_both v4
	before=$(newest ga)
	stream b a "${A[v4]}" 300000
	within 10 other_sa child || fail "no rekey of the Child SA by OpenIKED"
	pings_both v4
	before=$(newest ga)
	within 20 other_sa ike || fail "no rekey of the IKE SA by OpenIKED"
	pings_both v4
	is_up ga theirs
	before=$(newest ga)
	down gb theirs || fail "ikectl: $said"
	within 10 not_the_one || fail "OpenIKED's delete changes nothing"
}

theirs_is_up() { status ga | grep -qE '^ +theirs +up'; }
not_the_one() { ! status ga | grep -qE "IKE SA ${before% *} +up"; }

row openiked with_openiked
