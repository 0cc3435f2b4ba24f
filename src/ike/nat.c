/* SPDX-License-Identifier: ISC */
/* NAT detection and the move to port 4500, RFC 7296 2.23. */
#include "ike/sa.h"
#include "iana/ikev2.h"

#define IKE_PORT 500
#define IKE_PORT_NATT 4500

bool nat_hash(uint8_t out[20], uint64_t spi_i, uint64_t spi_r, const struct endpoint *at)
{
	uint8_t spis[16], port[2];
	struct bytes parts[3] = { bytes(spis, sizeof(spis)), addr_bytes(&at->addr), bytes(port, sizeof(port)) };

	put_u64(spis, spi_i);
	put_u64(spis + 8, spi_r);
	put_u16(port, at->port);
	return sha1(out, parts, COUNT_OF(parts));
}

bool nat_write(struct message_writer *m, struct engine *e, uint64_t spi_i, uint64_t spi_r, const struct path *path, bool fake)
{
	uint8_t source[20], destination[20];

	if (!nat_hash(destination, spi_i, spi_r, &path->remote))
		return false;
	if (fake ? !engine_random(e, source, sizeof(source)) : !nat_hash(source, spi_i, spi_r, &path->local))
		return false;
	notify_write(m, 0, bytes_none(), IKEV2_NOTIFY_NAT_DETECTION_SOURCE_IP, bytes(source, sizeof(source)));
	notify_write(m, 0, bytes_none(), IKEV2_NOTIFY_NAT_DETECTION_DESTINATION_IP, bytes(destination, sizeof(destination)));
	return true;
}

/* A sender with several addresses sends several source hashes: one that fits is enough. */
static void look(const struct payloads *p, uint16_t type, const uint8_t want[20], bool *seen, bool *fits)
{
	const struct payload *at = NULL;
	struct notify n;

	while ((at = payloads_find(p, IKEV2_PAYLOAD_NOTIFY, at))) {
		if (!notify_read(&n, at->body) || n.type != type)
			continue;
		*seen = true;
		if (bytes_equal(n.data, bytes(want, 20)))
			*fits = true;
	}
}

bool nat_read(const struct payloads *p, uint64_t spi_i, uint64_t spi_r, const struct path *path, bool *local, bool *remote)
{
	uint8_t source[20], destination[20];
	bool source_seen = false, source_fits = false, destination_seen = false, destination_fits = false;

	*local = *remote = false;
	if (!nat_hash(source, spi_i, spi_r, &path->remote) || !nat_hash(destination, spi_i, spi_r, &path->local))
		return false;
	look(p, IKEV2_NOTIFY_NAT_DETECTION_SOURCE_IP, source, &source_seen, &source_fits);
	look(p, IKEV2_NOTIFY_NAT_DETECTION_DESTINATION_IP, destination, &destination_seen, &destination_fits);
	if (!source_seen || !destination_seen)
		return false;
	*remote = !source_fits;
	*local = !destination_fits;
	return true;
}

void nat_float(struct sa *sa)
{
	struct path *p = &sa->path;

	if (p->encap != PATH_UDP)
		return;
	p->encap = PATH_UDP_NATT;
	p->local.port = sa->engine->conf.port_nat_t;
	if (p->remote.port == IKE_PORT)
		p->remote.port = IKE_PORT_NATT;
}
