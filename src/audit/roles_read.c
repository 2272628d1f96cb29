/* SPDX-License-Identifier: Apache-2.0 */
/* All versions of one role that can be had, in their order. */
#include "audit/roles_parts.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>

struct reading {
    struct roles_run *run;
    const char *role;
    struct key_sets sets;
    size_t max_bytes;
    uint64_t total_bytes;
    uint64_t missing; /* in a row */
    bool is_open;     /* the newest version is not known: it ends where a whole flight is missing */
    /* The vouched targets file before, which the next is compared with. */
    struct role_file files[2];
    struct buf bytes[2];
    size_t turn;
    bool has_before;
};

static void reading_clear(struct reading *reading)
{
    key_sets_clear(&reading->sets);
    for (size_t i = 0; i < 2; i++) {
        role_file_clear(&reading->files[i]);
        buf_clear(&reading->bytes[i]);
    }
}

static bool is_targets(const char *role)
{
    return slice_has_prefix(slice_from_string(role), SLICE_LITERAL("targets"));
}

static size_t largest(const struct roles_run *run, const char *role)
{
    size_t unverified = run->options->remote->unverified_max_bytes;
    size_t most = is_targets(role)                ? LIMIT_TARGETS_BYTES
                  : strcmp(role, "snapshot") == 0 ? LIMIT_SNAPSHOT_BYTES
                                                  : LIMIT_TIMESTAMP_BYTES;
    return unverified != 0 && unverified < most ? unverified : most;
}

/* ---- a version ---- */

static enum assay_status add(struct roles_run *run, const char *role,
                             const struct audit_version *version, struct assay_error *err)
{
    struct audit_role *into = NULL;
    TRY(audit_history_role(&run->report->history, role, &into, err));
    return audit_role_add(into, version, err);
}

/* A version that could not be read, or not be had. */
static enum assay_status add_failure(struct roles_run *run, const char *role, uint64_t version,
                                     enum audit_trust trust, enum assay_status status,
                                     const char *failure, struct assay_error *err)
{
    struct audit_version made = { .version = version, .trust = trust, .status = status };
    TRY(audit_history_text(&run->report->history, slice_from_string(failure), &made.failure, err));
    return add(run, role, &made, err);
}

/* ---- what a targets file says ---- */

static enum assay_status copy_paths(struct audit_history *history, const struct tuf_delegated *from,
                                    struct audit_delegation *to, struct assay_error *err)
{
    const char **paths = NULL;
    if (from->path_count == 0) {
        return ASSAY_OK;
    }
    TRY(arena_alloc(&history->arena, from->path_count, sizeof(*paths), &paths, err));
    for (size_t i = 0; i < from->path_count; i++) {
        TRY(audit_history_text(history, from->paths[i], &paths[i], err));
    }
    to->paths = paths;
    to->path_count = from->path_count;
    return ASSAY_OK;
}

/* Keys are decoded to tell whose they are; one that cannot be never verifies anything. */
static enum assay_status copy_keys(struct reading *reading, const struct tuf_delegated *from,
                                   struct audit_delegation *to, struct assay_error *err)
{
    struct audit_history *history = &reading->run->report->history;
    CLEANUP(tuf_keyring_clear) struct tuf_keyring ring = { 0 };
    uint32_t places[LIMIT_ROLE_KEYS];
    for (size_t i = 0; i < from->keys.count; i++) {
        struct tuf_listed_key *listed = from->keys.keys[i];
        enum assay_status status = tuf_keyring_load(&ring, reading->run->dialect, listed, NULL);
        if (status == ASSAY_NO_MEMORY) {
            return FAIL_NO_MEMORY(err);
        }
        TRY(audit_history_key(history, listed, &places[i], err));
        listed->key = NULL; /* the ring's, which goes */
    }
    to->keys.threshold = from->keys.threshold;
    to->keys.key_count = from->keys.count;
    return audit_history_list(history, places, from->keys.count, &to->keys.keys, err);
}

