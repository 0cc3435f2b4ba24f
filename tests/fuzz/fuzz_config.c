/* SPDX-License-Identifier: ISC */
/*
 * The configuration: any text as the file, and as every file that it includes or names, up to the connections that come
 * out. Every problem is printed both ways, every connection compared with itself.
 */
#include <assert.h>
#include <stdlib.h>

#include "config/intern.h"
#include "config/load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_input(void *ctx, const char *path, struct secret *out, struct reason *why)
{
	if (strstr(path, "gone"))
		return refuse_text(why, REASON_NOT_FOUND, 0, "No such file or directory");
	return secret_set(out, *(const struct bytes *)ctx);
}

static bool glob_input(void *ctx, const char *pattern, bool (*each)(void *to, const char *path), void *to, struct reason *why)
{
	(void)ctx;
	(void)why;
	return each(to, pattern);
}

static bool list_input(void *ctx, const char *folder, bool (*each)(void *to, const char *name), void *to, struct reason *why)
{
	(void)ctx;
	(void)folder;
	(void)why;
	return each(to, "one.pem");
}

static void look_at(const struct connection *c)
{
	struct addr v4 = { .family = ADDR_V4, .ip = { 192, 0, 2, 1 } }, v6 = { .family = ADDR_V6, .ip = { 0x20, 1 } };

	assert(connection_same_ike(c, c));
	(void)connection_fits(c, &v4, &v4);
	(void)connection_fits(c, &v6, &v6);
	assert(c->local_rounds == 1 && c->remote_rounds == 1);
	assert(c->ike.count > 0 && c->local_count > 0 && c->remote_count > 0);
	for (size_t i = 0; i < c->child_count; i++) {
		const struct child_conf *child = &c->children[i];

		assert(child_conf_same(child, child));
		assert(child->esp.count > 0 && child->local_ts.count > 0 && child->remote_ts.count > 0);
		assert(connection_child(c, child->name) == child);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes input = bytes(data, size);
	struct config_loader loader = { &input, read_input, glob_input, list_input };
	struct problems problems = { 0 };
	struct config *config;
	bool ok = config_load(&loader, "/etc/adit/adit.conf", &config, &problems);

	assert(ok == (config != NULL));
	assert(ok || problems.errors > 0);
	for (const struct problem *p = problems.first; p; p = p->next) {
		struct text t = { 0 };

		config_problem_print(&t, p);
		config_problem_errmsg(&t, p);
		assert(t.len > 0);
		text_clear(&t);
	}
	for (size_t i = 0; config && i < config->connection_count; i++)
		look_at(config->connections[i]);
	config_free(config);
	problems_clear(&problems);
	conf_intern_clear();
	return 0;
}
