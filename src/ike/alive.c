/* SPDX-License-Identifier: ISC */
/* Signs of life, hints that there are none, and what we say of packets that nobody knows. */
#include "ike/alive.h"

#include "iana/ikev2.h"
#include "ike/roam.h"

#define CHECK_EVERY SECONDS(5)    /* by hints, of one IKE SA */
#define SETTLED SECONDS(10)       /* a Child SA so young may just not be known at the peer yet */
#define LOOKS_A_SECOND 65536u     /* IKE SAs looked at because of hints: forged ones cost no more */
#define IKE_PORT 500u

/* --- by need --- */

static bool liveness_waits(const struct sa *sa)
{
	LIST_EACH(at, &sa->jobs)
		if (LIST_ITEM(at, const struct job, link)->kind == JOB_LIVENESS)
			return true;
	return false;
}

uint64_t alive_at(const struct sa *sa)
{
	if (!sa->conn || sa->conn->dpd_delay == 0 || sa->ours || roam_away(sa) || liveness_waits(sa) || ask_out_sa(sa, ASK_USAGE))
		return NEVER;
	return sa->last_in + SECONDS(sa->conn->dpd_delay);
}

static void ask_peer(struct sa *sa)
{
	/* out of memory: looked at again when the wait is over once more */
	if (!job_add(sa, JOB_LIVENESS))
		sa->last_in = sa->engine->now.boot;
}

void alive_ask(struct sa *sa)
{
	struct queued *q = sa->child_count > 0 ? queued_new(EVENT_ASK) : NULL;
	struct reason why;

	if (q)
		q->event.ask.kind = ASK_USAGE;
	if (!q || !ask_post_sa(sa, q, &why))
		ask_peer(sa);
	sa_touch(sa);
}

void alive_used(struct sa *sa, const struct answer *a)
{
	uint64_t now = sa->engine->now.boot;

	if (a->ok && a->used_in > sa->last_in && a->used_in <= now)
		sa->last_in = a->used_in;
	if (a->ok && a->used_out > sa->last_out && a->used_out <= now)
		sa->last_out = a->used_out; /* what keeps a NAT's mapping */
	if (sa->phase == PHASE_UP && alive_at(sa) <= now)
		ask_peer(sa);
	roam_keepalive(sa, true);
	sa_touch(sa);
}

/* --- by hints --- */

void alive_check(struct sa *sa)
{
	struct engine *e = sa->engine;

	if (sa->dead || (sa->phase != PHASE_UP && sa->phase != PHASE_CLOSING) ||
	    (sa->checked_at && e->now.boot - sa->checked_at < CHECK_EVERY))
		return;
	sa->checked_at = e->now.boot;
	if (sa->ours)
		retransmit_now(sa->ours);
	else if (sa->phase == PHASE_UP && !liveness_waits(sa))
		(void)job_add(sa, JOB_LIVENESS);
}

void alive_restarted(struct sa *sa)
{
	struct reason why = { 0 };

	engine_count(sa->engine, COUNTER_TOKEN_TAKEN);
	(void)refuse(&why, REASON_PEER_RESTARTED, 0, value_of(VALUE_ENDPOINT, sa->path.remote.port, addr_bytes(&sa->path.remote.addr)),
	             value_none(), conf_nowhere());
	sa_end(sa, sa->phase == PHASE_CLOSING && sa->last_reason ? sa->last_reason : &why, false);
}

/* --- whose packets? --- */

static bool may_look(struct engine *e)
{
	if (e->now.boot - e->hints.since >= 1000) {
		e->hints.since = e->now.boot;
		e->hints.left = LOOKS_A_SECOND;
	}
	if (e->hints.left == 0) {
		engine_count(e, COUNTER_RATE_LIMITED);
		return false;
	}
	return true;
}

static void has_looked(struct engine *e, size_t looks)
{
	e->hints.left -= looks < e->hints.left ? looks : e->hints.left;
}

