/* SPDX-License-Identifier: ISC */
/* The sockets of the control server: Unix stream sockets, one bufferevent a client, output bounded. */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/private.h"
#include "vici/vici.h"

#define OUTPUT_MAX (16u << 20) /* a client that does not read is dropped past this */
#define SOCKETS_MAX 2
#define FOLDER "/run/adit"

struct vici_server {
	struct daemon *daemon;
	struct list peers;
	struct {
		struct evconnlistener *listener;
		char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
		struct stat made; /* what bind made there: only that is removed at the end */
	} sockets[SOCKETS_MAX];
	size_t count;
};

struct peer {
	struct list link;
	struct vici_server *server;
	struct bufferevent *io;
	struct event *again;
	struct control_client *client;
};

static void peer_free(struct peer *p)
{
	control_client_free(p->client);
	list_remove(&p->link);
	if (p->again)
		event_free(p->again);
	bufferevent_free(p->io);
	free(p);
}

/* Gives the client's whole segments to control; false: the peer is gone. */
static bool peer_take(struct peer *p)
{
	struct evbuffer *in = bufferevent_get_input(p->io);
	size_t len = evbuffer_get_length(in), used;
	uint8_t *at;
	bool close = false;

	if (len == 0)
		return true;
	at = evbuffer_pullup(in, -1);
	if (!at)
		return true; /* no memory for one piece of it: with the next bytes, or never */
	used = control_client_input(p->client, bytes(at, len), &close);
	wipe(at, used); /* there may have been a key or a secret in it */
	evbuffer_drain(in, used);
	if (close) {
		log_line(LOG_LEVEL_WARNING, "control: a client announced a segment of more than %u bytes; connection closed", VICI_SEGMENT_MAX);
		peer_free(p);
	}
	return !close;
}

static void on_read(struct bufferevent *io, void *arg)
{
	struct peer *p = arg;
	struct daemon *d = p->server->daemon;

	(void)io;
	(void)peer_take(p);
	daemon_settle(d);
}

static void on_event(struct bufferevent *io, short what, void *arg)
{
	struct peer *p = arg;
	struct daemon *d = p->server->daemon;

	(void)io;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		peer_free(p);
	daemon_settle(d);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	on_read(NULL, arg);
}

bool vici_server_send(void *peer, struct bytes segment)
{
	struct peer *p = peer;
	struct evbuffer *out = bufferevent_get_output(p->io);

	if (evbuffer_get_length(out) > OUTPUT_MAX) {
		log_line(LOG_LEVEL_WARNING, "control: a client does not read its answers; connection closed");
		bufferevent_disable(p->io, EV_READ);
		shutdown(bufferevent_getfd(p->io), SHUT_RDWR); /* its end is seen as an event of the loop */
		bufferevent_enable(p->io, EV_READ);
		return false;
	}
	return evbuffer_add(out, segment.at, segment.len) == 0;
}

void vici_server_resume(void *peer)
{
	event_active(((struct peer *)peer)->again, EV_TIMEOUT, 0);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *addr, int len, void *arg)
{
	struct vici_server *s = arg;
	struct peer *p = calloc(1, sizeof(*p));

	(void)listener;
	(void)addr;
	(void)len;
	if (p)
		p->io = bufferevent_socket_new(s->daemon->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!p || !p->io) {
		free(p);
		close(fd);
		return;
	}
	p->server = s;
	list_append(&s->peers, &p->link);
	p->again = event_new(s->daemon->base, -1, 0, on_again, p);
	p->client = p->again ? control_client_new(s->daemon->control, p) : NULL;
	if (!p->client) {
		log_line(LOG_LEVEL_WARNING, "control: too many clients; connection refused");
		peer_free(p);
		return;
	}
	bufferevent_setwatermark(p->io, EV_READ, 0, 2u * VICI_SEGMENT_MAX);
	bufferevent_setcb(p->io, on_read, NULL, on_event, p);
	bufferevent_enable(p->io, EV_READ | EV_WRITE);
}

