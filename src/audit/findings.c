/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/finding_parts.h"

#include "base/list.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdarg.h>

#define EVIDENCE_BYTES 1024

void audit_findings_clear(struct audit_findings *findings)
{
    mem_free(findings->items);
    *findings = (struct audit_findings){ 0 };
}

static bool is_there(const struct audit_findings *findings, const struct audit_finding *wanted)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct audit_finding *there = &findings->items[i];
        if (there->id == wanted->id && there->version == wanted->version &&
            strcmp(there->role, wanted->role) == 0 &&
            strcmp(there->subject, wanted->subject) == 0) {
            return true;
        }
    }
    return false;
}

enum assay_status finding_add(const struct finding_maker *maker, enum audit_finding_id id,
                              const struct finding_place *place, struct assay_error *err,
                              const char *format, ...)
{
    struct audit_findings *out = maker->out;
    struct audit_finding made = { .id = id,
                                  .role = place->role == NULL ? "" : place->role,
                                  .version = place->version,
                                  .subject = place->subject == NULL ? "" : place->subject,
                                  .is_hint = place->is_hint };
    char text[EVIDENCE_BYTES];
    va_list arguments;
    if (is_there(out, &made)) {
        return ASSAY_OK;
    }
    if (out->count == LIMIT_AUDIT_FINDINGS) {
        out->left_out++;
        return ASSAY_OK;
    }
    va_start(arguments, format);
    text_format(text, sizeof(text), format, arguments);
    va_end(arguments);
    TRY(audit_history_text(maker->history, slice_from_string(text), &made.evidence, err));
    TRY(mem_grow(&out->items, out->count, &out->cap, sizeof(*out->items), err));
    out->items[out->count++] = made;
    return ASSAY_OK;
}

const char *findings_key_name(const struct audit_key *key)
{
    return key->canonical_id[0] == '\0' ? key->id : key->canonical_id;
}

bool findings_is_root(const char *role)
{
    return strcmp(role, "root") == 0;
}

size_t findings_distinct(const struct audit_history *history, const struct audit_role_keys *keys)
{
    size_t distinct = 0;
    for (size_t i = 0; i < keys->key_count; i++) {
        const struct audit_key *key = &history->keys[keys->keys[i]];
        size_t same = 0;
        while (same < i &&
               !digest_equal(&history->keys[keys->keys[same]].identity, &key->identity)) {
            same++;
        }
        distinct += same == i;
    }
    return distinct;
}

static enum assay_status each_delegation(const struct audit_role *parent,
                                         enum assay_status (*each)(void *ctx,
                                                                   const struct finding_keys *keys,
                                                                   struct assay_error *err),
                                         void *ctx, struct assay_error *err)
{
    const struct audit_version *newest = audit_role_newest(parent);
    for (size_t i = 0; newest != NULL && i < newest->delegation_count; i++) {
        const struct audit_delegation *delegation = &newest->delegations[i];
        const struct finding_keys keys = { delegation->name, parent->name, newest->version,
                                           &delegation->keys, delegation };
        TRY(each(ctx, &keys, err));
    }
    return ASSAY_OK;
}

enum assay_status findings_each_keys(const struct finding_maker *maker,
                                     enum assay_status (*each)(void *ctx,
                                                               const struct finding_keys *keys,
                                                               struct assay_error *err),
                                     void *ctx, struct assay_error *err)
{
    const struct audit_history *history = maker->history;
    const struct audit_version *root = audit_role_newest(audit_history_find(history, "root"));
    for (size_t i = 0; root != NULL && i < TUF_TOP_ROLES; i++) {
        const struct finding_keys keys = { tuf_top_role_names[i], "root", root->version,
                                           &root->roles[i], NULL };
        TRY(each(ctx, &keys, err));
    }
    for (size_t i = 0; i < history->role_count; i++) {
        TRY(each_delegation(&history->roles[i], each, ctx, err));
    }
    return ASSAY_OK;
}

/* The most severe first; then as the table, the roles and the versions stand. */
static int compare_findings(const void *a, const void *b)
{
    const struct audit_finding *x = a;
    const struct audit_finding *y = b;
    enum audit_severity severity_x = audit_finding_severity(x->id);
    enum audit_severity severity_y = audit_finding_severity(y->id);
    if (severity_x != severity_y) {
        return severity_x > severity_y ? -1 : 1;
    }
    if (x->id != y->id) {
        return x->id < y->id ? -1 : 1;
    }
    int order = strcmp(x->role, y->role);
    if (order == 0) {
        order = size_compare(x->version, y->version);
    }
    return order != 0 ? order : strcmp(x->subject, y->subject);
}

void audit_findings_sort(struct audit_findings *findings)
{
    list_sort(findings->items, findings->count, sizeof(*findings->items), compare_findings);
}

enum assay_status audit_findings_make(struct audit_history *history,
                                      const struct audit_judgement *judgement,
                                      struct audit_findings *out, struct assay_error *err)
{
    const struct finding_maker maker = { history, judgement, out };
    TRY(findings_chain(&maker, err));
    TRY(findings_seen(&maker, err));
    TRY(findings_keys(&maker, err));
    TRY(findings_delegations(&maker, err));
    TRY(findings_times(&maker, err));
    audit_findings_sort(out);
    return ASSAY_OK;
}

enum assay_status audit_findings_add(struct audit_history *history, struct audit_findings *findings,
                                     enum audit_finding_id id, const char *role, uint64_t version,
                                     const char *evidence, struct assay_error *err)
{
    const struct finding_maker maker = { history, NULL, findings };
    const struct finding_place place = { .role = role, .version = version };
    return finding_add(&maker, id, &place, err, "%s", evidence);
}
