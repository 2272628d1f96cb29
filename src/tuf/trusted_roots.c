/* SPDX-License-Identifier: Apache-2.0 */
/* The chain of roots: where it starts, how it goes on, how its end is judged. */
#include "tuf/machine.h"

#include <inttypes.h>

/* The file with its envelope; nothing in it is believed. */
static enum assay_status root_open(const struct tuf_dialect *dialect, struct tuf_taken *taken,
                                   struct assay_error *err)
{
    struct slice bytes = taken->bytes;
    if (bytes.len > LIMIT_ROOT_BYTES) {
        return FAIL(err, ASSAY_TOO_LARGE, "root: expected at most %lu bytes, found %zu",
                    LIMIT_ROOT_BYTES, bytes.len);
    }
    TRY(digest_compute(DIGEST_SHA256, bytes, &taken->sha256, err));
    TRY_IN(tuf_envelope_read(bytes, dialect, LIMIT_JSON_NODES, &taken->file, err), err, "root");
    return ASSAY_OK;
}

/* The same, with a line in the trace if it fails. */
static enum assay_status root_take(const struct tuf_trusted *trusted, struct tuf_taken *taken,
                                   struct assay_error *err)
{
    enum assay_status status = root_open(trusted->dialect, taken, err);
    return status == ASSAY_OK ? ASSAY_OK
                              : machine_note_failure(trusted, RULE_FORM, "root", status, err);
}

static enum assay_status root_read(struct tuf_trusted *trusted, struct slice signed_bytes,
                                   struct tuf_taken *taken, struct assay_error *err)
{
    struct tuf_root *root = &taken->root;
    TRY_IN(tuf_root_parse(signed_bytes, trusted->dialect, &taken->arena, root, err), err, "root");
    taken->header = &root->header;
    TRY_IN(tuf_root_load_keys(root, &trusted->ring, trusted->dialect, err), err,
           "root version %" PRIu64, root->header.version);
    return ASSAY_OK;
}

/* The form, the keys, and whose repository the root is. */
static enum assay_status root_parse(struct tuf_trusted *trusted, struct slice signed_bytes,
                                    struct tuf_taken *taken, struct assay_error *err)
{
    enum assay_status read = root_read(trusted, signed_bytes, taken, err);
    if (read != ASSAY_OK) {
        return machine_note_failure(trusted, RULE_FORM, "root", read, err);
    }
    if (trusted->dialect->check_root_key == NULL) {
        return ASSAY_OK;
    }
    const struct tuf_root *root = &taken->root;
    char subject[SUBJECT_BYTES];
    machine_subject("root", root->header.version, subject);
    const struct tuf_role_keys *keys = &root->roles[TUF_ROOT];
    for (size_t i = 0; i < keys->count; i++) {
        if (keys->keys[i]->key == NULL) {
            continue;
        }
        enum assay_status status =
            trusted->dialect->check_root_key(keys->keys[i]->key->key, trusted->gun, err);
        if (status != ASSAY_OK) {
            status = error_context(err, status, "%s, key %s", subject, keys->keys[i]->key->id);
            return machine_note_failure(trusted, RULE_ROOT_CERTIFICATE, subject, status, err);
        }
    }
    trace_add(trusted->trace, RULE_ROOT_CERTIFICATE, true, subject, "%zu root keys are for %s",
              keys->count, trusted->gun);
    return ASSAY_OK;
}

static bool has_fingerprint(const struct tuf_key *key, const struct digest *fingerprint)
{
    char hex[DIGEST_TEXT_BYTES];
    if (fingerprint->alg != DIGEST_SHA256) {
        return false;
    }
    digest_hex(fingerprint, hex);
    struct slice wanted = slice_from_string(hex);
    return slice_is(wanted, key->id) || slice_is(wanted, key->canonical_id) ||
           digest_equal(fingerprint, key_identity(key->key));
}

/* Bars every root key that does not have the fingerprint. */
static enum assay_status apply_fingerprint(const struct digest *fingerprint,
                                           struct tuf_role_keys *keys, struct assay_error *err)
{
    size_t pinned = 0;
    for (size_t i = 0; i < keys->count; i++) {
        const struct tuf_key *key = keys->keys[i]->key;
        keys->barred[i] = key == NULL || !has_fingerprint(key, fingerprint);
        pinned += keys->barred[i] ? 0 : 1;
    }
    if (pinned == 0) {
        char text[DIGEST_TEXT_BYTES];
        digest_format(fingerprint, text);
        return FAIL(err, ASSAY_PIN_MISMATCH,
                    "expected a root key with fingerprint %s, found %zu others", text, keys->count);
    }
    if (pinned < keys->threshold) {
        (void)FAIL(err, ASSAY_THRESHOLD,
                   "the root needs %" PRIu64 " signers, the pinned fingerprint is the key of %zu",
                   keys->threshold, pinned);
        return error_remedy(err, ASSAY_THRESHOLD,
                            "Pin the root file instead: 'assay root pin GUN --root FILE'.");
    }
    return ASSAY_OK;
}

