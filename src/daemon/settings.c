/* SPDX-License-Identifier: ISC */
/* The section `adit` of the configuration into the engine, and the secret of crash detection, which outlives us. */
#include "base/secret.h"
#include "crypto/crypto.h"
#include "daemon/host.h"
#include "linux/state.h"
#include "policy/explain.h"

#define SECRET_FILE "crash-secret"

static uint32_t or_none(uint32_t value)
{
	return value ? value : ENGINE_NONE;
}

/* Without it everything works, but peers find out late that we have crashed. */
static void fill_secret(struct engine_conf *conf, const char *folder)
{
	struct random random = { crypto_random, NULL };
	struct reason why = { 0 };
	struct text line = { 0 };

	conf->qcd = state_secret(folder, SECRET_FILE, random, conf->qcd_secret, sizeof(conf->qcd_secret), &why);
	if (!conf->qcd) {
		reason_print(&line, &why);
		log_line(LOG_LEVEL_WARNING, "no crash detection for peers: %s/%s: %s", folder, SECRET_FILE, text_str(&line));
	}
	text_clear(&line);
}

void daemon_configure(struct daemon *d, const struct settings *s)
{
	struct engine_conf conf = {
		.retransmit_first = s->retransmit_timeout,
		.retransmit_base_percent = s->retransmit_base,
		.retransmit_tries = s->retransmit_tries,
		.retransmit_jitter_percent = s->retransmit_jitter,
		.retransmit_limit = s->retransmit_limit,
		.retransmit_early = or_none(s->retransmit_early),
		.retry_first = s->retry_first,
		.retry_most = s->retry_most,
		.fragment_size = s->fragment_size,
		.keepalive = or_none(s->keep_alive),
		.half_open_timeout = or_none(s->half_open_timeout),
		.cookie_threshold = or_none(s->cookie_threshold),
		.half_open_per_source = or_none(s->block_threshold),
		.half_open_max = or_none(s->init_limit_half_open),
		.break_before_make = !s->make_before_break,
	};

	if (s->crash_detection)
		fill_secret(&conf, s->state_dir);
	engine_configure(d->engine, &conf);
	wipe(conf.qcd_secret, sizeof(conf.qcd_secret));
}
