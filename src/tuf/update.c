/* SPDX-License-Identifier: Apache-2.0 */
#include "tuf/update.h"

#include "base/mem.h"
#include "tuf/update_parts.h"

#include <inttypes.h>
#include <stdio.h>

void tuf_file_clear(struct tuf_file *file)
{
    buf_clear(&file->bytes);
}

enum assay_status tuf_update_new(const struct tuf_update_options *options, struct tuf_update **out,
                                 struct assay_error *err)
{
    *out = NULL;
    struct tuf_update *update = mem_alloc(1, sizeof(*update));
    if (update == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    update->options = *options;
    update->before = options->store == NULL ? NULL : tuf_store_state(options->store);
    struct tuf_trusted_options trusted = {
        .dialect = options->dialect,
        .gun = options->gun,
        .now_unix_s = options->now_unix_s,
        .floors = update->before == NULL ? NULL : &update->before->floors,
        .trace = options->trace,
    };
    enum assay_status status = tuf_trusted_new(&trusted, &update->trusted, err);
    if (status == ASSAY_OK && update->before != NULL) {
        status = tuf_state_copy(update->before, &update->next, err);
    }
    if (status != ASSAY_OK) {
        tuf_update_free(update);
        return status;
    }
    *out = update;
    return ASSAY_OK;
}

static void free_roots(struct root_file *roots, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_clear(&roots[i].bytes);
    }
    mem_free(roots);
}

static void free_files(struct tuf_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        tuf_file_clear(&files[i]);
    }
    mem_free(files);
}

void tuf_update_free(struct tuf_update *update)
{
    if (update == NULL) {
        return;
    }
    tuf_trusted_free(update->trusted);
    free_roots(update->chain, update->chain_count);
    free_roots(update->fetched, update->fetched_count);
    free_files(update->flight, update->flight_count);
    free_files(update->files, update->file_count);
    mem_free(update->loaded);
    tuf_state_clear(&update->next);
    mem_free(update);
}

static void file_init(struct tuf_file *file, size_t max_bytes)
{
    *file = (struct tuf_file){ .max_bytes = max_bytes, .bytes = BUF_INIT(max_bytes) };
}

/* Everything that a usual run needs, asked for at once by plain names: one round trip. */
static enum assay_status first_flight(struct tuf_update *update, struct assay_error *err)
{
    static const struct {
        const char *name;
        size_t max_bytes;
    } plan[FLIGHT_NEXT_ROOT] = {
        [FLIGHT_ROOT] = { "root", LIMIT_ROOT_BYTES },
        [FLIGHT_TIMESTAMP] = { "timestamp", LIMIT_TIMESTAMP_BYTES },
        [FLIGHT_SNAPSHOT] = { "snapshot", LIMIT_SNAPSHOT_BYTES },
        [FLIGHT_TARGETS] = { "targets", LIMIT_TARGETS_BYTES },
        [FLIGHT_RELEASES] = { ROLE_RELEASES, LIMIT_TARGETS_BYTES },
    };
    size_t most = update->options.remote->unverified_max_bytes;
    update->flight = mem_alloc(FLIGHT_MAX, sizeof(*update->flight));
    if (update->flight == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < FLIGHT_NEXT_ROOT; i++) {
        file_init(&update->flight[i],
                  most == 0 || plan[i].max_bytes < most ? plan[i].max_bytes : most);
        (void)snprintf(update->flight[i].name, sizeof(update->flight[i].name), "%s", plan[i].name);
    }
    update->flight_count = FLIGHT_NEXT_ROOT;
    if (update->chain_count > 0) {
        struct tuf_file *next = &update->flight[FLIGHT_NEXT_ROOT];
        file_init(next, LIMIT_ROOT_BYTES);
        (void)snprintf(next->name, sizeof(next->name), "%" PRIu64 ".root",
                       tuf_trusted_root_version(update->trusted) + 1);
        update->flight_count = FLIGHT_MAX;
    }
    return update->options.remote->get(update->options.remote, update->flight, update->flight_count,
                                       err);
}