static bool same_delegation(const struct audit_delegation *a, const struct audit_delegation *b)
{
    bool same = strcmp(a->name, b->name) == 0 && a->keys.threshold == b->keys.threshold &&
                slice_equal(slice_of(a->keys.keys, a->keys.key_count * sizeof(*a->keys.keys)),
                            slice_of(b->keys.keys, b->keys.key_count * sizeof(*b->keys.keys))) &&
                a->path_count == b->path_count;
    for (size_t i = 0; same && i < a->path_count; i++) {
        same = strcmp(a->paths[i], b->paths[i]) == 0;
    }
    return same;
}

static bool same_delegations(const struct audit_version *a, const struct audit_delegation *list,
                             size_t count)
{
    bool same = a->delegation_count == count;
    for (size_t i = 0; same && i < count; i++) {
        same = same_delegation(&a->delegations[i], &list[i]);
    }
    return same;
}

/* The list of the version before where it is the same. */
static enum assay_status copy_delegations(struct reading *reading, const struct tuf_targets *from,
                                          struct audit_version *to, struct assay_error *err)
{
    struct audit_history *history = &reading->run->report->history;
    const struct audit_version *before =
        audit_role_newest(audit_history_find(history, reading->role));
    struct audit_delegation *made = NULL;
    size_t count = from->delegations.count;
    to->target_count = from->count;
    if (count == 0) {
        return ASSAY_OK;
    }
    TRY(arena_alloc(&history->arena, count, sizeof(*made), &made, err));
    for (size_t i = 0; i < count; i++) {
        const struct tuf_delegated *delegated = &from->delegations.items[i];
        TRY(audit_history_text(history, slice_from_string(delegated->name), &made[i].name, err));
        TRY(copy_keys(reading, delegated, &made[i], err));
        TRY(copy_paths(history, delegated, &made[i], err));
    }
    to->delegations =
        before != NULL && same_delegations(before, made, count) ? before->delegations : made;
    to->delegation_count = count;
    return ASSAY_OK;
}

/* ---- a file ---- */

/* Whether these bytes stand there: as the version, or, where the plain file does not tell its own,
 * as any. */
static bool is_known(const struct roles_run *run, const char *role,
                     const struct audit_version *version)
{
    const struct audit_role *found = audit_history_find(&run->report->history, role);
    size_t i =
        found == NULL || version->version == 0 ? 0 : audit_role_lower(found, version->version);
    for (; found != NULL && i < found->count; i++) {
        const struct audit_version *there = &found->versions[i];
        if (version->version != 0 && there->version != version->version) {
            return false;
        }
        if (digest_equal(&there->sha256, &version->sha256)) {
            return true;
        }
    }
    return false;
}

/* What a vouched file says beyond itself. */
static enum assay_status conclude(struct reading *reading, struct role_file *file,
                                  struct audit_version *version, struct assay_error *err)
{
    struct roles_run *run = reading->run;
    struct slice name = slice_from_string(reading->role);
    if (slice_is(name, "snapshot")) {
        version->first_snapshot = version->version;
        return snapshot_remember(run, &file->map, version->version, err);
    }
    if (slice_is(name, "timestamp")) {
        const struct tuf_meta *meta = tuf_meta_map_find(&file->map, run->dialect, "snapshot");
        version->first_snapshot =
            meta == NULL ? 0 : snapshot_version_of(&run->report->history, &meta->sha256);
        return ASSAY_OK;
    }
    const struct role_file *before = reading->has_before ? &reading->files[!reading->turn] : NULL;
    TRY(copy_delegations(reading, &file->targets, version, err));
    TRY(tags_compare(&run->report->history, reading->role, version->version,
                     before == NULL ? NULL : &before->targets, &file->targets, err));
    reading->has_before = true;
    reading->turn = !reading->turn;
    return ASSAY_OK;
}

