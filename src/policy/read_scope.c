/* SPDX-License-Identifier: Apache-2.0 */
/* What one scope holds: fields in groups, "reject" and "allow". */
#include "base/time.h"
#include "policy/set.h"

#define REASON_BYTES 1024

/* ---- fields ---- */

static enum policy_field find_field(const char *group, struct slice key)
{
    size_t i = 0;
    while (i < POLICY_FIELD_COUNT &&
           (strcmp(policy_field_row((enum policy_field)i)->group, group) != 0 ||
            !slice_is(key, policy_field_row((enum policy_field)i)->key))) {
        i++;
    }
    return (enum policy_field)i;
}

static const char *find_group(struct slice key)
{
    for (size_t i = 0; i < POLICY_FIELD_COUNT; i++) {
        const char *group = policy_field_row((enum policy_field)i)->group;
        if (slice_is(key, group)) {
            return group;
        }
    }
    return NULL;
}

static enum assay_status refuse_key(const struct policy_reader *reader, const char *group,
                                    const struct yaml_node *key, struct assay_error *err)
{
    AUTO_BUF known = BUF_INIT(ERROR_MESSAGE_BYTES);
    for (size_t i = 0; i < POLICY_FIELD_COUNT; i++) {
        const struct policy_field_row *row = policy_field_row((enum policy_field)i);
        if (strcmp(row->group, group) == 0) {
            TRY(buf_printf(&known, err, "%s%s", known.len == 0 ? "" : ", ", row->key));
        }
    }
    return policy_refuse(reader, &key->start, err, "unknown key %.*s in %s: expected one of %s",
                         SLICE_ARGS(key->text), group, buf_text(&known));
}

static enum assay_status read_group(const struct policy_reader *reader, const char *group,
                                    const struct yaml_node *node, struct policy_scope *scope,
                                    struct assay_error *err)
{
    TRY(policy_expect_mapping(reader, node, group, err));
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *key = node->pairs[i].key;
        enum policy_field field = find_field(group, key->text);
        if (field == POLICY_FIELD_COUNT) {
            return refuse_key(reader, group, key, err);
        }
        struct policy_setting *setting = &scope->settings[scope->setting_count++];
        setting->field = field;
        TRY(policy_read_value(reader, field, node->pairs[i].value, &setting->value, err));
        setting->value.is_set = true;
        setting->value.origin = (struct policy_origin){ reader->name, scope->written };
    }
    return ASSAY_OK;
}

/* ---- reject ---- */

static enum assay_status read_reject(const struct policy_reader *reader,
                                     const struct yaml_node *node, struct policy_scope *scope,
                                     struct assay_error *err)
{
    bool flag = false;
    scope->has_reject = true;
    if (!yaml_to_bool(node, &flag)) {
        return policy_read_text(reader, node, "reject", &scope->reject, err);
    }
    if (flag) {
        return policy_refuse(reader, &node->start, err, "reject: expected the reason, or false");
    }
    return ASSAY_OK;
}

/* ---- allow ---- */

static enum assay_status read_digest(const struct policy_reader *reader,
                                     const struct yaml_node *node, struct digest *out,
                                     struct assay_error *err)
{
    if (node->kind != YAML_SCALAR || digest_parse(node->text, out, NULL) != ASSAY_OK) {
        return policy_refuse(reader, &node->start, err,
                             "digest: expected sha256: and 64, or sha512: and 128, lower-case hex "
                             "digits");
    }
    return ASSAY_OK;
}

/* A date holds to the end of its day. */
static enum assay_status read_until(const struct policy_reader *reader,
                                    const struct yaml_node *node, int64_t *out,
                                    struct assay_error *err)
{
    static const char DAYS_END[] = "T23:59:59Z";
    AUTO_BUF time = BUF_INIT(TIME_TEXT_BYTES);
    if (node->kind == YAML_SCALAR && node->text.len == sizeof("2026-12-31") - 1) {
        TRY(buf_append(&time, node->text, err));
        TRY(buf_append_string(&time, DAYS_END, err));
    }
    if (time.len == 0 || time_parse(buf_slice(&time), out, NULL) != ASSAY_OK) {
        return policy_refuse(reader, &node->start, err, "until: expected a date, YYYY-MM-DD");
    }
    return ASSAY_OK;
}

static enum assay_status read_reason(const struct policy_reader *reader,
                                     const struct yaml_node *node, const char **out,
                                     struct assay_error *err)
{
    TRY(policy_read_text(reader, node, "reason", out, err));
    if (strlen(*out) > REASON_BYTES) {
        return policy_refuse(reader, &node->start, err, "reason: longer than %d bytes",
                             REASON_BYTES);
    }
    return ASSAY_OK;
}