/* Remembers the bytes of a role that was taken in, for the store. */
static enum assay_status remember(struct tuf_update *update, const char *role, struct slice bytes,
                                  struct assay_error *err)
{
    TRY(mem_grow(&update->loaded, update->loaded_count, &update->loaded_cap,
                 sizeof(*update->loaded), err));
    struct loaded_role *loaded = &update->loaded[update->loaded_count++];
    (void)snprintf(loaded->role, sizeof(loaded->role), "%s", role);
    loaded->bytes = bytes;
    return ASSAY_OK;
}

static enum assay_status load_timestamp(struct tuf_update *update, struct assay_error *err)
{
    const struct tuf_file *file = &update->flight[FLIGHT_TIMESTAMP];
    bool known =
        update->options.pin_is_exact || (update->before != NULL && update->before->generation > 0);
    if (file->outcome == TUF_FILE_FAILED) {
        return error_pass(err, &file->error);
    }
    if (file->outcome != TUF_FILE_FOUND) {
        return FAIL(err, known ? ASSAY_TRUST_DATA_GONE : ASSAY_NOT_FOUND,
                    "%s has no timestamp for %s", update->options.remote->where,
                    update->options.gun);
    }
    TRY(tuf_trusted_add_timestamp(update->trusted, buf_slice(&file->bytes), err));
    return remember(update, "timestamp", buf_slice(&file->bytes), err);
}

/* Whether the plainly named file is the one that the parent signed; a newer publication may have
 * come between, then the file is asked for by its hash. */
static bool is_the_one(const struct tuf_file *file, const char *role, const struct tuf_meta *meta)
{
    struct assay_error ignored = ERROR_INIT;
    return file->outcome == TUF_FILE_FOUND &&
           tuf_meta_check(meta, role, buf_slice(&file->bytes), &ignored) == ASSAY_OK;
}

/* Prepares a request for role's file by the hash that its parent signed. */
static void ask_by_hash(struct tuf_file *file, const char *role, const struct tuf_meta *meta,
                        size_t max_bytes)
{
    char hex[DIGEST_TEXT_BYTES];
    digest_hex(&meta->sha256, hex);
    /* one byte more than signed, so that a longer file is seen to be longer */
    size_t max = meta->length < max_bytes ? (size_t)meta->length + 1 : max_bytes;
    file_init(file, max);
    (void)snprintf(file->name, sizeof(file->name), "%s.%s", role, hex);
}

/* Keeps the plain file's bytes when the hashed name brought nothing: its mismatch says more. */
static enum assay_status settle(struct tuf_update *update, const struct tuf_file *plain,
                                struct tuf_file *hashed, const char *role, struct slice *out,
                                struct assay_error *err)
{
    if (hashed->outcome == TUF_FILE_FOUND) {
        *out = buf_slice(&hashed->bytes);
        return ASSAY_OK;
    }
    if (hashed->outcome == TUF_FILE_FAILED) {
        return error_pass(err, &hashed->error);
    }
    if (plain != NULL && plain->outcome == TUF_FILE_FOUND) {
        *out = buf_slice(&plain->bytes);
        return ASSAY_OK;
    }
    if (plain != NULL && plain->outcome == TUF_FILE_FAILED) {
        return error_pass(err, &plain->error);
    }
    return FAIL(err, ASSAY_METADATA_MISSING, "%s lacks %s, which its verified parent names",
                update->options.remote->where, role);
}

/* A place for one more role file; the pointer holds until the next call. */
static enum assay_status new_file(struct tuf_update *update, struct tuf_file **out,
                                  struct assay_error *err)
{
    TRY(mem_grow(&update->files, update->file_count, &update->file_cap, sizeof(*update->files),
                 err));
    *out = &update->files[update->file_count++];
    file_init(*out, 0);
    return ASSAY_OK;
}

