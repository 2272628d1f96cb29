/* SPDX-License-Identifier: Apache-2.0 */
#include "report/text.h"

#include "base/text.h"
#include "base/time.h"

#include <inttypes.h>

#define SGR_RED    "\033[31m"
#define SGR_GREEN  "\033[32m"
#define SGR_YELLOW "\033[33m"
#define SGR_BOLD   "\033[1m"
#define SGR_END    "\033[0m"

#define FIELD_BYTES 2048 /* longer texts are cut; references have 1 KiB at most */

const char *report_word(enum assay_status status)
{
    enum assay_class class = assay_status_class(status);
    if (class == ASSAY_CLASS_TRUSTED) {
        return "TRUSTED";
    }
    if (class == ASSAY_CLASS_REJECTED) {
        return "REJECTED";
    }
    return class == ASSAY_CLASS_UNSIGNED ? "UNSIGNED" : "UNDECIDED";
}

static const char *word_colour(enum assay_status status)
{
    enum assay_class class = assay_status_class(status);
    if (class == ASSAY_CLASS_TRUSTED) {
        return SGR_GREEN;
    }
    return class == ASSAY_CLASS_REJECTED ? SGR_RED : SGR_YELLOW;
}

static enum assay_status append_coloured(struct buf *out, bool colour, const char *code,
                                         const char *text, struct assay_error *err)
{
    return buf_printf(out, err, "%s%s%s", colour ? code : "", text, colour ? SGR_END : "");
}

enum assay_status report_coloured(enum assay_status status, const char *word,
                                  const struct report_style *style, struct buf *out,
                                  struct assay_error *err)
{
    return append_coloured(out, style->colour, word_colour(status), word, err);
}

enum assay_status report_squeezed(const char *text, struct buf *out, struct assay_error *err)
{
    char clean[FIELD_BYTES];
    if (text == NULL || text[0] == '\0') {
        return buf_append_byte(out, '-', err);
    }
    text_sanitise(slice_from_string(text), clean, sizeof clean);
    for (const char *at = clean; *at != '\0'; at++) {
        if (at[0] == ' ' && (at[1] == ' ' || at[1] == '\0')) {
            continue;
        }
        TRY(buf_append_byte(out, (uint8_t)at[0], err));
    }
    return ASSAY_OK;
}

static enum assay_status append_field(struct buf *out, const char *text, struct assay_error *err)
{
    TRY(buf_append_string(out, "  ", err));
    return report_squeezed(text, out, err);
}

static enum assay_status append_conditions(const struct assay_verdict *verdict, struct buf *out,
                                           struct assay_error *err)
{
    if (verdict->is_engine) {
        TRY(buf_append_string(out, "  engine=exported", err));
    }
    if (verdict->stateless) {
        TRY(buf_append_string(out, "  state=none", err));
    }
    if (verdict->has_at) {
        char at[TIME_TEXT_BYTES];
        time_format(verdict->at_unix_s, at);
        TRY(buf_printf(out, err, "  at=%s", at));
    }
    return ASSAY_OK;
}

enum assay_status report_evidence(const struct assay_verdict *verdict, struct buf *out,
                                  struct assay_error *err)
{
    TRY(append_field(out, verdict->digest, err));
    TRY(buf_append_string(out, "  role=", err));
    TRY(report_squeezed(verdict->role, out, err));
    if (verdict->expires_unix_s != 0) {
        char expires[TIME_TEXT_BYTES];
        time_format(verdict->expires_unix_s, expires);
        TRY(buf_printf(out, err, "  expires=%s", expires));
    }
    return append_conditions(verdict, out, err);
}

static enum assay_status append_platforms(const struct assay_verdict *verdict, struct buf *out,
                                          struct assay_error *err)
{
    static const char *const states[] = {
        [VERDICT_PLATFORM_JUDGED] = "judged",
        [VERDICT_PLATFORM_ATTESTATION] = "attestation, not judged",
        [VERDICT_PLATFORM_NOT_ASKED] = "not asked for",
        [VERDICT_PLATFORM_NOT_PRESENT] = "not present",
    };
    for (size_t i = 0; i < verdict->platform_count; i++) {
        const struct verdict_platform *platform = &verdict->platforms[i];
        TRY(buf_append_string(out, "  platform", err));
        TRY(append_field(out, platform->platform, err));
        TRY(append_field(out, platform->digest, err));
        TRY(append_field(out, states[platform->state], err));
        TRY(buf_append_byte(out, '\n', err));
    }
    return ASSAY_OK;
}

