/* SPDX-License-Identifier: Apache-2.0 */
/* What changed since an earlier report: versions, keys and findings. */
#include "audit/diff.h"

#include "audit/diff_parts.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define DETAIL_BYTES  1024
#define REPORT_SCHEMA 1

static const char *const names[AUDIT_CHANGE_KIND_COUNT] = {
    [AUDIT_CHANGE_VERSION_NEW] = "version-new",
    [AUDIT_CHANGE_VERSION_GONE] = "version-gone",
    [AUDIT_CHANGE_CONTENT] = "content",
    [AUDIT_CHANGE_KEY_ADDED] = "key-added",
    [AUDIT_CHANGE_KEY_REMOVED] = "key-removed",
    [AUDIT_CHANGE_THRESHOLD] = "threshold",
    [AUDIT_CHANGE_DELEGATION_ADDED] = "delegation-added",
    [AUDIT_CHANGE_DELEGATION_REMOVED] = "delegation-removed",
    [AUDIT_CHANGE_FINDING_NEW] = "finding-new",
    [AUDIT_CHANGE_FINDING_GONE] = "finding-gone",
    [AUDIT_CHANGE_STATUS] = "status",
};

const char *audit_change_name(enum audit_change_kind kind)
{
    return names[kind];
}

void audit_diff_clear(struct audit_diff *diff)
{
    mem_free(diff->items);
    *diff = (struct audit_diff){ 0 };
}

enum assay_status diff_add(const struct diff_maker *maker, enum audit_change_kind kind,
                           const char *role, struct assay_error *err, const char *format, ...)
{
    struct audit_diff *out = maker->out;
    struct audit_change made = { .kind = kind };
    char text[DETAIL_BYTES];
    va_list arguments;
    va_start(arguments, format);
    text_format(text, sizeof(text), format, arguments);
    va_end(arguments);
    TRY(audit_history_text(&maker->report->history, slice_from_string(role), &made.role, err));
    TRY(audit_history_text(&maker->report->history, slice_from_string(text), &made.detail, err));
    TRY(mem_grow(&out->items, out->count, &out->cap, sizeof(*out->items), err));
    out->items[out->count++] = made;
    return ASSAY_OK;
}

/* ---- the earlier report ---- */

/* One of the same repository, by this schema. */
static enum assay_status find_result(const struct diff_maker *maker, const struct json_at *root,
                                     struct json_at *results, struct json_at *out,
                                     struct assay_error *err)
{
    int64_t schema = 0;
    const char *gun = NULL;
    TRY(json_as_object(root, err));
    TRY(json_get_integer(root, "schema", 0, LIMIT_JSON_INTEGER, &schema, err));
    if (schema != REPORT_SCHEMA) {
        return json_at_fail(root, err, ASSAY_CONFIG, "expected schema %d, found %" PRId64,
                            REPORT_SCHEMA, schema);
    }
    TRY(json_get_array(root, "results", 1, results, err));
    if (json_count(results) != 1) {
        return json_at_fail(results, err, ASSAY_CONFIG, "expected the report of one audit");
    }
    json_element(results, 0, out);
    TRY(json_as_object(out, err));
    TRY(json_get_string(out, "gun", &gun, err));
    if (strcmp(gun, maker->report->gun) != 0) {
        return json_at_fail(out, err, ASSAY_CONFIG,
                            "expected a report of \"%s\", found one of \"%s\"", maker->report->gun,
                            gun);
    }
    return ASSAY_OK;
}

/* ---- versions ---- */

/* What became of a version that was vouched for. */
static enum assay_status compare_version(const struct diff_maker *maker, const char *name,
                                         const struct audit_role *role, uint64_t version,
                                         struct slice sha256, struct assay_error *err)
{
    bool is_there = false;
    char text[DIGEST_TEXT_BYTES] = "";
    for (size_t i = role == NULL ? 0 : audit_role_lower(role, version);
         role != NULL && i < role->count && role->versions[i].version == version; i++) {
        if (role->versions[i].trust == AUDIT_ABSENT) {
            continue;
        }
        is_there = true;
        digest_format(&role->versions[i].sha256, text);
        if (slice_is(sha256, text)) {
            return ASSAY_OK;
        }
    }
    if (!is_there) {
        return diff_add(maker, AUDIT_CHANGE_VERSION_GONE, name, err,
                        "%s version %" PRIu64 " is not there any more", name, version);
    }
    char evidence[DETAIL_BYTES];
    (void)snprintf(evidence, sizeof(evidence),
                   "an earlier report has %s version %" PRIu64 " as %.*s, and now it is %s", name,
                   version, SLICE_ARGS(sha256), text);
    TRY(audit_findings_add(&maker->report->history, &maker->report->findings,
                           AUDIT_FINDING_TWO_CONTENTS, role->name, version, evidence, err));
    return diff_add(maker, AUDIT_CHANGE_CONTENT, name, err, "%s", evidence);
}

