/* SPDX-License-Identifier: Apache-2.0 */
/* When each version was published, as far as anybody says, and what --at leaves out. */
#include "audit/parts.h"
#include "base/list.h"
#include "base/mem.h"

#define DAY_S 86400L

static struct audit_role *find_role(struct audit_history *history, const char *name)
{
    const struct audit_role *role = audit_history_find(history, name);
    return role == NULL ? NULL : &history->roles[role - history->roles];
}

/* ---- claims about single versions ---- */

/* What Notary's client and server give a role when nobody says otherwise. */
static int64_t usual_lifetime_s(const char *role)
{
    static const struct {
        const char *role;
        int64_t days;
    } usual[] = { { "root", 3650 }, { "timestamp", 14 } };
    for (size_t i = 0; i < ARRAY_LEN(usual); i++) {
        if (strcmp(role, usual[i].role) == 0) {
            return usual[i].days * DAY_S;
        }
    }
    return 1095 * DAY_S;
}

/* A copy may carry a time of its own, long after the file had expired: that says nothing. */
static void drop_absurd(struct audit_version *version)
{
    if (version->expires_unix_s > 0 && version->published.unix_s > version->expires_unix_s) {
        version->published = (struct audit_time){ .source = AUDIT_SOURCE_NONE };
    }
}

/* A root with a new certificate is no older than that certificate. */
static void claim_certificates(const struct audit_history *history,
                               const struct audit_version *before, struct audit_version *version)
{
    const struct audit_role_keys *keys = &version->roles[TUF_ROOT];
    int64_t newest_unix_s = 0;
    for (size_t i = 0; i < keys->key_count; i++) {
        const struct audit_key *key = &history->keys[keys->keys[i]];
        bool is_new =
            before == NULL || !audit_keys_have(before->roles[TUF_ROOT].keys,
                                               before->roles[TUF_ROOT].key_count, keys->keys[i]);
        if (is_new && key->not_before_unix_s > newest_unix_s) {
            newest_unix_s = key->not_before_unix_s;
        }
    }
    if (newest_unix_s > 0) {
        audit_time_improve(&version->published, AUDIT_SOURCE_CERTIFICATE, newest_unix_s);
    }
}

/* The lifetimes are Notary's; in plain TUF everybody has his own. */
static void claim_single(struct audit_history *history, bool is_notary)
{
    for (size_t r = 0; r < history->role_count; r++) {
        struct audit_role *role = &history->roles[r];
        for (size_t i = 0; i < role->count; i++) {
            struct audit_version *version = &role->versions[i];
            drop_absurd(version);
            if (strcmp(role->name, "root") == 0) {
                claim_certificates(history, i == 0 ? NULL : version - 1, version);
            }
            if (is_notary && version->expires_unix_s > 0) {
                audit_time_improve(&version->published, AUDIT_SOURCE_LIFETIME,
                                   version->expires_unix_s - usual_lifetime_s(role->name));
            }
        }
    }
}

/* ---- the changefeed ---- */

/* A timestamp that the changefeed lists: from this time on its snapshot was the current one. */
struct moment {
    uint64_t snapshot;
    int64_t unix_s;
};

struct moments {
    struct moment *items; /* snapshots ascending */
    size_t count;
};

static void moments_clear(struct moments *moments)
{
    mem_free(moments->items);
}

/* A line of the feed speaks of the timestamp with its very bytes; the first one counts. */
static void claim_timestamps(const struct audit_history *history, struct audit_role *timestamps)
{
    for (size_t f = 0; f < history->feed_count; f++) {
        const struct audit_publication *line = &history->feed[f];
        for (size_t i = audit_role_lower(timestamps, line->version);
             i < timestamps->count && timestamps->versions[i].version == line->version; i++) {
            if (digest_equal(&line->sha256, &timestamps->versions[i].sha256)) {
                audit_time_improve(&timestamps->versions[i].published, AUDIT_SOURCE_CHANGEFEED,
                                   line->unix_s);
            }
        }
    }
}

