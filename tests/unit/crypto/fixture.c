/* SPDX-License-Identifier: ISC */
#include "support/unit.h"

#include "fixture.h"

#include "crypto/crypto.h"

const struct algorithm *row(enum transform_type type, const char *keyword)
{
	const struct algorithm *found = algorithm_by_keyword(type, bytes_str(keyword));

	if (!found)
		fail_msg("the algorithm table has no row %s", keyword);
	return found;
}

int crypto_up(void **state)
{
	struct reason why;

	(void)state;
	return crypto_start(&why) ? 0 : -1;
}

int crypto_down(void **state)
{
	(void)state;
	crypto_stop();
	return 0;
}
