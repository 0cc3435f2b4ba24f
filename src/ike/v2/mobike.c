/* SPDX-License-Identifier: ISC */
/*
 * MOBIKE's messages: MOBIKE_SUPPORTED in IKE_AUTH, address updates and checks in INFORMATIONAL. RFC 4555 3.3 to 3.9, 4.
 *
 * When something is to be done, and on which path, is roam.c's and follow.c's.
 */
#include "ike/roam.h"
#include "ike/v2/parts.h"

#define COOKIE2_LEN 16u
#define COOKIE2_LEAST 8u
#define COOKIE2_MOST 64u

/* What a request of ours said; it is compared with what holds when its answer comes. */
struct sent {
	bool update, check, mapping;
	uint8_t cookie[COOKIE2_LEN];
	struct path path;
	uint32_t moves;
	uint64_t told;
};

static void plain_notify(struct message_writer *m, uint16_t type)
{
	notify_write(m, 0, bytes_none(), type, bytes_none());
}

/* --- addresses --- */

static uint64_t write_addresses(struct message_writer *m, const struct sa *sa, bool none)
{
	struct addr own[ROAM_OWN_MAX];
	size_t n = roam_own(sa, own);

	for (size_t i = 0; i < n; i++)
		notify_write(m, 0, bytes_none(),
		             own[i].family == ADDR_V4 ? IKEV2_NOTIFY_ADDITIONAL_IP4_ADDRESS : IKEV2_NOTIFY_ADDITIONAL_IP6_ADDRESS,
		             addr_bytes(&own[i]));
	if (n == 0 && none)
		plain_notify(m, IKEV2_NOTIFY_NO_ADDITIONAL_ADDRESSES);
	return roam_digest(sa->engine, own, n);
}

/* False: there are none of these notifies. The address that the message came from is the first one (3.6). */
static bool read_addresses(const struct exchange *x, struct addr list[ROAM_PEERS_MAX], size_t *count)
{
	const struct payload *at = NULL;
	bool any = false;
	struct notify n;

	list[0] = x->path.remote.addr;
	*count = 1;
	while ((at = payloads_find(&x->payloads, IKEV2_PAYLOAD_NOTIFY, at))) {
		struct addr a;

		if (!notify_read(&n, at->body))
			continue;
		any = any || n.type == IKEV2_NOTIFY_NO_ADDITIONAL_ADDRESSES;
		if (n.type != IKEV2_NOTIFY_ADDITIONAL_IP4_ADDRESS && n.type != IKEV2_NOTIFY_ADDITIONAL_IP6_ADDRESS)
			continue;
		any = true;
		if (addr_from_bytes(&a, n.data) && addr_is_unicast(&a) && *count < ROAM_PEERS_MAX &&
		    a.family == (n.type == IKEV2_NOTIFY_ADDITIONAL_IP4_ADDRESS ? ADDR_V4 : ADDR_V6))
			list[(*count)++] = a;
	}
	return any;
}

static void take_addresses(struct exchange *x)
{
	struct addr list[ROAM_PEERS_MAX];
	size_t count;

	if (read_addresses(x, list, &count))
		roam_peers(x->sa, list, count);
}

/* --- IKE_AUTH: 3.2 to 3.4 --- */

void mobike_offer(struct exchange *x, struct message_writer *m)
{
	struct sa *sa = x->sa;
	uint64_t told;

	if (sa->initiator ? !sa->conn->mobike : !sa->roam)
		return;
	plain_notify(m, IKEV2_NOTIFY_MOBIKE_SUPPORTED);
	told = write_addresses(m, sa, false);
	if (sa->roam)
		sa->roam->told = told;
}

void mobike_agree(struct exchange *x)
{
	struct sa *sa = x->sa;
	struct notify n;

	if (!sa->conn->mobike || !notify_find(&n, &x->payloads, IKEV2_NOTIFY_MOBIKE_SUPPORTED) || !roam_new(sa))
		return;
	if (sa->initiator) {
		struct addr own[ROAM_OWN_MAX];

		sa->roam->told = roam_digest(sa->engine, own, roam_own(sa, own));
	}
	take_addresses(x);
}

/* --- NAT prohibition: 3.9 --- */

