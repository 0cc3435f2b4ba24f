/* SPDX-License-Identifier: ISC */
/*
 * The rows of the table of keys. Included by schema.c alone; it is a file of its own because it is data.
 */
#pragma once

#include "config/connection.h"
#include "config/schema.h"

#define NOT_YET "not built yet"
#define V1_ONLY "only IKEv1 uses it"
#define NO_MARKS "the packets here carry no marks; tun gives a connection an interface of its own, which rules can name"
#define NO_XFRM_INTERFACE "XFRM interfaces belong to the Linux kernel's IPsec; tun gives a connection an interface of its own"
#define KERNEL_ONLY "it is a setting of the Linux kernel's IPsec, which does not carry the packets here"

static const struct key_word action_words[] = {
	{ "none", ACTION_NONE }, { "clear", ACTION_NONE }, { "start", ACTION_START }, { "restart", ACTION_START },
	{ "trap", ACTION_TRAP }, { "route", ACTION_TRAP }, { NULL },
};
static const struct key_word mode_words[] = {
	{ "tunnel", CHILD_TUNNEL }, { "transport", CHILD_TRANSPORT }, { "pass", CHILD_PASS }, { "drop", CHILD_DROP },
	{ "transport_proxy", CHILD_TRANSPORT, KEY_NOT_BUILT, "Mobile IPv6 is not spoken here" },
	{ "beet", CHILD_TUNNEL, KEY_NOT_BUILT, "no standard describes it; transport or tunnel do its work" },
	{ "iptfs", CHILD_TUNNEL, KEY_NOT_BUILT, NOT_YET }, { NULL },
};
static const struct key_word unique_words[] = {
	{ "no", UNIQUE_NO }, { "never", UNIQUE_NEVER }, { "replace", UNIQUE_REPLACE }, { "keep", UNIQUE_KEEP }, { NULL },
};
static const struct key_word send_cert_words[] = {
	{ "ifasked", CERT_IF_ASKED }, { "always", CERT_ALWAYS }, { "never", CERT_NEVER }, { NULL },
};
static const struct key_word mobike_check_words[] = {
	{ "after", MOBIKE_CHECK_AFTER }, { "before", MOBIKE_CHECK_BEFORE }, { "no", MOBIKE_CHECK_NO }, { NULL },
};
static const struct key_word fragmentation_words[] = {
	{ "yes", FRAGMENTATION_YES }, { "accept", FRAGMENTATION_ACCEPT }, { "force", FRAGMENTATION_FORCE },
	{ "no", FRAGMENTATION_NO }, { NULL },
};
static const struct key_word childless_words[] = {
	{ "never", CHILDLESS_NEVER }, { "allow", CHILDLESS_ALLOW }, { "prefer", CHILDLESS_PREFER }, { "force", CHILDLESS_FORCE },
	{ NULL },
};
static const struct key_word ocsp_words[] = {
	{ "never", 0 }, { "reply", 1, KEY_LATER, NULL }, { "request", 2, KEY_NOT_BUILT, NOT_YET },
	{ "both", 3, KEY_NOT_BUILT, NOT_YET }, { NULL },
};
static const struct key_word revocation_words[] = {
	{ "relaxed", 0, KEY_LATER, "certificates are not checked for revocation yet" },
	{ "ifuri", 1, KEY_NOT_BUILT, NOT_YET }, { "strict", 2, KEY_NOT_BUILT, NOT_YET }, { NULL },
};
static const struct key_word dscp_words[] = {
	{ "out", 1 }, { "in", 2 }, { "yes", 3 }, { "no", 0 }, { NULL },
};
static const struct key_word offload_words[] = {
	{ "no", 0 }, { "auto", 1 }, { "yes", 2, KEY_NOT_BUILT, KERNEL_ONLY }, { "crypto", 3, KEY_NOT_BUILT, KERNEL_ONLY },
	{ "packet", 4, KEY_NOT_BUILT, KERNEL_ONLY }, { NULL },
};
static const struct key_word label_mode_words[] = {
	{ "system", 0 }, { "simple", 1, KEY_NOT_BUILT, NOT_YET }, { "selinux", 2, KEY_NOT_BUILT, NOT_YET }, { NULL },
};
static const struct key_word per_cpu_words[] = {
	{ "no", 0 }, { "false", 0 }, { "disabled", 0 }, { "0", 0 }, { "yes", 1, KEY_NOT_BUILT, NOT_YET },
	{ "true", 1, KEY_NOT_BUILT, NOT_YET }, { "enabled", 1, KEY_NOT_BUILT, NOT_YET },
	{ "1", 1, KEY_NOT_BUILT, NOT_YET }, { "encap", 2, KEY_NOT_BUILT, NOT_YET }, { NULL },
};

