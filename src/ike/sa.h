/* SPDX-License-Identifier: ISC */
/*
 * An IKE SA, its jobs and its Child SAs. RFC 7296 2.
 *
 * Owner: the engine's tables. sa_end takes an SA out of service at once (its Child SAs go, its waiters are told), but the memory
 * goes in engine_settle. An SA whose last response the peer may have missed stays for a while in PHASE_GONE, which only answers
 * retransmissions.
 */
#pragma once

#include "crypto/crypto.h"
#include "ike/core.h"

/* One set of IKE keys. An exchange names the one that its messages are sealed with. */
struct generation {
	struct suite suite;
	struct ike_keys keys;
	struct seal *in, *out; /* expanded when first used, dropped after seconds of silence */
	uint64_t iv;           /* of the last sealed message: AEADs need each only once */
};
void generation_clear(struct generation *g);

/* What IKE_AUTH needs of IKE_SA_INIT; freed when the SA is up. */
struct half {
	struct arena arena;
	struct bytes first_i, first_r; /* the IKE_SA_INIT messages, for the AUTH octets */
	struct bytes ni, nr;
	struct bytes certreq;          /* hashes of the peer's CERTREQ */
	bool certreq_seen, childless;
	hash_set hashes;               /* of its SIGNATURE_HASH_ALGORITHMS */
};

/* One pair of selectors, local and remote: what a request for a Child SA is about. */
struct pair_ts {
	struct selector local, remote;
	bool alone;                    /* asked for alone; else in front of what is configured, RFC 7296 2.9 */
};

struct job {
	struct list link;
	enum job_kind kind;
	struct connection *conn;       /* CHILD, CHILD_REKEY: reference */
	const struct child_conf *child; /* CHILD, CHILD_REKEY: in conn */
	struct pair_ts *ts;            /* CHILD: owned; NULL: what is configured */
	uint16_t ke;                   /* CHILD: after INVALID_KE_PAYLOAD; 0: the first of the proposal */
	unsigned tries;
	uint64_t not_before;           /* boot ms: the peer was busy */
	uint32_t child_id;             /* CHILD_DELETE: 0 when only the SPI is known; CHILD_REKEY: which is replaced */
	uint32_t spi;                  /* CHILD_DELETE: our inbound SPI; LIVENESS: one of the peer's packets that nobody knows here, or 0 */
	bool cancelled;                /* CHILD, CHILD_REKEY: `down` came while it was under way: closed as soon as it is up */
	uint16_t notify;               /* REFUSE */
	uint64_t command;              /* token, for the news that it causes */
};
#define JOBS_MAX 64u                   /* of one SA */

#define QCD_KEPT 16u
#define ELDERS_MAX 8u                  /* IKE SAs that wait to be deleted behind one that was rekeyed */

struct attempt;
struct child;
struct reassembly;
struct kept_plain;
struct roam;

