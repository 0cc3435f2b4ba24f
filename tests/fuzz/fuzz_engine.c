/* SPDX-License-Identifier: ISC */
/*
 * Message sequences into two engines, with the keys in hand.
 *
 * The input is a little program: two bytes of configuration, then actions, each a byte and its parameters (the table at the end). They
 * deliver, drop, double, reorder and delay; they open sealed messages, change the payloads inside and seal them again; they make
 * messages of their own, answer questions wrongly or not at all, give commands and let time pass. What is left over at the end
 * is an abort (engine_world.h), as are the sanitizers' findings.
 *
 * Before anything else the programs of engine_programs.c are run; they take the rows of the step table. The rows that were
 * taken are printed at the end, and it is a failure when one was not.
 */
#include <stdio.h>
#include <stdlib.h>

#include "config/load.h"
#include "crypto/pki.h"
#include "engine_programs.h"
#include "engine_world.h"
#include "iana/ikev2.h"
#include "support/ecdsa_fixed.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct program {
	struct reader r;
	struct world *w;
	struct arena arena; /* of one action */
	uint32_t ivs;       /* IVs of our own messages: never those of the engines */
};

static unsigned byte(struct program *p)
{
	return rd_u8(&p->r);
}

static unsigned word(struct program *p)
{
	return rd_u16(&p->r);
}

/* One of `n`; n > 0 */
static size_t pick(struct program *p, size_t n)
{
	return byte(p) % n;
}

static struct world_packet *some_packet(struct program *p, size_t *index)
{
	size_t n = p->w->packet_count;

	*index = n ? pick(p, n) : 0;
	return n ? &p->w->packets[*index] : NULL;
}

static void replace(struct world_packet *packet, struct bytes with)
{
	uint8_t *copy = malloc(with.len + 1);

	if (!copy)
		abort();
	if (with.len > 0)
		memcpy(copy, with.at, with.len);
	free(packet->data);
	packet->data = copy;
	packet->len = with.len;
}

/* --- the network --- */

static void do_run(struct program *p)
{
	world_run(p->w, 1 + byte(p) % 32);
}

static void do_run_all(struct program *p)
{
	world_run(p->w, 300);
}

static void do_drop(struct program *p)
{
	size_t i;

	if (some_packet(p, &i))
		world_drop(p->w, i);
}

static void do_double(struct program *p)
{
	size_t i;
	struct world_packet *packet = some_packet(p, &i);

	if (packet)
		world_queue(p->w, packet->to, &packet->path, arena_copy(&p->arena, bytes(packet->data, packet->len)));
}

static void do_deliver(struct program *p)
{
	size_t i;

	if (some_packet(p, &i))
		world_deliver(p->w, i);
}

/* An old one once more, perhaps from elsewhere, or back to who sent it. */
static void do_replay(struct program *p)
{
	size_t n = p->w->past_count < WORLD_PAST ? p->w->past_count : WORLD_PAST;
	struct world_packet *old = n ? &p->w->past[pick(p, n)] : NULL;
	unsigned how = byte(p);
	struct path path;

	if (!old)
		return;
	path = old->path;
	if (how & 1)
		path.remote.port ^= 0x100;
	if (how & 2)
		path.remote.addr.ip[3] ^= 0x10;
	if (how & 4) {
		path.local = old->path.remote;
		path.remote = old->path.local;
	}
	world_queue(p->w, how & 4 ? 1 - old->to : old->to, &path, arena_copy(&p->arena, bytes(old->data, old->len)));
}

static void do_garble(struct program *p)
{
	size_t i;
	struct world_packet *packet = some_packet(p, &i);
	unsigned at = word(p), with = byte(p);

	if (packet && packet->len > 0)
		packet->data[at % packet->len] ^= (uint8_t)with;
}

static void do_cut(struct program *p)
{
	size_t i;
	struct world_packet *packet = some_packet(p, &i);
	unsigned by = byte(p);

	if (packet)
		packet->len -= by < packet->len ? by : packet->len;
}

/* --- inside of messages --- */

