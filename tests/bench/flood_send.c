/* SPDX-License-Identifier: ISC */
/* Somebody who forges first messages. A raw socket writes the IP header, so that the source may be anything. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "flood.h"
#include "iana/ikev2.h"
#include "support/rng.h"
#include "wire/ike.h"

#define TOGETHER 64u
#define HEADERS 28u /* IPv4 and UDP */
#define ROOM 600u

struct forger {
	int fd;
	size_t len;          /* of each packet */
	size_t nonce_at, ke_at;
	struct rng rng;
	uint8_t packet[TOGETHER][ROOM];
	struct mmsghdr messages[TOGETHER];
	struct iovec parts[TOGETHER];
};

/* What most initiators send: the first proposals of many clients, x25519, a nonce, what they support. */
static size_t write_first(struct forger *f, uint8_t *at, size_t room)
{
	static const uint8_t zero[32];
	struct ike_header h = { .spi_i = 1, .major = 2, .exchange = IKEV2_EXCHANGE_IKE_SA_INIT, .flags = IKE_FLAG_INITIATOR };
	struct message_writer m = message_begin(at, room, &h);
	struct arena arena = { 0 };
	struct proposals sa = { 0 };
	struct reason why = { 0 };

	if (!proposals_add_text(&sa, &arena, PROTO_IKE, bytes_str("aes256gcm16-aes128gcm16-prfsha256-prfsha384-x25519-ecp256"), &why))
		return 0;
	sa.list[0].number = 1;
	sa_write(&m, &sa, &arena);
	f->ke_at = m.w.len + 8;
	ke_write(&m, 31, bytes(zero, sizeof(zero)));
	f->nonce_at = m.w.len + 4;
	nonce_write(&m, bytes(zero, sizeof(zero)));
	notify_write(&m, 0, bytes_none(), IKEV2_NOTIFY_NAT_DETECTION_SOURCE_IP, bytes(zero, 20));
	notify_write(&m, 0, bytes_none(), IKEV2_NOTIFY_NAT_DETECTION_DESTINATION_IP, bytes(zero, 20));
	notify_write(&m, 0, bytes_none(), IKEV2_NOTIFY_IKEV2_FRAGMENTATION_SUPPORTED, bytes_none());
	notify_write(&m, 0, bytes_none(), IKEV2_NOTIFY_SIGNATURE_HASH_ALGORITHMS, bytes("\0\2\0\3\0\4", 6));
	arena_clear(&arena);
	return message_end(&m).len;
}

/* Version 4, 20 bytes of header, UDP; lengths; the kernel fills in what is left of IPv4. No UDP checksum. */
static bool prepare(struct forger *f, const struct sockaddr_in *to)
{
	size_t len = write_first(f, f->packet[0] + HEADERS, ROOM - HEADERS);
	uint8_t *ip = f->packet[0];

	if (len == 0)
		return false;
	f->len = HEADERS + len;
	ip[0] = 0x45;
	ip[8] = 64;
	ip[9] = IPPROTO_UDP;
	memcpy(ip + 16, &to->sin_addr, 4);
	memcpy(ip + 22, &to->sin_port, 2);
	put_u16(ip + 24, (uint16_t)(8 + len));
	for (size_t i = 0; i < TOGETHER; i++) {
		if (i > 0)
			memcpy(f->packet[i], f->packet[0], f->len);
		f->parts[i] = (struct iovec){ f->packet[i], f->len };
		f->messages[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &f->parts[i], .msg_iovlen = 1 } };
	}
	return true;
}

static void change(struct forger *f, uint8_t *packet)
{
	uint8_t *ike = packet + HEADERS;

	put_u32(packet + 12, 0x14000000u + (uint32_t)rng_next(&f->rng) % 0x50000000u); /* 20.0.0.0 to 99.255.255.255 */
	put_u16(packet + 20, (uint16_t)(1024 + rng_next(&f->rng) % 60000));
	put_u64(ike, rng_next(&f->rng) | 1);
	for (size_t i = 0; i < 32; i += 8) {
		put_u64(ike + f->ke_at + i, rng_next(&f->rng));
		put_u64(ike + f->nonce_at + i, rng_next(&f->rng));
	}
}

static double seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Gives how many the kernel took. */
static uint64_t run(struct forger *f, double rate, double seconds)
{
	double began = seconds_now(), now = began;
	uint64_t sent = 0;

	for (; now - began < seconds; now = seconds_now()) {
		uint64_t due = rate > 0 ? (uint64_t)((now - began) * rate) : sent + TOGETHER, n = due > sent ? due - sent : 0;
		int took;

		if (n < 16 && rate > 0) {
			(void)nanosleep(&(struct timespec){ .tv_nsec = 300000 }, NULL);
			continue;
		}
		n = n < TOGETHER ? n : TOGETHER;
		for (size_t i = 0; i < n; i++)
			change(f, f->packet[i]);
		took = sendmmsg(f->fd, f->messages, (unsigned)n, 0);
		sent += took > 0 ? (uint64_t)took : 0;
	}
	return sent;
}

bool flood_send(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct forger *f = argc == 4 ? calloc(1, sizeof(*f)) : NULL;
	double rate, seconds;
	uint64_t sent;
	bool ok;

	if (!f || inet_pton(AF_INET, argv[0], &to.sin_addr) != 1) {
		fprintf(stderr, "flood-send ADDRESS PORT RATE SECONDS\n");
		free(f);
		return false;
	}
	to.sin_port = htons((uint16_t)atoi(argv[1]));
	rate = atof(argv[2]);
	seconds = atof(argv[3]);
	f->rng = (struct rng){ (uint64_t)time(NULL) };
	f->fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	ok = prepare(f, &to) && f->fd >= 0 && connect(f->fd, (struct sockaddr *)&to, sizeof(to)) == 0;
	if (!ok) {
		perror("flood-send");
		free(f);
		return false;
	}
	sent = run(f, rate, seconds);
	printf("sent %llu, %.0f a second, %zu bytes each\n", (unsigned long long)sent, (double)sent / seconds, f->len);
	free(f);
	return true;
}