/* The bytes of a role that its parent names: from the first flight, else by hash. */
static enum assay_status role_bytes(struct tuf_update *update, struct tuf_file *plain,
                                    const char *role, size_t max_bytes, struct slice *out,
                                    struct assay_error *err)
{
    const struct tuf_meta *meta = tuf_trusted_meta(update->trusted, role);
    if (meta == NULL) {
        return FAIL(err, ASSAY_ROLE_MISSING, "%s is not named by its verified parent", role);
    }
    if (meta->length > max_bytes) {
        return FAIL(err, ASSAY_TOO_LARGE, "%s has %" PRIu64 " bytes, more than %zu", role,
                    meta->length, max_bytes);
    }
    if (plain != NULL && is_the_one(plain, role, meta)) {
        *out = buf_slice(&plain->bytes);
        return ASSAY_OK;
    }
    struct tuf_file *hashed = NULL;
    TRY(new_file(update, &hashed, err));
    ask_by_hash(hashed, role, meta, max_bytes);
    TRY(update->options.remote->get(update->options.remote, hashed, 1, err));
    if (plain == NULL && hashed->outcome == TUF_FILE_ABSENT) {
        /* a directory and the state have plain names only, and were not asked for this one yet */
        (void)snprintf(hashed->name, sizeof(hashed->name), "%s", role);
        TRY(update->options.remote->get(update->options.remote, hashed, 1, err));
    }
    return settle(update, plain, hashed, role, out, err);
}

static enum assay_status load_releases(struct tuf_update *update, struct assay_error *err)
{
    enum tuf_delegation delegation = TUF_DELEGATION_NONE;
    TRY(tuf_trusted_delegation(update->trusted, ROLE_RELEASES, &delegation, err));
    if (delegation != TUF_DELEGATION_PUBLISHED) {
        return ASSAY_OK;
    }
    struct slice bytes = SLICE_EMPTY;
    TRY(role_bytes(update, &update->flight[FLIGHT_RELEASES], ROLE_RELEASES, LIMIT_TARGETS_BYTES,
                   &bytes, err));
    TRY(tuf_trusted_add_targets(update->trusted, ROLE_RELEASES, bytes, err));
    return remember(update, ROLE_RELEASES, bytes, err);
}

/* Loads a delegation that no tag of ours rests on; one that does not verify is left out. */
static enum assay_status load_optional(struct tuf_update *update, const char *role, bool *loaded,
                                       struct assay_error *err)
{
    struct assay_error reason = ERROR_INIT;
    struct slice bytes = SLICE_EMPTY;
    *loaded = false;
    if (tuf_trusted_meta(update->trusted, role) == NULL) {
        return ASSAY_OK;
    }
    enum assay_status status = role_bytes(update, NULL, role, LIMIT_TARGETS_BYTES, &bytes, &reason);
    if (status == ASSAY_OK) {
        status = tuf_trusted_add_targets(update->trusted, role, bytes, &reason);
    }
    if (assay_status_class(status) == ASSAY_CLASS_REJECTED) {
        log_line(update->options.log, LOG_WARN, "%s is left out: %s: %s", role,
                 assay_status_id(status), reason.message);
        return ASSAY_OK;
    }
    if (status != ASSAY_OK) {
        return error_pass(err, &reason);
    }
    *loaded = true;
    return remember(update, role, bytes, err);
}

/* Parents come before their children in the machine's list, which grows as parents are loaded. */
static enum assay_status load_all_delegations(struct tuf_update *update, struct assay_error *err)
{
    struct tuf_role_view view;
    for (size_t i = 4; tuf_trusted_role_at(update->trusted, i, &view); i++) {
        bool loaded = view.loaded;
        if (!loaded) {
            TRY(load_optional(update, view.name, &loaded, err));
        }
    }
    return ASSAY_OK;
}

