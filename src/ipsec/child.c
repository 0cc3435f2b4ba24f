/* SPDX-License-Identifier: ISC */
/*
 * The names of drop reasons, and the end of a Child SA's parameters.
 */
#include "ipsec/child.h"

#include <stdlib.h>

static const struct {
	const char *name, *words;
} drops[DROP_COUNT] = {
	[DROP_NONE] = { "none", "not dropped" },
#define AS_DROP_ROW(id, short_name, text) [DROP_##id] = { short_name, text },
	DROPS(AS_DROP_ROW)
#undef AS_DROP_ROW
};

const char *drop_name(enum drop d)
{
	return (unsigned)d < DROP_COUNT ? drops[d].name : "unknown";
}

const char *drop_words(enum drop d)
{
	return (unsigned)d < DROP_COUNT ? drops[d].words : "unknown";
}

void child_params_clear(struct child_params *p)
{
	free(p->connection);
	free(p->child);
	free(p->tun);
	free(p->local_ts.list);
	free(p->remote_ts.list);
	secret_clear(&p->encr_in);
	secret_clear(&p->integ_in);
	secret_clear(&p->encr_out);
	secret_clear(&p->integ_out);
	*p = (struct child_params){ 0 };
}

void policy_params_clear(struct policy_params *p)
{
	free(p->connection);
	free(p->child);
	free(p->tun);
	free(p->local_ts.list);
	free(p->remote_ts.list);
	*p = (struct policy_params){ 0 };
}