static enum assay_status read_version(const struct json_at *at, uint64_t *version, bool *vouched,
                                      const char **sha256, struct assay_error *err)
{
    int64_t number = 0;
    const char *trust = NULL;
    TRY(json_as_object(at, err));
    TRY(json_get_integer(at, "version", 0, LIMIT_JSON_INTEGER, &number, err));
    TRY(json_get_string(at, "trust", &trust, err));
    TRY(json_get_string(at, "sha256", sha256, err));
    *version = (uint64_t)number;
    *vouched = strcmp(trust, audit_trust_name(AUDIT_VOUCHED)) == 0;
    return ASSAY_OK;
}

/* Versions behind the newest that the earlier report has; 0: it has none. */
static enum assay_status tell_new(const struct diff_maker *maker, const struct audit_role *role,
                                  uint64_t newest, struct assay_error *err)
{
    const struct audit_version *now = audit_role_newest(role);
    if (now == NULL || now->version <= newest) {
        return ASSAY_OK;
    }
    const struct audit_version *first = &role->versions[audit_role_lower(role, newest + 1)];
    while (first->trust != AUDIT_VOUCHED) {
        first++;
    }
    return now->version == first->version
               ? diff_add(maker, AUDIT_CHANGE_VERSION_NEW, role->name, err,
                          "%s version %" PRIu64 " is new", role->name, now->version)
               : diff_add(maker, AUDIT_CHANGE_VERSION_NEW, role->name, err,
                          "%s versions %" PRIu64 " to %" PRIu64 " are new", role->name,
                          first->version, now->version);
}

/* *newest_at is the newest that was vouched for; its value is NULL when none was. */
static enum assay_status compare_versions(const struct diff_maker *maker, const char *name,
                                          const struct json_at *versions, struct json_at *newest_at,
                                          uint64_t *newest, struct assay_error *err)
{
    const struct audit_role *role = audit_history_find(&maker->report->history, name);
    for (size_t i = 0; i < json_count(versions); i++) {
        struct json_at at;
        uint64_t version = 0;
        bool vouched = false;
        const char *sha256 = NULL;
        json_element(versions, i, &at);
        TRY(read_version(&at, &version, &vouched, &sha256, err));
        if (vouched) {
            TRY(compare_version(maker, name, role, version, slice_from_string(sha256), err));
            *newest_at = at;
            *newest = version;
        }
    }
    return ASSAY_OK;
}

/* known: for each role of now, whether the earlier report has it. */
static enum assay_status compare_role(const struct diff_maker *maker, const struct json_at *at,
                                      bool *known, struct assay_error *err)
{
    const char *name = NULL;
    struct json_at versions;
    struct json_at newest_at = { .value = NULL };
    uint64_t newest = 0;
    TRY(json_as_object(at, err));
    TRY(json_get_string(at, "name", &name, err));
    TRY(json_get_array(at, "versions", 2 * LIMIT_AUDIT_VERSIONS, &versions, err));
    TRY(compare_versions(maker, name, &versions, &newest_at, &newest, err));
    const struct audit_role *role = audit_history_find(&maker->report->history, name);
    if (role != NULL) {
        known[role - maker->report->history.roles] = true;
        TRY(tell_new(maker, role, newest, err));
    }
    return newest_at.value == NULL ? ASSAY_OK : diff_newest(maker, name, role, &newest_at, err);
}

