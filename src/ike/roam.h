/* SPDX-License-Identifier: ISC */
/*
 * An IKE SA's addresses change: this host's network, MOBIKE (RFC 4555), a peer behind a NAT (RFC 7296 2.23), ESP that never arrives.
 *
 * The leader, who set up the first IKE SA of the line, decides about the addresses (RFC 4555 3.5). When the network changes, or a
 * request stays without an answer, it looks for paths: for each address of the peer the host says from which of ours it is reached
 * (ASK_SOURCE). The first one is taken at once; when nothing answers there, the request in flight goes out by all of them, and the path
 * of its answer is taken. JOB_ADDRESSES then tells the peer (ike/v2/mobike.c). Without any path the SA waits: nothing is given up
 * because nobody could be asked.
 *
 * Without MOBIKE whoever set the SA up sets it up anew from its new address.
 */
#pragma once

#include "ike/exchange.h"

#define ROAM_PEERS_MAX 16u /* addresses of the peer's that are kept */
#define ROAM_OWN_MAX 16u   /* of ours that it is told */
#define ROAM_PATHS_MAX 24u /* tried at once */
#define ROAM_LOOK_AGAIN MINUTES(1)
#define ROAM_TRUST 2000u   /* ms, of a peer that is new */

/* What MOBIKE remembers of one IKE SA. sa->roam; NULL: not spoken with this peer. */
struct roam {
	bool leads;
	/* wanted of the next JOB_ADDRESSES */
	bool update, tell, check;
	bool away;              /* there is no path to the peer */
	uint64_t look_at;       /* boot ms: one is looked for again, even if nobody says that the network has changed; NEVER */
	bool pinned;            /* the path was found by its answer: it stays as long as its address does */
	bool searching, search_again, urgent, left; /* left: the peer has left the address that we use */
	uint8_t at;             /* which of the peer's addresses is asked about */
	uint8_t refusals;       /* UNACCEPTABLE_ADDRESSES, UNEXPECTED_NAT_DETECTED, one after the other */
	uint64_t told;          /* digest of our addresses as the peer knows them; 0: none yet */
	struct addr *peers;     /* owned: ADDITIONAL_*_ADDRESS */
	size_t peer_count;
	struct path *paths;     /* owned: found; the requests go out by all of them */
	size_t path_count;
	uint32_t moves;         /* how often the path has changed */
	bool mapping_known;
	uint8_t mapping[20];    /* NAT_DETECTION_DESTINATION_IP of the peer's last answer, 3.8 */
	/* return routability, 3.7 */
	bool unchecked;         /* the peer has moved, and not shown yet that it receives there */
	bool served;            /* its packets go there all the same */
	uint32_t trust;         /* ms that its packets may still go, in all, to where it does not show it; 0: nothing goes before it does */
	uint64_t check_until;   /* boot ms: `served` ends; NEVER */
	struct path safe;       /* where it was before, while unchecked */
};

struct roam *roam_new(struct sa *sa); /* NULL: out of memory. It becomes sa->roam. */
void roam_free(struct sa *sa);
/* The IKE SA was rekeyed: the new one goes on with what the old one knows. */
void roam_inherit(struct sa *fresh, struct sa *old);
static inline bool roam_leads(const struct sa *sa)
{
	return sa->roam && sa->roam->leads;
}
static inline bool roam_away(const struct sa *sa)
{
	return sa->roam && sa->roam->away && sa->phase == PHASE_UP;
}

/* --- this host --- */
void roam_watch(struct engine *e);              /* this host's addresses will be needed */
void roam_network(struct engine *e);            /* something changed: all SAs are looked at */
void roam_addresses(struct engine *e, const struct answer *a); /* ASK_ADDRS */
void roam_clear(struct engine *e);
void roam_source(struct sa *sa, const struct answer *a);       /* ASK_SOURCE of an SA */
/* Our address for this peer as the connection fixes it; NULL: the route decides. */
const struct addr *roam_fixed_local(const struct connection *c, const struct addr *remote);
/* Our addresses besides the one in use, as the peer is told; at most ROAM_OWN_MAX. Gives how many. */
size_t roam_own(const struct sa *sa, struct addr *out);
uint64_t roam_digest(const struct engine *e, const struct addr *list, size_t count); /* never 0 */

/* --- paths --- */
/* Looks for a path. urgent: what we use does not answer, or the peer has left it. */
void roam_search(struct sa *sa, bool urgent);
void roam_unanswered(struct exchange *x);       /* it was sent again; called after each time */
void roam_send(const struct exchange *x);       /* the request in flight, by all paths that are tried */
/* The request in flight, if there is one, goes out once more: the path is another one. */
void roam_resend(struct sa *sa);
/* A sealed response came by `path`. */
void roam_answered(struct sa *sa, const struct path *path);
/* What roam->update, tell, check want is done as soon as the window allows. */
void roam_job(struct sa *sa);
/* The peer's addresses, the one that it sends from first (3.6). Too many: the first ones. */
void roam_peers(struct sa *sa, const struct addr *list, size_t count);
/* The peer did not take our update. final: it never will; else the next ones may be (a NAT came between). Too often: another SA. */
void roam_refused(struct sa *sa, bool final);
/* The UPDATE did its work. */
void roam_settled(struct sa *sa);

/* --- the peer moves --- */
/* RFC 7296 2.23: an authenticated message, newer than all before, came by this path. */
void roam_follow_ike(struct sa *sa, const struct path *path);
void roam_follow_esp(struct child *c, const struct path *path);
/* UPDATE_SA_ADDRESSES came by this path, which is the SA's now; `before` is what it was. */
void roam_moved(struct sa *sa, const struct path *before);
void roam_checked(struct sa *sa);               /* the peer receives where it says it is */
/* Where Child SAs send to: the SA's path, or the one before as long as the new one is not checked. */
const struct path *roam_data_path(const struct sa *sa);
/* ESP goes out and nothing ever comes in: something on the way swallows it. UDP encapsulation is tried. */
void roam_one_way(struct child *c);
/* When a NAT on our side wants to be reminded of us, RFC 3948 4; NEVER. */
uint64_t roam_keepalive_at(const struct sa *sa);
/* Sends it when it is due; but first the data plane is asked whether packets have done so. asked: that is its answer. */
void roam_keepalive(struct sa *sa, bool asked);
uint64_t roam_at(const struct sa *sa);          /* when it wants to be looked at; NEVER */
void roam_expire(struct sa *sa);
