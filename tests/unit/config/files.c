/* SPDX-License-Identifier: ISC */
/* Files in a table. The table is in sorted order, as a glob's answer must be. */
#include "files.h"

#include <string.h>

static bool read_one(void *ctx, const char *path, struct secret *out, struct reason *why)
{
	struct files *f = ctx;

	f->reads++;
	for (const struct file *one = f->list; one->path; one++) {
		if (strcmp(one->path, path) == 0)
			return secret_set(out, bytes_str(one->text));
	}
	return refuse_text(why, REASON_NOT_FOUND, 0, "No such file or directory");
}

static bool glob_one(void *ctx, const char *pattern, bool (*each)(void *to, const char *path), void *to, struct reason *why)
{
	struct files *f = ctx;
	const char *star = strchr(pattern, '*');

	(void)why;
	for (const struct file *one = f->list; one->path; one++) {
		size_t head = star ? (size_t)(star - pattern) : strlen(pattern), tail = star ? strlen(star + 1) : 0;
		size_t len = strlen(one->path);
		bool fits = star ? len >= head + tail && strncmp(one->path, pattern, head) == 0 &&
		                           strcmp(one->path + len - tail, star + 1) == 0 && !strchr(one->path + head, '/')
		                 : strcmp(one->path, pattern) == 0;

		if (fits && !each(to, one->path))
			return false;
	}
	return true;
}

static bool list_one(void *ctx, const char *folder, bool (*each)(void *to, const char *name), void *to, struct reason *why)
{
	struct files *f = ctx;
	size_t len = strlen(folder);

	(void)why;
	for (const struct file *one = f->list; one->path; one++) {
		if (strncmp(one->path, folder, len) == 0 && one->path[len] == '/' && !strchr(one->path + len + 1, '/') &&
		    !each(to, one->path + len + 1))
			return false;
	}
	return true;
}

struct config_loader files_loader(struct files *f)
{
	return (struct config_loader){ f, read_one, glob_one, list_one };
}

const char ca_pem[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBuTCCAV+gAwIBAgIUQn9nAvjIlARc2FKj6bAQ7RJnVWIwCgYIKoZIzj0EAwIw\n"
	"MTELMAkGA1UEBhMCQ0gxEzARBgNVBAoMCmFkaXQgdGVzdHMxDTALBgNVBAMMBHJv\n"
	"b3QwIBcNMjYxMTIxMTkzMzAyWhgPMjEyNjEwMjgxOTMzMDJaMDExCzAJBgNVBAYT\n"
	"AkNIMRMwEQYDVQQKDAphZGl0IHRlc3RzMQ0wCwYDVQQDDARyb290MFkwEwYHKoZI\n"
	"zj0CAQYIKoZIzj0DAQcDQgAEcN6ofJ8I4Shf7I1/nv4DTHS3Mc0/ZKhRcBGPSDj3\n"
	"IpX9BYooeqQHB0slbEkEUKYo3CzIK3Lle4NI8UEq1MndIqNTMFEwHQYDVR0OBBYE\n"
	"FLIQzMRw//r9u4njID1FAy60B43JMB8GA1UdIwQYMBaAFLIQzMRw//r9u4njID1F\n"
	"Ay60B43JMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAOpr07LY\n"
	"MtwaMZyNFzf2uuiU5xsihVpV2UQZG0dKjw8pAiAtnytQnc/IuTYyMVe5kmf+zKXt\n"
	"ZDF99dDlvy/QM0sH2w==\n"
	"-----END CERTIFICATE-----\n";

const char gw_pem[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIByjCCAXCgAwIBAgIUcC9Yr2vmOl2JO8VVGqosyAzvdIQwCgYIKoZIzj0EAwIw\n"
	"LzELMAkGA1UEBhMCQ0gxEzARBgNVBAoMCmFkaXQgdGVzdHMxCzAJBgNVBAMMAmd3\n"
	"MCAXDTI2MTEyMTE5MzMwMloYDzIxMjYxMDI4MTkzMzAyWjAvMQswCQYDVQQGEwJD\n"
	"SDETMBEGA1UECgwKYWRpdCB0ZXN0czELMAkGA1UEAwwCZ3cwWTATBgcqhkjOPQIB\n"
	"BggqhkjOPQMBBwNCAATE0+UCwJ7ltbUwyYLfvaASUlLjKj3hCDk+xTXIwLdGqOuS\n"
	"oGSlShaqh75Ki9nDChBlG1WRZgTupcpCKtFMX1J1o2gwZjAdBgNVHQ4EFgQUaQIN\n"
	"KO4QKdCEUA6okg9769JpN8YwHwYDVR0jBBgwFoAUaQINKO4QKdCEUA6okg9769Jp\n"
	"N8YwCQYDVR0TBAIwADAZBgNVHREEEjAQgg5ndy5leGFtcGxlLm9yZzAKBggqhkjO\n"
	"PQQDAgNIADBFAiEAmP02RuW7TcJyWIYqoCFTxFYhQJPqzJCBEibNhOeRNe8CIAIe\n"
	"BTzyFo2M+w2XevlkFOu/K9gZ1/T3mNO/4ft3m8Nk\n"
	"-----END CERTIFICATE-----\n";