static enum assay_status compare_roles(const struct diff_maker *maker, const struct json_at *result,
                                       struct assay_error *err)
{
    const struct audit_history *history = &maker->report->history;
    struct json_at roles;
    AUTO_MEM bool *known = mem_alloc(history->role_count + 1, sizeof(*known));
    if (known == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    TRY(json_get_array(result, "roles", LIMIT_AUDIT_ROLES, &roles, err));
    for (size_t i = 0; i < json_count(&roles); i++) {
        struct json_at role;
        json_element(&roles, i, &role);
        TRY(compare_role(maker, &role, known, err));
    }
    for (size_t i = 0; i < history->role_count; i++) {
        if (!known[i]) {
            TRY(tell_new(maker, &history->roles[i], 0, err));
        }
    }
    return ASSAY_OK;
}

/* ---- findings ---- */

static bool is_finding(const struct audit_finding *finding, const char *id, const char *role,
                       const char *subject)
{
    return strcmp(id, audit_finding_name(finding->id)) == 0 && strcmp(role, finding->role) == 0 &&
           strcmp(subject, finding->subject) == 0;
}

/* A finding is the same while its id, role and subject are: versions and days go on. *known marks
 * those that were there. */
static enum assay_status compare_finding(const struct diff_maker *maker, const struct json_at *at,
                                         bool *known, struct assay_error *err)
{
    const struct audit_findings *findings = &maker->report->findings;
    const char *id = NULL;
    const char *role = NULL;
    const char *subject = NULL;
    const char *evidence = NULL;
    bool is_there = false;
    TRY(json_as_object(at, err));
    TRY(json_get_string(at, "id", &id, err));
    TRY(json_get_string(at, "role", &role, err));
    TRY(json_get_string(at, "subject", &subject, err));
    TRY(json_get_string(at, "evidence", &evidence, err));
    for (size_t i = 0; i < findings->count; i++) {
        if (is_finding(&findings->items[i], id, role, subject)) {
            known[i] = true;
            is_there = true;
        }
    }
    return is_there ? ASSAY_OK
                    : diff_add(maker, AUDIT_CHANGE_FINDING_GONE, role, err, "%s: %s", id, evidence);
}

static enum assay_status compare_findings(const struct diff_maker *maker,
                                          const struct json_at *result, struct assay_error *err)
{
    const struct audit_findings *findings = &maker->report->findings;
    struct json_at earlier;
    AUTO_MEM bool *known = mem_alloc(findings->count + 1, sizeof(*known));
    if (known == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    TRY(json_get_array(result, "findings", LIMIT_AUDIT_FINDINGS, &earlier, err));
    for (size_t i = 0; i < json_count(&earlier); i++) {
        struct json_at at;
        json_element(&earlier, i, &at);
        TRY(compare_finding(maker, &at, known, err));
    }
    for (size_t i = 0; i < findings->count; i++) {
        const struct audit_finding *finding = &findings->items[i];
        if (!known[i]) {
            TRY(diff_add(maker, AUDIT_CHANGE_FINDING_NEW, finding->role, err, "%s: %s",
                         audit_finding_name(finding->id), finding->evidence));
        }
    }
    return ASSAY_OK;
}

/* ---- all ---- */

static enum assay_status compare_status(const struct diff_maker *maker,
                                        const struct json_at *result, struct assay_error *err)
{
    const char *status = NULL;
    const char *time = NULL;
    const char *now = assay_status_id(maker->report->status);
    char text[TIME_TEXT_BYTES];
    int64_t unix_s = 0;
    TRY(json_get_string(result, "time", &time, err));
    TRY_IN(time_parse(slice_from_string(time), &unix_s, err), err, "time");
    time_format(unix_s, text);
    TRY(audit_history_text(&maker->report->history, slice_from_string(text),
                           &maker->out->earlier_time, err));
    TRY(json_get_string(result, "status", &status, err));
    return strcmp(status, now) == 0 ? ASSAY_OK
                                    : diff_add(maker, AUDIT_CHANGE_STATUS, "root", err,
                                               "the chain of roots was %s and is %s", status, now);
}

static enum assay_status compare(struct diff_maker *maker, const struct json_at *root,
                                 struct assay_error *err)
{
    struct json_at results;
    struct json_at result;
    TRY(find_result(maker, root, &results, &result, err));
    TRY(diff_read_keys(&result, &maker->keys, &maker->key_count, err));
    TRY(compare_status(maker, &result, err));
    TRY(compare_roles(maker, &result, err));
    TRY(compare_findings(maker, &result, err));
    audit_findings_sort(&maker->report->findings);
    return ASSAY_OK;
}

enum assay_status audit_diff_make(struct audit_report *report, struct slice earlier,
                                  struct audit_diff *out, struct assay_error *err)
{
    struct diff_maker maker = { .report = report, .out = out };
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    out->earlier_time = "";
    enum assay_status status = json_tree_load_large(earlier, "the earlier report",
                                                    LIMIT_AUDIT_FILE_NODES, &tree, &root, err);
    if (status == ASSAY_OK) {
        status = compare(&maker, &root, err);
    }
    mem_free(maker.keys);
    /* it is a file of the user's, not remote data */
    if (status == ASSAY_OK || assay_status_class(status) != ASSAY_CLASS_REJECTED) {
        return status;
    }
    char reason[ERROR_MESSAGE_BYTES] = "";
    if (err != NULL) {
        memcpy(reason, err->message, sizeof(reason));
    }
    return FAIL(err, ASSAY_CONFIG, "%s", reason);
}
