/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json.h"

#include "base/time.h"
#include "json/tree.h"

#include <assay/version.h>

#define JSON_SCHEMA 1
#define JSON_INDENT 2

static void add_time(struct json_new *object, const char *key, bool known, int64_t unix_s)
{
    char text[TIME_TEXT_BYTES];
    if (!known) {
        json_add_null(object, key);
        return;
    }
    time_format(unix_s, text);
    json_add_string(object, key, text);
}

/* Unknown texts are "", as in the accessors. */
static void add_text(struct json_new *object, const char *key, const char *text)
{
    json_add_string(object, key, text == NULL ? "" : text);
}

static void add_signers(struct json_new *result, const struct assay_verdict *verdict)
{
    struct json_new *signers = json_new_array();
    for (size_t i = 0; i < verdict->signer_count; i++) {
        struct json_new *signer = json_new_object();
        add_text(signer, "role", verdict->signers[i].role);
        add_text(signer, "key-id", verdict->signers[i].key_id);
        add_text(signer, "canonical-id", verdict->signers[i].canonical_id);
        json_append(signers, signer);
    }
    json_add(result, "signers", signers);
}

static const char *not_judged_because(enum verdict_platform_state state)
{
    switch (state) {
    case VERDICT_PLATFORM_ATTESTATION:
        return "attestation";
    case VERDICT_PLATFORM_NOT_ASKED:
        return "not-asked";
    case VERDICT_PLATFORM_NOT_PRESENT:
        return "not-present";
    case VERDICT_PLATFORM_JUDGED:
    default:
        return "";
    }
}

/* Platforms that were not judged stand apart, so that nobody takes them for trusted. */
static void add_platforms(struct json_new *result, const struct assay_verdict *verdict)
{
    struct json_new *judged = json_new_array();
    struct json_new *others = json_new_array();
    for (size_t i = 0; i < verdict->platform_count; i++) {
        const struct verdict_platform *platform = &verdict->platforms[i];
        bool is_judged = platform->state == VERDICT_PLATFORM_JUDGED;
        struct json_new *item = json_new_object();
        add_text(item, "platform", platform->platform);
        add_text(item, "digest", platform->digest);
        if (!is_judged) {
            add_text(item, "because", not_judged_because(platform->state));
        }
        json_append(is_judged ? judged : others, item);
    }
    json_add(result, "platforms", judged);
    json_add(result, "platforms-not-judged", others);
}

static void add_checks(struct json_new *result, const struct trace *trace)
{
    struct json_new *checks = json_new_array();
    for (size_t i = 0; i < trace->count; i++) {
        struct json_new *check = json_new_object();
        json_add_string(check, "rule", rule_id(trace->checks[i].rule));
        add_text(check, "subject", trace->checks[i].subject);
        json_add_bool(check, "ok", trace->checks[i].ok);
        add_text(check, "detail", trace->checks[i].detail);
        json_append(checks, check);
    }
    json_add(result, "checks", checks);
}

static void add_failure(struct json_new *object, const struct assay_error *error)
{
    bool failed = error->status != ASSAY_OK;
    json_add_string(object, "status", assay_status_id(error->status));
    json_add_string(object, "message", failed ? assay_error_message(error) : "");
    json_add_string(object, "remedy", failed ? assay_error_remedy(error) : "");
    struct json_new *context = json_new_array();
    for (size_t i = 0; i < assay_error_context_count(error); i++) {
        json_append_string(context, assay_error_context(error, i));
    }
    json_add(object, "context", context);
}

static struct json_new *result_of(const struct assay_verdict *verdict)
{
    bool trusted = verdict->error.status == ASSAY_OK;
    struct json_new *result = json_new_object();
    add_text(result, "reference", verdict->reference);
    add_text(result, "name", verdict->name);
    add_text(result, "tag", verdict->tag);
    add_text(result, "digest", trusted ? verdict->digest : "");
    json_add_bool(result, "trusted", trusted);
    add_failure(result, &verdict->error);
    add_text(result, "role", verdict->role);
    add_signers(result, verdict);
    add_platforms(result, verdict);
    add_time(result, "expires", verdict->expires_unix_s != 0, verdict->expires_unix_s);
    add_text(result, "expires-role", verdict->expires_role);
    add_text(result, "trust-server", verdict->trust_server);
    add_text(result, "root", verdict->root_fingerprint);
    json_add_string(result, "state", verdict->stateless ? "none" : "kept");
    add_time(result, "at", verdict->has_at, verdict->at_unix_s);
    json_add_bool(result, "offline", verdict->offline);
    struct json_new *notes = json_new_array();
    for (size_t i = 0; i < verdict->note_count; i++) {
        json_append_string(notes, verdict->notes[i]);
    }
    json_add(result, "notes", notes);
    add_checks(result, &verdict->trace);
    return result;
}

static struct json_new *result_of_nothing(void)
{
    struct json_new *result = json_new_object();
    struct assay_error error = { .status = ASSAY_NO_MEMORY };
    json_add_bool(result, "trusted", false);
    add_failure(result, &error);
    return result;
}

static struct json_new *new_run(enum assay_class exit_class)
{
    struct json_new *run = json_new_object();
    struct json_new *tool = json_new_object();
    json_add_string(tool, "name", "assay");
    json_add_string(tool, "version", assay_version());
    json_add_integer(run, "schema", JSON_SCHEMA);
    json_add(run, "tool", tool);
    json_add_integer(run, "exit", (int64_t)exit_class);
    return run;
}

static enum assay_status write_run(struct json_new *run, struct buf *out, struct assay_error *err)
{
    TRY(json_write(run, JSON_INDENT, out, err));
    return buf_append_byte(out, '\n', err);
}

enum assay_status report_json(const struct assay_verdict *const *verdicts, size_t count,
                              enum assay_class exit_class, struct buf *out, struct assay_error *err)
{
    struct json_new *run = new_run(exit_class);
    struct json_new *results = json_new_array();
    for (size_t i = 0; i < count; i++) {
        json_append(results, verdicts[i] == NULL ? result_of_nothing() : result_of(verdicts[i]));
    }
    json_add(run, "results", results);
    return write_run(run, out, err);
}

enum assay_status report_json_failure(const struct assay_error *failure, struct buf *out,
                                      struct assay_error *err)
{
    struct json_new *run = new_run(assay_status_class(failure->status));
    json_add(run, "results", json_new_array());
    struct json_new *error = json_new_object();
    add_failure(error, failure);
    json_add(run, "error", error);
    return write_run(run, out, err);
}
