/* SPDX-License-Identifier: ISC */
/*
 * IKEv2 messages: the header, the chain of payloads, and the body of every payload of RFC 7296 section 3.
 *
 * Reading: ike_header_read, then payloads_read for the chain (the clear one, or the decrypted inside of SK), then the
 * body's own reader. Every slice borrows from the datagram. Reserved bits are ignored (2.5), lengths are exact.
 * Writing: a message_writer keeps the "next payload" chain; bodies are written by the function beside the reader.
 * One file a payload; reader, writer and printer stand together under the RFC's picture.
 */
#pragma once

#include "base/arena.h"
#include "base/reader.h"
#include "base/reason.h"
#include "base/text.h"
#include "base/writer.h"
#include "policy/identity.h"
#include "policy/proposal.h"
#include "policy/selector.h"

#define IKE_HEADER_LEN 28u
#define IKE_PAYLOADS_MAX 128u
#define IKE_FLAG_INITIATOR 0x08u
#define IKE_FLAG_VERSION 0x10u
#define IKE_FLAG_RESPONSE 0x20u
#define IKE_MESSAGE_MAX 65535u

/* RFC 7296 3.1 */
struct ike_header {
	uint64_t spi_i, spi_r;
	uint8_t next, major, minor, exchange, flags;
	uint32_t message_id, length;
};
/* False: shorter than a header, or `length` is not the datagram's length. Any version is read. */
bool ike_header_read(struct ike_header *h, struct bytes datagram, struct reason *why);
/* The next of messages that stand one behind the other, as long as its header says. False: none, or it is cut. */
bool ike_message_next(struct bytes *message, struct reader *r);

struct payload {
	uint8_t type;
	bool critical;
	struct bytes body; /* without the generic header */
	size_t offset;     /* of the generic header in the slice that was read */
};

struct payloads {
	uint16_t count;
	uint8_t sk_next;   /* the Next Payload field of a last SK or SKF: type of the first payload inside */
	struct payload *list;
};
/*
 * The chain that starts with type `first`. SK and SKF end the chain (their body reaches to the end). Unknown payloads are
 * listed as they are; an unknown critical one refuses with UNSUPPORTED_CRITICAL_PAYLOAD (number = its type). Too many,
 * a length below 4 or past the end, bytes left over: INVALID_SYNTAX.
 */
bool payloads_read(struct payloads *out, uint8_t first, struct bytes chain, struct arena *arena, struct reason *why);
/* The same chain one by one, without memory: for who may be anybody. */
struct payload_chain {
	struct reader r;
	size_t len;
	uint8_t type;      /* of the next one */
	uint16_t seen;
};
struct payload_chain payload_chain(uint8_t first, struct bytes chain);
/* False: its end, too many, or a length that lies. Unknown ones are given as they are, critical or not. */
bool payload_next(struct payload_chain *c, struct payload *out);
const struct payload *payloads_find(const struct payloads *p, uint8_t type, const struct payload *after); /* after NULL: first */
unsigned payloads_count(const struct payloads *p, uint8_t type);

/* --- bodies --- */
struct ke {
	uint16_t method;
	struct bytes value;
};
bool ke_read(struct ke *ke, struct bytes body);

struct notify {
	uint8_t protocol;  /* 0, or with SPI: PROTO_* */
	uint16_t type;
	struct bytes spi;  /* 0, 4 or 8 bytes */
	struct bytes data;
};
bool notify_read(struct notify *n, struct bytes body);
/* The first notify of this type in the message. */
bool notify_find(struct notify *n, const struct payloads *p, uint16_t type);
/* The first error notify (type < 16384). */
bool notify_find_error(struct notify *n, const struct payloads *p);

struct delete_payload {
	uint8_t protocol, spi_size;
	uint16_t count;
	struct bytes spis; /* count x spi_size */
};
bool delete_read(struct delete_payload *d, struct bytes body);

bool id_read(struct identity *id, struct bytes body);          /* IDi, IDr */
struct auth_payload {
	uint8_t method;
	struct bytes data;
};
bool auth_read(struct auth_payload *a, struct bytes body);
struct cert_payload { /* CERT and CERTREQ */
	uint8_t encoding;
	struct bytes data;
};
bool cert_read_payload(struct cert_payload *c, struct bytes body);
bool nonce_read(struct bytes *nonce, struct bytes body);       /* 16 to 256 bytes */

