/* SPDX-License-Identifier: ISC */
/* Soft limits with their random part. */
#include "policy/lifetime.h"

struct lifetime lifetime_choose(struct lifetime_conf conf, uint64_t random)
{
	struct lifetime l = { .soft = conf.rekey, .hard = conf.life };
	uint64_t rand = conf.rand;

	if (l.soft == 0)
		return l;
	/* The random part never eats the whole lifetime: 0 would say "no limit". */
	if (rand > l.soft - 1)
		rand = l.soft - 1;
	l.soft -= random % (rand + 1);
	return l;
}