static const struct key table[] = {
	/* --- connections.NAME --- */
	{ AT_CONNECTION, TYPE_NUMBER, .name = "version", .most = 2, .theirs = "0", .ours = "2",
	  .note = "IKEv1 is used only when it is asked for",
	  .help = "IKE version. 2 is IKEv2. 0 answers both versions and initiates IKEv2. 1 is IKEv1, which is not built yet." },
	{ AT_CONNECTION, TYPE_LIST, .name = "local_addrs", .theirs = "%any",
	  .help = "Local addresses: IP addresses, subnets, ranges, DNS names. The first that is no range is used to initiate; "
		  "a peer must come to one of them." },
	{ AT_CONNECTION, TYPE_LIST, .name = "remote_addrs", .theirs = "%any",
	  .help = "The peer's addresses, likewise. At least one address or name is needed to initiate." },
	{ AT_CONNECTION, TYPE_NUMBER, .name = "local_port", .most = 65535, .theirs = "500",
	  .help = "Local UDP port. With 500 the IKE SA moves to 4500 when there is a NAT." },
	{ AT_CONNECTION, TYPE_NUMBER, .name = "remote_port", .most = 65535, .theirs = "500",
	  .help = "The peer's UDP port. Another one than 500 is spoken to as if the IKE SA had moved to 4500." },
	{ AT_CONNECTION, TYPE_LIST, .name = "proposals", .theirs = "default", .ours = "(AEADs and SHA-2, x25519 first)",
	  .note = "today's best practice: no SHA-1, no 3DES, no MODP-1024 unless named",
	  .help = "IKE proposals, such as aes256gcm16-prfsha256-x25519; *default* stands for the built-in ones." },
	{ AT_CONNECTION, TYPE_LIST, KEY_NOT_BUILT, .name = "vips", .note = NOT_YET,
	  .help = "Virtual IP addresses to ask the peer for." },
	{ AT_CONNECTION, TYPE_BOOL, KEY_MEANINGLESS, .name = "aggressive", .neutral = "no", .theirs = "no", .note = V1_ONLY,
	  .help = "IKEv1 aggressive mode." },
	{ AT_CONNECTION, TYPE_BOOL, KEY_MEANINGLESS, .name = "pull", .neutral = "yes", .theirs = "yes", .note = V1_ONLY,
	  .help = "IKEv1 mode config in pull mode." },
	{ AT_CONNECTION, TYPE_BITS, KEY_NOT_BUILT, .name = "dscp", .neutral = "000000", .theirs = "000000", .note = NOT_YET,
	  .help = "DSCP of outgoing IKE packets, six binary digits." },
	{ AT_CONNECTION, TYPE_BOOL, .name = "encap", .theirs = "no", .ours = "(no; yes towards another adit)",
	  .note = "batches of UDP packets are faster than raw ESP",
	  .help = "*yes* puts ESP into UDP also without a NAT. A written *no* keeps raw ESP also towards another adit." },
	{ AT_CONNECTION, TYPE_BOOL, .name = "mobike", .theirs = "yes",
	  .help = "MOBIKE (RFC 4555): when this host's addresses change the IKE SA and its Child SAs go on from another one, and a "
		  "peer may move likewise, to any address. Without it whoever set the IKE SA up sets it up anew." },
	{ AT_CONNECTION, TYPE_WORD, .own = true, .name = "mobike_check", .words = mobike_check_words, .theirs = "after",
	  .help = "Whether a peer that has moved must show that it receives at its new address (RFC 4555 3.7). *before*: its packets go "
		  "there only then, which costs one more round trip. *after*: they go there at once, back again if it does not answer "
		  "within two seconds, and *before* holds for it from then on. *no*: it is believed." },
	{ AT_CONNECTION, TYPE_TIME, .name = "dpd_delay", .theirs = "0s",
	  .help = "The peer is asked for a sign of life when nothing came from it for so long. 0: never." },
	{ AT_CONNECTION, TYPE_TIME, KEY_MEANINGLESS, .name = "dpd_timeout", .neutral = "0", .theirs = "0s", .note = V1_ONLY,
	  .help = "IKEv1: how long a dead peer is waited for." },
	{ AT_CONNECTION, TYPE_WORD, .name = "fragmentation", .words = fragmentation_words, .theirs = "yes",
	  .help = "Messages that are too large for one IP datagram go in fragments of IKE (RFC 7383): when both "
		  "peers can, and never IKE_SA_INIT. accept: announced, but our own are not cut; force: as yes. Received "
		  "fragments are always taken." },
	{ AT_CONNECTION, TYPE_WORD, .name = "childless", .words = childless_words, .theirs = "allow",
	  .help = "IKE SAs without a first Child SA (RFC 6023): *allow* takes and makes them when no child is asked for, *prefer* makes "
		  "the first Child SA afterwards when the peer can, *force* always, *never* neither takes nor makes them." },
	{ AT_CONNECTION, TYPE_BOOL, .name = "send_certreq", .theirs = "yes", .help = "Send certificate requests." },
	{ AT_CONNECTION, TYPE_WORD, .name = "send_cert", .words = send_cert_words, .theirs = "ifasked",
	  .help = "When our certificates are sent." },
	{ AT_CONNECTION, TYPE_WORD, .name = "ocsp", .words = ocsp_words, .theirs = "reply", .ours = "never", .note = NOT_YET,
	  .help = "OCSP inside IKE (RFC 4806)." },
	{ AT_CONNECTION, TYPE_TEXT, KEY_NOT_BUILT, .name = "ppk_id", .note = NOT_YET,
	  .help = "Identity of the post-quantum pre-shared key (RFC 8784)." },
	{ AT_CONNECTION, TYPE_BOOL, KEY_NOT_BUILT, .name = "ppk_required", .neutral = "no", .theirs = "no", .note = NOT_YET,
	  .help = "Fail without a post-quantum pre-shared key." },
	{ AT_CONNECTION, TYPE_NUMBER, .name = "keyingtries", .theirs = "1", .ours = "(1; for ever for what is to stay up)",
	  .note = "a tunnel that is to stay up comes back by itself",
	  .help = "How often the whole sequence of retransmissions is tried to set up the IKE SA, with names resolved anew each time. 0: for "
		  "ever. When it is written, it also bounds what start_action, close_action and dpd_action want, which is otherwise "
		  "tried with growing pauses until it is there or taken down." },
	{ AT_CONNECTION, TYPE_WORD, .name = "unique", .words = unique_words, .theirs = "no",
	  .help = "What to do about an older IKE SA with the same identities: *no* replaces it only if the peer sends "
		  "INITIAL_CONTACT, *never* not even then, *replace* always, *keep* refuses the new one. One from the same "
		  "address and port may be the "
		  "peer's reauthentication: then the older one has 20 s to be deleted by the peer." },
	{ AT_CONNECTION, TYPE_TIME, .name = "reauth_time", .theirs = "0s",
	  .help = "Authenticate anew after so long, with a new IKE SA that is complete before the old one goes (make_before_break in the "
		  "section adit). A responder tells the initiator to do so (RFC 4478). 0: never." },
	{ AT_CONNECTION, TYPE_TIME, .name = "rekey_time", .theirs = "4h", .help = "Rekey the IKE SA after so long. 0 if "
		  "reauth_time is set and this is not." },
	{ AT_CONNECTION, TYPE_TIME, .name = "over_time", .theirs = "(a tenth of the longer of rekey_time and reauth_time)",
	  .help = "How much longer the IKE SA may live: the hard limit." },
	{ AT_CONNECTION, TYPE_TIME, .name = "rand_time", .theirs = "(over_time, at most half of rekey_time or reauth_time)",
	  .help = "A random part of this is taken off rekey_time and reauth_time." },
	{ AT_CONNECTION, TYPE_LIST, KEY_NOT_BUILT, .name = "pools", .note = NOT_YET, .help = "Pools to assign addresses from." },
	{ AT_CONNECTION, TYPE_MARK, KEY_NOT_BUILT, .name = "if_id_in", .neutral = "0", .theirs = "0", .note = NO_XFRM_INTERFACE,
	  .help = "XFRM interface ID for the inbound side of all children." },
	{ AT_CONNECTION, TYPE_MARK, KEY_NOT_BUILT, .name = "if_id_out", .neutral = "0", .theirs = "0", .note = NO_XFRM_INTERFACE,
	  .help = "XFRM interface ID for the outbound side of all children." },
	{ AT_CONNECTION, TYPE_TEXT, .own = true, .name = "tun",
	  .help = "Name of a TUN interface of its own for all children that name none." },
	{ AT_CONNECTION, TYPE_BOOL, KEY_NOT_BUILT, .name = "mediation", .neutral = "no", .theirs = "no", .note = NOT_YET,
	  .help = "This is a connection to a mediation server." },
	{ AT_CONNECTION, TYPE_TEXT, KEY_NOT_BUILT, .name = "mediated_by", .note = NOT_YET, .help = "The mediation connection." },
	{ AT_CONNECTION, TYPE_TEXT, KEY_NOT_BUILT, .name = "mediation_peer", .note = NOT_YET,
	  .help = "The peer's identity at the mediation server." },

	/* --- connections.NAME.local*, .remote* --- */
	{ AT_ROUND, TYPE_NUMBER, .name = "round", .theirs = "0", .help = "Order of the rounds; equal ones keep the file's." },
	{ AT_ROUND, TYPE_TEXT, .name = "auth", .theirs = "pubkey",
	  .help = "How this side authenticates: *psk*, *pubkey*, or *rsa* or *ecdsa* with least sizes and hashes, such as "
		  "*rsa-3072-sha256-sha384*; *rsa/pss*; with *ike:* in front for the AUTH signature only." },
	{ AT_ROUND, TYPE_TEXT, .name = "id", .theirs = "(local: the certificate's subject or the address; remote: %any)",
	  .help = "The identity to use, or to expect." },
	{ AT_ROUND, TYPE_FILES, .name = "certs", .help = "Certificates to send, or to accept; relative to x509/." },
	{ AT_ROUND, TYPE_FILES, KEY_NOT_BUILT, .name = "pubkeys", .note = NOT_YET,
	  .help = "Raw public keys, relative to pubkey/." },
	{ AT_ROUND, TYPE_TEXT, KEY_NOT_BUILT, .name = "eap_id", .note = NOT_YET, .help = "EAP identity." },
	{ AT_ROUND, TYPE_TEXT, KEY_NOT_BUILT, .name = "aaa_id", .note = NOT_YET, .help = "Identity of the EAP server." },
	{ AT_ROUND, TYPE_TEXT, KEY_NOT_BUILT, .name = "xauth_id", .note = NOT_YET, .help = "XAuth user name." },
	{ AT_ROUND, TYPE_LIST, KEY_NOT_BUILT, .name = "groups", .note = NOT_YET, .help = "Groups, one of which must be proven." },
	{ AT_ROUND, TYPE_LIST, KEY_NOT_BUILT, .name = "cert_policy", .note = NOT_YET,
	  .help = "Certificate policies (OIDs) that are required." },
	{ AT_ROUND, TYPE_FILES, .name = "cacerts", .help = "CA certificates, one of which the peer's chain must use; relative to "
		  "x509ca/." },
	{ AT_ROUND, TYPE_TEXT, KEY_NOT_BUILT, .name = "ca_id", .note = NOT_YET,
	  .help = "An identity that some CA of the chain must have." },
	{ AT_ROUND, TYPE_WORD, .name = "revocation", .words = revocation_words, .theirs = "relaxed", .ours = "(no check)",
	  .note = "CRLs and OCSP are not built yet", .help = "How strictly certificates are checked for revocation." },

	/* --- .cert*, .cacert* --- */
	{ AT_CERT, TYPE_TEXT, .name = "file", .help = "Path of the certificate; relative to x509/ or x509ca/." },
	{ AT_CERT, TYPE_TEXT, KEY_NOT_BUILT, .name = "handle", .note = NOT_YET, .help = "Hexadecimal CKA_ID on a token." },
	{ AT_CERT, TYPE_NUMBER, KEY_NOT_BUILT, .name = "slot", .note = NOT_YET, .help = "Slot of the token." },
	{ AT_CERT, TYPE_TEXT, KEY_NOT_BUILT, .name = "module", .note = NOT_YET, .help = "PKCS#11 module." },

	/* --- connections.NAME.children.NAME --- */
	{ AT_CHILD, TYPE_LIST, KEY_NOT_BUILT, .name = "ah_proposals", .note = NOT_YET, .help = "AH proposals." },
	{ AT_CHILD, TYPE_LIST, .name = "esp_proposals", .theirs = "default", .ours = "(AEADs, then AES-CBC with SHA-2; PFS optional)",
	  .note = "today's best practice: no SHA-1 unless named",
	  .help = "ESP proposals, such as aes256gcm16 or aes128-sha256-x25519; *default* stands for the built-in ones." },
	{ AT_CHILD, TYPE_BOOL, KEY_NOT_BUILT, .name = "sha256_96", .neutral = "no", .theirs = "no", .note = NOT_YET,
	  .help = "Cut HMAC-SHA-256 to 96 bits, for peers that follow an old draft." },
	{ AT_CHILD, TYPE_LIST, .name = "local_ts", .theirs = "dynamic",
	  .help = "Traffic selectors of our side: 10.1.0.0/16, 10.0.0.1-10.0.0.9, 192.0.2.1[tcp/80], or *dynamic*: the tunnel's own "
		  "address." },
	{ AT_CHILD, TYPE_LIST, .name = "remote_ts", .theirs = "dynamic", .help = "Traffic selectors of the peer's side." },
	{ AT_CHILD, TYPE_TIME, .name = "rekey_time", .theirs = "1h", .help = "Rekey the Child SA after so long. If only life_time "
		  "is set, life_time / 1.1. 0: it is not rekeyed." },
	{ AT_CHILD, TYPE_TIME, .name = "life_time", .theirs = "(rekey_time x 1.1)", .help = "The hard limit." },
	{ AT_CHILD, TYPE_TIME, .name = "rand_time", .theirs = "(life_time - rekey_time)",
	  .help = "A random part of this is taken off rekey_time." },
	{ AT_CHILD, TYPE_BYTES, .name = "rekey_bytes", .theirs = "0", .help = "Rekey after so many bytes; k, m and g may follow." },
	{ AT_CHILD, TYPE_BYTES, .name = "life_bytes", .theirs = "(rekey_bytes x 1.1)", .help = "The hard limit." },
	{ AT_CHILD, TYPE_BYTES, .name = "rand_bytes", .theirs = "(life_bytes - rekey_bytes)", .help = "The random part." },
	{ AT_CHILD, TYPE_NUMBER, .name = "rekey_packets", .most = UINT64_MAX, .theirs = "0",
	  .help = "Rekey after so many packets." },
	{ AT_CHILD, TYPE_NUMBER, .name = "life_packets", .most = UINT64_MAX, .theirs = "(rekey_packets x 1.1)",
	  .help = "The hard limit." },
	{ AT_CHILD, TYPE_NUMBER, .name = "rand_packets", .most = UINT64_MAX, .theirs = "(life_packets - rekey_packets)",
	  .help = "The random part." },
	{ AT_CHILD, TYPE_TEXT, .name = "updown",
	  .help = "Command line that /bin/sh runs when the Child SA comes and goes, once for each pair of selectors, not when it is "
		  "rekeyed. What it is about stands in the environment (PLUTO_VERB and others); characters that mean something to a "
		  "shell are replaced there by an underscore. It has 30 seconds; nothing waits for it." },
	{ AT_CHILD, TYPE_BOOL, .name = "hostaccess", .theirs = "no", .help = "Passed to updown as PLUTO_HOST_ACCESS." },
	{ AT_CHILD, TYPE_WORD, .name = "mode", .words = mode_words, .theirs = "tunnel",
	  .help = "*tunnel*; *transport*, between the two hosts of the IKE SA alone (tunnel mode if the peer or the selectors do not "
		  "allow it); *pass* and *drop*: no SA, packets of these selectors go in clear, or not at all. *pass* comes before all "
		  "Child SAs and traps, *drop* behind them, unless *priority* says otherwise." },
	{ AT_CHILD, TYPE_BOOL, .own = true, .name = "mode_required", .theirs = "no",
	  .help = "With *mode = transport*: no Child SA rather than one in tunnel mode." },
	{ AT_CHILD, TYPE_BOOL, .name = "policies", .theirs = "yes",
	  .help = "*no* leaves the system's routes alone and needs *tun*: what is routed into that interface is carried." },
	{ AT_CHILD, TYPE_BOOL, KEY_MEANINGLESS, .name = "policies_fwd_out", .neutral = "no", .theirs = "no", .note = KERNEL_ONLY,
	  .help = "Install outbound forward policies too." },
	{ AT_CHILD, TYPE_ACTIONS, .name = "dpd_action", .words = action_words, .theirs = "clear",
	  .help = "What to do when the peer gives no sign of life: *clear*, *trap*, or *restart*." },
	{ AT_CHILD, TYPE_BOOL, KEY_NOT_BUILT, .name = "ipcomp", .neutral = "no", .theirs = "no", .note = NOT_YET,
	  .help = "IPComp (RFC 3173)." },
	{ AT_CHILD, TYPE_TIME, .name = "inactivity", .theirs = "0s",
	  .help = "Close the Child SA after so long without traffic; it comes back by a trap, or by hand. 0: never." },
	{ AT_CHILD, TYPE_NUMBER, .name = "reqid", .theirs = "0", .help = "A fixed reqid. 0: chosen." },
	{ AT_CHILD, TYPE_NUMBER, .name = "priority", .theirs = "0",
	  .help = "A fixed priority of the policies: lower ones come first, and before computed ones. 0: computed, narrower "
		  "selectors first." },
	{ AT_CHILD, TYPE_TEXT, KEY_NOT_BUILT, .name = "interface",
	  .note = "packets reach the tunnel through an interface of its own, and say no longer which one they came from",
	  .help = "Restrict the policies to a network interface." },
	{ AT_CHILD, TYPE_MARK, KEY_NOT_BUILT, .name = "mark_in", .neutral = "0", .theirs = "0/0", .note = NO_MARKS,
	  .help = "Mark of inbound policies." },
	{ AT_CHILD, TYPE_MARK, KEY_NOT_BUILT, .name = "mark_out", .neutral = "0", .theirs = "0/0", .note = NO_MARKS,
	  .help = "Mark of outbound policies and SAs." },
	{ AT_CHILD, TYPE_BOOL, KEY_MEANINGLESS, .name = "mark_in_sa", .neutral = "no", .theirs = "no", .note = KERNEL_ONLY,
	  .help = "Put mark_in on the inbound SA as well." },
	{ AT_CHILD, TYPE_MARK, KEY_NOT_BUILT, .name = "set_mark_in", .neutral = "0", .theirs = "0/0", .note = NO_MARKS,
	  .help = "Mark to set on packets after inbound processing." },
	{ AT_CHILD, TYPE_MARK, KEY_NOT_BUILT, .name = "set_mark_out", .neutral = "0", .theirs = "0/0", .note = NO_MARKS,
	  .help = "Mark to set on packets after outbound processing." },
	{ AT_CHILD, TYPE_MARK, KEY_NOT_BUILT, .name = "if_id_in", .neutral = "0", .theirs = "0", .note = NO_XFRM_INTERFACE,
	  .help = "XFRM interface ID, inbound." },
	{ AT_CHILD, TYPE_MARK, KEY_NOT_BUILT, .name = "if_id_out", .neutral = "0", .theirs = "0", .note = NO_XFRM_INTERFACE,
	  .help = "XFRM interface ID, outbound." },
	{ AT_CHILD, TYPE_TEXT, KEY_NOT_BUILT, .name = "label", .note = NOT_YET, .help = "Security label." },
	{ AT_CHILD, TYPE_WORD, .name = "label_mode", .words = label_mode_words, .theirs = "system",
	  .help = "How the security label is used." },
	{ AT_CHILD, TYPE_TEXT, KEY_NOT_BUILT, .name = "tfc_padding", .neutral = "0", .theirs = "0", .note = NOT_YET,
	  .help = "Pad ESP packets to this size, or to *mtu*." },
	{ AT_CHILD, TYPE_NUMBER, .name = "replay_window", .theirs = "32",
	  .help = "Size of the anti-replay window in packets, 32 to 8192. 0: no protection against replay." },
	{ AT_CHILD, TYPE_WORD, .name = "per_cpu_sas", .words = per_cpu_words, .theirs = "no", .help = "An SA for each CPU (RFC 9611)." },
	{ AT_CHILD, TYPE_WORD, .name = "hw_offload", .words = offload_words, .theirs = "no",
	  .help = "Let the network card do the cryptography. *auto* is the same as *no* here." },
	{ AT_CHILD, TYPE_BOOL, .name = "copy_df", .theirs = "yes", .help = "Copy the DF bit to the outer header." },
	{ AT_CHILD, TYPE_BOOL, .name = "copy_ecn", .theirs = "yes", .help = "Carry ECN marks as RFC 6040 says." },
	{ AT_CHILD, TYPE_WORD, .name = "copy_dscp", .words = dscp_words, .theirs = "out",
	  .help = "Copy DSCP to the outer header (*out*), from it (*in*), both (*yes*), or not (*no*)." },
	{ AT_CHILD, TYPE_BOOL, KEY_NOT_BUILT, .name = "icmp", .neutral = "no", .theirs = "no", .note = NOT_YET,
	  .help = "Let ICMP errors of third hosts pass." },
	{ AT_CHILD, TYPE_ACTIONS, .name = "start_action", .words = action_words, .theirs = "none",
	  .help = "What to do when the connection is loaded: *none*; *start* it; *trap*: traffic starts it; or *trap|start*. With *mode = "
		  "pass* or *drop*, *trap* and *start* alike install the policy." },
	{ AT_CHILD, TYPE_ACTIONS, .name = "close_action", .words = action_words, .theirs = "none",
	  .help = "What to do when the peer closes the SA: *none*, *trap*, or *start*." },
	{ AT_CHILD, TYPE_TEXT, .own = true, .name = "tun",
	  .help = "Name of a TUN interface of its own for this child, instead of the common one. Routes into it are yours to set." },

	/* --- pools.NAME --- */
	{ AT_POOL, TYPE_TEXT, KEY_NOT_BUILT, .name = "addrs", .note = NOT_YET, .help = "Subnet or range to assign from." },
	{ AT_POOL, TYPE_LIST, KEY_NOT_BUILT, .name = "dns", .note = NOT_YET, .help = "DNS servers." },
	{ AT_POOL, TYPE_LIST, KEY_NOT_BUILT, .name = "nbns", .note = NOT_YET, .help = "NetBIOS name servers." },
	{ AT_POOL, TYPE_LIST, KEY_NOT_BUILT, .name = "dhcp", .note = NOT_YET, .help = "DHCP servers." },
	{ AT_POOL, TYPE_LIST, KEY_NOT_BUILT, .name = "netmask", .note = NOT_YET, .help = "Netmasks." },
	{ AT_POOL, TYPE_LIST, KEY_NOT_BUILT, .name = "server", .note = NOT_YET, .help = "Servers." },
	{ AT_POOL, TYPE_LIST, KEY_NOT_BUILT, .name = "subnet", .note = NOT_YET, .help = "Protected subnets." },
	{ AT_POOL, TYPE_LIST, KEY_NOT_BUILT, .name = "p_cscf", .note = NOT_YET, .help = "P-CSCF servers." },
	{ AT_POOL, TYPE_LIST, KEY_NOT_BUILT, .name = "address", .note = NOT_YET, .help = "Further addresses." },
	{ AT_POOL, TYPE_LIST, KEY_NOT_BUILT, .name = "split_include", .note = NOT_YET, .help = "Subnets to tunnel." },
	{ AT_POOL, TYPE_LIST, KEY_NOT_BUILT, .name = "split_exclude", .note = NOT_YET, .help = "Subnets not to tunnel." },
	{ AT_POOL, TYPE_LIST, KEY_NOT_BUILT, .name = "<number>", .note = NOT_YET, .help = "An attribute of that number." },

	/* --- secrets --- */
	{ AT_SHARED, TYPE_SECRET, .name = "secret", .help = "The secret: text, 0x and hexadecimal digits, or 0s and base64." },
	{ AT_SHARED, TYPE_TEXT, .name = "id", .prefix = true,
	  .help = "Identity that the secret belongs to; several keys may begin so. None: any peer. A secret that names somebody besides "
		  "us is for these alone (strongSwan takes it for any peer when our own identity is named)." },
	{ AT_KEYFILE, TYPE_TEXT, .name = "file", .help = "Name of the file in the folder of that kind." },
	{ AT_KEYFILE, TYPE_SECRET, .name = "secret", .help = "Its passphrase." },
	{ AT_TOKEN, TYPE_TEXT, KEY_NOT_BUILT, .name = "handle", .note = NOT_YET, .help = "Hexadecimal CKA_ID of the key." },
	{ AT_TOKEN, TYPE_NUMBER, KEY_NOT_BUILT, .name = "slot", .note = NOT_YET, .help = "Slot of the token." },
	{ AT_TOKEN, TYPE_TEXT, KEY_NOT_BUILT, .name = "module", .note = NOT_YET, .help = "PKCS#11 module." },
	{ AT_TOKEN, TYPE_SECRET, KEY_NOT_BUILT, .name = "pin", .note = NOT_YET, .help = "PIN of the token." },

	/* --- authorities.NAME --- */
	{ AT_AUTHORITY, TYPE_FILE, .name = "cacert", .help = "The CA's certificate; relative to x509ca/." },
	{ AT_AUTHORITY, TYPE_TEXT, .name = "file", .help = "Path of the CA's certificate." },
	{ AT_AUTHORITY, TYPE_TEXT, KEY_NOT_BUILT, .name = "handle", .note = NOT_YET, .help = "Hexadecimal CKA_ID on a token." },
	{ AT_AUTHORITY, TYPE_NUMBER, KEY_NOT_BUILT, .name = "slot", .note = NOT_YET, .help = "Slot of the token." },
	{ AT_AUTHORITY, TYPE_TEXT, KEY_NOT_BUILT, .name = "module", .note = NOT_YET, .help = "PKCS#11 module." },
	{ AT_AUTHORITY, TYPE_LIST, KEY_NOT_BUILT, .name = "crl_uris", .note = NOT_YET, .help = "Where CRLs are fetched from." },
	{ AT_AUTHORITY, TYPE_LIST, KEY_NOT_BUILT, .name = "ocsp_uris", .note = NOT_YET, .help = "OCSP servers." },
	{ AT_AUTHORITY, TYPE_TEXT, KEY_NOT_BUILT, .name = "cert_uri_base", .note = NOT_YET,
	  .help = "Where certificates are found by their hash." },

	/* --- adit --- */
	{ AT_ADIT, TYPE_DECIMAL, .own = true, .name = "retransmit_timeout", .least = 100, .most = 3600000, .theirs = "4.0",
	  .help = "Seconds until a request that was not answered is sent again for the first time." },
	{ AT_ADIT, TYPE_DECIMAL, .own = true, .name = "retransmit_base", .least = 1000, .most = 10000, .theirs = "1.8",
	  .help = "Each wait is so many times the one before." },
	{ AT_ADIT, TYPE_NUMBER, .own = true, .name = "retransmit_tries", .least = 1, .most = 100, .theirs = "5",
	  .help = "So often a request is sent again before the peer is taken for dead." },
	{ AT_ADIT, TYPE_NUMBER, .own = true, .name = "retransmit_jitter", .most = 100, .theirs = "0",
	  .help = "Up to so many per cent are taken off each wait, at random." },
	{ AT_ADIT, TYPE_DECIMAL, .own = true, .name = "retransmit_limit", .most = 3600000, .theirs = "0",
	  .help = "The longest wait, in seconds. 0: no limit." },
	{ AT_ADIT, TYPE_NUMBER, .own = true, .name = "retransmit_early", .most = 10, .theirs = "0", .ours = "2",
	  .note = "a peer that has just started is found sooner",
	  .help = "So often the first message, IKE_SA_INIT, is sent again, once a second, before the usual times." },
	{ AT_ADIT, TYPE_TIME, .own = true, .name = "retry_first", .least = 1, .most = 3600, .theirs = "0s", .ours = "2s",
	  .note = "what is wanted is tried until it is there",
	  .help = "When what is wanted (start_action, close_action, dpd_action) could not be set up, it is tried again after a random "
		  "part of this time, which doubles with each failure." },
	{ AT_ADIT, TYPE_TIME, .own = true, .name = "retry_most", .least = 1, .most = 86400, .theirs = "0s", .ours = "5m",
	  .note = "likewise", .help = "It does not become longer than this. When a side refuses the other's authentication: six times that." },
	{ AT_ADIT, TYPE_BOOL, .own = true, .name = "make_before_break", .theirs = "yes",
	  .help = "Reauthentication sets up the new IKE SA with its Child SAs before the old one is deleted; *no*: afterwards." },
	{ AT_ADIT, TYPE_BOOL, .own = true, .name = "crash_detection", .theirs = "(not known)", .ours = "yes",
	  .note = "a peer that crashed is found within a round trip",
	  .help = "Give peers a token that proves, after a crash of ours, that we have lost the IKE SA (RFC 6290). Say *no* when several "
		  "daemons behind a load balancer share one secret." },
	{ AT_ADIT, TYPE_TEXT, .own = true, .name = "state_dir", .theirs = "(none)", .ours = "/var/lib/adit",
	  .note = "the secret of those tokens must survive a restart", .help = "Where that secret is kept, in the file crash-secret." },
	{ AT_ADIT, TYPE_NUMBER, .own = true, .name = "fragment_size", .least = 256, .most = 65535, .theirs = "1280",
	  .help = "Bytes of the largest IP datagram that carries a message of IKE; larger messages go in fragments. They become "
		  "smaller by themselves, to 576, on a path that does not carry them." },
	{ AT_ADIT, TYPE_TIME, .own = true, .name = "keep_alive", .theirs = "20s",
	  .help = "Behind a NAT, a keepalive is sent when nothing else was for so long. 0: never." },
	{ AT_ADIT, TYPE_TIME, .own = true, .name = "half_open_timeout", .theirs = "30s", .ours = "165s",
	  .note = "as long as an initiator of default times goes on sending; 30 s when there are many",
	  .help = "How long a peer may take until it has authenticated itself. 0: for ever." },
	{ AT_ADIT, TYPE_NUMBER, .own = true, .name = "cookie_threshold", .theirs = "30",
	  .help = "From so many half-open IKE SAs on, initiators are asked for a cookie. 0: never." },
	{ AT_ADIT, TYPE_NUMBER, .own = true, .name = "block_threshold", .theirs = "5",
	  .help = "So many half-open IKE SAs one address (IPv6: /64) may have. 0: any number." },
	{ AT_ADIT, TYPE_NUMBER, .own = true, .name = "init_limit_half_open", .theirs = "0", .ours = "1000",
	  .note = "bounded memory", .help = "So many half-open IKE SAs there may be in all. 0: any number." },
};