struct edit {
	uint8_t type;
	bool critical;
	struct bytes body;
};
#define EDITS_MAX 40

static struct bytes write_chain(struct program *p, const struct edit *list, size_t count, uint8_t *first)
{
	size_t room = 64;
	struct message_writer m;
	struct bytes chain;

	for (size_t i = 0; i < count; i++)
		room += list[i].body.len + 4;
	m = chain_begin(arena_take(&p->arena, room), room);
	for (size_t i = 0; i < count; i++) {
		size_t at = m.w.len;

		payload_write(&m, list[i].type, list[i].body);
		if (list[i].critical && m.w.len > at + 1)
			m.w.at[at + 1] |= 0x80;
	}
	chain = chain_end(&m, first);
	return chain;
}

static void make_iv(struct program *p, uint8_t iv[16])
{
	memset(iv, 0xee, 16);
	put_u32(iv + 4, ++p->ivs);
}

/* A whole message around the chain, sealed if it was before. */
static struct bytes write_message(struct program *p, struct ike_header h, bool sealed, struct skf fragment, uint8_t first,
                                  struct bytes chain)
{
	uint8_t iv[16], *mem;

	if (sealed) {
		make_iv(p, iv);
		return tap_seal(&p->w->tap, &h, first, fragment, chain, iv, &p->arena);
	}
	mem = arena_take(&p->arena, IKE_HEADER_LEN + chain.len);
	if (!mem)
		return bytes_none();
	put_u64(mem, h.spi_i);
	put_u64(mem + 8, h.spi_r);
	mem[16] = first;
	mem[17] = (uint8_t)(h.major << 4 | h.minor);
	mem[18] = h.exchange;
	mem[19] = h.flags;
	put_u32(mem + 20, h.message_id);
	put_u32(mem + 24, (uint32_t)(IKE_HEADER_LEN + chain.len));
	if (chain.len > 0)
		memcpy(mem + IKE_HEADER_LEN, chain.at, chain.len);
	return bytes(mem, IKE_HEADER_LEN + chain.len);
}

static size_t read_edits(const struct tap_plain *plain, struct edit *list)
{
	size_t n = plain->payloads.count < EDITS_MAX - 2 ? plain->payloads.count : EDITS_MAX - 2;

	for (size_t i = 0; i < n; i++)
		list[i] = (struct edit){ plain->payloads.list[i].type, plain->payloads.list[i].critical, plain->payloads.list[i].body };
	return n;
}

static struct bytes some_body(struct program *p, uint8_t type);

static uint8_t some_type(struct program *p)
{
	unsigned n = byte(p);

	return (uint8_t)(n & 0x80 ? byte(p) : 33 + n % 21);
}

/* By its place, or with the high bit by its type. */
static size_t some_payload(struct program *p, const struct edit *list, size_t n)
{
	unsigned which = byte(p);

	for (size_t i = 0; i < n && which & 0x80; i++)
		if (list[i].type == (which & 0x7f))
			return i;
	return n ? which % n : 0;
}

static size_t edit_one(struct program *p, struct edit *list, size_t n)
{
	unsigned what = byte(p) % 9, at, with;
	size_t i = some_payload(p, list, n), j;
	struct edit kept;
	uint8_t *body;

	if (n == 0 && what != 2)
		return 0;
	switch (what) {
	case 0: /* one less */
		memmove(&list[i], &list[i + 1], (n - i - 1) * sizeof(*list));
		return n - 1;
	case 1: /* one twice */
		list[n] = list[i];
		return n + 1;
	case 2: /* one more */
		list[n].type = some_type(p);
		list[n].critical = false;
		list[n].body = some_body(p, list[n].type);
		return n + 1;
	case 3: /* two change places */
		j = pick(p, n);
		kept = list[i];
		list[i] = list[j];
		list[j] = kept;
		return n;
	case 4: /* a byte */
	case 5:
		body = (uint8_t *)(uintptr_t)arena_copy(&p->arena, list[i].body).at;
		at = word(p);
		with = byte(p);
		if (body)
			body[at % list[i].body.len] ^= (uint8_t)with;
		list[i].body = bytes(body, body ? list[i].body.len : 0);
		return n;
	case 6: /* shorter */
		list[i].body.len -= list[i].body.len ? byte(p) % (list[i].body.len + 1) : 0;
		return n;
	case 7:
		list[i].type = some_type(p);
		return n;
	default:
		list[i].critical = !list[i].critical;
		return n;
	}
}

