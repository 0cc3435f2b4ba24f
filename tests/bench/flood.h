/* SPDX-License-Identifier: ISC */
/*
 * The two sides of tests/bench/flood, which runs them in namespaces of its own: somebody who forges first messages, and honest
 * clients. Neither is a benchmark by itself.
 */
#pragma once

#include <stdbool.h>

/*
 * flood-send ADDRESS PORT RATE SECONDS: IKE_SA_INIT requests from random source addresses, RATE a second (0: as fast as it goes).
 * Each is well-formed, with an SPI, a nonce and a key exchange value of its own. Prints how many went out.
 */
bool flood_send(int argc, char **argv);

/*
 * flood-clients FIRST-ADDRESS COUNT GATEWAY SECONDS PERIOD-MS: so many clients, each with an address of its own, set up an IKE SA
 * with a Child SA every PERIOD-MS and delete it. Prints how many were set up, and how long that took.
 */
bool flood_clients(int argc, char **argv);
