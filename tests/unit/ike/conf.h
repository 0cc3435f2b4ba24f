/* SPDX-License-Identifier: ISC */
/* Configurations made from parts, so that a test says only what is special about it. */
#pragma once

struct conf_parts {
	const char *name, *local, *remote;      /* connection; addresses */
	const char *proposals;
	const char *local_round, *remote_round; /* inside of local { } and remote { } */
	const char *children;
	const char *more;                       /* further keys of the connection */
	const char *secret;
};
/* NULL members take those of pair_alice (or pair_bob). The text is static: two at a time. */
const char *conf_alice(struct conf_parts c);
const char *conf_bob(struct conf_parts c);