/* An established IKE SA with this address; one that has an outbound SPI `spi`, unless that is 0. */
static struct sa *find_towards(struct engine *e, const struct addr *remote, uint32_t spi)
{
	struct sa *found = NULL;
	size_t looks = 0;

	if (!may_look(e))
		return NULL;
	LIST_EACH(at, &e->sas) {
		struct sa *sa = LIST_ITEM(at, struct sa, link);

		looks++;
		if (sa->phase != PHASE_UP || sa->dead || !addr_equal(&sa->path.remote.addr, remote) || (spi && !child_by_spi_out(sa, spi)))
			continue;
		found = sa;
		break;
	}
	has_looked(e, looks);
	return found;
}

/* HDR(0,0), N(INVALID_SPI) -->   One way, 1.5. */
static void tell_in_clear(struct engine *e, const struct path *from, struct bytes spi)
{
	uint8_t room[IKE_HEADER_LEN + 32];
	struct ike_header h = { .major = 2, .exchange = IKEV2_EXCHANGE_INFORMATIONAL, .flags = IKE_FLAG_INITIATOR };
	struct message_writer m;
	struct path path = *from;

	if (!rate_allows(&e->rate, e->hash_seed, e->now.boot, &from->remote.addr)) {
		engine_count(e, COUNTER_RATE_LIMITED);
		return;
	}
	if (path.remote.port == 0) { /* ESP without UDP */
		path.local.port = e->conf.port;
		path.remote.port = IKE_PORT;
		path.encap = PATH_UDP;
	}
	m = message_begin(room, sizeof(room), &h);
	notify_write(&m, 0, bytes_none(), IKEV2_NOTIFY_INVALID_SPI, spi);
	(void)event_send(e, &path, message_end(&m), false);
}

void alive_unknown_spi(struct engine *e, const struct traffic *t)
{
	struct sa *sa = find_towards(e, &t->path.remote.addr, 0);
	struct job *job;
	uint8_t spi[4];

	put_u32(spi, t->spi);
	if (!sa) {
		tell_in_clear(e, &t->path, bytes(spi, sizeof(spi)));
		return;
	}
	/* while another request is out, the peer will find out by itself, or we */
	if (sa->ours || liveness_waits(sa) || (sa->checked_at && e->now.boot - sa->checked_at < CHECK_EVERY))
		return;
	sa->checked_at = e->now.boot;
	job = job_add(sa, JOB_LIVENESS);
	if (job)
		job->spi = t->spi;
}

static bool spi_of(const struct payloads *p, uint32_t *spi)
{
	struct notify n;

	if (!notify_find(&n, p, IKEV2_NOTIFY_INVALID_SPI) || n.data.len != 4)
		return false;
	*spi = get_u32(n.data.at);
	return *spi != 0;
}

void alive_hint(struct engine *e, const struct input *in)
{
	struct arena arena = { 0 };
	struct payloads p = { 0 };
	struct reason why = { 0 };
	struct sa *sa = NULL;
	uint32_t spi = 0;

	engine_count(e, COUNTER_HINT);
	if (in->datagram.len <= 128 && may_look(e) &&
	    payloads_read(&p, in->h.next, bytes(in->datagram.at + IKE_HEADER_LEN, in->datagram.len - IKE_HEADER_LEN), &arena, &why) &&
	    spi_of(&p, &spi))
		sa = find_towards(e, &in->path->remote.addr, spi);
	if (sa)
		alive_check(sa);
	arena_clear(&arena);
}

void alive_take_invalid_spi(struct sa *sa, const struct payloads *p)
{
	struct reason why = { 0 };
	struct child *c;
	uint32_t spi;

	if (sa->phase != PHASE_UP || !spi_of(p, &spi))
		return;
	c = child_by_spi_out(sa, spi);
	if (!c || c->state != CHILD_INSTALLED || sa->engine->now.boot - c->installed < SETTLED)
		return;
	(void)refuse(&why, REASON_PEER_DELETED, IKEV2_NOTIFY_INVALID_SPI, value_none(), value_none(), c->conf->at);
	why.about = value_text("the peer has lost the Child SA");
	child_close(c, &why, true, 0);
}