/* Bars every root key that does not chain to the pinned CA. Dates are judged on the last root. */
static enum assay_status apply_ca(const struct tuf_trusted *trusted, struct slice ca_pem,
                                  struct tuf_role_keys *keys, struct assay_error *err)
{
    size_t pinned = 0;
    for (size_t i = 0; i < keys->count; i++) {
        keys->barred[i] = true;
        if (keys->keys[i]->key == NULL) {
            continue;
        }
        struct assay_error reason = ERROR_INIT;
        enum assay_status status =
            key_check_chain(keys->keys[i]->key->key, ca_pem, trusted->now_unix_s, &reason);
        if (status == ASSAY_OK || status == ASSAY_CERTIFICATE_TIME) {
            keys->barred[i] = false;
            pinned++;
        } else if (status != ASSAY_PIN_MISMATCH) {
            return FAIL(err, status, "key %s: %s", keys->keys[i]->key->id, reason.message);
        }
    }
    if (pinned == 0) {
        return FAIL(err, ASSAY_PIN_MISMATCH,
                    "expected a root certificate of the pinned CA, found %zu others", keys->count);
    }
    return ASSAY_OK;
}

static enum assay_status apply_pin(const struct tuf_trusted *trusted, const struct tuf_pin *pin,
                                   struct tuf_role_keys *keys, struct assay_error *err)
{
    if (pin == NULL) {
        return ASSAY_OK;
    }
    switch (pin->kind) {
    case TUF_PIN_FINGERPRINT:
        return apply_fingerprint(&pin->fingerprint, keys, err);
    case TUF_PIN_CA:
        return apply_ca(trusted, buf_slice(&pin->bytes), keys, err);
    case TUF_PIN_ROOT: /* compared before anything was parsed */
        return ASSAY_OK;
    case TUF_PIN_NONE:
        break;
    }
    return FAIL(err, ASSAY_INTERNAL, "a pin of no kind");
}

static void note_pin(const struct tuf_trusted *trusted, const char *subject,
                     const struct tuf_pin *pin)
{
    static const char *const how[] = {
        [TUF_PIN_NONE] = "accepted on first use",
        [TUF_PIN_FINGERPRINT] = "it has a root key with the pinned fingerprint",
        [TUF_PIN_ROOT] = "it is the pinned file",
        [TUF_PIN_CA] = "its certificates are the pinned CA's",
    };
    trace_add(trusted->trace, RULE_PIN, true, subject, "%s",
              how[pin == NULL ? TUF_PIN_NONE : pin->kind]);
}

enum assay_status tuf_trusted_check_pin(const struct tuf_trusted *trusted,
                                        const struct tuf_pin *pin, struct assay_error *err)
{
    const struct tuf_taken *taken = trusted->root;
    if (taken == NULL) {
        return FAIL(err, ASSAY_INTERNAL, "no root to hold against a pin");
    }
    if (pin->kind == TUF_PIN_ROOT && !slice_equal(taken->bytes, buf_slice(&pin->bytes))) {
        return FAIL(err, ASSAY_PIN_MISMATCH, "the root is not the pinned file");
    }
    struct tuf_role_keys keys = taken->root.roles[TUF_ROOT];
    TRY(apply_pin(trusted, pin, &keys, err));
    size_t distinct = tuf_signers_distinct(&keys, &taken->signers);
    if (distinct < keys.threshold) {
        return FAIL(err, ASSAY_THRESHOLD,
                    "the root needs %" PRIu64 " signers, of those that the pin vouches for %zu are",
                    keys.threshold, distinct);
    }
    return ASSAY_OK;
}

/* The root's own threshold, by the keys that it lists itself. */
static enum assay_status check_own(const struct tuf_trusted *trusted, const char *subject,
                                   struct tuf_taken *taken, struct assay_error *err)
{
    const struct tuf_role_keys *keys = &taken->root.roles[TUF_ROOT];
    struct tuf_verified verified;
    enum assay_status status = tuf_threshold_check(&taken->file, keys, subject, &verified, err);
    if (status != ASSAY_OK) {
        return machine_note_failure(trusted, RULE_ROOT_SIGNATURES, subject, status, err);
    }
    taken->signers = verified.signers;
    machine_note_signers(trusted, RULE_ROOT_SIGNATURES, subject, keys, &taken->signers);
    return ASSAY_OK;
}

