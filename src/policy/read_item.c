/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of fields, each by its own rule: servers, roots, roles, keys, registries, platforms,
 * labels. */
#include "base/file.h"
#include "base/text.h"
#include "net/url.h"
#include "oci/manifest.h"
#include "policy/set.h"
#include "tuf/pin.h"

#define LABEL_BYTES 255

struct item {
    const struct policy_reader *reader;
    const struct yaml_node *node;
    const char *text;
};

#define REFUSE(item, err, ...)                                                                     \
    policy_refuse((item)->reader, &(item)->node->start, (err), __VA_ARGS__)

/* A '/' at the end makes no other server. */
static enum assay_status read_server(const struct item *item, const char **out,
                                     struct assay_error *err)
{
    struct net_url url;
    struct assay_error why = ERROR_INIT;
    struct slice text = slice_from_string(item->text);
    if (net_url_parse(item->text, &url, &why) != ASSAY_OK) {
        return REFUSE(item, err, "server: %s", why.message);
    }
    if (!url.https || strpbrk(url.path, "?#") != NULL) {
        return REFUSE(item, err, "server: expected https://HOST[:PORT][/PATH]");
    }
    return arena_copy_text(item->reader->arena, slice_trim_end(text, '/'), out, err);
}

/* A file is read once here, so that a policy without its root is refused at once, and not taken
 * from anywhere but below the policy's directory. */
static enum assay_status read_root_file(const struct item *item, const char **out,
                                        struct assay_error *err)
{
    AUTO_BUF bytes = BUF_INIT(LIMIT_ROOT_BYTES);
    struct assay_error why = ERROR_INIT;
    bool found = false;
    struct tuf_pin pin;
    if (item->reader->directory == NULL) {
        return REFUSE(item, err, "root: a file can only be named by a policy that is one itself");
    }
    enum assay_status status = file_read_at(item->reader->directory_fd, item->text, false,
                                            LIMIT_ROOT_BYTES, &bytes, &found, &why);
    if (status == ASSAY_NO_MEMORY) {
        return error_pass(err, &why);
    }
    if (status != ASSAY_OK || !found) {
        return REFUSE(item, err, "root: %s",
                      found || status != ASSAY_OK ? why.message
                                                  : "no such file in the policy's directory");
    }
    TRY(arena_format(item->reader->arena, out, err, "%s/%s", item->reader->directory, item->text));
    status = tuf_pin_from_argument(*out, &pin, &why);
    tuf_pin_clear(&pin);
    return status == ASSAY_OK          ? ASSAY_OK
           : status == ASSAY_NO_MEMORY ? error_pass(err, &why)
                                       : REFUSE(item, err, "root: %s", why.message);
}

static enum assay_status read_root(const struct item *item, const char **out,
                                   struct assay_error *err)
{
    struct digest unused;
    struct slice text = slice_from_string(item->text);
    if (!slice_has_prefix(text, SLICE_LITERAL("sha256:"))) {
        return read_root_file(item, out, err);
    }
    if (digest_parse(text, &unused, NULL) != ASSAY_OK) {
        return REFUSE(item, err, "root: expected sha256: and 64 lower-case hex digits");
    }
    return arena_copy_text(item->reader->arena, text, out, err);
}

static bool is_role(struct slice text)
{
    bool ok = text.len < LIMIT_ROLE_NAME_BYTES;
    uint8_t before = '/';
    for (size_t i = 0; ok && i < text.len; i++) {
        uint8_t c = text.ptr[i];
        ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
             (c == '/' && before != '/');
        before = c;
    }
    return ok && before != '/' &&
           (slice_is(text, "targets") || slice_has_prefix(text, SLICE_LITERAL("targets/")));
}

static enum assay_status read_role(const struct item *item, const char **out,
                                   struct assay_error *err)
{
    struct slice text = slice_from_string(item->text);
    return is_role(text)
               ? arena_copy_text(item->reader->arena, text, out, err)
               : REFUSE(item, err, "roles: %s: expected targets or targets/NAME", item->text);
}

/* With or without "sha256:" it is the same key. */
static enum assay_status read_signer(const struct item *item, const char **out,
                                     struct assay_error *err)
{
    struct slice text = slice_from_string(item->text);
    if (slice_has_prefix(text, SLICE_LITERAL("sha256:"))) {
        text = slice_from(text, sizeof("sha256:") - 1);
    }
    return text.len == 64 && text_is_lower_hex(text)
               ? arena_copy_text(item->reader->arena, text, out, err)
               : REFUSE(item, err, "signers: expected key ids of 64 lower-case hex digits");
}

static enum assay_status read_registry(const struct item *item, const char **out,
                                       struct assay_error *err)
{
    struct assay_error why = ERROR_INIT;
    enum assay_status status = policy_normalise_place(item->text, item->reader->arena, out, &why);
    return status == ASSAY_OK ? ASSAY_OK
           : status == ASSAY_REFERENCE
               ? REFUSE(item, err, "registries: %s: %s", item->text, why.message)
               : error_pass(err, &why);
}

static enum assay_status read_platform(const struct item *item, const char **out,
                                       struct assay_error *err)
{
    struct oci_platform_choice choice;
    return oci_platform_choice_parse(item->text, &choice, NULL) == ASSAY_OK && !choice.all
               ? arena_copy_text(item->reader->arena, slice_from_string(item->text), out, err)
               : REFUSE(item, err, "platforms: expected OS/ARCHITECTURE[/VARIANT]");
}

static enum assay_status read_label(const struct item *item, const char **out,
                                    struct assay_error *err)
{
    struct slice text = slice_from_string(item->text);
    bool ok = text.len <= LABEL_BYTES;
    for (size_t i = 0; ok && i < text.len; i++) {
        ok = text.ptr[i] > ' ' && text.ptr[i] <= '~';
    }
    return ok ? arena_copy_text(item->reader->arena, text, out, err)
              : REFUSE(item, err, "labels: expected names of at most %d ASCII letters and signs",
                       LABEL_BYTES);
}

enum assay_status policy_read_item(const struct policy_reader *reader, enum policy_field field,
                                   const struct yaml_node *node, const char **out,
                                   struct assay_error *err)
{
    static enum assay_status (*const readers[POLICY_FIELD_COUNT])(
        const struct item *, const char **, struct assay_error *) = {
        [POLICY_TRUST_SERVER] = read_server,     [POLICY_TRUST_ROOT] = read_root,
        [POLICY_TRUST_ROLES] = read_role,        [POLICY_TRUST_SIGNERS] = read_signer,
        [POLICY_REF_REGISTRIES] = read_registry, [POLICY_IMAGE_PLATFORMS] = read_platform,
        [POLICY_IMAGE_LABELS] = read_label,
    };
    struct item item = { reader, node, NULL };
    const char *key = policy_field_row(field)->key;
    TRY(policy_read_text(reader, node, key, &item.text, err));
    return readers[field] == NULL ? FAIL(err, ASSAY_INTERNAL, "%s holds no text", key)
                                  : readers[field](&item, out, err);
}
