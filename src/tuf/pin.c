/* SPDX-License-Identifier: Apache-2.0 */
#include "tuf/pin.h"

#include "base/file.h"
#include "base/text.h"
#include "oci/reference.h"
#include "json/tree.h"

void tuf_pin_clear(struct tuf_pin *pin)
{
    buf_clear(&pin->bytes);
    *pin = (struct tuf_pin){ .kind = TUF_PIN_NONE };
}

/* What the user named and cannot be read is a wrong pin, not a fact about the image. */
static enum assay_status read_pinned(const char *path, size_t max_bytes, struct buf *out,
                                     struct assay_error *err)
{
    out->max = max_bytes;
    struct assay_error cause = ERROR_INIT;
    enum assay_status status = file_read(path, max_bytes, out, &cause);
    if (status == ASSAY_NO_MEMORY) {
        return FAIL_NO_MEMORY(err);
    }
    if (status != ASSAY_OK) {
        bool names_it = cause.context_count == 0; /* the message; else the context does */
        return FAIL(err, ASSAY_PIN_INVALID, "%s%s%s", names_it ? "" : path, names_it ? "" : ": ",
                    cause.message);
    }
    struct slice bytes = buf_slice(out);
    if (!text_is_utf8(bytes) || slice_find(bytes, '\0') != bytes.len) {
        return FAIL(err, ASSAY_PIN_INVALID, "%s: expected text", path);
    }
    return ASSAY_OK;
}

/* Enough to tell a root file from another file that was named by mistake; the chain judges it. */
static enum assay_status check_is_root(struct slice bytes, const char *path,
                                       struct assay_error *err)
{
    AUTO_JSON_TREE tree = NULL;
    struct json_at top;
    struct json_at part;
    struct assay_error cause = ERROR_INIT;
    const char *type = "";
    enum assay_status status = json_tree_load(bytes, "root", &tree, &top, &cause);
    if (status == ASSAY_OK) {
        status = json_get_object(&top, "signed", &part, &cause);
    }
    if (status == ASSAY_OK) {
        status = json_get_string(&part, "_type", &type, &cause);
    }
    if (status == ASSAY_NO_MEMORY) {
        return FAIL_NO_MEMORY(err);
    }
    if (status != ASSAY_OK) {
        return FAIL(err, ASSAY_PIN_INVALID, "%s is not a root file: %s", path, cause.message);
    }
    if (strcmp(type, "Root") != 0 && strcmp(type, "root") != 0) {
        return FAIL(err, ASSAY_PIN_INVALID, "%s is not a root file: its type is %s", path, type);
    }
    return ASSAY_OK;
}

enum assay_status tuf_pin_from_argument(const char *text, struct tuf_pin *out,
                                        struct assay_error *err)
{
    *out = (struct tuf_pin){ .kind = TUF_PIN_NONE };
    if (slice_has_prefix(slice_from_string(text), SLICE_LITERAL("sha256:"))) {
        if (digest_parse(slice_from_string(text), &out->fingerprint, NULL) != ASSAY_OK) {
            return FAIL(err, ASSAY_PIN_INVALID, "%s: expected sha256: and 64 lower-case hex digits",
                        text);
        }
        out->kind = TUF_PIN_FINGERPRINT;
        return ASSAY_OK;
    }
    enum assay_status status = read_pinned(text, LIMIT_ROOT_BYTES, &out->bytes, err);
    if (status == ASSAY_OK) {
        status = check_is_root(buf_slice(&out->bytes), text, err);
    }
    if (status != ASSAY_OK) {
        tuf_pin_clear(out);
        return status;
    }
    out->kind = TUF_PIN_ROOT;
    return ASSAY_OK;
}

enum assay_status tuf_pin_from_ca_file(const char *path, struct tuf_pin *out,
                                       struct assay_error *err)
{
    *out = (struct tuf_pin){ .kind = TUF_PIN_NONE };
    enum assay_status status = read_pinned(path, LIMIT_CA_FILE_BYTES, &out->bytes, err);
    if (status == ASSAY_OK &&
        strstr(buf_text(&out->bytes), "-----BEGIN CERTIFICATE-----") == NULL) {
        status = FAIL(err, ASSAY_PIN_INVALID, "%s holds no PEM certificate", path);
    }
    if (status != ASSAY_OK) {
        tuf_pin_clear(out);
        return status;
    }
    out->kind = TUF_PIN_CA;
    return ASSAY_OK;
}

/* The length of "prefix/" in a pattern that ends in '*'; 0 for a GUN. */
static size_t prefix_len(const char *pattern)
{
    size_t len = strlen(pattern);
    return len > 0 && pattern[len - 1] == '*' ? len - 1 : 0;
}

/* A prefix is one if some name below it is a name as it stands, without being rewritten. Two
 * components are put behind it, since the hub rewrites names of one. */
enum assay_status tuf_pin_check_pattern(const char *pattern, struct assay_error *err)
{
    AUTO_BUF name = BUF_INIT(2UL * LIMIT_REFERENCE_BYTES);
    size_t prefix = prefix_len(pattern);
    if (strlen(pattern) >= LIMIT_REFERENCE_BYTES || prefix == 1 ||
        (prefix > 0 && pattern[prefix - 1] != '/')) {
        return FAIL(err, ASSAY_REFERENCE, "%s: expected a repository name, or \"prefix/*\"",
                    pattern);
    }
    if (prefix > 0) {
        TRY(buf_append(&name, slice_of(pattern, prefix), err));
        TRY(buf_append_string(&name, "x/x", err));
    } else {
        TRY(buf_append_string(&name, pattern, err));
    }
    struct oci_reference reference;
    const char *given = buf_text(&name);
    TRY(oci_name_parse(given, &reference, err));
    bool is_normal = strcmp(given, reference.name) == 0;
    enum assay_status status =
        is_normal ? ASSAY_OK
                  : FAIL(err, ASSAY_REFERENCE, "%s: expected the full name, such as %s", pattern,
                         prefix > 0 ? "docker.io/*" : reference.name);
    oci_reference_clear(&reference);
    return status;
}