static void do_edit(struct program *p)
{
	size_t index, n, edits = 1 + (byte(p) & 3);
	struct world_packet *packet = some_packet(p, &index);
	struct edit list[EDITS_MAX];
	struct tap_plain plain;
	struct bytes chain, message;
	uint8_t first = 0;

	if (!packet || !tap_open(&p->w->tap, bytes(packet->data, packet->len), &plain, &p->arena) || !plain.readable ||
	    (plain.sealed && !plain.opened))
		return;
	n = read_edits(&plain, list);
	for (size_t i = 0; i < edits && n < EDITS_MAX - 1; i++)
		n = edit_one(p, list, n);
	chain = write_chain(p, list, n, &first);
	message = write_message(p, plain.header, plain.sealed, plain.fragment, first, chain);
	if (message.len > 0)
		replace(packet, message);
}

/* A field of the header; sealed again if it was. */
static void do_header(struct program *p)
{
	size_t index;
	struct world_packet *packet = some_packet(p, &index);
	unsigned what = byte(p) % 8, with = byte(p);
	struct tap_plain plain;
	struct ike_header *h = &plain.header;
	struct bytes message;

	if (!packet || !tap_open(&p->w->tap, bytes(packet->data, packet->len), &plain, &p->arena) || (plain.sealed && !plain.opened))
		return;
	switch (what) {
	case 0: h->message_id += with < 128 ? with : with - 256u; break;
	case 1: h->exchange = (uint8_t)(34 + with % 12); break;
	case 2: h->flags ^= (uint8_t)(1u << (with % 8)); break;
	case 3: h->major = (uint8_t)(with & 15); break;
	case 4: h->spi_i ^= with; break;
	case 5: h->spi_r ^= with; break;
	case 6: h->minor = (uint8_t)(with & 15); break;
	default: h->message_id = with & 1 ? UINT32_MAX : 0; break;
	}
	message = write_message(p, *h, plain.sealed, plain.fragment, plain.first, plain.chain);
	if (message.len > 0)
		replace(packet, message);
}

/* A piece of what is inside, as any fragment of any message; numbers that lie break the seal. */
static void do_fragment(struct program *p)
{
	size_t index, from, len;
	struct world_packet *packet = some_packet(p, &index);
	unsigned number = byte(p), total = byte(p), start = byte(p), share = byte(p);
	bool lies = number == 0 || number > total;
	struct skf fragment = { lies ? 1 : (uint16_t)number, lies ? 1 : (uint16_t)total };
	struct tap_plain plain;
	struct bytes message;

	if (!packet || !tap_open(&p->w->tap, bytes(packet->data, packet->len), &plain, &p->arena) || !plain.opened)
		return;
	from = plain.chain.len * start / 256;
	len = (plain.chain.len - from) * (share + 1) / 256;
	message = write_message(p, plain.header, true, fragment, plain.first, bytes(plain.chain.at + from, len));
	if (message.len == 0)
		return;
	replace(packet, message);
	put_u16(packet->data + IKE_HEADER_LEN + 4, (uint16_t)number);
	put_u16(packet->data + IKE_HEADER_LEN + 6, (uint16_t)total);
}

/* --- messages of our own --- */