#define CP_ATTRIBUTES_MAX 64u
struct cp_attribute {
	uint16_t type;
	struct bytes value;
};
struct cp_payload {
	uint8_t type; /* CFG_REQUEST .. CFG_ACK */
	uint16_t count;
	struct cp_attribute *list;
};
bool cp_read(struct cp_payload *cp, struct bytes body, struct arena *arena);
struct eap_payload {
	uint8_t code, identifier, type; /* type 0 for success and failure */
	struct bytes data;
};
bool eap_read(struct eap_payload *e, struct bytes body);
/* SA and TS bodies: proposals_read, selectors_read of policy/. */

/* --- writing --- */
struct message_writer {
	struct writer w;
	size_t next_at;  /* where the type of the next payload goes */
	size_t length_at, body_from; /* of the open payload */
};
/* Over `room` bytes of memory; the length field is filled in by message_end. */
struct message_writer message_begin(void *at, size_t room, const struct ike_header *h);
void payload_open(struct message_writer *m, uint8_t type);      /* critical bit clear */
void payload_close(struct message_writer *m);
void payload_write(struct message_writer *m, uint8_t type, struct bytes body);
struct bytes message_end(struct message_writer *m);             /* empty when it did not fit */
/* A chain without header (the inside of SK); *first gets the type of its first payload. Needs one byte of room more. */
struct message_writer chain_begin(void *at, size_t room);
struct bytes chain_end(struct message_writer *m, uint8_t *first);

void ke_write(struct message_writer *m, uint16_t method, struct bytes value);
void nonce_write(struct message_writer *m, struct bytes nonce);
void notify_write(struct message_writer *m, uint8_t protocol, struct bytes spi, uint16_t type, struct bytes data);
void delete_write(struct message_writer *m, uint8_t protocol, uint8_t spi_size, struct bytes spis);
void id_write(struct message_writer *m, uint8_t payload_type, const struct identity *id);
void auth_write(struct message_writer *m, uint8_t method, struct bytes data);
void cert_write(struct message_writer *m, uint8_t payload_type, uint8_t encoding, struct bytes data);
void vendor_write(struct message_writer *m, struct bytes data);
void cp_write(struct message_writer *m, uint8_t type, const struct cp_attribute *list, size_t count);
void eap_write(struct message_writer *m, const struct eap_payload *e);
void sa_write(struct message_writer *m, const struct proposals *p, struct arena *arena);
void ts_write(struct message_writer *m, uint8_t payload_type, const struct selectors *s, struct arena *arena);

/*
 * The SK payload (3.14) as geometry only, the cipher is the caller's: the message is header, SK generic header, IV, text,
 * padding, pad length, ICV. sk_write lays it out around an inner chain (block_len >= 1) and gives where all stands; the
 * caller encrypts text..pad length in place and fills IV and ICV.
 */
struct sk_layout {
	size_t aad_len;            /* header and SK generic header (SKF: and its two numbers): from the start of the message */
	size_t iv_at, text_at, text_len, icv_at, total;
};
bool sk_write(struct writer *out, const struct ike_header *h, uint8_t first_inner, struct bytes chain, size_t iv_len,
              size_t block_len, size_t icv_len, struct sk_layout *layout);
/*
 * One fragment of a message (SKF, RFC 7383 2.5): likewise, with two numbers before the IV. `chunk` is a piece of the inner chain;
 * Next Payload is `first_inner` in the first fragment and 0 in the others.
 */
struct skf {
	uint16_t number, total;    /* from 1 */
};
bool skf_write(struct writer *out, const struct ike_header *h, uint8_t first_inner, struct skf fragment, struct bytes chunk,
               size_t iv_len, size_t block_len, size_t icv_len, struct sk_layout *layout);
/* False: too short, a number of 0, or one larger than the total (RFC 7383 2.6). */
bool skf_read(struct skf *fragment, struct bytes body);
/*
 * For a received message whose last payload is SK or SKF at `sk`, read from the bytes behind the IKE header. False when it is
 * too short or text is no multiple of a block.
 */
bool sk_layout_read(struct sk_layout *layout, const struct payload *sk, size_t message_len, size_t iv_len, size_t block_len,
                    size_t icv_len);
/* Removes the padding of decrypted text; false when the pad length lies. */
bool sk_unpad(struct bytes *chain, struct bytes text);

/* One line a message, one line a payload, each with its line end, for logs and traces; never fails on odd input. */
void ike_header_print(struct text *t, const struct ike_header *h);
void payloads_print(struct text *t, const struct payloads *p);
