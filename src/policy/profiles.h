/* SPDX-License-Identifier: Apache-2.0 */
/* The shipped profiles as embedded at build time (profiles/embed.py). */
#ifndef POLICY_PROFILES_H
#define POLICY_PROFILES_H

#include <stddef.h>

struct policy_profile_row {
    const char *name;
    const char *text;
};

/* A row of NULLs behind the last. */
extern const struct policy_profile_row policy_profiles[];

#endif