struct sa {
	struct engine *engine;
	struct list link;              /* engine->sas */
	struct list busy;              /* engine->busy; in no list when there is nothing to settle */
	struct list of_entry;          /* conn_entry->sas; in no list without a connection in the table */
	struct sa *next_peer;          /* established SAs with the same remote identity (or its hash) */
	bool in_peers;
	uint32_t id;
	enum phase phase;
	bool initiator;
	bool dead;                     /* out of service; freed when settled */
	const struct step_table *table;
	uint64_t spi_i, spi_r;
	struct path path;
	struct connection *conn;       /* reference; NULL: a responder that does not know */
	struct identity local_id, remote_id; /* data owned (one allocation each) */
	bool nat_local, nat_remote, nat_fake, peer_natt, peer_adit, vendor_sent; /* peer_natt: it speaks NAT traversal */
	struct roam *roam;             /* owned: MOBIKE; NULL: not spoken with this peer. roam.h */
	bool peer_fragments;           /* both have announced RFC 7383 */
	uint16_t fragment_size;        /* largest IP datagram that the path is believed to carry; 0: as configured */
	struct reassembly *reassembly[2]; /* of a request, of a response; fragment.c */
	struct half *half;
	struct generation gen;
	uint32_t next_out, next_in;    /* message IDs */
	struct exchange *ours, *theirs;
	/* the last response, and what it answers (2.1) */
	uint8_t *cache;                /* on engine->responses */
	size_t cache_len;
	uint64_t cache_hash;           /* siphash of the request */
	bool cache_answered;           /* there was a request; the cache may have been dropped since */
	uint8_t cache_again;           /* how often it was sent again at its size */
	struct kept_plain *cache_plain; /* the response before it was sealed, when smaller fragments of it could be wanted */
	struct list asks;              /* struct pending: those of no exchange */
	struct list jobs;
	size_t job_count;
	struct list children;
	size_t child_count;
	struct timer timer;            /* TIMER_SA: the nearest of what follows */
	uint64_t created, established, last_in, last_out, sealed_at, cached_at, gone_at;
	uint64_t life_at, rekey_at;    /* NEVER: none */
	uint64_t busy_since;           /* the peer says TEMPORARY_FAILURE since then; 0: it does not */
	uint32_t kin;                  /* rekeying: unique id of the successor; of a spare one: of the SA that it may succeed; else 0 */
	uint32_t elders[ELDERS_MAX];   /* unique ids of those that it, or what it took the place of, has replaced; the newest last */
	bool rekeyed;                  /* another one has its place: its end is no news */
	bool spare;                    /* made by a rekeying that is not decided: has nothing yet */
	uint64_t reauth_at;            /* authenticate anew (reauth.h); NEVER */
	uint32_t replaces;             /* id of the IKE SA whose place it takes; 0: none */
	uint8_t rounds;                /* how often it has asked for Child SAs that that one has */
	bool by_auth;                  /* set up by IKE_AUTH, not by rekeying */
	bool outlived;                 /* its lifetime ends early: it is replaced */
	bool again;                    /* another one goes on with its jobs */
	uint32_t sequence;             /* how many whole sequences of retransmissions had no answer before it */
	bool close_after;              /* a command ended it while IKE_AUTH was out: closed as soon as it is up */
	bool renew;                    /* set up anew when the lifetime is over */
	bool half_counted;             /* in engine->half, for `source` */
	struct addr source;
	uint64_t half_key;             /* in engine->half_open; 0: not */
	uint64_t first_hash;           /* of the IKE_SA_INIT request that made it, so that a late copy makes no second one */
	struct attempt *attempt;
	uint64_t checked_at;           /* boot ms of the last sign of life that a hint made us ask for */
	uint8_t qcd[QCD_KEPT];         /* digest of the peer's token of crash detection */
	bool qcd_known;
	uint64_t command;              /* that made it */
	struct reason *last_reason;    /* owned: why it goes, while CLOSING */
};

/* As initiator: path.remote is not known yet. NULL: out of memory, randomness, or the limit of SAs. */
struct sa *sa_new(struct engine *e, const struct step_table *table, bool initiator, const struct path *path);
/* With this SPI of ours, from sa_fresh_spi; 0: any. */
struct sa *sa_new_at(struct engine *e, const struct step_table *table, bool initiator, const struct path *path, uint64_t spi);
uint64_t sa_fresh_spi(struct engine *e);  /* 0: no random bytes */
static inline uint64_t sa_spi_own(const struct sa *sa)
{
	return sa->initiator ? sa->spi_i : sa->spi_r;
}
void sa_set_connection(struct sa *sa, const struct connection *conn);
const char *sa_name(const struct sa *sa); /* the connection's, or NULL */
bool sa_set_ids(struct sa *sa, const struct identity *local, const struct identity *remote);
/* Looks at the SA again in engine_settle. */
void sa_touch(struct sa *sa);
void sa_settle(struct sa *sa);            /* starts the next job, arms the timer */
void sa_expire(struct sa *sa);
/* The answer to a question of no exchange (ask_post_sa). */
void sa_answer(struct sa *sa, enum ask_kind kind, const struct answer *a);
/* Established: everything is authenticated. Clears `half`. */
void sa_up(struct sa *sa);
/*
 * Takes it out of service: waiters and the user are told `why`. linger: it goes on answering retransmissions of the last
 * request for a while.
 */
