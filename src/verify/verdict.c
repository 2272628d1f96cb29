/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/verdict.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>

#define NOTE_BYTES 1024

struct assay_verdict *verdict_new(const char *reference)
{
    struct assay_verdict *verdict = mem_alloc(1, sizeof(*verdict));
    if (verdict == NULL) {
        return NULL;
    }
    /* nothing is trusted until everything passed: the way out without a word is a bug */
    (void)FAIL(&verdict->error, ASSAY_INTERNAL, "the image was not judged");
    AUTO_MEM char *safe = mem_alloc(NOTE_BYTES, 1);
    if (safe == NULL) {
        assay_verdict_free(verdict);
        return NULL;
    }
    text_sanitise(slice_from_string(reference == NULL ? "" : reference), safe, NOTE_BYTES);
    char **texts[] = { &verdict->reference,    &verdict->name,
                       &verdict->tag,          &verdict->media_type,
                       &verdict->role,         &verdict->expires_role,
                       &verdict->trust_server, &verdict->root_fingerprint,
                       &verdict->lasting_role };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        *texts[i] = mem_copy_string(i == 0 ? safe : "");
        if (*texts[i] == NULL) {
            assay_verdict_free(verdict);
            return NULL;
        }
    }
    return verdict;
}

enum assay_status verdict_note(struct assay_verdict *verdict, struct assay_error *err,
                               const char *format, ...)
{
    char text[NOTE_BYTES];
    char safe[NOTE_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    text_sanitise(slice_from_string(text), safe, sizeof(safe));
    char **more = mem_resize(verdict->notes, verdict->note_count + 1, sizeof(*more));
    if (more == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    verdict->notes = more;
    more[verdict->note_count] = mem_copy_string(safe);
    if (more[verdict->note_count] == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    verdict->note_count++;
    return ASSAY_OK;
}

void assay_verdict_free(struct assay_verdict *verdict)
{
    if (verdict == NULL) {
        return;
    }
    char *texts[] = { verdict->reference,    verdict->name,
                      verdict->tag,          verdict->media_type,
                      verdict->role,         verdict->expires_role,
                      verdict->trust_server, verdict->root_fingerprint,
                      verdict->lasting_role };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        mem_free(texts[i]);
    }
    for (size_t i = 0; i < verdict->signer_count; i++) {
        mem_free(verdict->signers[i].role);
    }
    for (size_t i = 0; i < verdict->platform_count; i++) {
        mem_free(verdict->platforms[i].platform);
    }
    for (size_t i = 0; i < verdict->note_count; i++) {
        mem_free(verdict->notes[i]);
    }
    for (size_t i = 0; i < verdict->config_count; i++) {
        mem_free(verdict->configs[i].platform);
        oci_config_facts_clear(&verdict->configs[i].facts);
    }
    mem_free(verdict->configs);
    mem_free(verdict->signers);
    mem_free(verdict->platforms);
    mem_free(verdict->notes);
    trace_clear(&verdict->trace);
    mem_free(verdict);
}

enum assay_status assay_verdict_status(const struct assay_verdict *verdict)
{
    return verdict->error.status;
}

const char *assay_verdict_reference(const struct assay_verdict *verdict)
{
    return verdict->reference;
}

const char *assay_verdict_name(const struct assay_verdict *verdict)
{
    return verdict->name;
}

const char *assay_verdict_tag(const struct assay_verdict *verdict)
{
    return verdict->tag;
}

const char *assay_verdict_digest(const struct assay_verdict *verdict)
{
    return verdict->error.status == ASSAY_OK ? verdict->digest : "";
}

const char *assay_verdict_role(const struct assay_verdict *verdict)
{
    return verdict->role;
}

int64_t assay_verdict_expires(const struct assay_verdict *verdict)
{
    return verdict->expires_unix_s;
}

const char *assay_verdict_message(const struct assay_verdict *verdict)
{
    return assay_error_message(&verdict->error);
}

const char *assay_verdict_remedy(const struct assay_verdict *verdict)
{
    return assay_error_remedy(&verdict->error);
}

/* The index-th platform that was judged, or NULL. */
static const struct verdict_platform *judged_at(const struct assay_verdict *verdict, size_t index)
{
    for (size_t i = 0; i < verdict->platform_count; i++) {
        if (verdict->platforms[i].state == VERDICT_PLATFORM_JUDGED && index-- == 0) {
            return &verdict->platforms[i];
        }
    }
    return NULL;
}

size_t assay_verdict_platform_count(const struct assay_verdict *verdict)
{
    size_t count = 0;
    while (judged_at(verdict, count) != NULL) {
        count++;
    }
    return count;
}

const char *assay_verdict_platform(const struct assay_verdict *verdict, size_t index)
{
    const struct verdict_platform *platform = judged_at(verdict, index);
    return platform == NULL ? "" : platform->platform;
}

const char *assay_verdict_platform_digest(const struct assay_verdict *verdict, size_t index)
{
    const struct verdict_platform *platform = judged_at(verdict, index);
    return platform == NULL || verdict->error.status != ASSAY_OK ? "" : platform->digest;
}
