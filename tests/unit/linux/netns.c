/* SPDX-License-Identifier: ISC */
/*
 * Network namespaces for tests.
 */
#include "netns.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static bool nothing(void)
{
	return access("/dev/net/tun", R_OK | W_OK) == 0;
}

static int in_child(bool (*body)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (unshare(CLONE_NEWNET) < 0)
			_exit(2);
		_exit(body() ? 0 : 1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return 2;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}

bool netns_possible(const char **why_not)
{
	int status = in_child(nothing);

	*why_not = status == 2 ? "no rights to make a network namespace" : "no /dev/net/tun";
	return status == 0;
}

int netns_run(bool (*body)(void))
{
	return in_child(body);
}

bool netns_fail(const char *what, const char *detail)
{
	fprintf(stderr, "%s: %s\n", what, detail);
	return false;
}

int netns_system(const char *command)
{
	int status = system(command);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