bool mobike_nat_allowed(const struct exchange *x, struct reason *why)
{
	const struct path *p = &x->path;
	size_t len = addr_len(&p->remote.addr);
	uint8_t seen[36];
	struct notify n;

	if (!notify_find(&n, &x->payloads, IKEV2_NOTIFY_NO_NATS_ALLOWED))
		return true;
	memcpy(seen, p->remote.addr.ip, len);
	memcpy(seen + len, p->local.addr.ip, len);
	put_u16(seen + 2 * len, p->remote.port);
	put_u16(seen + 2 * len + 2, p->local.port);
	return bytes_equal(n.data, bytes(seen, 2 * len + 4)) ||
	       refuse(why, REASON_NAT_FORBIDDEN, IKEV2_NOTIFY_UNEXPECTED_NAT_DETECTED,
	              value_of(VALUE_ENDPOINT, p->remote.port, addr_bytes(&p->remote.addr)), value_none(), conf_nowhere());
}

/* --- our request --- */

/* HDR, SK {[N(UPDATE_SA_ADDRESSES), N(NAT_DETECTION_*),] [N(ADDITIONAL_*_ADDRESS)+ | N(NO_ADDITIONAL_ADDRESSES),] [N(COOKIE2)]} --> */
bool mobike_write(struct exchange *x, struct message_writer *m, struct reason *why)
{
	struct sa *sa = x->sa;
	struct roam *r = sa->roam;
	struct sent *s = arena_take(&x->arena, sizeof(*s));

	if (!s)
		return refuse_text(why, REASON_MEMORY, 0, "an address update");
	*s = (struct sent){ .update = r->update, .check = r->check, .path = sa->path, .moves = r->moves };
	if (s->check && !engine_random(sa->engine, s->cookie, sizeof(s->cookie)))
		return refuse_text(why, REASON_MEMORY, 0, "randomness");
	x->work = s;
	if (s->update) {
		plain_notify(m, IKEV2_NOTIFY_UPDATE_SA_ADDRESSES);
		s->mapping = nat_write(m, sa->engine, sa->spi_i, sa->spi_r, &sa->path, sa->nat_fake);
	}
	if (s->update || r->tell)
		r->told = write_addresses(m, sa, r->tell);
	if (s->check)
		notify_write(m, 0, bytes_none(), IKEV2_NOTIFY_COOKIE2, bytes(s->cookie, sizeof(s->cookie)));
	r->update = r->tell = r->check = false;
	return true;
}

/* Behind a NAT a sign of life also shows whether the NAT still knows us (3.8). */
bool mobike_write_liveness(struct exchange *x, struct message_writer *m, struct reason *why)
{
	struct sa *sa = x->sa;
	struct sent *s;

	if (!roam_leads(sa) || !sa->nat_local)
		return true;
	if (!sa->roam->mapping_known) { /* nothing to compare with: the update itself is the question */
		sa->roam->update = true;
		return mobike_write(x, m, why);
	}
	s = arena_take(&x->arena, sizeof(*s));
	if (!s)
		return refuse_text(why, REASON_MEMORY, 0, "a sign of life");
	*s = (struct sent){ .path = sa->path, .moves = sa->roam->moves };
	s->mapping = nat_write(m, sa->engine, sa->spi_i, sa->spi_r, &sa->path, sa->nat_fake);
	x->work = s;
	return true;
}

/* --- its answer --- */

/* Whether the peer sees us elsewhere than in its last answer. */
static bool mapping_changed(struct exchange *x)
{
	struct roam *r = x->sa->roam;
	struct notify n;
	bool changed;

	if (!notify_find(&n, &x->payloads, IKEV2_NOTIFY_NAT_DETECTION_DESTINATION_IP) || n.data.len != sizeof(r->mapping))
		return false;
	changed = r->mapping_known && !bytes_equal(n.data, bytes(r->mapping, sizeof(r->mapping)));
	memcpy(r->mapping, n.data.at, sizeof(r->mapping));
	r->mapping_known = true;
	return changed;
}

/* Whether Child SAs need another encapsulation now. */
static bool take_nat(struct sa *sa, const struct payloads *p, const struct path *path)
{
	enum child_encap before = child_encap(sa);
	bool local, remote;

	if (!nat_read(p, sa->spi_i, sa->spi_r, path, &local, &remote))
		return false;
	sa->nat_local = local;
	sa->nat_remote = remote;
	return child_encap(sa) != before;
}