void sa_end(struct sa *sa, const struct reason *why, bool linger);
/* Sends a delete (SAs that are not up just end); the Child SAs go at once. */
void sa_close(struct sa *sa, const struct reason *why, uint64_t command);
/* Sets it up anew: its Child SAs are wanted again, and this one is closed. */
void sa_renew(struct sa *sa, const struct reason *why);
/* Tells the peer `notify` in an INFORMATIONAL and ends (RFC 7296 2.21.2). */
void sa_refuse(struct sa *sa, const struct reason *why, uint16_t notify);
void sa_free(struct sa *sa);
/* The next established SA between the same identities after `after` (NULL: the first), older ones last; NULL: none. */
struct sa *sa_same_peer(const struct sa *sa, const struct sa *after);
/* Whether an established SA has this remote identity. */
bool sa_peer_known(const struct engine *e, const struct identity *remote);
void sa_half_done(struct sa *sa);         /* no longer half-open: the counts */
void sa_peers_enter(struct sa *sa);
void sa_peers_leave(struct sa *sa);
void sa_choose_life(struct sa *sa);       /* soft and hard limit, from now on */
/* The peer said TEMPORARY_FAILURE once more; after several minutes the SA goes (2.25). True: it went. */
bool sa_busy(struct sa *sa, const struct reason *why);

/* --- succeed.c: rekeying an IKE SA, RFC 7296 2.8.2, 2.18 --- */
bool sa_rekey(struct sa *sa, uint64_t command); /* soon; false: it is not up, or no memory */
/* A spare one beside `old`, which needs its keys yet. own_spi: 0: any. NULL: out of memory. */
struct sa *sa_successor(const struct sa *old, bool initiator, uint64_t own_spi, uint64_t peer_spi);
/* `fresh` inherits all; `old` waits for the peer's delete. */
void sa_succeed(struct sa *old, struct sa *fresh);
void sa_delete_old(struct sa *sa);        /* we delete it */
/* Our exchange has made `fresh`. lost: a crossing one's nonces say that it is one too many. */
void sa_settle_rekey(struct exchange *x, struct sa *fresh, bool lost);
struct sa *sa_rival(const struct exchange *x); /* the spare one that the peer's crossing exchange has made; NULL */
void sa_adopt(struct sa *sa);             /* the peer makes use of it: if it was spare, it inherits */
void sa_deleted(struct sa *sa);           /* the peer deletes it: a spare one inherits */
void sa_rekey_failed(struct exchange *x, const struct reason *why);

/* --- jobs --- */
struct job *job_add(struct sa *sa, enum job_kind kind); /* NULL: memory, or too many */
void job_free(struct job *job);
struct job *job_take(struct sa *sa, enum job_kind kind); /* the first of this kind, out of the queue */
/* A Child SA for `child` is wanted on this SA: nothing is added when one is under way. */
bool job_add_child(struct sa *sa, const struct connection *conn, const struct child_conf *child, uint64_t command);
void jobs_move(struct sa *from, struct sa *to);          /* those for Child SAs */
/* Another SA of the same peer stays: what is queued for Child SAs is for that one, or done there already. */
void jobs_hand_over(struct sa *from, struct sa *to);
bool job_pending(const struct sa *sa, const char *child);
/* Likewise for one pair of selectors (NULL: all that are configured). */
bool job_add_child_ts(struct sa *sa, const struct connection *conn, const struct child_conf *child, const struct pair_ts *ts,
                      uint64_t command);

/* --- sk.c: the SK payload, RFC 7296 3.14 --- */
/* The whole message around an inner chain; empty: memory, randomness or the library failed. */
struct bytes sk_seal(struct sa *sa, struct generation *g, const struct ike_header *h, uint8_t first, struct bytes chain,
                     struct arena *arena);
