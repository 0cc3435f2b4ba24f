/* SPDX-License-Identifier: ISC */
/*
 * A certificate as a peer sends it, and an AUTH payload under it: length of the certificate (2), its DER, method (1), AUTH data. Whatever
 * comes, without an anchor nobody is trusted, and no read leaves the library's errors behind for the next one.
 */
#include <stdlib.h>

#include "base/reader.h"
#include "crypto/pki.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct reason why;

	(void)argc, (void)argv;
	return crypto_start(&why) ? 0 : -1;
}

static void look_at(struct cert *c, struct auth_data auth, struct arena *arena)
{
	const struct identity ids[] = { { .type = ID_FQDN, .data = bytes_str("gw.example.org") }, cert_identity(c),
		                        { .type = ID_DER_ASN1_DN, .data = auth.data }, { .type = ID_DER_ASN1_GN, .data = auth.data } };
	const struct trust none = { 0 };
	struct text t = { 0 };
	struct reason why;
	int64_t from, to;
	uint8_t hash[20];
	unsigned bits;

	for (size_t i = 0; i < COUNT_OF(ids); i++)
		(void)cert_has_identity(c, &ids[i]);
	cert_names_print(&t, c);
	text_clear(&t);
	cert_times(c, &from, &to);
	(void)cert_is_ca(c);
	(void)cert_key_kind(c, &bits);
	(void)cert_spki_sha1(c, hash);
	(void)cert_verify_auth(c, bytes_str("octets"), auth, 0x1e, &why, arena);
	if (trust_path(&none, &c, 1, from, &why, arena))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader(bytes(data, size));
	struct bytes der = rd_bytes(&r, rd_u16(&r));
	uint8_t method = rd_u8(&r);
	struct auth_data auth = { method, rd_rest(&r) };
	struct arena arena = { 0 };
	struct reason why;
	struct cert *c;

	if (!rd_ok(&r))
		return 0;
	c = cert_read(der, &why, &arena);
	if (c)
		look_at(c, auth, &arena);
	cert_free(c);
	arena_clear(&arena);
	return 0;
}