/* True when somebody answers on this socket. */
static bool alive(const struct sockaddr_un *un)
{
	/* EAGAIN: somebody listens whose queue is full; waiting for it would be for ever if it hangs */
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool yes = fd >= 0 && (connect(fd, (const struct sockaddr *)un, sizeof(*un)) == 0 || errno == EAGAIN);

	if (fd >= 0)
		close(fd);
	return yes;
}

static bool refuse_path(struct reason *why, struct arena *arena, enum reason_kind kind, const char *path, const char *words)
{
	struct text about = { 0 };

	text_add(&about, "control socket %s: %s", path, words);
	(void)refuse(why, kind, 0, value_none(), value_none(), conf_nowhere());
	why->about = value_of(VALUE_TEXT, 0, arena_copy(arena, bytes(about.at, about.len)));
	if (kind == REASON_RIGHTS)
		why->wanted = value_text("root, or a path that may be written (--vici)");
	text_clear(&about);
	return false;
}

static bool listen_on(struct vici_server *s, const char *path, struct reason *why, struct arena *arena)
{
	struct stat st;
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	mode_t old;
	bool bound;
	int fd, error;

	if (strlen(path) >= sizeof(un.sun_path))
		return refuse_path(why, arena, REASON_CONFIG, path, "the path is too long");
	memcpy(un.sun_path, path, strlen(path) + 1);
	if (alive(&un))
		return refuse_path(why, arena, REASON_IN_USE, path, "another daemon answers there");
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(path); /* a dead one's; anything else is in the way, and bind says so */
	old = umask(0117); /* from its first moment on it is for the owner and the group */
	bound = fd >= 0 && bind(fd, (struct sockaddr *)&un, sizeof(un)) == 0;
	error = errno;
	(void)umask(old);
	if (!bound) {
		if (fd >= 0)
			close(fd);
		return refuse_path(why, arena, error == EACCES ? REASON_RIGHTS : REASON_SYSTEM, path, strerror(error));
	}
	s->sockets[s->count].listener = evconnlistener_new(s->daemon->base, on_accept, s, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 16, fd);
	if (!s->sockets[s->count].listener) {
		close(fd);
		return refuse_path(why, arena, REASON_SYSTEM, path, "cannot listen");
	}
	(void)lstat(path, &s->sockets[s->count].made);
	memcpy(s->sockets[s->count++].path, path, strlen(path) + 1);
	return true;
}

struct vici_server *vici_server_new(struct daemon *d, struct reason *why, struct arena *arena)
{
	struct vici_server *s = calloc(1, sizeof(*s));
	struct reason ignored;

	if (!s)
		return NULL;
	s->daemon = d;
	list_init(&s->peers);
	if (!d->options.vici)
		(void)mkdir(FOLDER, 0755);
	if (!listen_on(s, d->options.vici ? d->options.vici : FOLDER "/vici", why, arena)) {
		vici_server_free(s);
		return NULL;
	}
	/* strongSwan's own path, for its clients, when no charon listens there */
	if (!d->options.vici && !listen_on(s, "/var/run/charon.vici", &ignored, arena))
		log_line(LOG_LEVEL_INFO, "control: /var/run/charon.vici is not free; only " FOLDER "/vici is served");
	return s;
}

void vici_server_free(struct vici_server *s)
{
	struct stat st;

	if (!s)
		return;
	LIST_EACH_SAFE(at, &s->peers)
		peer_free(LIST_ITEM(at, struct peer, link));
	for (size_t i = 0; i < s->count; i++) {
		evconnlistener_free(s->sockets[i].listener);
		if (lstat(s->sockets[i].path, &st) == 0 && st.st_ino == s->sockets[i].made.st_ino && st.st_dev == s->sockets[i].made.st_dev)
			(void)unlink(s->sockets[i].path); /* not one that another daemon has put there since */
	}
	if (!s->daemon->options.vici)
		(void)rmdir(FOLDER); /* only if nothing else is in it */
	free(s);
}