static struct bytes body_of_sa(struct program *p)
{
	static const struct {
		enum protocol protocol;
		const char *text;
	} some[] = {
		{ PROTO_ESP, "aes256gcm16" }, { PROTO_ESP, "aes256gcm16-x25519" }, { PROTO_ESP, "aes128-sha256-modp2048" },
		{ PROTO_IKE, "aes256gcm16-prfsha256-x25519" }, { PROTO_ESP, "chacha20poly1305" },
		{ PROTO_IKE, "aes256gcm16-prfsha256-ecp256" },
	};
	size_t i = pick(p, COUNT_OF(some));
	struct proposals text = { 0 }, offer = { 0 };
	struct reason why = { 0 };
	uint8_t *spi = arena_take(&p->arena, 8);
	unsigned how = byte(p);

	if (!spi)
		abort();
	put_u32(spi, 0xd0000000u + how);
	if (!proposals_add_text(&text, &p->arena, some[i].protocol, bytes_str(some[i].text), &why) ||
	    !proposals_offer(&offer, &text, how & 1, bytes(spi, some[i].protocol == PROTO_ESP ? 4 : how & 2 ? 8 : 0), &p->arena))
		return bytes_none();
	return proposals_flat(&offer, &p->arena);
}

static struct bytes body_of_ts(struct program *p)
{
	static const char *const some[] = { "10.1.0.0/24", "10.2.0.0/24", "10.1.1.0/24", "10.2.1.0/24", "0.0.0.0/0", "::/0",
		                            "10.2.0.0/16[tcp/80]", "192.0.2.1/32" };
	struct selector *list = arena_array(&p->arena, 2, sizeof(*list));
	struct selectors s = { (uint16_t)(1 + (byte(p) & 1)), list };
	struct reason why = { 0 };

	if (!list)
		abort();
	for (size_t i = 0; i < s.count; i++)
		if (!selector_parse(&list[i], bytes_str(some[pick(p, COUNT_OF(some))]), &why))
			abort();
	return selectors_flat(&s, &p->arena);
}

static struct bytes body_of_notify(struct program *p)
{
	static const uint16_t some[] = {
		IKEV2_NOTIFY_NO_PROPOSAL_CHOSEN, IKEV2_NOTIFY_INVALID_KE_PAYLOAD,   IKEV2_NOTIFY_AUTHENTICATION_FAILED,
		IKEV2_NOTIFY_TS_UNACCEPTABLE,    IKEV2_NOTIFY_NO_ADDITIONAL_SAS,    IKEV2_NOTIFY_TEMPORARY_FAILURE,
		IKEV2_NOTIFY_CHILD_SA_NOT_FOUND, IKEV2_NOTIFY_INITIAL_CONTACT,      IKEV2_NOTIFY_REKEY_SA,
		IKEV2_NOTIFY_COOKIE,             IKEV2_NOTIFY_USE_TRANSPORT_MODE,   IKEV2_NOTIFY_INVALID_SYNTAX,
		IKEV2_NOTIFY_INVALID_SPI,        IKEV2_NOTIFY_NAT_DETECTION_SOURCE_IP, IKEV2_NOTIFY_CHILDLESS_IKEV2_SUPPORTED,
	};
	size_t i = pick(p, COUNT_OF(some) + 1), data = pick(p, 24), spi = byte(p) & 1 ? 4 : 0;
	uint8_t *at = arena_take(&p->arena, 4 + spi + data);

	if (!at)
		abort();
	at[0] = spi ? PROTO_ESP : 0;
	at[1] = (uint8_t)spi;
	put_u16(at + 2, i < COUNT_OF(some) ? some[i] : (uint16_t)word(p));
	for (size_t k = 0; k < spi + data; k++)
		at[4 + k] = (uint8_t)byte(p);
	return bytes(at, 4 + spi + data);
}

/* Of a Child SA that is there, if there is one. */
static struct bytes body_of_delete(struct program *p)
{
	const struct host *h = p->w->host[byte(p) & 1];
	bool ike = byte(p) % 3 == 0;
	uint8_t *at = arena_take(&p->arena, 8);

	if (!at)
		abort();
	at[0] = ike ? PROTO_IKE : PROTO_ESP;
	if (ike)
		return bytes(at, 4);
	at[1] = 4;
	at[3] = 1;
	put_u32(at + 4, list_empty(&h->children) ? byte(p) : LIST_ITEM(h->children.next, struct installed, link)->params.spi_in);
	return bytes(at, 8);
}

