/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over all versions: what is asked for, in which order, and when it ends. */
#include "audit/roots_parts.h"

#include "base/mem.h"

#include <inttypes.h>

static void audit_cleanup(struct root_audit *audit)
{
    while (audit->out_count > 0) {
        root_batch_free(root_crew_take(audit->crew, false));
        audit->out_count--;
    }
    root_crew_free(audit->crew);
    root_walker_clear(&audit->walker);
    for (size_t i = 0; i < audit->rules.extra_count; i++) {
        buf_clear(&audit->rules.extras[i].bytes);
    }
    buf_clear(&audit->tail);
    mem_free(audit->found.marks);
    mem_free(audit->listed);
}

/* ---- asking ---- */

/* How many versions to ask for from asked on; 0: not before what is out came back. */
static size_t ahead(const struct root_audit *audit)
{
    bool is_alone = audit->out_count == 0;
    if (audit->barren >= LIMIT_AUDIT_BARREN) {
        return is_alone ? 1 : 0;
    }
    /* one more than is known of, since newer ones may be kept quiet */
    if (audit->asked <= audit->newest + 1) {
        uint64_t left = audit->newest + 2 - audit->asked;
        return left < LIMIT_AUDIT_FLIGHT ? (size_t)left : LIMIT_AUDIT_FLIGHT;
    }
    return is_alone ? LIMIT_AUDIT_FLIGHT : 0;
}

static enum assay_status take_file(void *ctx, uint64_t version UNUSED, struct tuf_file *file,
                                   bool *more UNUSED, struct assay_error *err UNUSED)
{
    struct root_batch *batch = ctx;
    batch->files[batch->count++] = *file;
    file->bytes = (struct buf){ .max = file->max_bytes }; /* moved */
    return ASSAY_OK;
}

