/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/terms.h"

#include "base/time.h"
#include "report/json.h"

#define TEXT_BYTES (1 * MIB)

void terms_clear(struct terms *terms)
{
    policy_set_free(terms->set);
    arena_clear(&terms->arena);
}

enum assay_status terms_load(struct cli *cli, struct terms *out, struct assay_error *err)
{
    out->arena = (struct arena)ARENA_INIT(LIMIT_POLICY_ARENA);
    return cli_policies(cli, opt_is_set(&cli->options, OPT_PROJECT) ? "." : NULL, &out->set, err);
}

enum assay_status terms_find(const struct oci_reference *reference, struct terms *terms,
                             struct assay_error *err)
{
    return policy_find(terms->set, reference, &terms->arena, &terms->found, err);
}

/* ---- text ---- */

static enum assay_status append_origin(const struct policy_origin *origin, struct buf *out,
                                       struct assay_error *err)
{
    return origin->file[0] == '\0'
               ? buf_append_string(out, " (default)", err)
               : buf_printf(out, err, " (%s, scope %s)", origin->file, origin->scope);
}

static enum assay_status value_field(enum policy_field field, const struct policy_value *value,
                                     struct arena *arena, struct report_field *out,
                                     struct assay_error *err)
{
    const struct policy_field_row *row = policy_field_row(field);
    AUTO_BUF text = BUF_INIT(TEXT_BYTES);
    TRY(arena_format(arena, &out->name, err, "%s.%s", row->group, row->key));
    if (value->conflict) {
        TRY(buf_append_string(&text, "conflict: no value satisfies all policies", err));
    } else {
        TRY(policy_format_value(field, value, &text, err));
    }
    if (text.len > 0) {
        TRY(append_origin(&value->origin, &text, err));
    }
    return arena_copy_text(arena, buf_slice(&text), &out->value, err);
}

static enum assay_status reject_field(const struct policy_terms *found, struct arena *arena,
                                      struct report_field *out, struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(TEXT_BYTES);
    TRY(buf_append_string(&text, found->reject, err));
    TRY(append_origin(&found->reject_origin, &text, err));
    out->name = "reject";
    return arena_copy_text(arena, buf_slice(&text), &out->value, err);
}

static enum assay_status allow_field(const struct policy_allowed *allowed, struct arena *arena,
                                     struct report_field *out, struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(TEXT_BYTES);
    char until[TIME_TEXT_BYTES];
    time_format(allowed->until_unix_s, until);
    TRY(buf_printf(&text, err, "without signature until %.10s: ", until));
    TRY(buf_append_string(&text, allowed->reason, err));
    TRY(append_origin(&allowed->origin, &text, err));
    out->name = "allow";
    return arena_copy_text(arena, buf_slice(&text), &out->value, err);
}

enum assay_status terms_fields(const struct terms *terms, struct arena *arena,
                               struct report_field *out, size_t *count, struct assay_error *err)
{
    const struct policy_terms *found = &terms->found;
    *count = 0;
    if (found->reject != NULL) {
        TRY(reject_field(found, arena, &out[(*count)++], err));
    }
    if (found->allowed != NULL) {
        TRY(allow_field(found->allowed, arena, &out[(*count)++], err));
    }
    for (size_t i = 0; i < POLICY_FIELD_COUNT; i++) {
        TRY(value_field((enum policy_field)i, &found->values[i], arena, &out[(*count)++], err));
    }
    return ASSAY_OK;
}

/* ---- JSON ---- */

static void add_origin(struct json_new *object, const struct policy_origin *origin)
{
    report_json_text(object, "file", origin->file);
    report_json_text(object, "scope", origin->scope);
}

static void add_value(struct json_new *object, enum policy_field field,
                      const struct policy_value *value)
{
    enum policy_kind kind = policy_field_row(field)->kind;
    if (kind == POLICY_CHOICE) {
        AUTO_BUF word = BUF_INIT(TEXT_BYTES);
        if (policy_format_value(field, value, &word, NULL) == ASSAY_OK) {
            json_add_string(object, "value", buf_text(&word));
        }
    } else if (kind == POLICY_LEAST || kind == POLICY_MOST) {
        if (value->number == 0) {
            json_add_null(object, "value");
        } else {
            json_add_integer(object, "value", value->number);
        }
    } else if (kind == POLICY_SAME) {
        json_add_string(object, "value", value->text_count == 0 ? NULL : value->texts[0]);
    } else {
        struct json_new *list = json_new_array();
        for (size_t i = 0; i < value->text_count; i++) {
            json_append_string(list, value->texts[i]);
        }
        json_add(object, "value", list);
    }
}

static struct json_new *fields_json(const struct policy_terms *found)
{
    struct json_new *list = json_new_array();
    for (size_t i = 0; i < POLICY_FIELD_COUNT; i++) {
        const struct policy_field_row *row = policy_field_row((enum policy_field)i);
        struct json_new *object = json_new_object();
        report_json_text(object, "group", row->group);
        report_json_text(object, "key", row->key);
        json_add_bool(object, "set", found->values[i].is_set);
        json_add_bool(object, "conflict", found->values[i].conflict);
        add_value(object, (enum policy_field)i, &found->values[i]);
        add_origin(object, &found->values[i].origin);
        json_append(list, object);
    }
    return list;
}

static void add_reject(struct json_new *object, const struct policy_terms *found)
{
    if (found->reject == NULL) {
        json_add_null(object, "reject");
        return;
    }
    struct json_new *reject = json_new_object();
    report_json_text(reject, "reason", found->reject);
    add_origin(reject, &found->reject_origin);
    json_add(object, "reject", reject);
}

static void add_allowed(struct json_new *object, const struct policy_allowed *found)
{
    if (found == NULL) {
        json_add_null(object, "allowed");
        return;
    }
    struct json_new *allowed = json_new_object();
    report_json_text(allowed, "reason", found->reason);
    report_json_time(allowed, "until", true, found->until_unix_s);
    add_origin(allowed, &found->origin);
    json_add(object, "allowed", allowed);
}

struct json_new *terms_json(const struct terms *terms)
{
    struct json_new *object = json_new_object();
    struct json_new *files = json_new_array();
    for (size_t i = 0; i < policy_count(terms->set); i++) {
        json_append_string(files, policy_file_name(terms->set, i));
    }
    json_add(object, "files", files);
    add_reject(object, &terms->found);
    add_allowed(object, terms->found.allowed);
    json_add(object, "fields", fields_json(&terms->found));
    return object;
}
