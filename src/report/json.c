/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json.h"

#include "base/time.h"

#include <assay/version.h>

#define JSON_SCHEMA 1
#define JSON_INDENT 2

void report_json_time(struct json_new *object, const char *key, bool known, int64_t unix_s)
{
    char text[TIME_TEXT_BYTES];
    if (!known) {
        json_add_null(object, key);
        return;
    }
    time_format(unix_s, text);
    json_add_string(object, key, text);
}

void report_json_text(struct json_new *object, const char *key, const char *text)
{
    json_add_string(object, key, text == NULL ? "" : text);
}

static void add_signers(struct json_new *result, const struct assay_verdict *verdict)
{
    struct json_new *signers = json_new_array();
    for (size_t i = 0; i < verdict->signer_count; i++) {
        struct json_new *signer = json_new_object();
        report_json_text(signer, "role", verdict->signers[i].role);
        report_json_text(signer, "key-id", verdict->signers[i].key_id);
        report_json_text(signer, "canonical-id", verdict->signers[i].canonical_id);
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
        report_json_text(item, "platform", platform->platform);
        report_json_text(item, "digest", platform->digest);
        if (!is_judged) {
            report_json_text(item, "because", not_judged_because(platform->state));
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
        report_json_text(check, "subject", trace->checks[i].subject);
        json_add_bool(check, "ok", trace->checks[i].ok);
        report_json_text(check, "detail", trace->checks[i].detail);
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

struct json_new *report_json_verdict_value(const struct assay_verdict *verdict, bool with_checks)
{
    bool trusted = verdict->error.status == ASSAY_OK;
    struct json_new *result = json_new_object();
    report_json_text(result, "reference", verdict->reference);
    report_json_text(result, "name", verdict->name);
    report_json_text(result, "tag", verdict->tag);
    report_json_text(result, "digest", trusted ? verdict->digest : "");
    json_add_bool(result, "trusted", trusted);
    add_failure(result, &verdict->error);
    report_json_text(result, "role", verdict->role);
    add_signers(result, verdict);
    add_platforms(result, verdict);
    report_json_time(result, "expires", verdict->expires_unix_s != 0, verdict->expires_unix_s);
    report_json_text(result, "expires-role", verdict->expires_role);
    report_json_text(result, "trust-server", verdict->trust_server);
    report_json_text(result, "root", verdict->root_fingerprint);
    json_add_string(result, "state", verdict->stateless ? "none" : "kept");
    report_json_time(result, "at", verdict->has_at, verdict->at_unix_s);
    json_add_bool(result, "offline", verdict->offline);
    json_add_string(result, "engine", verdict->is_engine ? "exported" : NULL);
    struct json_new *notes = json_new_array();
    for (size_t i = 0; i < verdict->note_count; i++) {
        json_append_string(notes, verdict->notes[i]);
    }
    json_add(result, "notes", notes);
    if (with_checks) {
        add_checks(result, &verdict->trace);
    }
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

void report_json_verdict(const struct assay_verdict *verdict, struct json_new *results)
{
    json_append(results,
                verdict == NULL ? result_of_nothing() : report_json_verdict_value(verdict, true));
}

/* ---- the tree ---- */

static struct json_new *descriptor_of(const struct oci_descriptor *descriptor)
{
    char digest[DIGEST_TEXT_BYTES];
    struct json_new *object = json_new_object();
    digest_format(&descriptor->digest, digest);
    json_add_string(object, "digest", digest);
    json_add_integer(object, "size", (int64_t)descriptor->size);
    report_json_text(object, "media-type", descriptor->media_text);
    return object;
}

/* The same members for an index, a manifest and what is not there. */
static struct json_new *node_of(const struct inspect_node *node)
{
    struct json_new *object = json_new_object();
    json_add_string(object, "digest", node->digest);
    json_add_integer(object, "size", (int64_t)node->size);
    json_add_string(object, "media-type", node->media_type);
    json_add_string(object, "platform", node->platform);
    json_add_bool(object, "attestation", node->is_attestation);
    json_add_bool(object, "present", !node->is_absent);
    if (node->config.digest.alg == DIGEST_NONE) {
        json_add_null(object, "config");
    } else {
        json_add(object, "config", descriptor_of(&node->config));
    }
    struct json_new *layers = json_new_array();
    for (size_t i = 0; i < node->layer_count; i++) {
        json_append(layers, descriptor_of(&node->layers[i]));
    }
    json_add(object, "layers", layers);
    return object;
}

void report_json_inspection(const struct inspection *inspection, struct json_new *results)
{
    struct json_new *result = json_new_object();
    struct json_new *image = node_of(&inspection->root);
    struct json_new *manifests = json_new_array();
    for (size_t i = 0; i < inspection->root.child_count; i++) {
        json_append(manifests, node_of(&inspection->root.children[i]));
    }
    json_add(image, "manifests", manifests);
    report_json_text(result, "reference", inspection->reference);
    json_add(result, "image", image);
    if (inspection->verdict == NULL) {
        json_add_null(result, "verdict");
    } else {
        json_add(result, "verdict", report_json_verdict_value(inspection->verdict, true));
    }
    json_append(results, result);
}

/* ---- the run ---- */

enum assay_status report_json(enum assay_class exit_class, struct json_new *results,
                              const struct assay_error *failure, struct buf *out,
                              struct assay_error *err)
{
    struct json_new *run = json_new_object();
    struct json_new *tool = json_new_object();
    json_add_string(tool, "name", "assay");
    json_add_string(tool, "version", assay_version());
    json_add_integer(run, "schema", JSON_SCHEMA);
    json_add(run, "tool", tool);
    json_add_integer(run, "exit", (int64_t)exit_class);
    json_add(run, "results", results);
    if (failure == NULL) {
        json_add_null(run, "error");
    } else {
        struct json_new *error = json_new_object();
        add_failure(error, failure);
        json_add(run, "error", error);
    }
    TRY(json_write(run, JSON_INDENT, out, err));
    return buf_append_byte(out, '\n', err);
}