static struct bytes body_of_bytes(struct program *p, size_t most)
{
	size_t len = byte(p) % most;
	uint8_t *at = arena_take(&p->arena, len + 1);

	if (!at)
		abort();
	for (size_t i = 0; i < len; i++)
		at[i] = (uint8_t)byte(p);
	return bytes(at, len);
}

static struct bytes some_body(struct program *p, uint8_t type)
{
	uint8_t *at;

	switch (type) {
	case IKEV2_PAYLOAD_SA:
		return body_of_sa(p);
	case IKEV2_PAYLOAD_TS_I:
	case IKEV2_PAYLOAD_TS_R:
		return body_of_ts(p);
	case IKEV2_PAYLOAD_NOTIFY:
		return body_of_notify(p);
	case IKEV2_PAYLOAD_DELETE:
		return body_of_delete(p);
	case IKEV2_PAYLOAD_NONCE:
	case IKEV2_PAYLOAD_KE: /* x25519 with a value that is no special one */
		at = arena_take(&p->arena, 36);
		if (!at)
			abort();
		memset(at, (int)(byte(p) | 1u), 36);
		if (type == IKEV2_PAYLOAD_KE)
			put_u32(at, 31u << 16);
		return bytes(at, 36);
	default:
		return body_of_bytes(p, 64);
	}
}

static bool newest_ike(void *ctx, const struct ike_info *ike)
{
	*(struct ike_info *)ctx = *ike;
	return true;
}

/* The payloads that make sense in an exchange, so that what is sent is more than noise. */
static const uint8_t kits[][8] = {
	{ 0 },
	{ IKEV2_PAYLOAD_DELETE },
	{ IKEV2_PAYLOAD_NOTIFY },
	{ IKEV2_PAYLOAD_SA, IKEV2_PAYLOAD_NONCE, IKEV2_PAYLOAD_TS_I, IKEV2_PAYLOAD_TS_R },
	{ IKEV2_PAYLOAD_SA, IKEV2_PAYLOAD_NONCE, IKEV2_PAYLOAD_KE, IKEV2_PAYLOAD_TS_I, IKEV2_PAYLOAD_TS_R },
	{ IKEV2_PAYLOAD_NOTIFY, IKEV2_PAYLOAD_SA, IKEV2_PAYLOAD_NONCE, IKEV2_PAYLOAD_TS_I, IKEV2_PAYLOAD_TS_R },
	{ IKEV2_PAYLOAD_SA, IKEV2_PAYLOAD_NONCE, IKEV2_PAYLOAD_KE },
	{ IKEV2_PAYLOAD_CP, IKEV2_PAYLOAD_VENDOR_ID, IKEV2_PAYLOAD_EAP },
};

/*
 * A sealed message of ours to one side, on its newest SA: what its peer could send. The message ID is a small
 * number: the one that this side expects is soon hit.
 */
static void do_inject(struct program *p)
{
	unsigned to = byte(p) & 1, exchange = 35 + byte(p) % 3, id = byte(p) % 8, kit = byte(p), how = byte(p);
	const uint8_t *types = kits[kit % COUNT_OF(kits)];
	struct edit list[EDITS_MAX];
	struct ike_info ike = { 0 };
	struct ike_header h = { .major = 2 };
	struct bytes chain, message;
	struct path path;
	uint8_t first = 0;
	size_t n = 0;

	engine_each_ike(p->w->host[to]->engine, newest_ike, &ike);
	if (ike.id == 0)
		return;
	for (; n < COUNT_OF(kits[0]) && types[n]; n++)
		list[n] = (struct edit){ types[n], false, some_body(p, types[n]) };
	h.spi_i = ike.spi_i;
	h.spi_r = ike.spi_r;
	h.exchange = (uint8_t)exchange;
	h.message_id = id;
	h.flags = (uint8_t)((ike.initiator ? 0 : IKE_FLAG_INITIATOR) | (how & 1 ? IKE_FLAG_RESPONSE : 0));
	path = ike.path;
	path.interface = 1;
	if (how & 2)
		path.remote.port++;
	chain = write_chain(p, list, n, &first);
	message = write_message(p, h, true, (struct skf){ 0 }, first, chain);
	if (message.len > 0)
		world_queue(p->w, to, &path, message);
}

