/* SPDX-License-Identifier: ISC */
/* What the plane cannot do yet. */
#include "dataplane/dataplane.h"

bool dataplane_policy_add(struct dataplane *dp, struct policy_params *p, struct now now, struct reason *why, struct arena *arena)
{
	(void)dp, (void)now, (void)arena;
	policy_params_clear(p);
	return refuse_text(why, REASON_UNSUPPORTED, 0, "traps");
}

void dataplane_policy_remove(struct dataplane *dp, uint32_t policy_id, struct now now)
{
	(void)dp, (void)policy_id, (void)now;
}