static enum assay_status read_entry_member(const struct policy_reader *reader,
                                           const struct yaml_pair *pair, struct policy_allowed *out,
                                           struct assay_error *err)
{
    struct slice key = pair->key->text;
    return slice_is(key, "digest")   ? read_digest(reader, pair->value, &out->digest, err)
           : slice_is(key, "reason") ? read_reason(reader, pair->value, &out->reason, err)
           : slice_is(key, "until")
               ? read_until(reader, pair->value, &out->until_unix_s, err)
               : policy_refuse(
                     reader, &pair->key->start, err,
                     "unknown key %.*s in an entry of allow: expected digest, reason, until",
                     SLICE_ARGS(key));
}

static enum assay_status read_entry(const struct policy_reader *reader,
                                    const struct yaml_node *node, struct policy_allowed *out,
                                    struct assay_error *err)
{
    static const char *const needed[] = { "digest", "reason", "until" };
    TRY(policy_expect_mapping(reader, node, "an entry of allow", err));
    for (size_t i = 0; i < ARRAY_LEN(needed); i++) {
        if (yaml_find(node, needed[i]) == NULL) {
            return policy_refuse(reader, &node->start, err, "an entry of allow needs %s",
                                 needed[i]);
        }
    }
    for (size_t i = 0; i < node->count; i++) {
        TRY(read_entry_member(reader, &node->pairs[i], out, err));
    }
    return ASSAY_OK;
}

static bool is_repeated(const struct policy_scope *scope, const struct digest *digest)
{
    for (size_t i = 0; i < scope->allowed_count; i++) {
        if (digest_equal(&scope->allowed[i].digest, digest)) {
            return true;
        }
    }
    return false;
}

/* Only where it is said which image the digest is of. */
static bool names_repository(const struct policy_scope *scope)
{
    return scope->key.len > 0 && scope->key.ptr[scope->key.len - 1] != '/';
}

static enum assay_status read_allow(const struct policy_reader *reader,
                                    const struct yaml_node *node, struct policy_scope *scope,
                                    struct assay_error *err)
{
    if (node->kind != YAML_SEQUENCE || node->count == 0 || node->count > LIMIT_POLICY_ITEMS) {
        return policy_refuse(reader, &node->start, err, "allow: expected a list of 1 to %d entries",
                             LIMIT_POLICY_ITEMS);
    }
    if (!names_repository(scope)) {
        return policy_refuse(reader, &node->start, err,
                             "allow: the scope must be a repository or a reference");
    }
    TRY(arena_alloc(reader->arena, node->count, sizeof(*scope->allowed), &scope->allowed, err));
    for (size_t i = 0; i < node->count; i++) {
        struct policy_allowed *entry = &scope->allowed[i];
        TRY(read_entry(reader, node->items[i], entry, err));
        if (is_repeated(scope, &entry->digest)) {
            return policy_refuse(reader, &node->items[i]->start, err,
                                 "allow: the digest stands there before");
        }
        entry->origin = (struct policy_origin){ reader->name, scope->written };
        scope->allowed_count++;
    }
    return ASSAY_OK;
}

/* ---- the scope ---- */

static enum assay_status read_member(const struct policy_reader *reader,
                                     const struct yaml_pair *pair, struct policy_scope *scope,
                                     struct assay_error *err)
{
    struct slice key = pair->key->text;
    const char *group = find_group(key);
    if (group != NULL) {
        return read_group(reader, group, pair->value, scope, err);
    }
    if (slice_is(key, "reject")) {
        return read_reject(reader, pair->value, scope, err);
    }
    if (slice_is(key, "allow")) {
        return read_allow(reader, pair->value, scope, err);
    }
    return policy_refuse(reader, &pair->key->start, err,
                         "unknown key %.*s in a scope: expected one of trust, references, image, "
                         "freshness, reject, allow",
                         SLICE_ARGS(key));
}

static size_t count_settings(const struct yaml_node *node)
{
    size_t count = 0;
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *value = node->pairs[i].value;
        count += value->kind == YAML_MAPPING ? value->count : 0;
    }
    return count;
}

enum assay_status policy_read_scope(const struct policy_reader *reader,
                                    const struct yaml_node *node, struct policy_scope *scope,
                                    struct assay_error *err)
{
    TRY(policy_expect_mapping(reader, node, "a scope", err));
    TRY(arena_alloc(reader->arena, count_settings(node), sizeof(*scope->settings), &scope->settings,
                    err));
    for (size_t i = 0; i < node->count; i++) {
        TRY(read_member(reader, &node->pairs[i], scope, err));
    }
    return ASSAY_OK;
}