enum assay_status tuf_trusted_set_anchor(struct tuf_trusted *trusted, struct slice bytes,
                                         const struct tuf_pin *pin, struct assay_error *err)
{
    if (trusted->phase != PHASE_NEW) {
        return FAIL(err, ASSAY_INTERNAL, "the anchor is already set");
    }
    if (pin != NULL && pin->kind == TUF_PIN_ROOT && !slice_equal(bytes, buf_slice(&pin->bytes))) {
        enum assay_status status = FAIL(err, ASSAY_PIN_MISMATCH, "the root is not the pinned file");
        return machine_note_failure(trusted, RULE_PIN, "root", status, err);
    }
    AUTO_TAKEN taken = taken_new(bytes);
    if (taken == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    TRY(root_take(trusted, taken, err));
    TRY(root_parse(trusted, tuf_claimed_root(&taken->file), taken, err));
    char subject[SUBJECT_BYTES];
    machine_subject("root", taken->header->version, subject);
    enum assay_status status = apply_pin(trusted, pin, &taken->root.roles[TUF_ROOT], err);
    if (status != ASSAY_OK) {
        return machine_note_failure(trusted, RULE_PIN, subject, status, err);
    }
    note_pin(trusted, subject, pin);
    TRY(check_own(trusted, subject, taken, err));
    if (pin != NULL && pin->kind == TUF_PIN_CA) {
        buf_reset(&trusted->ca_pem);
        TRY(buf_append(&trusted->ca_pem, buf_slice(&pin->bytes), err));
        trusted->has_ca = true;
    }
    trusted->root = STEAL(taken);
    trusted->phase = PHASE_ROOTS;
    return ASSAY_OK;
}

/* Whether the root before vouches for the file, which is not yet parsed. */
static enum assay_status check_rotation(const struct tuf_trusted *trusted, struct tuf_taken *taken,
                                        struct tuf_verified *verified, struct assay_error *err)
{
    const struct tuf_root *before = &trusted->root->root;
    struct tuf_role_keys keys = before->roles[TUF_ROOT];
    if (!trusted->has_ca) {
        /* a pinned key vouched for all keys of its root; a CA vouches for each by itself */
        memset(keys.barred, 0, sizeof(keys.barred));
    }
    char subject[SUBJECT_BYTES];
    machine_subject("root", before->header.version + 1, subject);
    enum assay_status status = tuf_threshold_check(&taken->file, &keys, subject, verified, err);
    if (status == ASSAY_THRESHOLD) {
        status = FAIL(err, ASSAY_ROOT_ROTATION,
                      "expected the signatures of %" PRIu64 " keys of root version %" PRIu64,
                      keys.threshold, before->header.version);
    }
    if (status != ASSAY_OK) {
        return machine_note_failure(trusted, RULE_ROOT_CHAIN, subject, status, err);
    }
    machine_note_signers(trusted, RULE_ROOT_CHAIN, subject, &keys, &verified->signers);
    return ASSAY_OK;
}

enum assay_status tuf_trusted_add_root(struct tuf_trusted *trusted, struct slice bytes,
                                       struct assay_error *err)
{
    if (trusted->phase != PHASE_ROOTS) {
        return FAIL(err, ASSAY_INTERNAL, "a root out of order");
    }
    uint64_t expected = trusted->root->header->version + 1;
    AUTO_TAKEN taken = taken_new(bytes);
    struct tuf_verified verified;
    if (taken == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    TRY(root_take(trusted, taken, err));
    TRY(check_rotation(trusted, taken, &verified, err));
    TRY(root_parse(trusted, verified.signed_bytes, taken, err));
    char subject[SUBJECT_BYTES];
    machine_subject("root", taken->header->version, subject);
    if (trusted->has_ca) {
        enum assay_status status =
            apply_ca(trusted, buf_slice(&trusted->ca_pem), &taken->root.roles[TUF_ROOT], err);
        if (status != ASSAY_OK) {
            return machine_note_failure(trusted, RULE_PIN, subject, status, err);
        }
        trace_add(trusted->trace, RULE_PIN, true, subject, "its certificates are the pinned CA's");
    }
    TRY(check_own(trusted, subject, taken, err));
    if (taken->header->version != expected) {
        enum assay_status status =
            FAIL(err, ASSAY_ROOT_VERSION, "expected root version %" PRIu64 ", found %" PRIu64,
                 expected, taken->header->version);
        return machine_note_failure(trusted, RULE_ROOT_CHAIN, subject, status, err);
    }
    taken->former = verified.signers;
    tuf_keyring_keep(&trusted->ring, &trusted->root->root.keys, &taken->root.keys);
    taken_free(trusted->root);
    trusted->root = STEAL(taken);
    return ASSAY_OK;
}

/* Judges the dates of the certificates that vouch for the last root: those in date must reach the
 * threshold by themselves. */
static enum assay_status check_dates(const struct tuf_trusted *trusted, const char *subject,
                                     struct assay_error *err)
{
    if (trusted->dialect->check_root_key_dates == NULL) {
        return ASSAY_OK;
    }
    const struct tuf_role_keys *keys = &trusted->root->root.roles[TUF_ROOT];
    struct tuf_signers in_date = trusted->root->signers;
    struct assay_error first = ERROR_INIT;
    for (size_t i = 0; i < keys->count; i++) {
        if (!in_date.signed_it[i] || keys->barred[i]) {
            continue;
        }
        const struct crypto_key *key = keys->keys[i]->key->key;
        struct assay_error reason = ERROR_INIT;
        enum assay_status status =
            trusted->dialect->check_root_key_dates(key, trusted->now_unix_s, &reason);
        if (status == ASSAY_OK && trusted->has_ca) {
            status =
                key_check_chain(key, buf_slice(&trusted->ca_pem), trusted->now_unix_s, &reason);
        }
        if (status != ASSAY_OK && status != ASSAY_CERTIFICATE_TIME) {
            return FAIL(err, status, "%s", reason.message);
        }
        in_date.signed_it[i] = status == ASSAY_OK;
        if (status != ASSAY_OK && first.status == ASSAY_OK) {
            first = reason;
        }
    }
    size_t distinct = tuf_signers_distinct(keys, &in_date);
    if (distinct < keys->threshold) {
        enum assay_status status =
            FAIL(err, ASSAY_CERTIFICATE_TIME, "%s: %zu of %" PRIu64 " signers are in date; %s",
                 subject, distinct, keys->threshold, first.message);
        return machine_note_failure(trusted, RULE_ROOT_CERTIFICATE, subject, status, err);
    }
    trace_add(trusted->trace, RULE_ROOT_CERTIFICATE, true, subject, "%zu signers are in date",
              distinct);
    return ASSAY_OK;
}

enum assay_status tuf_trusted_close_roots(struct tuf_trusted *trusted, struct assay_error *err)
{
    if (trusted->phase != PHASE_ROOTS) {
        return FAIL(err, ASSAY_INTERNAL, "the roots are not open");
    }
    struct tuf_taken *root = trusted->root;
    char subject[SUBJECT_BYTES];
    machine_subject("root", root->header->version, subject);
    TRY(machine_check_floor(trusted, "root", &root->root.roles[TUF_ROOT], root, err));
    TRY(machine_check_expiry(trusted, "root", root, err));
    TRY(check_dates(trusted, subject, err));
    TRY(machine_set_top_node(trusted, err));
    trusted->phase = PHASE_CLOSED;
    return ASSAY_OK;
}

uint64_t tuf_trusted_root_version(const struct tuf_trusted *trusted)
{
    return trusted->root == NULL ? 0 : trusted->root->header->version;
}

enum assay_status tuf_root_peek(const struct tuf_dialect *dialect, struct slice bytes,
                                const struct digest *fingerprint, uint64_t *version, bool *carries,
                                struct assay_error *err)
{
    *version = 0;
    *carries = false;
    AUTO_TAKEN taken = taken_new(bytes);
    if (taken == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    TRY(root_open(dialect, taken, err));
    TRY_IN(
        tuf_root_parse(tuf_claimed_root(&taken->file), dialect, &taken->arena, &taken->root, err),
        err, "root");
    if (fingerprint != NULL) {
        AUTO_KEYRING ring = { .items = NULL };
        struct tuf_role_keys *keys = &taken->root.roles[TUF_ROOT];
        TRY(tuf_keyring_load_role(&ring, dialect, keys, err));
        for (size_t i = 0; i < keys->count; i++) {
            const struct tuf_key *key = keys->keys[i]->key;
            *carries = *carries || (key != NULL && has_fingerprint(key, fingerprint));
        }
    }
    *version = taken->root.header.version;
    return ASSAY_OK;
}
