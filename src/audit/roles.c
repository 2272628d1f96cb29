/* SPDX-License-Identifier: Apache-2.0 */
/* Every role but root: in the order in which each gives the next what it needs. */
#include "audit/roles_parts.h"

#include "base/mem.h"

static void run_clear(struct roles_run *run)
{
    key_cache_clear(&run->cache);
    mem_free(run->mentions);
    mem_free(run->newest);
}

/* ---- delegations ---- */

struct names {
    const char **items; /* in the history's arena */
    size_t count;
    size_t cap;
};

static void names_clear(struct names *names)
{
    mem_free(names->items);
}

static enum assay_status add_name(struct names *names, const char *name, struct assay_error *err)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(name, names->items[i]) == 0) {
            return ASSAY_OK;
        }
    }
    if (names->count == LIMIT_SNAPSHOT_ENTRIES) {
        return FAIL(err, ASSAY_DELEGATION_LIMIT, "expected at most %d delegated roles, found more",
                    LIMIT_SNAPSHOT_ENTRIES);
    }
    TRY(mem_grow(&names->items, names->count, &names->cap, sizeof(*names->items), err));
    names->items[names->count++] = name;
    return ASSAY_OK;
}

/* All names that a version of the role ever delegated to. */
static enum assay_status add_children(const struct audit_history *history, const char *role,
                                      struct names *names, struct assay_error *err)
{
    const struct audit_role *found = audit_history_find(history, role);
    const struct audit_delegation *before = NULL;
    const struct audit_version *version = NULL;
    while (found != NULL && (version = audit_role_next(found, version)) != NULL) {
        if (version->delegations == before) {
            continue;
        }
        before = version->delegations;
        for (size_t d = 0; d < version->delegation_count; d++) {
            TRY(add_name(names, version->delegations[d].name, err));
        }
    }
    return ASSAY_OK;
}

static enum assay_status read_delegations(struct roles_run *run, struct assay_error *err)
{
    const struct audit_history *history = &run->report->history;
    CLEANUP(names_clear) struct names names = { 0 };
    TRY(add_children(history, "targets", &names, err));
    for (size_t i = 0; i < names.count; i++) {
        TRY(role_read(run, names.items[i], err));
        TRY(add_children(history, names.items[i], &names, err));
    }
    return ASSAY_OK;
}

/* ---- all ---- */

static enum assay_status see_role(void *ctx, const char *name, struct assay_error *err UNUSED)
{
    bool *has_others = ctx;
    struct slice text = slice_from_string(name);
    *has_others =
        *has_others || !(slice_is(text, "root") || slice_has_suffix(text, SLICE_LITERAL(".root")));
    return ASSAY_OK;
}

/* Whoever only keeps roots has not lost the rest. */
static enum assay_status has_others(const struct roles_run *run, bool *out, struct assay_error *err)
{
    struct tuf_remote *remote = run->options->remote;
    *out = remote->list == NULL;
    return remote->list == NULL ? ASSAY_OK : remote->list(remote, see_role, out, err);
}

static enum assay_status read_roles(struct roles_run *run, struct assay_error *err)
{
    bool others = false;
    TRY(has_others(run, &others, err));
    if (!others) {
        return ASSAY_OK;
    }
    TRY(role_read(run, "snapshot", err));
    TRY(role_read(run, "timestamp", err));
    TRY(role_read(run, "targets", err));
    TRY(read_delegations(run, err));
    TRY(snapshots_order(run, err));
    return feed_read(run, err);
}

/* Plain TUF is audited by its roots alone, and without a root that is vouched for nothing is. */
enum assay_status audit_roles(const struct audit_options *options, struct audit_report *report,
                              struct assay_error *err)
{
    CLEANUP(run_clear)
    struct roles_run run = { .options = options,
                             .dialect = &tuf_dialect_notary,
                             .report = report,
                             .has_list = options->remote->list != NULL };
    bool is_notary = strcmp(report->dialect, tuf_dialect_notary.name) == 0;
    const struct audit_role *roots = audit_history_find(&report->history, "root");
    return is_notary && audit_role_newest(roots) != NULL ? read_roles(&run, err) : ASSAY_OK;
}