static enum assay_status collect_moments(struct audit_history *history, struct moments *out,
                                         struct assay_error *err)
{
    struct audit_role *timestamps = find_role(history, "timestamp");
    if (timestamps == NULL || history->feed_count == 0) {
        return ASSAY_OK;
    }
    out->items = mem_alloc(timestamps->count + 1, sizeof(*out->items));
    if (out->items == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    claim_timestamps(history, timestamps);
    for (size_t i = 0; i < timestamps->count; i++) {
        const struct audit_version *version = &timestamps->versions[i];
        uint64_t last = out->count == 0 ? 0 : out->items[out->count - 1].snapshot;
        if (version->trust == AUDIT_VOUCHED &&
            version->published.source == AUDIT_SOURCE_CHANGEFEED &&
            version->first_snapshot > last) {
            out->items[out->count++] =
                (struct moment){ version->first_snapshot, version->published.unix_s };
        }
    }
    return ASSAY_OK;
}

static int against_snapshot(const void *snapshot, const void *moment)
{
    return size_compare(*(const uint64_t *)snapshot, ((const struct moment *)moment)->snapshot);
}

/* The first moment at which the snapshot, or one behind it, was current. */
static const struct moment *find_moment(const struct moments *moments, uint64_t snapshot)
{
    bool found = false;
    size_t place = list_place(&snapshot, moments->items, moments->count, sizeof(*moments->items),
                              against_snapshot, &found);
    return place < moments->count ? &moments->items[place] : NULL;
}

static enum assay_status claim_feed(struct audit_history *history, struct assay_error *err)
{
    CLEANUP(moments_clear) struct moments moments = { 0 };
    TRY(collect_moments(history, &moments, err));
    for (size_t r = 0; r < history->role_count; r++) {
        struct audit_role *role = &history->roles[r];
        bool is_timestamp = strcmp(role->name, "timestamp") == 0;
        for (size_t i = 0; i < role->count && !is_timestamp; i++) {
            struct audit_version *version = &role->versions[i];
            const struct moment *moment = version->first_snapshot == 0
                                              ? NULL
                                              : find_moment(&moments, version->first_snapshot);
            if (moment != NULL) {
                audit_time_improve(&version->published, AUDIT_SOURCE_CHANGEFEED, moment->unix_s);
            }
        }
    }
    return ASSAY_OK;
}

/* ---- --at ---- */

/* What is kept: everything up to these versions. */
struct cut {
    int64_t at_unix_s;
    uint64_t last_root;
    uint64_t last_snapshot;
};

static bool is_later(const struct audit_version *version, const struct cut *cut)
{
    return version->published.source != AUDIT_SOURCE_NONE &&
           version->published.unix_s > cut->at_unix_s;
}

/* A top-level role's file that only later roots vouch for is later, and so is what only later
 * snapshots name. */
static bool is_left_out(const char *role, const struct audit_version *version,
                        const struct cut *cut)
{
    bool is_delegation = slice_has_prefix(slice_from_string(role), SLICE_LITERAL("targets/"));
    return is_later(version, cut) || version->first_snapshot > cut->last_snapshot ||
           (!is_delegation && version->parent_first > cut->last_root);
}

/* The roots end before the first that is later: none behind it could be known. */
static size_t cut_roots(struct audit_role *roots, struct cut *cut)
{
    size_t kept = 0;
    while (kept < roots->count && !is_later(&roots->versions[kept], cut)) {
        kept++;
    }
    size_t left_out = roots->count - kept;
    roots->count = kept;
    cut->last_root = left_out == 0 ? UINT64_MAX : kept == 0 ? 0 : roots->versions[kept - 1].version;
    return left_out;
}

static size_t cut_role(struct audit_role *role, const struct cut *cut)
{
    size_t kept = 0;
    for (size_t i = 0; i < role->count; i++) {
        if (!is_left_out(role->name, &role->versions[i], cut)) {
            role->versions[kept++] = role->versions[i];
        }
    }
    size_t left_out = role->count - kept;
    role->count = kept;
    return left_out;
}

static bool has_version(const struct audit_history *history, const char *name, uint64_t version)
{
    const struct audit_role *role = audit_history_find(history, name);
    size_t place = role == NULL ? 0 : audit_role_lower(role, version);
    return role != NULL && place < role->count && role->versions[place].version == version;
}

static void cut_tags_and_feed(struct audit_history *history, const struct cut *cut)
{
    size_t kept = 0;
    for (size_t i = 0; i < history->tag_count; i++) {
        if (has_version(history, history->tags[i].role, history->tags[i].version)) {
            history->tags[kept++] = history->tags[i];
        }
    }
    history->tag_count = kept;
    kept = 0;
    for (size_t i = 0; i < history->feed_count; i++) {
        if (history->feed[i].unix_s <= cut->at_unix_s) {
            history->feed[kept++] = history->feed[i];
        }
    }
    history->feed_count = kept;
}

/* Whether something stands against the roots that are left. */
static bool is_broken(const struct audit_role *roots)
{
    for (size_t i = 0; i < roots->count; i++) {
        if (roots->versions[i].trust == AUDIT_INVALID || roots->versions[i].trust == AUDIT_ABSENT) {
            return true;
        }
    }
    return audit_role_newest(roots) == NULL;
}

static void cut_later(struct audit_report *report, int64_t at_unix_s)
{
    struct audit_history *history = &report->history;
    struct cut cut = { .at_unix_s = at_unix_s,
                       .last_root = UINT64_MAX,
                       .last_snapshot = UINT64_MAX };
    struct audit_role *roots = find_role(history, "root");
    struct audit_role *snapshots = find_role(history, "snapshot");
    if (roots != NULL) {
        report->left_out_by_time += cut_roots(roots, &cut);
        if (roots->count == 0) {
            report->anchor = AUDIT_ANCHOR_NONE;
            report->status =
                FAIL(&report->error, ASSAY_NOT_FOUND, "no root had been published by then");
        }
        if (report->anchor != AUDIT_ANCHOR_NONE && report->left_out_by_time > 0 &&
            !is_broken(roots)) {
            report->status = ASSAY_OK;
            report->error = (struct assay_error)ERROR_INIT;
        }
    }
    if (snapshots != NULL) {
        size_t left_out = cut_role(snapshots, &cut);
        report->left_out_by_time += left_out;
        if (left_out > 0) {
            cut.last_snapshot =
                snapshots->count == 0 ? 0 : snapshots->versions[snapshots->count - 1].version;
        }
    }
    for (size_t i = 0; i < history->role_count; i++) {
        if (&history->roles[i] != roots && &history->roles[i] != snapshots) {
            report->left_out_by_time += cut_role(&history->roles[i], &cut);
        }
        if (report->left_out_by_time > 0) {
            history->roles[i].newest_claimed = 0; /* a claim of today */
        }
    }
    cut_tags_and_feed(history, &cut);
}

enum assay_status audit_times(const struct audit_options *options, struct audit_report *report,
                              struct assay_error *err)
{
    claim_single(&report->history, strcmp(report->dialect, "notary") == 0);
    TRY(claim_feed(&report->history, err));
    if (options->has_at) {
        cut_later(report, options->now_unix_s);
    }
    return ASSAY_OK;
}
