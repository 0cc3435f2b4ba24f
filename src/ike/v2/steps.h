/* SPDX-License-Identifier: ISC */
/* IKEv2's table of steps (RFC 7296), handed to the engine in engine_conf.v2. */
#pragma once

#include "ike/step.h"

extern const struct step_table ike_v2_steps;
