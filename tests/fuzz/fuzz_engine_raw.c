/* SPDX-License-Identifier: ISC */
/*
 * Raw datagrams into an engine that has an established SA, a half-open one, or none.
 *
 *   state (1), then for each datagram: flags (1), length (1), bytes
 *   flags: 1 to B instead of A; 2 from a stranger; 4 to port 4500; 8 with the SPIs of the SA that is there; 16 time goes on
 */
#include "engine_world.h"

#include <stdlib.h>

#include "base/reader.h"
#include "crypto/pki.h"
#include "support/ecdsa_fixed.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void at_end(void)
{
	world_print_rows(false);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct reason why = { 0 };

	(void)argc;
	(void)argv;
	if (!crypto_start(&why))
		abort();
	key_sign_fixed_by(ecdsa_fixed);
	(void)atexit(at_end);
	return 0;
}

static bool take_spis(void *ctx, const struct ike_info *ike)
{
	uint64_t *spis = ctx;

	spis[0] = ike->spi_i;
	spis[1] = ike->spi_r;
	return false;
}

static void one(struct world *w, uint8_t flags, struct bytes body)
{
	unsigned to = flags & 1;
	struct path path = { .local = { w->host[to]->addr, 500 }, .remote = { w->host[1 - to]->addr, 500 }, .interface = 1 };
	struct bytes datagram = body;
	uint8_t copy[256];
	uint64_t spis[2] = { 0 };

	if (flags & 2)
		path.remote.addr.ip[3] ^= 0x55;
	if (flags & 4) {
		path.local.port = path.remote.port = 4500;
		path.encap = PATH_UDP_NATT;
	}
	if (flags & 8 && body.len >= 28) {
		memcpy(copy, body.at, body.len);
		engine_each_ike(w->host[to]->engine, take_spis, spis);
		put_u64(copy, spis[0]);
		put_u64(copy + 8, spis[1]);
		put_u32(copy + 24, (uint32_t)body.len);
		datagram = bytes(copy, body.len);
	}
	if (flags & 16)
		world_advance(w, 1000);
	world_queue(w, to, &path, datagram);
	world_deliver(w, w->packet_count - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader(bytes(data, size < 2048 ? size : 2048));
	uint8_t state = rd_u8(&r);
	struct world_conf conf = { .cookies = (state & 4) != 0, .nat = (state & 8) != 0 };
	struct world *w = world_new(&conf);

	if (state & 3) {
		world_command(w, 0, &(struct command){ .kind = COMMAND_INITIATE, .name = "net", .child = "one" });
		world_run(w, (state & 3) == 3 ? 100 : state & 3);
	}
	while (r.left > 0 && rd_ok(&r)) {
		uint8_t flags = rd_u8(&r), len = rd_u8(&r);

		one(w, flags, rd_bytes(&r, len < r.left ? len : r.left));
	}
	world_close(w);
	return 0;
}
