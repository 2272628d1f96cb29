/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/config_facts.h"

#include "base/text.h"
#include "base/time.h"
#include "oci/descriptor.h"

static const char *const CONFIG_MEMBERS[] = { "config", "created", "history" };
static const char *const RUN_MEMBERS[] = { "User", "ExposedPorts", "Env", "Labels" };
static const char *const HISTORY_MEMBERS[] = { "created_by" };

/* ---- what is run ---- */

/* "80", "80/tcp", "8000-8010/udp" */
static enum assay_status parse_port(const struct json_at *member, struct arena *arena,
                                    struct oci_port *out, struct assay_error *err)
{
    struct slice text = slice_from_string(member->key);
    struct slice range = slice_first(text, slice_find(text, '/'));
    struct slice protocol = slice_from(text, range.len);
    struct slice first = slice_first(range, slice_find(range, '-'));
    struct slice last = first.len == range.len ? first : slice_from(range, first.len + 1);
    uint64_t low = 0;
    uint64_t high = 0;
    if (!text_to_u64(first, UINT16_MAX, &low) || !text_to_u64(last, UINT16_MAX, &high) ||
        high < low ||
        (protocol.len > 0 && !slice_is_ignoring_case(protocol, "/tcp") &&
         !slice_is_ignoring_case(protocol, "/udp") && !slice_is_ignoring_case(protocol, "/sctp"))) {
        return json_at_fail(member, err, ASSAY_SCHEMA, "expected PORT[-PORT][/PROTOCOL]");
    }
    if (json_kind(member) != JSON_KIND_NULL) {
        TRY(json_as_object(member, err));
    }
    out->lowest = (uint16_t)low;
    return arena_copy_text(arena, slice_from_string(member->key), &out->text, err);
}

static enum assay_status check_count(const struct json_at *at, size_t max, struct assay_error *err)
{
    return json_count(at) <= max ? ASSAY_OK
                                 : json_at_fail(at, err, ASSAY_SCHEMA, "%zu members, at most %zu",
                                                json_count(at), max);
}

static enum assay_status parse_ports(const struct json_at *run, struct oci_config_facts *out,
                                     struct assay_error *err)
{
    struct json_at ports;
    struct json_at member;
    void *iterator = NULL;
    if (!json_find_set(run, "ExposedPorts", &ports)) {
        return ASSAY_OK;
    }
    TRY(json_as_object(&ports, err));
    TRY(check_count(&ports, LIMIT_CONFIG_PORTS, err));
    TRY(arena_alloc(&out->arena, json_count(&ports), sizeof(*out->ports), &out->ports, err));
    while (json_member(&ports, &iterator, &member)) {
        TRY(parse_port(&member, &out->arena, &out->ports[out->port_count++], err));
    }
    return ASSAY_OK;
}

static enum assay_status parse_labels(const struct json_at *run, struct oci_config_facts *out,
                                      struct assay_error *err)
{
    struct json_at labels;
    struct json_at member;
    void *iterator = NULL;
    if (!json_find_set(run, "Labels", &labels)) {
        return ASSAY_OK;
    }
    TRY(json_as_object(&labels, err));
    TRY(check_count(&labels, LIMIT_CONFIG_LABELS, err));
    TRY(arena_alloc(&out->arena, json_count(&labels), sizeof(*out->labels), &out->labels, err));
    while (json_member(&labels, &iterator, &member)) {
        struct oci_label *label = &out->labels[out->label_count++];
        const char *value = NULL;
        TRY(json_as_string(&member, &value, err));
        TRY(arena_copy_text(&out->arena, slice_from_string(member.key), &label->name, err));
        TRY(arena_copy_text(&out->arena, slice_from_string(value), &label->value, err));
    }
    return ASSAY_OK;
}