static enum assay_status append_check(const struct trace_check *check, bool colour, struct buf *out,
                                      struct assay_error *err)
{
    TRY(buf_append_string(out, "  ", err));
    TRY(append_coloured(out, colour, check->ok ? SGR_GREEN : SGR_RED, check->ok ? "pass" : "FAIL",
                        err));
    TRY(append_field(out, rule_id(check->rule), err));
    TRY(append_field(out, check->subject, err));
    TRY(append_field(out, check->detail, err));
    return buf_append_byte(out, '\n', err);
}

/* What follows the line with style->explain: where the trust came from, platforms, checks. */
static enum assay_status append_explanation(const struct assay_verdict *verdict,
                                            const struct report_style *style, struct buf *out,
                                            struct assay_error *err)
{
    AUTO_BUF number = BUF_INIT(32);
    TRY(buf_printf(&number, err, "%" PRIu64, verdict->flights));
    const struct report_field fields[] = {
        { "trust data", verdict->trust_server },
        { "root", verdict->root_fingerprint },
        { "round trips", buf_text(&number) },
        { "engine",
          verdict->is_engine ? "judged as exported; what it runs was not looked at" : "" },
    };
    TRY(report_fields(fields, ARRAY_LEN(fields), out, err));
    TRY(append_platforms(verdict, out, err));
    for (size_t i = 0; i < verdict->trace.count; i++) {
        TRY(append_check(&verdict->trace.checks[i], style->colour, out, err));
    }
    return ASSAY_OK;
}

static enum assay_status append_negative(const struct assay_verdict *verdict, struct buf *out,
                                         struct assay_error *err)
{
    TRY(append_field(out, assay_status_id(verdict->error.status), err));
    TRY(append_field(out, assay_error_message(&verdict->error), err));
    return append_conditions(verdict, out, err);
}

enum assay_status report_verdict(const struct assay_verdict *verdict,
                                 const struct report_style *style, struct buf *out,
                                 struct assay_error *err)
{
    enum assay_status status = verdict->error.status;
    TRY(report_coloured(status, report_word(status), style, out, err));
    TRY(append_field(out, verdict->reference, err));
    TRY(status == ASSAY_OK ? report_evidence(verdict, out, err)
                           : append_negative(verdict, out, err));
    TRY(buf_append_byte(out, '\n', err));
    return style->explain ? append_explanation(verdict, style, out, err) : ASSAY_OK;
}

enum assay_status report_pin(const struct assay_verdict *verdict, struct buf *out,
                             struct assay_error *err)
{
    if (verdict->error.status != ASSAY_OK || verdict->digest[0] == '\0') {
        return FAIL(err, ASSAY_INTERNAL, "only a trusted image has a pinned reference");
    }
    bool tagged = verdict->tag != NULL && verdict->tag[0] != '\0';
    return buf_printf(out, err, "%s%s%s@%s\n", verdict->name, tagged ? ":" : "",
                      tagged ? verdict->tag : "", verdict->digest);
}

static enum assay_status append_advice(const char *label, const char *text, struct buf *out,
                                       struct assay_error *err)
{
    return text[0] == '\0' ? ASSAY_OK : buf_printf(out, err, "  %-4s %s\n", label, text);
}

enum assay_status report_failure(const char *subject, const struct assay_error *failure,
                                 const struct report_style *style, struct buf *out,
                                 struct assay_error *err)
{
    TRY(append_coloured(out, style->colour, SGR_BOLD, "assay:", err));
    if (subject[0] != '\0') {
        TRY(buf_printf(out, err, " %s:", subject));
    }
    TRY(buf_printf(out, err, " %s [", assay_error_message(failure)));
    TRY(report_coloured(failure->status, assay_status_id(failure->status), style, out, err));
    TRY(buf_append_string(out, "]\n", err));
    for (size_t i = 0; i < assay_error_context_count(failure); i++) {
        TRY(append_advice("in", assay_error_context(failure, i), out, err));
    }
    TRY(append_advice("why", assay_status_sentence(failure->status), out, err));
    return append_advice("do", assay_error_remedy(failure), out, err);
}

