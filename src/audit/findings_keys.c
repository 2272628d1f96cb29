/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and thresholds: who shares a key, which are weak, where one is enough. */
#include "audit/finding_parts.h"

#include "base/mem.h"
#include "base/text.h"

#include <inttypes.h>

#define RSA_BITS_STRONG 3072 /* 128 bits of security; 2048 have 112, which end in 2030 */
#define NAMES_BYTES     512

/* ---- thresholds ---- */

static enum assay_status compare_thresholds(const struct finding_maker *maker,
                                            const struct audit_version *before,
                                            const struct audit_version *version,
                                            struct assay_error *err)
{
    for (size_t r = 0; r < TUF_TOP_ROLES; r++) {
        const struct finding_place place = { "root", version->version, tuf_top_role_names[r],
                                             false };
        if (version->roles[r].threshold < before->roles[r].threshold) {
            TRY(finding_add(maker, AUDIT_FINDING_THRESHOLD_LOWERED, &place, err,
                            "root version %" PRIu64 " lowers the threshold of %s from %" PRIu64
                            " to %" PRIu64,
                            version->version, tuf_top_role_names[r], before->roles[r].threshold,
                            version->roles[r].threshold));
        }
    }
    return ASSAY_OK;
}

static enum assay_status find_lowered(const struct finding_maker *maker,
                                      const struct audit_role *roots, struct assay_error *err)
{
    const struct audit_version *before = audit_role_next(roots, NULL);
    const struct audit_version *version = NULL;
    while (before != NULL && (version = audit_role_next(roots, before)) != NULL) {
        TRY(compare_thresholds(maker, before, version, err));
        before = version;
    }
    return ASSAY_OK;
}

static enum assay_status find_single(const struct finding_maker *maker,
                                     const struct audit_version *root, struct assay_error *err)
{
    static const enum tuf_top_role offline[] = { TUF_ROOT, TUF_TARGETS };
    for (size_t i = 0; i < ARRAY_LEN(offline); i++) {
        const char *name = tuf_top_role_names[offline[i]];
        const struct finding_place place = { "root", root->version, name, false };
        if (root->roles[offline[i]].threshold == 1) {
            TRY(finding_add(maker, AUDIT_FINDING_THRESHOLD_ONE, &place, err,
                            "%s needs one signature, by any of its keys, %zu in all", name,
                            root->roles[offline[i]].key_count));
        }
    }
    return ASSAY_OK;
}

/* ---- single lists ---- */

static uint64_t rsa_bits(const struct audit_key *key)
{
    uint64_t bits = 0;
    struct slice text = slice_from_string(key->algorithm);
    bool known = slice_has_prefix(text, SLICE_LITERAL("RSA ")) &&
                 text_to_u64(slice_from(text, 4), LIMIT_RSA_BITS_MAX, &bits);
    return known ? bits : 0;
}

static enum assay_status judge_key(const struct finding_maker *maker,
                                   const struct finding_keys *keys, const struct audit_key *key,
                                   const struct finding_place *place, struct assay_error *err)
{
    uint64_t bits = rsa_bits(key);
    if (key->type == KEY_TYPE_UNKNOWN) {
        return finding_add(maker, AUDIT_FINDING_ALGORITHM_WEAK, place, err,
                           "a key of %s is of a type that is not known, and never verifies",
                           keys->role);
    }
    return bits > 0 && bits < RSA_BITS_STRONG
               ? finding_add(maker, AUDIT_FINDING_ALGORITHM_WEAK, place, err,
                             "a key of %s is RSA with %" PRIu64 " bits", keys->role, bits)
               : ASSAY_OK;
}

/* The keys before it in the list that are the same one. */
static enum assay_status find_twins(const struct finding_maker *maker,
                                    const struct finding_keys *keys, size_t i,
                                    const struct finding_place *place, struct assay_error *err)
{
    const struct audit_history *history = maker->history;
    const struct audit_key *key = &history->keys[keys->keys->keys[i]];
    for (size_t j = 0; j < i; j++) {
        const struct audit_key *other = &history->keys[keys->keys->keys[j]];
        if (digest_equal(&key->identity, &other->identity)) {
            TRY(finding_add(maker, AUDIT_FINDING_KEY_UNDER_SEVERAL_IDS, place, err,
                            "%s lists one public key as %s and as %s", keys->role, other->id,
                            key->id));
        }
    }
    return ASSAY_OK;
}

static enum assay_status judge_list(void *ctx, const struct finding_keys *keys,
                                    struct assay_error *err)
{
    const struct finding_maker *maker = ctx;
    const struct audit_history *history = maker->history;
    for (size_t i = 0; i < keys->keys->key_count; i++) {
        const struct audit_key *key = &history->keys[keys->keys->keys[i]];
        const struct finding_place place = { keys->parent, keys->parent_version,
                                             findings_key_name(key), false };
        TRY(judge_key(maker, keys, key, &place, err));
        TRY(find_twins(maker, keys, i, &place, err));
    }
    return ASSAY_OK;
}