static enum assay_status parse_env(const struct json_at *run, struct oci_config_facts *out,
                                   struct assay_error *err)
{
    struct json_at list;
    if (!json_find_set(run, "Env", &list)) {
        return ASSAY_OK;
    }
    TRY(json_as_array(&list, LIMIT_CONFIG_ENV, err));
    TRY(arena_alloc(&out->arena, json_count(&list), sizeof(*out->env), &out->env, err));
    for (size_t i = 0; i < json_count(&list); i++) {
        struct json_at element;
        const char *text = NULL;
        json_element(&list, i, &element);
        TRY(json_as_string(&element, &text, err));
        TRY(arena_copy_text(&out->arena, slice_from_string(text), &out->env[out->env_count++],
                            err));
    }
    return ASSAY_OK;
}

static enum assay_status parse_run(const struct json_at *root, struct oci_config_facts *out,
                                   struct assay_error *err)
{
    struct json_at run;
    const char *user = NULL;
    out->user = "";
    if (!json_find_set(root, "config", &run)) {
        return ASSAY_OK;
    }
    TRY(json_as_object(&run, err));
    TRY(oci_check_case(&run, RUN_MEMBERS, ARRAY_LEN(RUN_MEMBERS), err));
    TRY(json_get_string_opt(&run, "User", &user, err));
    TRY(arena_copy_text(&out->arena, slice_from_string(user == NULL ? "" : user), &out->user, err));
    TRY(parse_ports(&run, out, err));
    TRY(parse_env(&run, out, err));
    return parse_labels(&run, out, err);
}

/* ---- how it was made ---- */

static enum assay_status parse_entry(const struct json_at *entry, struct arena *arena,
                                     const char **out, struct assay_error *err)
{
    const char *text = NULL;
    TRY(json_as_object(entry, err));
    TRY(oci_check_case(entry, HISTORY_MEMBERS, ARRAY_LEN(HISTORY_MEMBERS), err));
    TRY(json_get_string_opt(entry, "created_by", &text, err));
    return arena_copy_text(arena, slice_from_string(text == NULL ? "" : text), out, err);
}

static enum assay_status parse_history(const struct json_at *root, struct oci_config_facts *out,
                                       struct assay_error *err)
{
    struct json_at list;
    if (!json_find_set(root, "history", &list)) {
        return ASSAY_OK;
    }
    TRY(json_as_array(&list, LIMIT_CONFIG_HISTORY, err));
    TRY(arena_alloc(&out->arena, json_count(&list), sizeof(*out->history), &out->history, err));
    for (size_t i = 0; i < json_count(&list); i++) {
        struct json_at entry;
        json_element(&list, i, &entry);
        TRY(parse_entry(&entry, &out->arena, &out->history[out->history_count++], err));
    }
    return ASSAY_OK;
}

static enum assay_status parse_created(const struct json_at *root, struct oci_config_facts *out,
                                       struct assay_error *err)
{
    const char *text = NULL;
    TRY(json_get_string_opt(root, "created", &text, err));
    if (text == NULL) {
        return ASSAY_OK;
    }
    if (time_parse(slice_from_string(text), &out->created_unix_s, NULL) != ASSAY_OK) {
        return json_at_fail(root, err, ASSAY_SCHEMA, "created: '%s' is no time of RFC 3339", text);
    }
    out->has_created = true;
    return ASSAY_OK;
}

static enum assay_status parse(const struct json_at *root, struct oci_config_facts *out,
                               struct assay_error *err)
{
    TRY(json_as_object(root, err));
    TRY(oci_check_case(root, CONFIG_MEMBERS, ARRAY_LEN(CONFIG_MEMBERS), err));
    TRY(parse_run(root, out, err));
    TRY(parse_created(root, out, err));
    return parse_history(root, out, err);
}

enum assay_status oci_config_facts_parse(struct slice bytes, struct oci_config_facts *out,
                                         struct assay_error *err)
{
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    *out = (struct oci_config_facts){ .arena = ARENA_INIT(2 * LIMIT_CONFIG_BYTES) };
    TRY(oci_config_load(bytes, &tree, &root, err));
    enum assay_status status = parse(&root, out, err);
    if (status != ASSAY_OK) {
        oci_config_facts_clear(out);
    }
    return status;
}

void oci_config_facts_clear(struct oci_config_facts *facts)
{
    arena_clear(&facts->arena);
    *facts = (struct oci_config_facts){ 0 };
}