static void updated(struct exchange *x, const struct sent *s)
{
	struct sa *sa = x->sa;
	struct notify n;

	if (notify_find(&n, &x->payloads, IKEV2_NOTIFY_UNACCEPTABLE_ADDRESSES)) {
		story_step(sa, STORY_STEP, "the peer does not accept our new address");
		roam_refused(sa, true);
	} else if (notify_find(&n, &x->payloads, IKEV2_NOTIFY_UNEXPECTED_NAT_DETECTED)) {
		roam_refused(sa, false);
	} else {
		(void)mapping_changed(x);
		if (take_nat(sa, &x->payloads, &s->path) || sa->nat_fake)
			children_follow(sa);
		roam_settled(sa);
	}
}

static bool cookie_fits(const struct exchange *x, const struct sent *s)
{
	struct notify n;

	return notify_find(&n, &x->payloads, IKEV2_NOTIFY_COOKIE2) && n.data.len == sizeof(s->cookie) &&
	       bytes_equal_secret(n.data, bytes(s->cookie, sizeof(s->cookie)));
}

/* HDR, SK {[N(NAT_DETECTION_*),] [N(COOKIE2),] [N(UNACCEPTABLE_ADDRESSES) | N(UNEXPECTED_NAT_DETECTED)]} <-- */
void mobike_done(struct exchange *x)
{
	struct sa *sa = x->sa;
	const struct sent *s = x->work;
	struct reason why = { 0 };
	bool same;

	if (!s || !sa->roam)
		return;
	same = s->moves == sa->roam->moves; /* else it tells nothing: another update is on its way, or a check is to be made again */
	if (s->check && !cookie_fits(x, s)) {
		(void)refuse_text(&why, REASON_SYNTAX, 0, "COOKIE2 is not the one that was sent (RFC 4555 3.7)");
		story_reason(sa, STORY_REFUSED, &why);
		sa_close(sa, &why, 0);
		return;
	}
	if (s->check && same)
		roam_checked(sa);
	else if (s->check && sa->roam->unchecked)
		sa->roam->check = true;
	if (s->update && same)
		updated(x, s);
	else if (s->mapping && same && mapping_changed(x))
		sa->roam->update = true;
}

/* --- the peer's request --- */

static void answer_nat(struct exchange *x, struct mobike_answer *a)
{
	struct notify n;

	a->nat = notify_find(&n, &x->payloads, IKEV2_NOTIFY_NAT_DETECTION_SOURCE_IP) ||
	         notify_find(&n, &x->payloads, IKEV2_NOTIFY_NAT_DETECTION_DESTINATION_IP);
	if (notify_find(&n, &x->payloads, IKEV2_NOTIFY_COOKIE2) && n.data.len >= COOKIE2_LEAST && n.data.len <= COOKIE2_MOST)
		a->cookie = n.data;
}

static void take_update(struct exchange *x)
{
	struct sa *sa = x->sa;
	struct path before = sa->path;
	bool encap;

	sa->path = x->path;
	encap = take_nat(sa, &x->payloads, &x->path);
	if (path_equal(&before, &sa->path)) {
		if (encap)
			children_follow(sa);
		return;
	}
	story_step(sa, STORY_STEP, "the peer has moved (MOBIKE)");
	roam_moved(sa, &before);
	roam_resend(sa);
	tell_ike_update(sa, &before);
}

void mobike_take(struct exchange *x, struct mobike_answer *a)
{
	struct sa *sa = x->sa;
	struct reason why = { 0 };
	struct notify n;
	bool update;

	*a = (struct mobike_answer){ 0 };
	answer_nat(x, a);
	if (!sa->roam || sa->phase != PHASE_UP)
		return;
	update = !sa->roam->leads && notify_find(&n, &x->payloads, IKEV2_NOTIFY_UPDATE_SA_ADDRESSES);
	if (!mobike_nat_allowed(x, &why)) {
		story_reason(sa, STORY_REFUSED, &why);
		a->error = IKEV2_NOTIFY_UNEXPECTED_NAT_DETECTED;
		return;
	}
	if (update && !addr_is_unicast(&x->path.remote.addr)) {
		a->error = IKEV2_NOTIFY_UNACCEPTABLE_ADDRESSES;
		return;
	}
	if (update)
		take_update(x);
	take_addresses(x);
}

bool mobike_answer(struct exchange *x, struct message_writer *m, const struct mobike_answer *a)
{
	struct sa *sa = x->sa;

	if (a->error)
		plain_notify(m, a->error);
	else if (a->nat && !nat_write(m, sa->engine, sa->spi_i, sa->spi_r, &x->path, sa->nat_fake))
		return false;
	if (a->cookie.len)
		notify_write(m, 0, bytes_none(), IKEV2_NOTIFY_COOKIE2, a->cookie);
	return true;
}
