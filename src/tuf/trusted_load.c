/* SPDX-License-Identifier: Apache-2.0 */
#include "tuf/machine.h"

#include "base/mem.h"
#include "base/time.h"

#include <inttypes.h>

struct tuf_taken *taken_new(struct slice bytes)
{
    struct tuf_taken *taken = mem_alloc(1, sizeof(*taken));
    if (taken != NULL) {
        taken->bytes = bytes;
        taken->arena.max = LIMIT_ROLE_ARENA;
    }
    return taken;
}

void taken_free(struct tuf_taken *taken)
{
    if (taken == NULL) {
        return;
    }
    tuf_targets_clear(&taken->targets);
    tuf_unverified_clear(&taken->file);
    arena_clear(&taken->arena);
    mem_free(taken);
}

void taken_cleanup(struct tuf_taken **taken)
{
    taken_free(*taken);
}

/* The checks up to the parsed form, in order. */
enum stage {
    STAGE_SIZE,
    STAGE_META,
    STAGE_ENVELOPE,
    STAGE_SIGNATURES,
    STAGE_FORM
};

static enum assay_status check_meta(const struct tuf_load *load, struct tuf_taken *taken,
                                    struct assay_error *err)
{
    if (load->meta == NULL) {
        return digest_compute(DIGEST_SHA256, taken->bytes, &taken->sha256, err);
    }
    TRY(tuf_meta_check(load->meta, load->role, taken->bytes, err));
    taken->sha256 = load->meta->sha256;
    return ASSAY_OK;
}

static enum assay_status run_stages(const struct tuf_trusted *trusted, const struct tuf_load *load,
                                    struct tuf_taken *taken, enum stage *stage,
                                    struct assay_error *err)
{
    struct tuf_verified verified;
    *stage = STAGE_SIZE;
    if (taken->bytes.len > load->max_bytes) {
        return FAIL(err, ASSAY_TOO_LARGE, "%s: expected at most %zu bytes, found %zu", load->role,
                    load->max_bytes, taken->bytes.len);
    }
    *stage = STAGE_META;
    TRY(check_meta(load, taken, err));
    *stage = STAGE_ENVELOPE;
    TRY_IN(tuf_envelope_read(taken->bytes, trusted->dialect, load->max_nodes, &taken->file, err),
           err, "%s", load->role);
    *stage = STAGE_SIGNATURES;
    TRY(tuf_threshold_check(&taken->file, load->keys, load->role, &verified, err));
    taken->signers = verified.signers;
    *stage = STAGE_FORM;
    TRY_IN(load->parse(taken, &verified, load, trusted->dialect, err), err, "%s", load->role);
    return ASSAY_OK;
}

/* Writes what run_stages did into the trace: what held, then what did not. */
static void trace_stages(const struct tuf_trusted *trusted, const struct tuf_load *load,
                         const struct tuf_taken *taken, enum stage stage, enum assay_status status,
                         const struct assay_error *err)
{
    char subject[SUBJECT_BYTES];
    if (status == ASSAY_OK) {
        machine_subject(load->role, taken->header->version, subject);
    } else {
        machine_subject(load->role, 0, subject);
        subject[strlen(load->role)] = '\0'; /* its version is not known */
    }
    if (load->meta != NULL && stage == STAGE_META && status != ASSAY_OK) {
        (void)machine_note_failure(trusted, RULE_META_HASH, subject, status, err);
    } else if (load->meta != NULL && stage > STAGE_META) {
        char text[DIGEST_TEXT_BYTES];
        digest_format(&load->meta->sha256, text);
        trace_add(trusted->trace, RULE_META_HASH, true, subject, "%zu bytes, %s%s",
                  taken->bytes.len, text,
                  load->meta->sha512.alg == DIGEST_NONE ? "" : " and its sha512");
    }
    bool is_of_form = stage == STAGE_SIZE || stage == STAGE_ENVELOPE || stage == STAGE_FORM;
    if (stage == STAGE_SIGNATURES && status != ASSAY_OK) {
        (void)machine_note_failure(trusted, RULE_ROLE_SIGNATURES, subject, status, err);
    } else if (stage > STAGE_SIGNATURES) {
        machine_note_signers(trusted, RULE_ROLE_SIGNATURES, subject, load->keys, &taken->signers);
    }
    if (is_of_form && status != ASSAY_OK) {
        (void)machine_note_failure(trusted, RULE_FORM, subject, status, err);
    }
}

enum assay_status machine_load(const struct tuf_trusted *trusted, const struct tuf_load *load,
                               struct slice bytes, struct tuf_taken **out, struct assay_error *err)
{
    AUTO_TAKEN taken = taken_new(bytes);
    if (taken == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    enum stage stage = STAGE_SIZE;
    enum assay_status status = run_stages(trusted, load, taken, &stage, err);
    trace_stages(trusted, load, taken, stage, status, err);
    TRY(status);
    TRY(machine_check_floor(trusted, load->role, load->keys, taken, err));
    TRY(machine_check_expiry(trusted, load->role, taken, err));
    *out = STEAL(taken);
    return ASSAY_OK;
}

enum assay_status machine_check_floor(const struct tuf_trusted *trusted, const char *role,
                                      const struct tuf_role_keys *keys, struct tuf_taken *taken,
                                      struct assay_error *err)
{
    const struct tuf_floor *floor =
        trusted->floors == NULL ? NULL : tuf_floors_find(trusted->floors, role);
    struct digest identities[LIMIT_ROLE_KEYS];
    size_t count = tuf_role_keys_identities(keys, identities);
    char subject[SUBJECT_BYTES];
    machine_subject(role, taken->header->version, subject);
    enum assay_status status = tuf_floor_check(floor, role, taken->header->version, &taken->sha256,
                                               identities, count, &taken->floor_fell, err);
    if (status != ASSAY_OK) {
        return machine_note_failure(trusted, RULE_FLOOR, subject, status, err);
    }
    if (floor == NULL) {
        trace_add(trusted->trace, RULE_FLOOR, true, subject, "not seen before");
    } else {
        trace_add(trusted->trace, RULE_FLOOR, true, subject, "seen before: version %" PRIu64 "%s",
                  floor->version,
                  taken->floor_fell ? ", by keys of which none is left: it does not count" : "");
    }
    return ASSAY_OK;
}

enum assay_status machine_check_expiry(const struct tuf_trusted *trusted, const char *role,
                                       const struct tuf_taken *taken, struct assay_error *err)
{
    char subject[SUBJECT_BYTES], expires[TIME_TEXT_BYTES], now[TIME_TEXT_BYTES];
    machine_subject(role, taken->header->version, subject);
    time_format(taken->header->expires_unix_s, expires);
    time_format(trusted->now_unix_s, now);
    if (taken->header->expires_unix_s <= trusted->now_unix_s) {
        enum assay_status status =
            FAIL(err, ASSAY_EXPIRED, "%s expired at %s, now is %s", subject, expires, now);
        return machine_note_failure(trusted, RULE_EXPIRY, subject, status, err);
    }
    trace_add(trusted->trace, RULE_EXPIRY, true, subject, "expires at %s, now is %s", expires, now);
    return ASSAY_OK;
}
