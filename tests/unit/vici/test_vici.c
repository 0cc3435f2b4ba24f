/* SPDX-License-Identifier: ISC */
/* The VICI codec: the worked example, framing, every malformed form, look-ups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "vici/vici.h"

static size_t unhex(uint8_t *out, const char *hex)
{
	size_t n = 0;

	for (; *hex; hex++) {
		char two[3] = { hex[0], hex[0] == ' ' ? '\0' : hex[1], 0 };

		if (*hex == ' ')
			continue;
		out[n++] = (uint8_t)strtoul(two, NULL, 16);
		hex++;
	}
	return n;
}

static void writes_the_worked_example(void **state)
{
	static const char *const want = "01 02 6777 03 04 6d6f6465 0006 74756e6e656c 04 02 7473 05 000a 31302e302e302e302f38 06 02";
	uint8_t expected[64];
	size_t len = unhex(expected, want);
	struct text m = { 0 };

	(void)state;
	vici_section(&m, "gw");
	vici_key_str(&m, "mode", "tunnel");
	vici_list(&m, "ts");
	vici_item_str(&m, "10.0.0.0/8");
	vici_list_end(&m);
	vici_section_end(&m);
	assert_false(m.failed);
	assert_int_equal(m.len, len);
	assert_memory_equal(m.at, expected, len);
	assert_true(vici_well_formed(bytes(m.at, m.len)));
	text_clear(&m);
}

static const struct {
	const char *name, *hex;
	bool ok;
} messages[] = {
	{ "empty", "", true },
	{ "empty section", "01 01 61 02", true },
	{ "section with an empty name", "01 00 02", true },
	{ "empty list", "04 01 61 06", true },
	{ "empty value", "03 01 61 0000", true },
	{ "section left open", "01 01 61", false },
	{ "section closed twice", "01 01 61 02 02", false },
	{ "list left open", "04 01 61", false },
	{ "item outside a list", "05 0001 61", false },
	{ "section in a list", "04 01 61 01 01 62 02 06", false },
	{ "key in a list", "04 01 61 03 01 62 0000 06", false },
	{ "list in a list", "04 01 61 04 01 62 06 06", false },
	{ "list end without list", "06", false },
	{ "section end in a list", "01 01 61 04 01 62 02 06", false },
	{ "unknown element", "07", false },
	{ "element 0", "00", false },
	{ "name cut", "01 05 6161", false },
	{ "value cut", "03 01 61 0005 6161", false },
	{ "value length cut", "03 01 61 00", false },
	{ "name not printable", "01 01 07 02", false },
};

static void tells_good_messages_from_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(messages); i++) {
		uint8_t buf[64];
		bool ok = vici_well_formed(bytes(buf, unhex(buf, messages[i].hex)));

		if (ok != messages[i].ok)
			fail_msg("%s", messages[i].name);
	}
}

static void refuses_deep_nesting(void **state)
{
	struct text m = { 0 };

	(void)state;
	for (unsigned depth = VICI_DEPTH_MAX; depth <= VICI_DEPTH_MAX + 1; depth++) {
		text_clear(&m);
		for (unsigned i = 0; i < depth; i++)
			vici_section(&m, "s");
		for (unsigned i = 0; i < depth; i++)
			vici_section_end(&m);
		assert_int_equal(vici_well_formed(bytes(m.at, m.len)), depth == VICI_DEPTH_MAX);
	}
	text_clear(&m);
}

static const struct {
	const char *name, *hex;
	bool ok;
	unsigned type;
	size_t name_len, message_len;
} segments[] = {
	{ "request", "00 03 616263 aabb", true, VICI_CMD_REQUEST, 3, 2 },
	{ "request without a message", "00 01 61", true, VICI_CMD_REQUEST, 1, 0 },
	{ "response", "01 aabb", true, VICI_CMD_RESPONSE, 0, 2 },
	{ "empty response", "01", true, VICI_CMD_RESPONSE, 0, 0 },
	{ "event", "07 01 61 aa", true, VICI_EVENT, 1, 1 },
	{ "empty segment", "", false, 0, 0, 0 },
	{ "unknown type", "08 01 61", false, 0, 0, 0 },
	{ "name cut", "00 03 61", false, 0, 0, 0 },
	{ "empty name", "03 00", false, 0, 0, 0 },
	{ "name not printable", "03 01 00", false, 0, 0, 0 },
};

static void reads_segments(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(segments); i++) {
		uint8_t buf[64];
		struct vici_segment s;
		bool ok = vici_segment_read(&s, bytes(buf, unhex(buf, segments[i].hex)));

		if (ok != segments[i].ok)
			fail_msg("%s", segments[i].name);
		if (!ok)
			continue;
		assert_int_equal(s.type, segments[i].type);
		assert_int_equal(s.name.len, segments[i].name_len);
		assert_int_equal(s.message.len, segments[i].message_len);
	}
}

static void bounds_what_it_writes(void **state)
{
	uint8_t *big = calloc(1, VICI_SEGMENT_MAX + 1);
	struct text out = { 0 };

	(void)state;
	assert_non_null(big);
	vici_segment_write(&out, VICI_CMD_RESPONSE, NULL, bytes(big, VICI_SEGMENT_MAX - 1));
	assert_false(out.failed);
	assert_int_equal(out.len, VICI_SEGMENT_MAX + 4);
	text_clear(&out);
	vici_segment_write(&out, VICI_CMD_RESPONSE, NULL, bytes(big, VICI_SEGMENT_MAX));
	assert_true(out.failed);
	text_clear(&out);
	vici_key(&out, "k", bytes(big, UINT16_MAX + 1));
	assert_true(out.failed);
	text_clear(&out);
	free(big);
}

static void finds_arguments(void **state)
{
	struct text m = { 0 };
	struct bytes v, message;

	(void)state;
	vici_key_str(&m, "a", "first");
	vici_key_str(&m, "a", "second");
	vici_key_str(&m, "yes", "Enabled");
	vici_key_str(&m, "no", "0");
	vici_key_str(&m, "maybe", "perhaps");
	vici_key_str(&m, "hex", "0x10");
	vici_key_str(&m, "empty", "");
	vici_key_str(&m, "odd", "12z");
	vici_key(&m, "raw", bytes("\x01\x02", 2));
	vici_section(&m, "s");
	vici_key_str(&m, "a", "inner");
	vici_section_end(&m);
	message = bytes(m.at, m.len);
	assert_true(vici_find(message, NULL, "a", &v) && bytes_equal(v, bytes_str("first")));
	assert_true(vici_find(message, "s", "a", &v) && bytes_equal(v, bytes_str("inner")));
	assert_false(vici_find(message, "t", "a", &v));
	assert_false(vici_find_text(message, "raw", &v));
	assert_true(vici_find_bool(message, "yes", false));
	assert_false(vici_find_bool(message, "no", true));
	assert_true(vici_find_bool(message, "maybe", true));
	assert_false(vici_find_bool(message, "maybe", false));
	assert_int_equal(vici_find_number(message, "hex", 7), 16);
	assert_int_equal(vici_find_number(message, "empty", 7), 7);
	assert_int_equal(vici_find_number(message, "odd", 7), 7);
	assert_int_equal(vici_find_number(message, "none", 7), 7);
	text_clear(&m);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_the_worked_example),
		cmocka_unit_test(tells_good_messages_from_bad),
		cmocka_unit_test(refuses_deep_nesting),
		cmocka_unit_test(reads_segments),
		cmocka_unit_test(bounds_what_it_writes),
		cmocka_unit_test(finds_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
