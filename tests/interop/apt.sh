# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# Debian packages for the tests, fetched and unpacked, never installed. To be sourced.
#
#   cache_dir            where large things are kept between runs
#   debian_mirror        the archive that this machine's own apt uses
#   apt_private S D ST   prepares apt in folder D for suite S alone, with dpkg's status file ST
#                        (sid's index outlives its date on a mirror that stands still; it is signed all the same)
#                        (APT_CONFIG is exported; the machine's lists and status stay untouched)
#   say WORDS            a line about what is done, on standard error

say() { echo "$*" >&2; }

cache_dir()
{
	echo "${ADIT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/adit}"
}

debian_mirror()
{
	{
		cat /etc/apt/sources.list.d/*.sources 2>/dev/null |
			awk '$1 == "URIs:" { print $2 }'
		cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
			awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /:\//) { print $i; break } }'
	} | grep -v security | head -n 1
}

apt_private()
{
	local suite=$1 dir=$2 status=$3 uri
	uri=$(debian_mirror)
	[ -n "$uri" ] || { say "apt's configuration names no Debian archive"; return 1; }
	mkdir -p "$dir"/{lists/partial,archives/partial,etc/apt.conf.d,etc/preferences.d} || return 1
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main" >"$dir/etc/sources.list"
	{
		# the machine's own way to the archive: proxies, certificates, timeouts
		apt-config dump 2>/dev/null | grep -E '^Acquire::(http|https|Retries)' || :
		cat <<-CONF
		Dir::Etc "$dir/etc";
		Dir::Etc::sourcelist "$dir/etc/sources.list";
		Dir::Etc::sourceparts "-";
		Dir::State "$dir";
		Dir::State::lists "$dir/lists";
		Dir::State::status "$status";
		Dir::Cache "$dir";
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		Acquire::Check-Valid-Until "$([ "$suite" = sid ] && echo false || echo true)";
		CONF
	} >"$dir/apt.conf"
	export APT_CONFIG=$dir/apt.conf
	apt-get update -qq >&2
}