/* --- hosts and time --- */

static void do_advance(struct program *p)
{
	static const uint32_t steps[] = { 1, 100, 1000, 4000, 7000, 20000, 31000, 60000, 170000, 3600000, 15000000 };

	world_advance(p->w, steps[pick(p, COUNT_OF(steps))]);
}

/* To the next timer, whatever it is. */
static void do_timer(struct program *p)
{
	struct host *h = p->w->host[byte(p) & 1];
	uint64_t at = host_deadline(h);

	if (at != NEVER && at > p->w->now.boot && at - p->w->now.boot < MINUTES(60))
		world_advance(p->w, at - p->w->now.boot);
}

static void do_command(struct program *p)
{
	static const char *const children[] = { "one", "two", "pfs", NULL, "none" };
	static const enum command_kind kinds[] = { COMMAND_INITIATE, COMMAND_INITIATE, COMMAND_TERMINATE, COMMAND_TERMINATE,
		                                   COMMAND_UNLOAD,   COMMAND_LOAD,     COMMAND_REKEY,   COMMAND_REKEY };
	unsigned side = byte(p) & 1, how = byte(p);
	struct command c = { .kind = kinds[pick(p, COUNT_OF(kinds))] };

	c.child = children[pick(p, COUNT_OF(children))];
	c.name = how & 1 ? NULL : how & 2 ? "nobody" : "net";
	c.force = (how & 4) != 0;
	c.keep_trying = (how & 8) != 0;
	c.reauth = c.kind == COMMAND_REKEY && (how & 8);
	c.ike_only = c.kind == COMMAND_INITIATE && (how & 128);
	c.ike_id = how & 16 ? 1 + (how >> 6) : 0;
	c.timeout = how & 32 ? 3000 : 0;
	if (c.kind == COMMAND_LOAD)
		c.conn = p->w->host[side]->config->connections[0];
	if (c.kind == COMMAND_UNLOAD)
		c.child = NULL;
	world_command(p->w, side, &c);
}

static void do_hold(struct program *p)
{
	bool *hold = &p->w->hold[byte(p) & 1];

	*hold = !*hold;
}

static struct pending *some_answer(struct program *p, struct host **h)
{
	size_t i;

	*h = p->w->host[byte(p) & 1];
	i = (*h)->pending_count ? pick(p, (*h)->pending_count) : 0;
	LIST_EACH(at, &(*h)->pendings)
		if (i-- == 0)
			return LIST_ITEM(at, struct pending, link);
	return NULL;
}

static void do_answer(struct program *p)
{
	struct host *h;
	struct pending *a = some_answer(p, &h);

	if (a)
		host_deliver(h, p->w->now, a);
}

static void do_forget(struct program *p)
{
	struct host *h;
	struct pending *a = some_answer(p, &h);

	if (a)
		host_forget(h, a);
}

/* An answer that refuses, or one that was bent; what it brought is undone first. */
static void do_answer_wrong(struct program *p)
{
	struct host *h;
	struct pending *a = some_answer(p, &h);
	struct answer bent = { 0 };
	unsigned how = byte(p);
	uint64_t token;
	enum ask_kind kind;
	uint8_t shared[32];

	if (!a)
		return;
	token = a->token;
	kind = a->kind;
	memset(shared, 0x5a, sizeof(shared));
	if (how & 1)
		token ^= 0x500000000u;
	if (how & 2)
		kind = ASK_KE;
	if (how & 4 && kind != ASK_SPI && kind != ASK_INSTALL) {
		bent.ok = true;
		bent.public_value = bytes(shared, how & 8 ? sizeof(shared) : 0);
		bent.shared = bytes(shared, how & 16 ? sizeof(shared) : 0);
		bent.make.auth = (struct auth_data){ .method = (uint8_t)(how >> 4), .data = bytes(shared, how & 8 ? 32 : 0) };
		bent.make.own = (struct identity){ .type = ID_FQDN, .data = bytes_str("somebody.example.org") };
		bent.certreq = bytes(shared, 20);
		bent.local = h->addr;
	} else {
		(void)refuse_text(&bent.why, REASON_SYSTEM, 0, "the fuzzer says no");
	}
	host_forget(h, a);
	host_answer(h, p->w->now, token, kind, &bent);
}