enum assay_status report_notes(const struct assay_verdict *verdict, struct buf *out,
                               struct assay_error *err)
{
    for (size_t i = 0; i < verdict->note_count; i++) {
        TRY(buf_printf(out, err, "assay: %s: note: %s\n", verdict->reference, verdict->notes[i]));
    }
    return ASSAY_OK;
}

static enum assay_status append_descriptor(const char *label, size_t indent,
                                           const struct oci_descriptor *descriptor, struct buf *out,
                                           struct assay_error *err)
{
    char digest[DIGEST_TEXT_BYTES];
    digest_format(&descriptor->digest, digest);
    TRY(buf_printf(out, err, "%*s%-8s  %s  %" PRIu64, (int)indent, "", label, digest,
                   descriptor->size));
    TRY(append_field(out, descriptor->media_text, err));
    return buf_append_byte(out, '\n', err);
}

/* The line of the node itself. */
static enum assay_status append_head(const struct inspect_node *node, size_t indent,
                                     struct buf *out, struct assay_error *err)
{
    const char *label = indent == 0 ? "image" : node->is_attestation ? "attested" : "manifest";
    TRY(buf_printf(out, err, "%*s%-8s", (int)indent, "", label));
    if (node->digest[0] == '\0') {
        TRY(append_field(out, "without a manifest", err));
    } else {
        TRY(buf_printf(out, err, "  %s  %" PRIu64, node->digest, node->size));
        TRY(append_field(out, node->media_type, err));
    }
    if (node->platform[0] != '\0') {
        TRY(append_field(out, node->platform, err));
    }
    return buf_append_string(out, node->is_absent ? "  not present\n" : "\n", err);
}

static enum assay_status append_node(const struct inspect_node *node, size_t indent,
                                     struct buf *out, struct assay_error *err)
{
    TRY(append_head(node, indent, out, err));
    if (node->config.digest.alg != DIGEST_NONE) {
        TRY(append_descriptor("config", indent + 2, &node->config, out, err));
    }
    for (size_t i = 0; i < node->layer_count; i++) {
        TRY(append_descriptor("layer", indent + 2, &node->layers[i], out, err));
    }
    return ASSAY_OK;
}

static enum assay_status append_not_judged(const struct inspection *inspection, struct buf *out,
                                           struct assay_error *err)
{
    TRY(buf_append_string(out, "NOT JUDGED", err));
    TRY(append_field(out, inspection->reference, err));
    return buf_append_string(out, "  hashed only: no pin, state or trust server is named for it\n",
                             err);
}

enum assay_status report_inspection(const struct inspection *inspection,
                                    const struct report_style *style, struct buf *out,
                                    struct assay_error *err)
{
    const struct inspect_node *root = &inspection->root;
    TRY(inspection->verdict == NULL ? append_not_judged(inspection, out, err)
                                    : report_verdict(inspection->verdict, style, out, err));
    TRY(append_node(root, 0, out, err));
    for (size_t i = 0; i < root->child_count; i++) {
        TRY(append_node(&root->children[i], 2, out, err));
    }
    return ASSAY_OK;
}

enum assay_status report_fields(const struct report_field *fields, size_t count, struct buf *out,
                                struct assay_error *err)
{
    int width = 0;
    for (size_t i = 0; i < count; i++) {
        int len = (int)strlen(fields[i].name);
        width = len > width ? len : width;
    }
    for (size_t i = 0; i < count; i++) {
        if (fields[i].value == NULL || fields[i].value[0] == '\0') {
            continue;
        }
        TRY(buf_printf(out, err, "  %-*s", width, fields[i].name));
        TRY(append_field(out, fields[i].value, err));
        TRY(buf_append_byte(out, '\n', err));
    }
    return ASSAY_OK;
}
