# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# strongSwan's own swanctl drives adit.

# swanctl_on HOST ARG...: what it prints is in $said; the case fails unless it succeeds
swanctl_on()
{
	said=$(peer_on "$1" swanctl "${@:2}" "${uri[@]}" 2>&1) || fail "swanctl ${*:2}: $(tail -n 2 <<<"$said" | tr '\n' ' ')"
	printf '$ swanctl %s\n%s\n' "${*:2}" "$said" >>"$case/$1/swanctl.log"
}

# driven AUTH [URI]: nothing but swanctl, from an empty daemon to a tunnel and back
driven()
{
	local uri=()
	[ -n "${2-}" ] && [ -z "$rehearsal" ] && uri=(--uri "$2")
	need_peer
	sites
	gateway gb auth="$1"
	start gb charon
	gateway ga auth="$1"
	mv "$case/ga/swanctl/swanctl.conf" "$case/ga/swanctl/later.conf"
	echo "# nothing yet" >"$case/ga/swanctl/swanctl.conf"
	start ga adit
	[ -n "$rehearsal" ] ||
		on ga bash -c 'echo "swanctl { load = $1 }" >/etc/strongswan.conf' - "$swanctl_plugins" || fail "no strongswan.conf"
	swanctl_on ga --version
	expect "--version" "$said" "${rehearsal:+5.9.8|}adit|[0-9]\.[0-9]"
	swanctl_on ga --list-conns
	[ -z "$said" ] || fail "--list-conns of an empty daemon: $said"
	mv "$case/ga/swanctl/later.conf" "$case/ga/swanctl/swanctl.conf"
	swanctl_on ga --load-all
	expect "--load-all" "$said" "loaded connection 'net'" "successfully loaded 1 connections, 0 unloaded"
	swanctl_on ga --list-conns
	expect "--list-conns" "$said" '^net: IKEv2' 'local: +198.51.100.1' 'remote: +203.0.113.1' 'id: a.test' 'id: b.test' \
		'net: TUNNEL' 'local: .*10.1.0.0/24' 'remote: .*10.2.0.0/24'
	[ "$1" = psk ] || expect "--list-conns" "$said" 'certs: O=adit tests, CN=a.test'
	swanctl_on ga --initiate --child net
	expect "--initiate" "$said" "initiate completed successfully" IKE_SA_INIT IKE_AUTH
	pings_both v4 v6
	swanctl_on ga --list-sas
	expect "--list-sas" "$said" '^net: #[0-9]+, ESTABLISHED, IKEv2' "local +'a.test' @ 198.51.100.1" "remote +'b.test' @ 203.0.113.1" \
		'net: #[0-9]+, .*INSTALLED, TUNNEL' 'in +[0-9a-f]{8}, +[1-9][0-9]* bytes' 'out +[0-9a-f]{8}, +[1-9][0-9]* bytes' \
		'local +10.1.0.0/24' 'remote +10.2.0.0/24' 'established .* ago'
	swanctl_on ga --terminate --child net
	expect "--terminate --child" "$said" "terminate completed successfully"
	swanctl_on ga --initiate --child net
	pings_both v4
	swanctl_on ga --terminate --ike net
	expect "--terminate --ike" "$said" "terminate completed successfully"
	swanctl_on ga --list-sas
	[ -z "$said" ] || fail "--list-sas after --terminate: $said"
	# errors reach the user through swanctl as well
	! said=$(peer_on ga swanctl --initiate --child nothing "${uri[@]}" 2>&1) || fail "--initiate of nothing succeeds"
	expect "--initiate of nothing" "$said" "CHILD_SA config 'nothing' not found"
	# a connection that left the file is unloaded
	echo "# nothing left" >"$case/ga/swanctl/swanctl.conf"
	swanctl_on ga --load-all
	swanctl_on ga --list-conns
	[ -z "$said" ] || fail "--list-conns after the connection left the file: $said"
}

row swanctl-psk driven psk unix:///run/adit/vici
row swanctl-rsa driven rsa unix:///run/adit/vici
row swanctl-p256 driven p256 unix:///run/adit/vici
row swanctl-default-socket driven psk