static void do_traffic(struct program *p)
{
	struct host *h = p->w->host[byte(p) & 1];
	struct traffic t = { .kind = (enum traffic_kind)pick(p, TRAFFIC_USED + 1) };

	if (!list_empty(&h->children)) {
		const struct child_params *c = &LIST_ITEM(h->children.next, struct installed, link)->params;

		t.child_id = c->id;
		t.spi = c->spi_in;
		t.path = c->path;
	}
	if (byte(p) & 1) {
		t.child_id += 1;
		t.path.remote.port ^= 1;
	}
	host_traffic(h, p->w->now, &t);
}

static void do_network(struct program *p)
{
	host_network(p->w->host[byte(p) & 1], p->w->now);
}

/* The number of an action is its place; engine_programs.h gives them names. */
static void (*const actions[])(struct program *p) = {
	[ACT_RUN] = do_run,       [ACT_RUN_ALL] = do_run_all, [ACT_DROP] = do_drop,     [ACT_DOUBLE] = do_double,
	[ACT_DELIVER] = do_deliver, [ACT_REPLAY] = do_replay, [ACT_GARBLE] = do_garble, [ACT_CUT] = do_cut,
	[ACT_EDIT] = do_edit,     [ACT_HEADER] = do_header,   [ACT_INJECT] = do_inject, [ACT_ADVANCE] = do_advance,
	[ACT_TIMER] = do_timer,   [ACT_COMMAND] = do_command, [ACT_HOLD] = do_hold,     [ACT_ANSWER] = do_answer,
	[ACT_FORGET] = do_forget, [ACT_ANSWER_WRONG] = do_answer_wrong, [ACT_TRAFFIC] = do_traffic, [ACT_NETWORK] = do_network,
	[ACT_FRAGMENT] = do_fragment,
};

#define ACTIONS_MAX 300

static void run_program(struct bytes code)
{
	struct program p = { .r = reader(code) };
	unsigned flags = word(&p);
	struct world_conf conf = { .ecdsa = (flags & 7) == 7, .nat = (flags & 8) != 0, .other_ke = (flags & 16) != 0,
		                   .cookies = (flags & 32) != 0, .start = (flags & 64) != 0,
		                   .by_name = (flags & 256) != 0, .fragments = (flags & 512) != 0 };

	p.w = world_new(&conf);
	if (flags & 128) {
		world_command(p.w, 0, &(struct command){ .kind = COMMAND_INITIATE, .name = "net", .child = "one" });
		world_run(p.w, 300);
	}
	for (unsigned i = 0; i < ACTIONS_MAX && p.r.left > 0 && !p.r.bad; i++) {
		actions[byte(&p) % COUNT_OF(actions)](&p);
		arena_clear(&p.arena);
	}
	world_close(p.w);
}

static void at_end(void)
{
	world_print_rows(true);
	if (world_rows_missing() > 0) {
		fprintf(stderr, "ERROR: rows of the step table that no program of engine_programs.c takes\n");
		fflush(NULL);
		_Exit(1);
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct reason why = { 0 };

	(void)argc;
	(void)argv;
	if (!crypto_start(&why))
		abort();
	key_sign_fixed_by(ecdsa_fixed);
	for (size_t i = 0; i < engine_program_count; i++)
		run_program(engine_programs[i]);
	(void)atexit(at_end);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	run_program(bytes(data, size < 4096 ? size : 4096));
	return 0;
}
