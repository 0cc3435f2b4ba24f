/* SPDX-License-Identifier: ISC */
#include "conf.h"

#include <stdio.h>

static const char *make(char *out, size_t room, struct conf_parts c, struct conf_parts base)
{
#define PART(m) (c.m ? c.m : base.m)
	(void)snprintf(out, room,
	               "connections { %s { version = 2\n local_addrs = %s\n remote_addrs = %s\n proposals = %s\n %s\n"
	               "local { %s }\n remote { %s }\n children { %s } } }\n"
	               "secrets { ike-x { secret = \"%s\" } }\n",
	               PART(name), PART(local), PART(remote), PART(proposals), PART(more), PART(local_round),
	               PART(remote_round), PART(children), PART(secret));
#undef PART
	return out;
}

const char *conf_alice(struct conf_parts c)
{
	static char text[8192];
	const struct conf_parts base = {
		.name = "office", .local = "192.0.2.1", .remote = "192.0.2.2", .proposals = "aes256gcm16-prfsha256-x25519",
		.local_round = "auth = psk\n id = alice.example\n", .remote_round = "auth = psk\n id = bob.example\n",
		.children = "net { local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16\n esp_proposals = aes256gcm16\n }\n",
		.more = "", .secret = "correct horse battery staple, a longer one",
	};

	return make(text, sizeof(text), c, base);
}

const char *conf_bob(struct conf_parts c)
{
	static char text[8192];
	const struct conf_parts base = {
		.name = "branch", .local = "192.0.2.2", .remote = "%any", .proposals = "aes256gcm16-prfsha256-x25519",
		.local_round = "auth = psk\n id = bob.example\n", .remote_round = "auth = psk\n id = alice.example\n",
		.children = "net { local_ts = 10.2.0.0/16\n remote_ts = 10.1.0.0/16\n esp_proposals = aes256gcm16\n }\n",
		.more = "", .secret = "correct horse battery staple, a longer one",
	};

	return make(text, sizeof(text), c, base);
}
