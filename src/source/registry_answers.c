/* SPDX-License-Identifier: Apache-2.0 */
#include "source/registry_answers.h"

/* The header must tell the truth about the bytes that came with it, whoever altered either. */
static enum assay_status check_header_digest(const struct net_response *response,
                                             struct assay_error *err)
{
    const char *said = response->docker_content_digest;
    struct digest claimed;
    struct digest actual;

    if (said[0] == '\0') {
        return ASSAY_OK;
    }
    if (digest_parse(slice_from_string(said), &claimed, NULL) == ASSAY_OK) {
        TRY(digest_compute(claimed.alg, buf_slice(&response->body), &actual, err));
        if (digest_equal(&claimed, &actual)) {
            return ASSAY_OK;
        }
    }
    return FAIL(err, ASSAY_DIGEST_MISMATCH,
                "the registry's Docker-Content-Digest '%s' is not the digest of what it sent",
                said);
}

enum assay_status answer_transfer(const struct net_response *response, enum assay_status missing,
                                  struct assay_error *err)
{
    if (response->status != ASSAY_OK) {
        if (err != NULL) {
            *err = response->error;
        }
        return response->status;
    }
    if (response->http_status == 404) {
        return FAIL(err, missing, "the registry does not have it (HTTP 404)");
    }
    if (response->http_status != 200) {
        return FAIL(err, ASSAY_HTTP_STATUS, "the registry answered with HTTP %d",
                    response->http_status);
    }
    return ASSAY_OK;
}

/* Takes the body. */
enum assay_status answer_take_manifest(struct net_response *response, enum assay_status missing,
                                       struct source_manifest *out, struct assay_error *err)
{
    TRY(answer_transfer(response, missing, err));
    /* Said here, so that a schema 1 manifest is called that: its digest covers not all its bytes.
     */
    enum oci_media media = oci_media_parse(response->content_type);
    if (response->content_type[0] != '\0' && !oci_media_is_index(media) &&
        !oci_media_is_manifest(media)) {
        return FAIL(err, ASSAY_MEDIA_TYPE,
                    "the registry sent '%s' instead of an image manifest or index",
                    response->content_type);
    }
    TRY(check_header_digest(response, err));
    buf_move(&out->bytes, &response->body);
    memcpy(out->media_type, response->content_type, sizeof(out->media_type));
    struct slice claimed = slice_first(slice_from_string(response->docker_content_digest),
                                       sizeof(out->claimed_digest) - 1);
    memcpy(out->claimed_digest, claimed.ptr, claimed.len);
    return ASSAY_OK;
}

/* What a descriptor promises bounds what is read. */
size_t answer_bound_of(const struct oci_descriptor *wanted, uint64_t limit)
{
    return (size_t)(wanted->size != 0 && wanted->size < limit ? wanted->size : limit);
}

/* More than the descriptor's size is a wrong size, not a question of limits. */
enum assay_status answer_excess(const struct net_response *response,
                                const struct oci_descriptor *wanted, uint64_t limit,
                                struct assay_error *err)
{
    if (response->status == ASSAY_TOO_LARGE && answer_bound_of(wanted, limit) == wanted->size) {
        return FAIL(err, ASSAY_SIZE_MISMATCH,
                    "the registry sent more than the %llu bytes of the descriptor",
                    (unsigned long long)wanted->size);
    }
    return ASSAY_OK;
}
