# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# adit (ESP in user space) on gateway A, libreswan 5.2 with the kernel's ESP on gateway B, both with their own defaults for
# proposals. In the emulated machine, see tests/vm/run. All share the hosts and the daemons, each is a line of its own.

# --- the daemon ---

libreswan_conn()	# NAME LINE...: a connection of gb's, with secret and certificate
{
	local name=$1
	shift
	{
		printf 'conn %s\n' "$name"
		[[ $* == *'right = '* ]] || lines "right = ${GA[v4]}" | sed 's/^/    /'
		lines "left = ${GB[v4]}; keyexchange = ikev2; auto = add; retransmit-interval = 2000ms" "$@" | sed 's/^/    /'
		echo
	} >>"$case/gb/ipsec.conf"
}

libreswan_psk()	# IDENTITIES: the lines of a connection with `a secret of the tests`
{
	echo "@$2 @$1 : PSK \"a secret of the tests\"" >>"$case/gb/ipsec.secrets"
	echo "authby = secret; leftid = @$2; rightid = @$1"
}

start_libreswan()	# HOST
{
	local name=$1 dir=$case/$1
	openssl pkcs12 -export -in "$ADIT_PKI/b-p256.pem" -inkey "$ADIT_PKI/b-p256.key" -certfile "$ADIT_PKI/ca.pem" \
		-name b-p256 -passout pass: -out "$dir/b.p12" || fail "no certificate for libreswan"
	peer_on "$name" bash -ec '
		mkdir -p /run/pluto /var/lib/ipsec/nss
		cp "$1/ipsec.conf" "$1/ipsec.secrets" /etc/
		certutil -N -d sql:/var/lib/ipsec/nss --empty-password
		pk12util -i "$1/b.p12" -d sql:/var/lib/ipsec/nss -W ""
		certutil -M -d sql:/var/lib/ipsec/nss -n "test CA - adit tests" -t CT,,' - "$dir" >"$dir/pluto.out" 2>&1 ||
		fail "libreswan's files: $(tail -n 2 "$dir/pluto.out" | tr '\n' ' ')"
	nsenter -t "${holder[$name]}" -m -n -p -- unshare --mount "$interop/peerroot" "$peer_dir" \
		/usr/libexec/ipsec/pluto --nofork --config /etc/ipsec.conf --logfile "$dir/libreswan.log" >>"$dir/pluto.out" 2>&1 </dev/null &
	daemon[$name]=$!
	within 15 libreswan_has_all "$name" ||
		fail "libreswan does not start: $(tail -n 2 "$dir/libreswan.log" "$dir/pluto.out" | tr '\n' ' ')"
}

whack() { peer_on "$1" /usr/libexec/ipsec/whack "${@:2}"; }
# (it begins to listen when it has its connections, and then reads the secrets)
libreswan_has_all() { grep -q 'loading secrets' "$case/$1/libreswan.log"; }
up_libreswan() { whack "$1" --initiate --name "$2"; }
down_libreswan() { whack "$1" --terminate --name "$2"; }
status_libreswan() { whack "$1" --showstates; }
sa_words_libreswan() { echo 'ESTABLISHED_IKE_SA'; }
child_words_libreswan() { echo '"%s"(\[[0-9]+\])?.*ESTABLISHED_CHILD_SA'; }

# --- the cases ---

with_libreswan()
{
	need_peer
	sites
	link ga out1 r toa1
	addr r toa1 192.0.2.254/24
	net ga ip link set out1 down
	local nets="leftsubnet = ${NET_B[v4]}; rightsubnet = ${NET_A[v4]}"
	# (two connections with the same nets would share their policies in libreswan)
	libreswan_conn psk "$(libreswan_psk psk.a.test psk.b.test)" "$nets"
	libreswan_conn cert "authby = ecdsa; leftcert = b-p256; leftsendcert = always; leftid = @b.test; rightid = @a.test; rightca = %same" \
		"leftsubnet = ${NET_B[v6]}; rightsubnet = ${NET_A[v6]}"
	libreswan_conn host "$(libreswan_psk host.a.test host.b.test)" "type = transport"
	libreswan_conn narrow "$(libreswan_psk narrow.a.test narrow.b.test)" "leftsubnet = 10.2.0.0/25; rightsubnet = 10.1.0.0/25; narrowing = yes"
	libreswan_conn roam "$(libreswan_psk roam.a.test roam.b.test)" \
		"right = %any; leftsubnet = 10.2.0.0/26; rightsubnet = 10.1.0.0/26; mobike = yes"
	gateway ga name=psk id=psk.a.test remote_id=psk.b.test local_ts="${NET_A[v4]}" remote_ts="${NET_B[v4]}" conn="encap = no"
	gateway_also ga name=cert auth=p256 local_ts="${NET_A[v6]}" remote_ts="${NET_B[v6]}" conn="encap = no"
	gateway_also ga name=host id=host.a.test remote_id=host.b.test children="$(child host "mode = transport" "mode_required = yes")" \
		conn="encap = no"
	gateway_also ga name=narrow id=narrow.a.test remote_id=narrow.b.test local_ts=10.0.0.0/8 remote_ts="${NET_B[v4]}" \
		child="start_action = trap" conn="encap = no"
	gateway_also ga name=roam id=roam.a.test remote_id=roam.b.test local=%any local_ts=10.1.0.0/26 remote_ts=10.2.0.0/26
	start gb libreswan
	start ga adit
	part libreswan-psk-initiates set_up_and_deleted ga psk ga
	part libreswan-psk-responds set_up_and_deleted gb psk gb
	part libreswan-certificates-initiates set_up_and_deleted ga cert gb v6
	part libreswan-certificates-responds set_up_and_deleted gb cert gb v6
	part libreswan-rekeys rekeys_with psk
	part libreswan-transport-initiates transport_with ga host host
	part libreswan-transport-responds transport_with gb host host
	part libreswan-trap-and-narrowing trap_and_narrowed narrow 10.1.0.2/32 10.2.0.2/32
	part libreswan-mobike-adit-moves moves ga gb out1 192.0.2.1/24 192.0.2.254 "${GA[v4]}"
}

rekey_libreswan() { whack "$1" "--rekey-$2" --name "$3"; }

row libreswan with_libreswan
