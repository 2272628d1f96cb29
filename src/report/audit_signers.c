/* SPDX-License-Identifier: Apache-2.0 */
/* Who can sign for each role now, since when, and who did. */
#include "base/text.h"
#include "report/audit_lines.h"

#include <inttypes.h>

#define PATHS_BYTES 256
#define SHORT_ID    16

uint64_t audit_oldest_vouched(const struct audit_role *role)
{
    const struct audit_version *oldest = role == NULL ? NULL : audit_role_next(role, NULL);
    return oldest == NULL ? 0 : oldest->version;
}

/* From which version of the parent on, without a break, the role has each of its keys; 0 for a key
 * whose beginning is not known. */
static void find_since(const struct audit_role *parent, const char *role,
                       const struct audit_role_keys *keys, uint64_t since[LIMIT_ROLE_KEYS])
{
    bool has_ended[LIMIT_ROLE_KEYS] = { false };
    bool goes_on = parent != NULL;
    for (size_t i = goes_on ? parent->count : 0; i > 0 && goes_on; i--) {
        const struct audit_version *version = &parent->versions[i - 1];
        if (version->trust != AUDIT_VOUCHED) {
            continue;
        }
        const struct audit_role_keys *then = audit_version_keys(version, role);
        goes_on = false;
        for (size_t k = 0; k < keys->key_count && k < LIMIT_ROLE_KEYS; k++) {
            has_ended[k] |=
                then == NULL || !audit_keys_have(then->keys, then->key_count, keys->keys[k]);
            since[k] = has_ended[k] ? since[k] : version->version;
            goes_on |= !has_ended[k];
        }
    }
}

/* "  since root 3", "  since targets <=5". */
static enum assay_status append_since(const char *parent, uint64_t since, bool is_first,
                                      struct buf *out, struct assay_error *err)
{
    bool is_top = slice_find(slice_from_string(parent), '/') == strlen(parent);
    return since == 0
               ? ASSAY_OK
               : buf_printf(out, err, "  since %s %s%" PRIu64, is_top ? parent : "its parent",
                            is_first && since > 1 ? "<=" : "", since);
}

/* A key of a role: parent is the role that gave it, from that one's version since; is_first:
 * nothing older is vouched for, so it may have been earlier. */
static enum assay_status append_key(const struct audit_key *key, const char *parent, uint64_t since,
                                    bool is_first, const char *signs, struct buf *out,
                                    struct assay_error *err)
{
    AUTO_BUF line = BUF_INIT(LIMIT_JSON_STRING_BYTES);
    const char *id = key->canonical_id[0] == '\0' ? key->id : key->canonical_id;
    TRY(buf_append_string(&line, "    ", err));
    TRY(text_is_lower_hex(slice_from_string(id)) ? buf_printf(&line, err, "%.*s", SHORT_ID, id)
                                                 : audit_append_cell(&line, SHORT_ID, id, err));
    TRY(buf_printf(&line, err, "  %-11s", key->algorithm));
    TRY(append_since(parent, since, is_first, &line, err));
    if (key->not_after_unix_s != 0) {
        char until[AUDIT_DATE_BYTES];
        audit_format_day(key->not_after_unix_s, until);
        TRY(buf_printf(&line, err, "  certificate to %s", until));
    }
    TRY(buf_append(out, buf_slice(&line), err));
    bool fits = audit_fits(buf_text(&line), AUDIT_COLUMNS - strlen(signs));
    return buf_printf(out, err, "%s%s\n", fits ? "" : "\n                    ", signs);
}

