#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Makes the certificates and keys of this folder: right ones, and each wrong in one way. They are committed; the time of
# verification is an argument of the tests, so they never go stale. Run again only to add some: all get new keys.
#
# Made by this script (ISC). The private keys protect nothing.

set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -f ./*.pem ./*.der

FROM=20240101000000Z
TO=20440101000000Z
: >"$work/index"

cat >"$work/conf" <<END
[ca]
default_ca = ca
[ca]
database = $work/index
new_certs_dir = $work
policy = any
unique_subject = no
email_in_dn = no
rand_serial = yes
default_md = sha256
[any]
[req]
distinguished_name = any
END

rsa() { openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:"$2" -out "$1.key.pem"; }
ec() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:"$2" -pkeyopt ec_param_enc:named_curve -out "$1.key.pem"; }

# cert NAME ISSUER SUBJECT EXTENSIONS [FROM TO [DIGEST]]; NAME.key.pem is there; ISSUER = NAME: self-signed
cert()
{
	printf '%b\n' "$4" >"$work/ext"
	openssl req -new -batch -config "$work/conf" -key "$1.key.pem" -subj "$3" -utf8 -out "$work/req"
	if [ "$1" = "$2" ]; then
		signer="-selfsign -keyfile $1.key.pem"
	else
		signer="-cert $2.pem -keyfile $2.key.pem"
	fi
	# shellcheck disable=SC2086
	openssl ca -batch -notext -config "$work/conf" $signer -in "$work/req" -extfile "$work/ext" -startdate "${5:-$FROM}" \
		-enddate "${6:-$TO}" -md "${7:-sha256}" -preserveDN -subj "$3" -out "$1.pem" 2>"$work/log" || { cat "$work/log"; exit 1; }
}

CA='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign'
NAMES='subjectAltName=DNS:gw.example.org,email:admin@example.org,IP:192.0.2.1,IP:2001:db8::1'
END='basicConstraints=CA:FALSE\nkeyUsage=digitalSignature'

rsa root 2048
cert root root "/C=CH/O=Example/CN=Example Root" "$CA"
ec root-ec P-256
cert root-ec root-ec "/C=CH/O=Example/CN=Example EC Root" "$CA"
rsa stranger 2048
cert stranger stranger "/C=CH/O=Stranger/CN=Stranger Root" "$CA"

# Right ones
rsa gw 2048
cert gw root "/C=CH/O=Example/CN=gw.example.org" "$END\n$NAMES"
rsa other 2048
cert other root "/C=CH/O=Example/CN=other.example.org" "$END\nsubjectAltName=DNS:other.example.org"
ec gw-p256 P-256
cert gw-p256 root-ec "/C=CH/O=Example/CN=p256.example.org" "$END\nsubjectAltName=DNS:p256.example.org"
ec gw-p384 P-384
cert gw-p384 root-ec "/C=CH/O=Example/CN=p384.example.org" "$END"
ec gw-p521 P-521
cert gw-p521 root-ec "/C=CH/O=Example/CN=p521.example.org" "$END"
ec sub P-256
cert sub root "/C=CH/O=Example/CN=Example Sub" "$CA"
# One key serves all the leaves below; what differs is the certificate.
leaf() { name=$1; shift; cp gw-p256.key.pem "$name.key.pem"; cert "$name" "$@"; rm "$name.key.pem"; }
leaf below-sub sub "/C=CH/O=Example/CN=below.example.org" "$END"
leaf eku-none root-ec "/CN=eku-none" "basicConstraints=CA:FALSE"
leaf eku-server root-ec "/CN=eku-server" "$END\nextendedKeyUsage=serverAuth"
leaf eku-client root-ec "/CN=eku-client" "$END\nextendedKeyUsage=clientAuth,emailProtection"
leaf eku-ike root-ec "/CN=eku-ike" "$END\nextendedKeyUsage=critical,1.3.6.1.5.5.7.3.17"
leaf eku-intermediate root-ec "/CN=eku-intermediate" "$END\nextendedKeyUsage=1.3.6.1.5.5.8.2.2"
leaf eku-any root-ec "/CN=eku-any" "$END\nextendedKeyUsage=anyExtendedKeyUsage"
leaf ku-repudiation root-ec "/CN=ku-repudiation" "keyUsage=nonRepudiation"

# Wrong ones
leaf expired root-ec "/CN=expired" "$END" 20200101000000Z 20210101000000Z
leaf not-yet root-ec "/CN=not-yet" "$END" 20400101000000Z 20410101000000Z
cp gw-p256.key.pem self-signed.key.pem
cert self-signed self-signed "/CN=self-signed" "$END"
rm self-signed.key.pem
leaf untrusted stranger "/CN=untrusted" "$END"
leaf eku-code root-ec "/CN=eku-code" "$END\nextendedKeyUsage=codeSigning"
leaf ku-encipher root-ec "/CN=ku-encipher" "keyUsage=keyEncipherment"
leaf critical root-ec "/CN=critical" "$END\n1.2.3.4.5=critical,ASN1:UTF8String:what"
leaf below-leaf gw-p256 "/CN=below-leaf" "$END"
leaf sha1 root-ec "/CN=sha1" "$END" "$FROM" "$TO" sha1
rsa small 1024
cert small root "/CN=small" "$END"
rsa sub-expired 2048
cert sub-expired root "/CN=Expired Sub" "$CA" 20200101000000Z 20210101000000Z
leaf below-expired sub-expired "/CN=below-expired" "$END"
ec sub-code P-256
cert sub-code root "/CN=Code Sub" "$CA\nextendedKeyUsage=codeSigning"
leaf below-code sub-code "/CN=below-code" "$END"
ec sub-zero P-256
cert sub-zero root "/CN=Zero Sub" "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign"
ec sub-deep P-256
cert sub-deep sub-zero "/CN=Deep Sub" "$CA"
leaf below-deep sub-deep "/CN=below-deep" "$END"
ec sub-names P-256
cert sub-names root "/CN=Names Sub" "$CA\nnameConstraints=critical,permitted;DNS:example.org,excluded;DNS:secret.example.org"
leaf names-in sub-names "/CN=names-in" "$END\nsubjectAltName=DNS:gw.EXAMPLE.org"
leaf names-out sub-names "/CN=names-out" "$END\nsubjectAltName=DNS:gw.example.net"
leaf names-excluded sub-names "/CN=names-excluded" "$END\nsubjectAltName=DNS:vpn.SECRET.example.org"
rm -f sub*.key.pem root*.key.pem stranger.key.pem small.key.pem

# The forms of private keys
openssl rsa -in gw.key.pem -traditional -out gw.pkcs1.key.pem 2>/dev/null
openssl ec -in gw-p256.key.pem -out gw-p256.sec1.key.pem 2>/dev/null
openssl pkcs8 -topk8 -in gw.key.pem -v2 aes-256-cbc -iter 2048 -passout pass:secret -out gw.sealed.key.pem
openssl pkcs8 -topk8 -in gw.key.pem -v2 aes-256-cbc -iter 2048 -passout pass:secret -outform DER -out gw.sealed.key.der
openssl rsa -in gw.key.pem -aes128 -traditional -passout pass:secret -out gw.old-sealed.key.pem 2>/dev/null
openssl pkcs8 -topk8 -nocrypt -in gw.key.pem -outform DER -out gw.key.der
openssl rsa -in gw.key.pem -traditional -outform DER -out gw.pkcs1.key.der 2>/dev/null
openssl ec -in gw-p256.key.pem -outform DER -out gw-p256.sec1.key.der 2>/dev/null
openssl x509 -in gw.pem -outform DER -out gw.der
openssl genpkey -quiet -algorithm ED25519 -out ed25519.key.pem
