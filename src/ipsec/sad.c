/* SPDX-License-Identifier: ISC */
/*
 * Inbound SAs by SPI.
 */
#include "ipsec/sad.h"

static struct sad_entry reserved; /* its address marks a promised SPI; never written */

uint32_t sad_reserve(struct sad *sad, const struct random *random)
{
	for (unsigned tries = 0; tries < 64; tries++) {
		uint8_t fresh[4];
		uint32_t spi;

		if (!random->fill(random->host, RANDOM_PUBLIC, fresh, sizeof(fresh)))
			return 0;
		spi = SPI_FIRST | (get_u32(fresh) & (SPI_LAST - SPI_FIRST));
		if (map_get(&sad->by_spi, spi))
			continue;
		return map_put(&sad->by_spi, spi, &reserved) ? spi : 0;
	}
	return 0;
}

void sad_release(struct sad *sad, uint32_t spi)
{
	if (map_get(&sad->by_spi, spi) == &reserved)
		(void)map_remove(&sad->by_spi, spi);
}

bool sad_add(struct sad *sad, struct sad_entry *entry)
{
	struct sad_entry *there = map_get(&sad->by_spi, entry->spi);

	if (there && there != &reserved)
		return false;
	return map_put(&sad->by_spi, entry->spi, entry);
}

void sad_remove(struct sad *sad, struct sad_entry *entry)
{
	if (map_get(&sad->by_spi, entry->spi) == entry)
		(void)map_remove(&sad->by_spi, entry->spi);
}

struct sad_entry *sad_find(const struct sad *sad, uint32_t spi, const struct addr *destination)
{
	struct sad_entry *entry = map_get(&sad->by_spi, spi);

	if (!entry || entry == &reserved)
		return NULL;
	if (!addr_unspecified(&entry->destination) && !addr_equal(&entry->destination, destination))
		return NULL;
	return entry;
}

void sad_clear(struct sad *sad)
{
	map_clear(&sad->by_spi);
}
