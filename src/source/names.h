/* SPDX-License-Identifier: Apache-2.0 */
/* The names of the images in a directory or archive: listed in errors, and which of them say where
 * an image comes from. */
#ifndef SOURCE_NAMES_H
#define SOURCE_NAMES_H

#include "base/buf.h"

#define NAMES_SHOWN 16 /* more help nobody */

struct names {
    struct buf text; /* "a, b, and 3 more" once finished */
    size_t count;
};

#define NAMES_INIT                                                                                 \
    {                                                                                              \
        .text = BUF_INIT(NAMES_SHOWN * 512UL)                                                      \
    }

/* "" stands for an image without a name. */
MUST_CHECK enum assay_status names_add(struct names *names, const char *name,
                                       struct assay_error *err);
/* "nothing" where there are none; lives as long as names. */
MUST_CHECK enum assay_status names_finish(struct names *names, const char **out,
                                          struct assay_error *err);
void names_clear(struct names *names);

/* The full form of a name that a tool writes beside an image; NULL (and ASSAY_OK) where it is no
 * reference with a tag. is_short_allowed: "app:1.0" stands for docker.io/library/app:1.0, as docker
 * writes it; otherwise the registry must be written. Owned by the caller. */
MUST_CHECK enum assay_status names_claim(const char *name, bool is_short_allowed, char **out,
                                         struct assay_error *err);

#endif
