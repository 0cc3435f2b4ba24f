/* SPDX-License-Identifier: ISC */
/*
 * The program: hands the command line to the command that it names.
 */
#include <stdio.h>

int main(void)
{
	puts("adit " ADIT_VERSION);
	return 0;
}