static enum assay_status fetch_batch(struct root_audit *audit, size_t count,
                                     struct root_batch **out, struct assay_error *err)
{
    struct root_batch *batch = root_batch_new(&audit->rules, audit->asked);
    if (batch == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    const struct audit_fetch fetch = { .remote = audit->options->remote,
                                       .env = audit->options->env,
                                       .role = tuf_top_role_names[TUF_ROOT],
                                       .max_bytes = LIMIT_ROOT_BYTES,
                                       .first = audit->asked,
                                       .count = count,
                                       .take = take_file,
                                       .ctx = batch };
    enum assay_status status = audit_fetch(&fetch, err);
    if (status == ASSAY_OK && audit->crew != NULL) {
        batch->before_mode = audit->walker.mode;
        buf_move(&batch->before, &audit->tail);
        status = buf_append(&audit->tail, buf_slice(&batch->files[count - 1].bytes), err);
    }
    if (status != ASSAY_OK) {
        root_batch_free(batch);
        return status;
    }
    audit->asked += count;
    *out = batch;
    return ASSAY_OK;
}

/* The batch that comes next, with as many behind it under way as there is room for. */
static enum assay_status next_batch(struct root_audit *audit, struct root_batch **out,
                                    struct assay_error *err)
{
    size_t count = 0;
    *out = NULL;
    if (audit->crew == NULL) {
        return fetch_batch(audit, ahead(audit), out, err);
    }
    while (audit->out_count < root_crew_room(audit->crew) && (count = ahead(audit)) > 0) {
        struct root_batch *batch = NULL;
        TRY(fetch_batch(audit, count, &batch, err));
        root_crew_give(audit->crew, batch);
        audit->out_count++;
    }
    *out = root_crew_take(audit->crew, true);
    audit->out_count--;
    return ASSAY_OK;
}

/* ---- bringing together ---- */

/* The batch as it is when it begins where the walk stands: what a thread did under that condition
 * counts if it held, and is done again if not. */
static enum assay_status settle(struct root_audit *audit, struct root_batch *batch,
                                struct assay_error *err)
{
    if (batch->has_run && root_walker_meets(&audit->walker, batch)) {
        if (batch->status != ASSAY_OK) {
            return error_pass(err, &batch->error);
        }
        root_walker_settle(&batch->walker);
        root_walker_clear(&audit->walker);
        audit->walker = batch->walker;
        batch->walker = (struct root_walker){ .rules = &audit->rules };
        return ASSAY_OK;
    }
    root_batch_reset(batch);
    TRY(audit_history_role(&batch->found, tuf_top_role_names[TUF_ROOT], &batch->role, err));
    TRY(root_walk(&audit->walker, batch, err));
    root_walker_settle(&audit->walker);
    return ASSAY_OK;
}

/* What is there of one version: its contents stand from index on. */
static size_t look_at(const struct root_batch *batch, size_t index, bool *stands, bool *is_absent)
{
    uint64_t number = batch->role->versions[index].version;
    *stands = false;
    *is_absent = true;
    for (; index < batch->role->count && batch->role->versions[index].version == number; index++) {
        const struct audit_version *version = &batch->role->versions[index];
        *stands = *stands || batch->marks[index].in_chain;
        *is_absent = *is_absent && version->status == ASSAY_ROOT_CHAIN_MISSING;
    }
    return index;
}

static enum assay_status bring(struct root_audit *audit, const struct root_batch *batch,
                               uint32_t *map, struct assay_error *err)
{
    size_t behind = 0;
    for (size_t i = 0; i < batch->role->count && !audit->ends; i = behind) {
        bool stands = false, is_absent = false;
        behind = look_at(batch, i, &stands, &is_absent);
        uint64_t version = batch->role->versions[i].version;
        bool is_beyond = version > audit->newest;
        audit->ends = (is_beyond && !stands) || ++audit->visited == LIMIT_AUDIT_VERSIONS;
        audit->barren = stands ? 0 : audit->barren + 1;
        audit->next = version + 1;
        /* before the first that is there, and behind the last, nothing is missing */
        bool is_nothing = is_absent && (is_beyond || audit->found.role->count == 0);
        if (!is_nothing) {
            TRY(root_merge(batch, i, map, &audit->report->history, &audit->found, err));
        }
    }
    if (audit->visited == LIMIT_AUDIT_VERSIONS && audit->next <= audit->newest) {
        (void)FAIL(&audit->found.limit, ASSAY_ROOT_LIMIT,
                   "more than %lu root versions; version %" PRIu64 " and later were not looked at",
                   LIMIT_AUDIT_VERSIONS, audit->next);
    }
    return ASSAY_OK;
}

static enum assay_status bring_batch(struct root_audit *audit, struct root_batch *batch,
                                     struct assay_error *err)
{
    TRY(settle(audit, batch, err));
    AUTO_MEM uint32_t *map = mem_alloc(batch->found.key_count + 1, sizeof(*map));
    if (map == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    memset(map, 0xFF, (batch->found.key_count + 1) * sizeof(*map));
    enum assay_status status = bring(audit, batch, map, err);
    if (status == ASSAY_ROOT_LIMIT) {
        audit->found.limit = *err;
        audit->ends = true;
        error_clear(err);
        return ASSAY_OK;
    }
    return status;
}

/* The next version in a barren stretch that somebody says is there; 0: none. */
static uint64_t next_known(const struct root_audit *audit)
{
    uint64_t best = 0;
    for (size_t i = 0; i < audit->listed_count; i++) {
        uint64_t there = audit->listed[i];
        best = there >= audit->next && (best == 0 || there < best) ? there : best;
    }
    for (size_t i = 0; i < audit->rules.extra_count; i++) {
        uint64_t there = audit->rules.extras[i].version;
        best = there >= audit->next && (best == 0 || there < best) ? there : best;
    }
    return best;
}

/* After many versions of which nothing is there: goes on at what is known, or at the last flight
 * before the newest where nothing can be listed. */
static void leap(struct root_audit *audit)
{
    uint64_t target = next_known(audit);
    if (target == 0) {
        audit->ends = true;
        return;
    }
    if (audit->options->remote->list == NULL && target > audit->next + LIMIT_AUDIT_FLIGHT) {
        target -= LIMIT_AUDIT_FLIGHT - 1;
        audit->barren = 0;
    }
    audit->found.skipped += target - audit->next;
    audit->next = target;
}

static enum assay_status walk(struct root_audit *audit, struct assay_error *err)
{
    audit->asked = 1;
    audit->next = 1;
    while (!audit->ends) {
        struct root_batch *batch = NULL;
        TRY(next_batch(audit, &batch, err));
        if (batch == NULL) {
            return FAIL(err, ASSAY_INTERNAL, "no batch of roots is under way");
        }
        enum assay_status status = ASSAY_OK;
        if (batch->first == audit->next) {
            status = bring_batch(audit, batch, err);
            if (status == ASSAY_OK && !audit->ends && audit->barren >= LIMIT_AUDIT_BARREN) {
                leap(audit);
            }
        }
        root_batch_free(batch);
        TRY(status);
        if (audit->out_count == 0) {
            audit->asked = audit->next;
        }
    }
    return ASSAY_OK;
}

/* ---- the step ---- */

/* Whether a root is there, whatever it is worth. */
static bool has_root(const struct audit_role *role)
{
    for (size_t i = 0; i < role->count; i++) {
        if (role->versions[i].trust != AUDIT_ABSENT) {
            return true;
        }
    }
    return false;
}

/* Nothing is there at all, or nothing could be had. */
static enum assay_status no_root(const struct root_audit *audit, const struct tuf_file *plain,
                                 struct assay_error *err)
{
    const char *where = audit->report->where;
    if (audit->found.plain.status != ASSAY_OK) {
        return error_pass(err, &audit->found.plain);
    }
    if (audit->found.role->count > 0) {
        const struct audit_version *version = &audit->found.role->versions[0];
        return FAIL(err, version->status, "root version %" PRIu64 ": %s", version->version,
                    version->failure);
    }
    if (audit->options->is_promised) {
        return FAIL(err, ASSAY_TRUST_DATA_GONE,
                    "%s has no root for %s, though a pin or the stored state says there is one",
                    where, audit->rules.gun);
    }
    if (plain->outcome == TUF_FILE_NEVER_SIGNED) {
        return FAIL(err, ASSAY_NO_TRUST_DATA, "%s says that it has no trust data for %s", where,
                    audit->rules.gun);
    }
    return FAIL(err, ASSAY_NOT_FOUND, "%s has no root", where);
}

static enum assay_status run(struct root_audit *audit, struct tuf_file *plain,
                             struct assay_error *err)
{
    TRY(root_prepare(audit, plain, err));
    TRY(root_crew_new(audit->options->threads, &audit->crew, err));
    TRY(walk(audit, err));
    if (!has_root(audit->found.role)) {
        return no_root(audit, plain, err);
    }
    root_judge(&audit->rules, &audit->found, audit->report);
    return ASSAY_OK;
}

enum assay_status audit_roots(const struct audit_options *options, struct audit_report *report,
                              struct assay_error *err)
{
    CLEANUP(audit_cleanup)
    struct root_audit audit = { .options = options,
                                .report = report,
                                .rules = { .gun = options->gun, .now_unix_s = options->now_unix_s },
                                .tail = BUF_INIT(LIMIT_ROOT_BYTES) };
    audit.walker =
        (struct root_walker){ .rules = &audit.rules, .bytes = BUF_INIT(LIMIT_ROOT_BYTES) };
    struct tuf_file plain;
    TRY(audit_fetch_one(options->remote, tuf_top_role_names[TUF_ROOT], LIMIT_ROOT_BYTES, &plain,
                        err));
    /* whoever does not answer the first question is not asked ten thousand more */
    bool has_answer = plain.outcome != TUF_FILE_FAILED ||
                      assay_status_class(plain.error.status) != ASSAY_CLASS_UNDECIDED;
    enum assay_status status =
        has_answer ? run(&audit, &plain, err) : error_pass(err, &plain.error);
    tuf_file_clear(&plain);
    return status;
}