/* number: as it was asked for; 0: the plain file, which says its version itself. */
static enum assay_status take_file(struct reading *reading, uint64_t number, struct tuf_file *from,
                                   struct assay_error *err)
{
    struct roles_run *run = reading->run;
    struct buf *bytes = &reading->bytes[reading->turn];
    struct role_file *file = &reading->files[reading->turn];
    struct audit_version version = { .version = number };
    role_file_clear(file);
    buf_move(bytes, &from->bytes);
    reading->total_bytes += bytes->len;
    audit_time_improve(&version.published,
                       from->modified_unix_s == 0 ? AUDIT_SOURCE_NONE : AUDIT_SOURCE_MODIFIED,
                       from->modified_unix_s);
    TRY(role_verify(run, reading->role, &reading->sets, buf_slice(bytes), file, &version, err));
    if (is_known(run, reading->role, &version)) {
        return ASSAY_OK;
    }
    if (version.trust == AUDIT_VOUCHED) {
        TRY(conclude(reading, file, &version, err));
    }
    return add(run, reading->role, &version, err);
}

/* ---- the versions ---- */

/* A large file by itself, within what its role may have. */
static enum assay_status ask_again(struct reading *reading, uint64_t number, struct tuf_file *file,
                                   struct assay_error *err)
{
    struct roles_run *run = reading->run;
    char name[TUF_FILE_NAME_BYTES];
    tuf_file_clear(file);
    (void)snprintf(name, sizeof(name), "%" PRIu64 ".%s", number, reading->role);
    return audit_fetch_one(run->options->remote, name, reading->max_bytes, file, err);
}

static enum assay_status take_version(void *ctx, uint64_t number, struct tuf_file *file, bool *more,
                                      struct assay_error *err)
{
    struct reading *reading = ctx;
    if (file->outcome == TUF_FILE_FAILED && file->error.status == ASSAY_TOO_LARGE &&
        reading->max_bytes > LIMIT_AUDIT_TOGETHER) {
        TRY(ask_again(reading, number, file, err));
    }
    if (file->outcome == TUF_FILE_FAILED) {
        bool is_unread = assay_status_class(file->error.status) == ASSAY_CLASS_UNDECIDED;
        reading->missing += is_unread;
        *more = !is_unread || reading->missing < LIMIT_AUDIT_FLIGHT; /* a server that went away */
        return add_failure(reading->run, reading->role, number, AUDIT_INVALID, file->error.status,
                           file->error.message, err);
    }
    if (file->outcome != TUF_FILE_FOUND) {
        reading->missing++;
        *more = !reading->is_open || reading->missing < LIMIT_AUDIT_FLIGHT;
        return ASSAY_OK;
    }
    reading->missing = 0;
    if (reading->total_bytes < LIMIT_AUDIT_ROLE_BYTES) {
        return take_file(reading, number, file, err);
    }
    *more = false;
    return add_failure(reading->run, reading->role, number, AUDIT_INVALID, ASSAY_TOO_LARGE,
                       "more bytes of this role than one audit reads", err);
}

struct highest {
    const char *role;
    uint64_t version;
};

static enum assay_status see_name(void *ctx, const char *name, struct assay_error *err UNUSED)
{
    struct highest *highest = ctx;
    struct slice text = slice_from_string(name);
    size_t dot = slice_find(text, '.');
    uint64_t version = 0;
    if (dot < text.len && slice_is(slice_from(text, dot + 1), highest->role) &&
        text_to_u64(slice_first(text, dot), LIMIT_JSON_INTEGER, &version) &&
        version > highest->version) {
        highest->version = version;
    }
    return ASSAY_OK;
}

/* The newest version that the plain file or a list of names tells of; 0: nothing does. */
static enum assay_status find_newest(struct reading *reading, uint64_t plain, uint64_t *out,
                                     struct assay_error *err)
{
    struct tuf_remote *remote = reading->run->options->remote;
    struct highest highest = { .role = reading->role, .version = plain };
    if (remote->list != NULL) {
        TRY(remote->list(remote, see_name, &highest, err));
    }
    *out = highest.version;
    return ASSAY_OK;
}

