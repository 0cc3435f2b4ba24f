/* SPDX-License-Identifier: ISC */
/*
 * The Configuration payload and its attributes. RFC 7296 3.15.
 *
 * |   CFG Type    |                    RESERVED                   |
 * ~                   Configuration Attributes                    ~
 *
 * |R|         Attribute Type      |            Length             |
 * ~                             Value                             ~
 */
#include "base/addr.h"
#include "iana/ikev2.h"
#include "wire/print.h"

#define ATTRIBUTE_TYPE_MASK 0x7fffu

static void take_attribute(struct reader *r, struct cp_attribute *a)
{
	a->type = rd_u16(r) & ATTRIBUTE_TYPE_MASK; /* R: ignored */
	a->value = rd_bytes(r, rd_u16(r));
}

/* The number of attributes; more than CP_ATTRIBUTES_MAX when there are too many. False: a length lies. */
static bool count_attributes(struct reader r, uint16_t *count)
{
	struct cp_attribute a;

	for (*count = 0; rd_ok(&r) && r.left > 0 && *count <= CP_ATTRIBUTES_MAX; (*count)++)
		take_attribute(&r, &a);
	return rd_ok(&r);
}

bool cp_read(struct cp_payload *cp, struct bytes body, struct arena *arena)
{
	struct reader r = reader(body);

	*cp = (struct cp_payload){ .type = rd_u8(&r) };
	(void)rd_bytes(&r, 3); /* RESERVED */
	if (!count_attributes(r, &cp->count) || cp->count > CP_ATTRIBUTES_MAX) {
		cp->count = 0;
		return false;
	}
	if (cp->count == 0)
		return true;
	cp->list = arena_array(arena, cp->count, sizeof *cp->list);
	if (!cp->list) {
		cp->count = 0;
		return false;
	}
	for (unsigned i = 0; i < cp->count; i++)
		take_attribute(&r, &cp->list[i]);
	return rd_done(&r);
}

void cp_write(struct message_writer *m, uint8_t type, const struct cp_attribute *list, size_t count)
{
	payload_open(m, IKEV2_PAYLOAD_CP);
	wr_u8(&m->w, type);
	wr_zero(&m->w, 3);
	for (size_t i = 0; i < count; i++) {
		if (list[i].value.len > UINT16_MAX)
			m->w.full = true;
		wr_u16(&m->w, list[i].type & ATTRIBUTE_TYPE_MASK);
		wr_u16(&m->w, (uint16_t)list[i].value.len);
		wr_bytes(&m->w, list[i].value);
	}
	payload_close(m);
}

/* An address, an address with prefix length (IPv6) or mask (IPv4), text, or what else it may be. */
static void print_value(struct text *t, const struct cp_attribute *a)
{
	struct addr addr, mask;

	if (a->type == IKEV2_CP_APPLICATION_VERSION || a->type == IKEV2_CP_INTERNAL_DNS_DOMAIN) {
		text_add_safe(t, a->value);
	} else if (addr_from_bytes(&addr, a->value)) {
		addr_print(t, &addr);
	} else if (a->type == IKEV2_CP_INTERNAL_IP4_SUBNET && a->value.len == 8 &&
	           addr_from_bytes(&addr, bytes(a->value.at, 4)) &&
	           addr_from_bytes(&mask, bytes(a->value.at + 4, 4))) {
		addr_print(t, &addr);
		text_add(t, "/");
		addr_print(t, &mask);
	} else if (a->value.len == 17 && addr_from_bytes(&addr, bytes(a->value.at, 16))) {
		addr_print(t, &addr);
		text_add(t, "/%u", a->value.at[16]);
	} else {
		text_add_hex(t, a->value);
	}
}

void cp_print(struct text *t, struct bytes body)
{
	struct arena arena = { 0 };
	struct cp_payload cp;

	if (cp_read(&cp, body, &arena)) {
		print_name(t, iana_cfg_type_name(cp.type), cp.type);
		for (unsigned i = 0; i < cp.count; i++) {
			text_add(t, "%s", i ? ", " : " ");
			print_name(t, iana_cp_attribute_name(cp.list[i].type), cp.list[i].type);
			if (cp.list[i].value.len > 0) {
				text_add(t, "=");
				print_value(t, &cp.list[i]);
			}
		}
	} else {
		print_malformed(t, body);
	}
	arena_clear(&arena);
}
