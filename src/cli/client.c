/* SPDX-License-Identifier: ISC */
/* The blocking VICI client. */
#include "cli/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define DEFAULT_PATH "/run/adit/vici"

struct client {
	int fd;
	uint8_t *segment; /* of the last read, VICI_SEGMENT_MAX */
};

static const char *path_of(const char *uri)
{
	const char *env = getenv("ADIT_VICI");

	if (!uri)
		uri = env && *env ? env : DEFAULT_PATH;
	return strncmp(uri, "unix://", 7) == 0 ? uri + 7 : uri;
}

static void say_unreachable(const char *path, int error)
{
	const char *hint = error == EACCES ? "; are you root, or in the socket's group?"
	    : error == ENOENT || error == ECONNREFUSED ? "; is the daemon running? (adit run)"
						       : "";

	fprintf(stderr, "adit: cannot reach the daemon at %s: %s%s\n", path, strerror(error), hint);
}

struct client *client_open(const char *uri)
{
	struct client *c = calloc(1, sizeof(*c));
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const char *path = path_of(uri);

	if (!c || !(c->segment = malloc(VICI_SEGMENT_MAX)))
		abort();
	if (strlen(path) >= sizeof(un.sun_path)) {
		say_unreachable(path, ENAMETOOLONG);
		free(c->segment);
		free(c);
		return NULL;
	}
	memcpy(un.sun_path, path, strlen(path) + 1);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&un, sizeof(un)) != 0) {
		say_unreachable(path, errno);
		client_close(c);
		return NULL;
	}
	return c;
}

void client_close(struct client *c)
{
	if (!c)
		return;
	if (c->fd >= 0)
		close(c->fd);
	free(c->segment);
	free(c);
}

static bool write_all(int fd, struct bytes b)
{
	while (b.len > 0) {
		ssize_t n = send(fd, b.at, b.len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		b = bytes(b.at + n, b.len - (size_t)n);
	}
	return true;
}

static bool read_all(int fd, uint8_t *to, size_t len)
{
	while (len > 0) {
		ssize_t n = read(fd, to, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		to += n;
		len -= (size_t)n;
	}
	return true;
}

static bool send_packet(struct client *c, enum vici_packet type, const char *name, struct bytes message)
{
	struct text out = { 0 };
	bool ok;

	vici_segment_write(&out, type, name, message);
	ok = !out.failed && write_all(c->fd, bytes(out.at, out.len));
	text_clear(&out);
	return ok;
}

static bool read_packet(struct client *c, struct vici_segment *s)
{
	uint8_t head[4];
	size_t len;

	if (!read_all(c->fd, head, sizeof(head)))
		return false;
	len = get_u32(head);
	return len <= VICI_SEGMENT_MAX && read_all(c->fd, c->segment, len) && vici_segment_read(s, bytes(c->segment, len));
}

/* Reads until something that is no event; events go to `each`. */
static bool read_answer(struct client *c, struct vici_segment *s, client_event_fn *each, void *ctx)
{
	while (read_packet(c, s)) {
		if (s->type != VICI_EVENT)
			return true;
		if (each)
			each(ctx, s->message);
	}
	return false;
}

bool client_call(struct client *c, const char *command, struct bytes message, const char *event, client_event_fn *each, void *ctx,
                 struct text *answer)
{
	struct vici_segment s;

	*answer = (struct text){ 0 };
	if (event && (!send_packet(c, VICI_EVENT_REGISTER, event, bytes_none()) || !read_answer(c, &s, each, ctx)))
		goto broken;
	if (!send_packet(c, VICI_CMD_REQUEST, command, message) || !read_answer(c, &s, each, ctx))
		goto broken;
	if (s.type != VICI_CMD_RESPONSE) {
		fprintf(stderr, "adit: the daemon does not know the command '%s'; is it adit?\n", command);
		return false;
	}
	text_add_bytes(answer, s.message);
	if (event && (!send_packet(c, VICI_EVENT_UNREGISTER, event, bytes_none()) || !read_answer(c, &s, each, ctx)))
		goto broken;
	return true;
broken:
	fprintf(stderr, "adit: the daemon closed the connection\n");
	return false;
}

bool client_good(const struct text *answer, struct bytes *errmsg)
{
	struct bytes message = bytes(answer->at, answer->len), success;

	*errmsg = bytes_none();
	if (!vici_find(message, NULL, "success", &success) || bytes_equal(success, bytes_str("yes")))
		return true;
	(void)vici_find(message, NULL, "errmsg", errmsg);
	return false;
}
