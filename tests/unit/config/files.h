/* SPDX-License-Identifier: ISC */
/*
 * A host of files that live in a table: what config/ gets as its loader in tests.
 */
#pragma once

#include "config/loader.h"

struct file {
	const char *path, *text;
};

struct files {
	const struct file *list; /* ends with a NULL path */
	unsigned reads;
};

/* A loader over `f`, which must live as long. glob knows one '*' in the last part; list gives the names of a folder. */
struct config_loader files_loader(struct files *f);

/*
 * Certificates of our own making, valid until 2126: self-signed, P-256, one of a CA and one of "gw.example.org" that is none.
 * openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj ... -addext basicConstraints=...
 */
extern const char ca_pem[], gw_pem[];
