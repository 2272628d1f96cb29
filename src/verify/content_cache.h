/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests and configs of one repository that were hashed already, so that what several of its
 * references lead to is fetched once. Whoever takes one out hashes it again. */
#ifndef VERIFY_CONTENT_CACHE_H
#define VERIFY_CONTENT_CACHE_H

#include "base/slice.h"
#include "crypto/digest.h"

struct content_cache;

/* NULL when out of memory: then everything is fetched. The others take NULL for a cache. */
struct content_cache *content_cache_new(void);
void content_cache_free(struct content_cache *cache);
/* Borrowed from the cache until something is added. */
bool content_cache_find(const struct content_cache *cache, const struct digest *digest,
                        struct slice *bytes, const char **media_type);
/* Copies them, if there is room. */
void content_cache_add(struct content_cache *cache, const struct digest *digest, struct slice bytes,
                       const char *media_type);

#endif