/* ---- keys in several lists ---- */

/* One key in one list. */
struct use {
    const char *role;
    const char *parent;
    uint64_t parent_version;
    uint32_t key;
};

struct uses {
    const struct audit_history *history;
    struct use *items;
    size_t count;
    size_t cap;
};

static void uses_clear(struct uses *uses)
{
    mem_free(uses->items);
}

static enum assay_status collect(void *ctx, const struct finding_keys *keys,
                                 struct assay_error *err)
{
    struct uses *uses = ctx;
    for (size_t i = 0; i < keys->keys->key_count; i++) {
        TRY(mem_grow(&uses->items, uses->count, &uses->cap, sizeof(*uses->items), err));
        uses->items[uses->count++] =
            (struct use){ keys->role, keys->parent, keys->parent_version, keys->keys->keys[i] };
    }
    return ASSAY_OK;
}

/* A signer's key stands in targets/NAME and in targets/releases: docker's way to let several
 * people sign one list of tags. */
static bool is_dockers_way(const char *a, const char *b)
{
    struct slice releases = SLICE_LITERAL(ROLE_RELEASES);
    struct slice prefix = SLICE_LITERAL("targets/");
    struct slice x = slice_from_string(a);
    struct slice y = slice_from_string(b);
    return slice_has_prefix(x, prefix) && slice_has_prefix(y, prefix) &&
           (slice_equal(x, releases) || slice_equal(y, releases));
}

/* The other roles of the key of one use; "" for none. *with_root: root is one of them. */
static enum assay_status name_others(const struct uses *uses, const struct use *use,
                                     struct buf *names, bool *is_first, struct assay_error *err)
{
    const struct digest *identity = &uses->history->keys[use->key].identity;
    const char *last = use->role;
    *is_first = true;
    for (size_t i = 0; i < uses->count; i++) {
        const struct use *other = &uses->items[i];
        bool same = digest_equal(&uses->history->keys[other->key].identity, identity) &&
                    strcmp(other->role, use->role) != 0 && strcmp(other->role, last) != 0 &&
                    !is_dockers_way(use->role, other->role);
        if (same && other < use) {
            *is_first = false;
        }
        if (same && names->len < NAMES_BYTES) {
            TRY(buf_printf(names, err, "%s%s", names->len == 0 ? "" : ", ", other->role));
            last = other->role;
        }
    }
    return ASSAY_OK;
}

/* Told once, at the first of its uses. */
static enum assay_status find_shared(const struct finding_maker *maker, struct assay_error *err)
{
    CLEANUP(uses_clear) struct uses uses = { .history = maker->history };
    TRY(findings_each_keys(maker, collect, &uses, err));
    for (size_t i = 0; i < uses.count; i++) {
        AUTO_BUF names = BUF_INIT(LIMIT_JSON_STRING_BYTES);
        const struct use *use = &uses.items[i];
        bool is_first = false;
        TRY(name_others(&uses, use, &names, &is_first, err));
        if (names.len == 0 || !is_first) {
            continue;
        }
        enum audit_finding_id id = findings_is_root(use->role) ? AUDIT_FINDING_KEY_SHARED_BY_ROLES
                                                               : AUDIT_FINDING_KEY_IN_SEVERAL_ROLES;
        const struct finding_place place = { use->parent, use->parent_version,
                                             findings_key_name(&maker->history->keys[use->key]),
                                             false };
        TRY(finding_add(maker, id, &place, err, "a key of %s also signs for %s", use->role,
                        buf_text(&names)));
    }
    return ASSAY_OK;
}

static enum assay_status find_unused(const struct finding_maker *maker,
                                     const struct audit_version *root, struct assay_error *err)
{
    const struct finding_place place = { .role = "root", .version = root->version };
    if (root->unused_count == 0) {
        return ASSAY_OK;
    }
    return finding_add(maker, AUDIT_FINDING_KEY_UNUSED, &place, err,
                       "root version %" PRIu64 " lists keys that no role names, %zu in all, the "
                       "first is %s",
                       root->version, root->unused_count,
                       findings_key_name(&maker->history->keys[root->unused[0]]));
}

enum assay_status findings_keys(const struct finding_maker *maker, struct assay_error *err)
{
    const struct audit_role *roots = audit_history_find(maker->history, "root");
    const struct audit_version *root = audit_role_newest(roots);
    struct finding_maker copy = *maker;
    if (root == NULL) {
        return ASSAY_OK;
    }
    TRY(find_lowered(maker, roots, err));
    TRY(find_single(maker, root, err));
    TRY(find_unused(maker, root, err));
    TRY(findings_each_keys(maker, judge_list, &copy, err));
    return find_shared(maker, err);
}
