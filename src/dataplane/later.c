/* SPDX-License-Identifier: ISC */
/* What the plane cannot do yet. */
#include "dataplane/dataplane.h"

bool dataplane_child_outbound(struct dataplane *dp, uint32_t child_id, struct now now)
{
	(void)dp, (void)child_id, (void)now;
	return false;
}

bool dataplane_child_adopt(struct dataplane *dp, uint32_t child_id, uint32_t ike_id)
{
	(void)dp, (void)child_id, (void)ike_id;
	return false;
}

bool dataplane_child_update(struct dataplane *dp, uint32_t child_id, const struct path *path, enum child_encap encap, struct now now)
{
	(void)encap;
	return dataplane_child_move(dp, child_id, path, now);
}

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

void dataplane_ike_usage(const struct dataplane *dp, uint32_t ike_id, uint64_t *used_in, uint64_t *used_out)
{
	(void)dp, (void)ike_id;
	*used_in = *used_out = 0;
}

size_t dataplane_addresses(struct dataplane *dp, struct addr *out, size_t max)
{
	(void)dp, (void)out, (void)max;
	return 0;
}
