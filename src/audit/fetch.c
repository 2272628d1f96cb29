/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/parts.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>

struct flight {
    struct tuf_file *files;
    size_t count;
};

static void flight_clear(struct flight *flight)
{
    for (size_t i = 0; i < flight->count; i++) {
        tuf_file_clear(&flight->files[i]);
    }
    mem_free(flight->files);
}

static void ask_for(struct tuf_file *file, size_t max_bytes)
{
    file->max_bytes = max_bytes;
    file->bytes.max = max_bytes;
}

/* One flight, from first on. */
static enum assay_status fly(const struct audit_fetch *fetch, uint64_t first, size_t count,
                             bool *more, struct assay_error *err)
{
    TRY(env_check_interrupted(fetch->env, err));
    CLEANUP(flight_clear)
    struct flight flight = { .files = mem_alloc(count, sizeof(*flight.files)) };
    if (flight.files == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    flight.count = count;
    for (size_t i = 0; i < count; i++) {
        struct tuf_file *file = &flight.files[i];
        ask_for(file, fetch->max_bytes);
        (void)snprintf(file->name, sizeof(file->name), "%" PRIu64 ".%s", first + i, fetch->role);
    }
    TRY(fetch->remote->get(fetch->remote, flight.files, count, err));
    for (size_t i = 0; i < count && *more; i++) {
        TRY(fetch->take(fetch->ctx, first + i, &flight.files[i], more, err));
    }
    return ASSAY_OK;
}

enum assay_status audit_fetch(const struct audit_fetch *fetch, struct assay_error *err)
{
    bool more = true;
    uint64_t left = fetch->count;
    while (left > 0 && more) {
        size_t count = left < LIMIT_AUDIT_FLIGHT ? (size_t)left : LIMIT_AUDIT_FLIGHT;
        TRY(fly(fetch, fetch->first + (fetch->count - left), count, &more, err));
        left -= count;
    }
    return ASSAY_OK;
}

enum assay_status audit_fetch_one(struct tuf_remote *remote, const char *name, size_t max_bytes,
                                  struct tuf_file *out, struct assay_error *err)
{
    *out = (struct tuf_file){ .outcome = TUF_FILE_FAILED };
    ask_for(out, max_bytes);
    (void)snprintf(out->name, sizeof(out->name), "%s", name);
    enum assay_status status = remote->get(remote, out, 1, err);
    if (status != ASSAY_OK) {
        tuf_file_clear(out);
    }
    return status;
}