static enum assay_status fetch_versions(struct reading *reading, uint64_t plain,
                                        struct assay_error *err)
{
    uint64_t newest = 0;
    TRY(find_newest(reading, plain, &newest, err));
    reading->is_open = newest == 0;
    uint64_t last = newest == 0 ? LIMIT_AUDIT_VERSIONS : newest;
    uint64_t first = last > LIMIT_AUDIT_VERSIONS ? last - LIMIT_AUDIT_VERSIONS + 1 : 1;
    if (reading->is_open && reading->run->has_list) {
        return ASSAY_OK; /* there are none */
    }
    const struct audit_fetch fetch = {
        .remote = reading->run->options->remote,
        .env = reading->run->options->env,
        .role = reading->role,
        .max_bytes =
            reading->max_bytes < LIMIT_AUDIT_TOGETHER ? reading->max_bytes : LIMIT_AUDIT_TOGETHER,
        .first = first,
        .count = last - first + 1,
        .take = take_version,
        .ctx = reading,
    };
    return audit_fetch(&fetch, err);
}

/* The version that the plain file has; 0 where it does not hold. It is taken in its turn, behind
 * the older ones, since each is compared with the one before. */
static enum assay_status peek_plain(struct reading *reading, struct tuf_file *plain, uint64_t *out,
                                    struct assay_error *err)
{
    AUTO_ROLE_FILE file;
    struct audit_version version = { .version = 0 };
    role_file_init(&file);
    *out = 0;
    if (plain->outcome != TUF_FILE_FOUND) {
        return ASSAY_OK;
    }
    TRY(role_verify(reading->run, reading->role, &reading->sets, buf_slice(&plain->bytes), &file,
                    &version, err));
    *out = version.trust == AUDIT_VOUCHED ? version.version : 0;
    return ASSAY_OK;
}

static enum assay_status claim_newest(struct reading *reading, uint64_t version,
                                      struct assay_error *err)
{
    struct audit_role *role = NULL;
    TRY(audit_history_role(&reading->run->report->history, reading->role, &role, err));
    role->newest_claimed = version;
    return ASSAY_OK;
}

static enum assay_status read_all(struct reading *reading, struct tuf_file *plain,
                                  struct assay_error *err)
{
    struct roles_run *run = reading->run;
    uint64_t newest = 0;
    TRY(peek_plain(reading, plain, &newest, err));
    TRY(fetch_versions(reading, newest, err));
    if (plain->outcome == TUF_FILE_FOUND) {
        TRY(take_file(reading, 0, plain, err));
        return newest == 0 ? ASSAY_OK : claim_newest(reading, newest, err);
    }
    const struct audit_role *found = audit_history_find(&run->report->history, reading->role);
    if (plain->outcome == TUF_FILE_FAILED) {
        return add_failure(run, reading->role, 0, AUDIT_INVALID, plain->error.status,
                           plain->error.message, err);
    }
    struct slice ignored;
    bool is_named = !role_parent(reading->role, &ignored) || snapshot_names(run, reading->role);
    return (found == NULL || found->count == 0) && is_named
               ? add_failure(run, reading->role, 0, AUDIT_ABSENT, ASSAY_METADATA_MISSING,
                             "no file of the role is to be had", err)
               : ASSAY_OK;
}

enum assay_status role_read(struct roles_run *run, const char *role, struct assay_error *err)
{
    CLEANUP(reading_clear) struct reading reading = { .run = run, .role = role };
    CLEANUP(tuf_file_clear) struct tuf_file plain;
    reading.max_bytes = largest(run, role);
    role_file_init(&reading.files[0]);
    role_file_init(&reading.files[1]);
    reading.bytes[0].max = reading.max_bytes;
    reading.bytes[1].max = reading.max_bytes;
    TRY(audit_fetch_one(run->options->remote, role, reading.max_bytes, &plain, err));
    TRY(key_sets_collect(&run->report->history, role, &reading.sets, err));
    return read_all(&reading, &plain, err);
}
