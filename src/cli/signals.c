/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/signals.h"

#include <assay/status.h>
#include <signal.h>
#include <stddef.h>

/* A handler has no other way to speak: the one variable of the program that changes. */
static atomic_int interrupted;

static void on_signal(int number)
{
    atomic_store(&interrupted, number == SIGTERM ? ASSAY_TERMINATED : ASSAY_INTERRUPTED);
}

void signals_install(void)
{
    struct sigaction end = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    (void)sigemptyset(&end.sa_mask);
    (void)sigemptyset(&ignore.sa_mask);
    (void)sigaction(SIGINT, &end, NULL);
    (void)sigaction(SIGTERM, &end, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
}

const atomic_int *signals_flag(void)
{
    return &interrupted;
}
