/* SPDX-License-Identifier: ISC */
/*
 * A crash that is caught: what we set in the kernel is undone, then the process dies of its signal as it would have.
 *
 * The dying process cannot be trusted with more than closing its descriptors (the TUN and its routes go with them) and starting
 * this program anew, which cleans up by our marks as each start does. SIGKILL cannot be caught: the next start cleans then.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/host.h"
#include "policy/explain.h"

#define STACK_SIZE 65536

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true /* the sanitizers tell of crashes themselves */
#else
#define SANITIZED false
#endif

static void clean_in_a_new_process(void)
{
	pid_t child = _Fork();

	if (child == 0) {
		sigset_t none;

		sigemptyset(&none);
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		(void)execl("/proc/self/exe", "adit", DAEMON_AFTER_CRASH, (char *)NULL);
		_exit(1);
	}
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		continue;
}

/* Only calls that are safe in a signal handler. */
static void on_crash(int number)
{
	static const char words[] = "adit: crashed; what it had set is being undone\n";

	(void)!write(STDERR_FILENO, words, sizeof(words) - 1);
	(void)close_range(3, UINT_MAX, 0);
	clean_in_a_new_process();
	(void)raise(number); /* blocked until we return; the handler was for once: the default action follows */
}

void crash_watch(void)
{
	static const int numbers[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	struct sigaction action = { .sa_handler = on_crash, .sa_flags = (int)(SA_RESETHAND | SA_ONSTACK) };
	stack_t stack = { .ss_sp = malloc(STACK_SIZE), .ss_size = STACK_SIZE };

	if (SANITIZED) {
		free(stack.ss_sp);
		return;
	}
	if (stack.ss_sp)
		(void)sigaltstack(&stack, NULL); /* lives as long as the process */
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		(void)sigaction(numbers[i], &action, NULL);
}

int daemon_after_crash(void)
{
	struct arena arena = { 0 };
	struct reason why = { 0 };
	struct text line = { 0 };
	bool ok = dataplane_clean(ROUTE_TABLE, &why, &arena);

	if (!ok) {
		reason_print(&line, &why);
		log_line(LOG_LEVEL_ERROR, "not cleaned up after the crash, the next start does it: %s", text_str(&line));
		text_clear(&line);
	}
	arena_clear(&arena);
	return ok ? 0 : 1;
}