static enum assay_status load_roles(struct tuf_update *update, struct assay_error *err)
{
    struct slice bytes = SLICE_EMPTY;
    TRY(load_timestamp(update, err));
    TRY(role_bytes(update, &update->flight[FLIGHT_SNAPSHOT], "snapshot", LIMIT_SNAPSHOT_BYTES,
                   &bytes, err));
    TRY(tuf_trusted_add_snapshot(update->trusted, bytes, err));
    TRY(remember(update, "snapshot", bytes, err));
    TRY(role_bytes(update, &update->flight[FLIGHT_TARGETS], "targets", LIMIT_TARGETS_BYTES, &bytes,
                   err));
    TRY(tuf_trusted_add_targets(update->trusted, "targets", bytes, err));
    TRY(remember(update, "targets", bytes, err));
    TRY(load_releases(update, err));
    return update->options.all_delegations ? load_all_delegations(update, err) : ASSAY_OK;
}

enum assay_status tuf_update_run(struct tuf_update *update, struct assay_error *err)
{
    TRY(update_known_roots(update, err));
    TRY(first_flight(update, err));
    enum assay_status status = update_walk_roots(update, err);
    if (status == ASSAY_OK) {
        status = load_roles(update, err);
    }
    if (status != ASSAY_OK) {
        struct assay_error ignored = ERROR_INIT;
        if (update_keep_roots(update, status, &ignored) != ASSAY_OK) {
            log_line(update->options.log, LOG_WARN, "verified roots were not stored: %s",
                     ignored.message);
        }
    }
    return status;
}

const struct tuf_trusted *tuf_update_trusted(const struct tuf_update *update)
{
    return update->trusted;
}

enum assay_status tuf_update_files(const struct tuf_update *update, file_fn *each, void *ctx,
                                   struct assay_error *err)
{
    for (size_t i = 0; i < update->chain_count; i++) {
        const struct root_file *root = &update->chain[i];
        char name[TUF_FILE_NAME_BYTES];
        (void)snprintf(name, sizeof(name), "%" PRIu64 ".root", root->version);
        TRY(each(ctx, name, buf_slice(&root->bytes), err));
        if (i + 1 == update->chain_count) {
            TRY(each(ctx, "root", buf_slice(&root->bytes), err));
        }
    }
    for (size_t i = 0; i < update->loaded_count; i++) {
        TRY(each(ctx, update->loaded[i].role, update->loaded[i].bytes, err));
    }
    return ASSAY_OK;
}

static int64_t newest_of(const struct tuf_file *files, size_t count, int64_t newest)
{
    for (size_t i = 0; i < count; i++) {
        bool newer = files[i].outcome == TUF_FILE_FOUND && files[i].modified_unix_s > newest;
        newest = newer ? files[i].modified_unix_s : newest;
    }
    return newest;
}

int64_t tuf_update_modified(const struct tuf_update *update)
{
    int64_t newest = newest_of(update->files, update->file_count, 0);
    return update->flight == NULL ? newest
                                  : newest_of(update->flight + FLIGHT_TIMESTAMP,
                                              FLIGHT_NEXT_ROOT - FLIGHT_TIMESTAMP, newest);
}

bool tuf_update_accepted_first_use(const struct tuf_update *update)
{
    return update->accepted_first_use;
}

size_t tuf_update_fallen_floors(const struct tuf_update *update)
{
    return update->fallen_floors;
}

enum assay_status tuf_root_fingerprint(const struct tuf_trusted *trusted, struct buf *out,
                                       struct assay_error *err)
{
    struct tuf_role_view view;
    if (!tuf_trusted_role_at(trusted, 0, &view)) {
        return FAIL(err, ASSAY_INTERNAL, "no root was taken in");
    }
    for (size_t i = 0; i < view.key_count; i++) {
        TRY(buf_printf(out, err, "%ssha256:%s", i == 0 ? "" : ", ", view.keys[i].canonical_id));
    }
    return ASSAY_OK;
}