/* Behind what `w` has: one message, or one fragment of it (RFC 7383). False: room, randomness or the library failed. */
bool sk_put(struct sa *sa, struct generation *g, const struct ike_header *h, uint8_t first, const struct skf *fragment,
            struct bytes chain, struct writer *w);
size_t sk_message_len(struct sa *sa, struct generation *g, size_t chain_len); /* 0: the library failed */
size_t sk_chunk(struct sa *sa, struct generation *g, size_t most); /* of the chain, in a fragment of `most` bytes; 0: nothing worth it */
/* Verifies and decrypts in place, SK or SKF. `datagram` lies in memory that may be changed. REASON_INTEGRITY. */
bool sk_open(struct sa *sa, struct generation *g, struct bytes datagram, const struct payload *sk, struct bytes *chain,
             struct reason *why);
void sk_idle(struct generation *g); /* drops the expanded keys */

/* --- window.c: message IDs and the response cache, RFC 7296 2.1 to 2.3 --- */
enum window_verdict {
	WINDOW_FRESH,
	WINDOW_AGAIN,    /* to the bit what we have answered last */
	WINDOW_ANSWERED, /* its message ID, but other bytes: a fragment, or of no use */
	WINDOW_BUSY,
	WINDOW_OUTSIDE,
};
enum window_verdict window_request(const struct sa *sa, uint32_t message_id, uint64_t hash);
struct outgoing;
/* Keeps the messages of the response; `plain`: what they were made from, NULL: it was never sealed. */
void window_answered(struct sa *sa, struct bytes messages, const struct outgoing *plain, uint64_t request_hash);
/* Sends them again. smaller: the peer has cut its request anew. */
void window_again(struct sa *sa, const struct path *path, bool smaller);
void window_drop_cache(struct sa *sa);

/* --- nat.c: RFC 7296 2.23 --- */
bool nat_hash(uint8_t out[20], uint64_t spi_i, uint64_t spi_r, const struct endpoint *at);
/* Writes both NAT_DETECTION notifies; `fake`: a source that nobody has, so that the peer sees a NAT. */
bool nat_write(struct message_writer *m, struct engine *e, uint64_t spi_i, uint64_t spi_r, const struct path *path, bool fake);
/* Reads them: true when they are there; *local: we are behind a NAT; *remote: the peer is. */
bool nat_read(const struct payloads *p, uint64_t spi_i, uint64_t spi_r, const struct path *path, bool *local, bool *remote);
void nat_float(struct sa *sa); /* to port 4500 */

/* --- info.c --- */
void ike_info_of(const struct sa *sa, struct ike_info *out);
enum child_state child_state_of(const struct child *c);

/* --- story.c --- */
struct conn_entry;
struct story_note {
	struct sa *sa;          /* or NULL: a stranger, or */
	struct conn_entry *entry; /* a policy of this connection, which needs no SA */
	const struct path *path; /* NULL: that of the SA */
	enum story_kind kind;
	const char *words;
	const struct reason *why;
	uint32_t child_id;
	uint64_t command;       /* 0: that of the SA */
};
void story_add(struct engine *e, const struct story_note *note);
void story_step(struct sa *sa, enum story_kind kind, const char *words);
void story_reason(struct sa *sa, enum story_kind kind, const struct reason *why);
bool story_has_reason(const struct sa *sa); /* its attempt tells at least one */
void story_forget_sa(struct sa *sa);
void story_hand_over(struct sa *old, struct sa *fresh); /* its attempt goes on with another SA */
struct conn_entry;
/* Its attempt is another connection's: the first was only guessed from the addresses. Either may be NULL: it is forgotten. */
void story_move_sa(struct sa *sa, struct conn_entry *from, struct conn_entry *to);
void story_forget_entry(struct conn_entry *entry);
struct strangers *strangers_new(void);
void strangers_free(struct strangers *s);
void tell_ike(struct sa *sa, enum tell_kind kind);
void tell_ike_update(struct sa *sa, const struct path *before); /* it has another path now */
void tell_ike_rekey(const struct sa *old, struct sa *fresh);
void tell_child(struct child *c, enum tell_kind kind);
void tell_child_rekey(struct child *old, struct child *fresh);
