/* SPDX-License-Identifier: Apache-2.0 */
#include "tuf/threshold.h"

#include <inttypes.h>
#include <stdio.h>

static struct tuf_signature *find_signature(struct tuf_unverified *file, struct slice keyid)
{
    for (size_t i = 0; i < file->signature_count; i++) {
        if (slice_equal(file->signatures[i].keyid, keyid)) {
            return &file->signatures[i];
        }
    }
    return NULL;
}

/* *valid is whether the key signed the message; a status other than ASSAY_OK means that it could
 * not be told. */
static enum assay_status check_one(struct tuf_unverified *file, const struct tuf_listed_key *listed,
                                   bool *valid, struct assay_error *err)
{
    *valid = false;
    struct tuf_signature *signature = find_signature(file, listed->id);
    if (listed->key == NULL || signature == NULL) {
        return ASSAY_OK;
    }
    if (signature->valid_by == listed->key) {
        *valid = true;
        return ASSAY_OK;
    }
    struct assay_error reason = ERROR_INIT;
    enum signature_method method =
        listed->method == SIGNATURE_UNKNOWN ? signature->method : listed->method;
    enum assay_status status =
        signature_check(listed->key->key, method, &file->message, signature->bytes, &reason);
    if (status == ASSAY_SIGNATURE) {
        return ASSAY_OK;
    }
    if (status != ASSAY_OK) {
        return FAIL(err, status, "the signature of key %.*s: %s", SLICE_ARGS(listed->id),
                    reason.message);
    }
    signature->valid_by = listed->key;
    *valid = true;
    return ASSAY_OK;
}

/* Whether the key at index is the first among the counted signers with its identity. */
static bool is_new_signer(const struct tuf_role_keys *role, const struct tuf_signers *signers,
                          size_t index)
{
    const struct digest *identity = key_identity(role->keys[index]->key->key);
    for (size_t i = 0; i < index; i++) {
        if (signers->signed_it[i] && !role->barred[i] &&
            digest_equal(key_identity(role->keys[i]->key->key), identity)) {
            return false;
        }
    }
    return true;
}

size_t tuf_signers_distinct(const struct tuf_role_keys *role, const struct tuf_signers *signers)
{
    size_t distinct = 0;
    for (size_t i = 0; i < role->count; i++) {
        if (signers->signed_it[i] && !role->barred[i] && is_new_signer(role, signers, i)) {
            distinct++;
        }
    }
    return distinct;
}

enum assay_status tuf_threshold_check(struct tuf_unverified *file, const struct tuf_role_keys *role,
                                      const char *name, struct tuf_verified *out,
                                      struct assay_error *err)
{
    *out = (struct tuf_verified){ .signed_bytes = SLICE_EMPTY };
    struct tuf_signers signers = { .signed_it = { false } };
    for (size_t i = 0; i < role->count; i++) {
        TRY(check_one(file, role->keys[i], &signers.signed_it[i], err));
    }
    size_t distinct = tuf_signers_distinct(role, &signers);
    if (role->threshold < 1 || distinct < role->threshold) {
        return FAIL(err, ASSAY_THRESHOLD,
                    "%s: expected valid signatures of %" PRIu64
                    " distinct keys out of %zu, found %zu",
                    name, role->threshold, role->count, distinct);
    }
    out->signers = signers;
    out->signed_bytes = file->message.bytes;
    return ASSAY_OK;
}

void tuf_signers_format(const struct tuf_role_keys *role, const struct tuf_signers *signers,
                        char *out, size_t out_bytes)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < role->count; i++) {
        if (!signers->signed_it[i] || role->barred[i]) {
            continue;
        }
        int n = snprintf(out + used, out_bytes - used, "%s%.*s", used == 0 ? "" : ", ",
                         SLICE_ARGS(role->keys[i]->id));
        if (n < 0 || (size_t)n >= out_bytes - used) {
            out[used] = '\0'; /* whole ids only */
            return;
        }
        used += (size_t)n;
    }
}

struct slice tuf_claimed_root(const struct tuf_unverified *file)
{
    return file->message.bytes;
}