static enum assay_status append_keys(const struct audit_report *audit, const char *parent,
                                     const char *name, const struct audit_role_keys *keys,
                                     struct buf *out, struct assay_error *err)
{
    const struct audit_version *newest =
        audit_role_newest(audit_history_find(&audit->history, name));
    uint64_t since[LIMIT_ROLE_KEYS] = { 0 };
    const struct audit_role *giver = audit_history_find(&audit->history, parent);
    uint64_t first = audit_oldest_vouched(giver);
    find_since(giver, name, keys, since);
    for (size_t k = 0; k < keys->key_count && k < LIMIT_ROLE_KEYS; k++) {
        const char *signs = newest == NULL ? ""
                            : audit_keys_have(newest->signers, newest->signer_count, keys->keys[k])
                                ? "  signed the newest"
                                : "  did not sign the newest";
        TRY(append_key(&audit->history.keys[keys->keys[k]], parent, since[k], since[k] == first,
                       signs, out, err));
    }
    return ASSAY_OK;
}

static enum assay_status append_top_roles(const struct audit_report *audit, struct buf *out,
                                          struct assay_error *err)
{
    const struct audit_version *root =
        audit_role_newest(audit_history_find(&audit->history, "root"));
    bool is_notary = strcmp(audit->dialect, "notary") == 0;
    if (root == NULL) {
        return buf_append_string(out, "  nobody that is vouched for\n", err);
    }
    for (size_t r = 0; r < TUF_TOP_ROLES; r++) {
        const struct audit_role_keys *keys = &root->roles[r];
        TRY(buf_printf(out, err, "  %s: %" PRIu64 " of %zu%s\n", tuf_top_role_names[r],
                       keys->threshold, keys->key_count,
                       is_notary && r == TUF_TIMESTAMP ? ", held by the server" : ""));
        TRY(append_keys(audit, "root", tuf_top_role_names[r], keys, out, err));
    }
    return ASSAY_OK;
}

static enum assay_status append_paths(const struct audit_delegation *delegation, struct buf *out,
                                      struct assay_error *err)
{
    if (delegation->path_count == 0) {
        return buf_append_string(out, "no tag", err);
    }
    for (size_t i = 0; i < delegation->path_count; i++) {
        const char *path = delegation->paths[i];
        if (out->len > PATHS_BYTES) {
            return buf_printf(out, err, " and %zu more", delegation->path_count - i);
        }
        TRY(buf_printf(out, err, "%s%s", i == 0 ? "" : ", ", path[0] == '\0' ? "every tag" : path));
    }
    return ASSAY_OK;
}

static enum assay_status append_delegation(const struct audit_report *audit, const char *parent,
                                           const struct audit_delegation *delegation,
                                           struct buf *out, struct assay_error *err)
{
    AUTO_BUF paths = BUF_INIT(LIMIT_JSON_STRING_BYTES);
    TRY(append_paths(delegation, &paths, err));
    TRY(audit_append_line(out, 2, err, "%s: %" PRIu64 " of %zu, for %s", delegation->name,
                          delegation->keys.threshold, delegation->keys.key_count,
                          buf_text(&paths)));
    return append_keys(audit, parent, delegation->name, &delegation->keys, out, err);
}

/* *count: of delegations so far; those beyond the most that are shown are only counted. */
static enum assay_status append_delegations(const struct audit_report *audit,
                                            const struct audit_role *parent, size_t *count,
                                            struct buf *out, struct assay_error *err)
{
    const struct audit_version *newest = audit_role_newest(parent);
    for (size_t d = 0; newest != NULL && d < newest->delegation_count; d++) {
        bool is_shown = (*count)++ < AUDIT_LINES_MOST;
        TRY(is_shown ? append_delegation(audit, parent->name, &newest->delegations[d], out, err)
                     : ASSAY_OK);
    }
    return ASSAY_OK;
}

enum assay_status audit_append_signers(const struct audit_report *audit, struct buf *out,
                                       struct assay_error *err)
{
    size_t count = 0;
    TRY(audit_append_heading(out, "Who can sign", err));
    TRY(append_top_roles(audit, out, err));
    for (size_t i = 0; i < audit->history.role_count; i++) {
        TRY(append_delegations(audit, &audit->history.roles[i], &count, out, err));
    }
    return audit_append_more(out, AUDIT_LINES_MOST, count, err);
}
