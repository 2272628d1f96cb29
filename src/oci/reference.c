/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/reference_parts.h"

#include "base/buf.h"
#include "base/mem.h"

/* A reference as written, with what normalisation adds to it. */
#define REFERENCE_TEXT_BYTES (2UL * LIMIT_REFERENCE_BYTES)

static const char DOCKER_SCHEME[] = "docker://";
static const char HUB[] = "docker.io";
static const char HUB_ALIAS[] = "index.docker.io";
static const char HUB_OFFICIAL[] = "library/";

static enum assay_status take(struct buf *text, char **out, struct assay_error *err)
{
    *out = mem_copy_string(buf_text(text));
    if (*out == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    buf_reset(text);
    return ASSAY_OK;
}

static enum assay_status fill_name(const struct reference_parts *parts, struct oci_reference *out,
                                   struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(REFERENCE_TEXT_BYTES);
    bool hub = parts->registry.len == 0 || slice_is(parts->registry, HUB) ||
               slice_is(parts->registry, HUB_ALIAS);

    TRY(buf_append(&text, hub ? slice_from_string(HUB) : parts->registry, err));
    TRY(take(&text, &out->registry, err));
    if (hub && slice_find(parts->path, '/') == parts->path.len) {
        TRY(buf_append_string(&text, HUB_OFFICIAL, err));
    }
    TRY(buf_append(&text, parts->path, err));
    if (text.len > LIMIT_NAME_BYTES) {
        return reference_refuse(err, parts, "the repository name is longer than 255 bytes");
    }
    TRY(take(&text, &out->repository, err));
    TRY(buf_printf(&text, err, "%s/%s", out->registry, out->repository));
    return take(&text, &out->name, err);
}

static enum assay_status fill_tag(const struct reference_parts *parts, struct oci_reference *out,
                                  struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(REFERENCE_TEXT_BYTES);

    out->tag_implied = !parts->has_tag && !parts->has_digest;
    if (!parts->has_tag && parts->has_digest) {
        return ASSAY_OK;
    }
    TRY(buf_append(&text, parts->has_tag ? parts->tag : SLICE_LITERAL("latest"), err));
    return take(&text, &out->tag, err);
}

static enum assay_status fill_text(const struct reference_parts *parts, struct oci_reference *out,
                                   struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(REFERENCE_TEXT_BYTES);
    char digest[DIGEST_TEXT_BYTES];

    TRY(buf_append_string(&text, out->name, err));
    if (out->tag != NULL) {
        TRY(buf_printf(&text, err, ":%s", out->tag));
    }
    if (parts->has_digest) {
        digest_format(&out->digest, digest);
        TRY(buf_printf(&text, err, "@%s", digest));
    }
    return take(&text, &out->text, err);
}

static struct reference_parts parts_of(const char *text)
{
    struct reference_parts parts = { .text = slice_from_string(text == NULL ? "" : text) };

    if (slice_has_prefix(parts.text, slice_from_string(DOCKER_SCHEME))) {
        parts.text = slice_from(parts.text, sizeof(DOCKER_SCHEME) - 1);
    }
    reference_split(&parts);
    return parts;
}

static enum assay_status parse(const struct reference_parts *parts, struct oci_reference *out,
                               struct assay_error *err)
{
    TRY(reference_check(parts, &out->digest, err));
    TRY(fill_name(parts, out, err));
    TRY(fill_tag(parts, out, err));
    return fill_text(parts, out, err);
}

enum assay_status oci_reference_parse(const char *text, struct oci_reference *out,
                                      struct assay_error *err)
{
    struct reference_parts parts = parts_of(text);

    *out = (struct oci_reference){ 0 };
    enum assay_status status = parse(&parts, out, err);
    if (status != ASSAY_OK) {
        oci_reference_clear(out);
    }
    return status;
}

enum assay_status oci_name_parse(const char *text, struct oci_reference *out,
                                 struct assay_error *err)
{
    struct reference_parts parts = parts_of(text);

    *out = (struct oci_reference){ 0 };
    if (parts.has_tag || parts.has_digest) {
        return error_remedy(
            err,
            reference_refuse(err, &parts,
                             "a repository name is wanted here, without tag and digest"),
            "Write [REGISTRY[:PORT]/]NAME alone.");
    }
    return oci_reference_parse(text, out, err);
}

void oci_reference_clear(struct oci_reference *reference)
{
    mem_free(reference->registry);
    mem_free(reference->repository);
    mem_free(reference->name);
    mem_free(reference->tag);
    mem_free(reference->text);
    *reference = (struct oci_reference){ 0 };
}
