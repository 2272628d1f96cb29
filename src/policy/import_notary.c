/* SPDX-License-Identifier: Apache-2.0 */
/* The trust_pinning of a notary configuration: certificates by repository, CAs by prefix, and
 * whether first roots are taken. */
#include "base/text.h"
#include "policy/import.h"

/* Whether a certificate pin speaks for the scope: it goes before a CA. */
static bool has_certificates(const struct yaml_node *pinning, const char *scope)
{
    return yaml_find(yaml_find(pinning, "certs"), scope) != NULL;
}

static enum assay_status write_first_use(struct policy_import *import,
                                         const struct yaml_node *pinning, struct assay_error *err)
{
    const struct yaml_node *disable = yaml_find(pinning, "disable_tofu");
    bool is_disabled = false;
    if (disable != NULL && !yaml_to_bool(disable, &is_disabled)) {
        return policy_refuse(&import->reader, &disable->start, err,
                             "disable_tofu: expected true or false");
    }
    if (!is_disabled) {
        TRY(policy_import_note(import, err,
                               "the first root that was seen was accepted; \"first-use: accept\" "
                               "does that here"));
    }
    TRY(policy_import_scope(import, "*", err));
    return buf_append_string(import->out, "    trust:\n      first-use: reject\n", err);
}

static bool is_key_id(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR && node->text.len == 64 && text_is_lower_hex(node->text);
}

static enum assay_status write_certificates(struct policy_import *import,
                                            const struct yaml_node *pinning UNUSED,
                                            const struct yaml_pair *pair, struct assay_error *err)
{
    const struct yaml_node *ids = pair->value;
    const char *scope = (const char *)pair->key->text.ptr;
    bool is_scope = false;
    if (ids->kind != YAML_SEQUENCE || ids->count == 0) {
        return policy_refuse(&import->reader, &ids->start, err,
                             "certs: expected a list of key ids");
    }
    for (size_t i = 0; i < ids->count; i++) {
        if (!is_key_id(ids->items[i])) {
            return policy_refuse(&import->reader, &ids->items[i]->start, err,
                                 "certs: expected key ids of 64 lower-case hex digits");
        }
    }
    TRY(policy_import_is_scope(import, scope, &is_scope, err));
    if (!is_scope || slice_is(pair->key->text, "*")) {
        return policy_import_note(import, err, "certs of %s: left out, no repository has that name",
                                  scope);
    }
    if (ids->count > 1) {
        TRY(policy_import_note(import, err,
                               "%zu certificates were pinned, here it is one root: put trust: "
                               "{root: ...} in the place of reject",
                               ids->count));
        return policy_import_reject(import, scope, "more than one certificate was pinned", err);
    }
    TRY(policy_import_scope(import, scope, err));
    return buf_printf(import->out, err, "    trust:\n      root: \"sha256:%s\"\n",
                      (const char *)ids->items[0]->text.ptr);
}

static enum assay_status reject_ca(struct policy_import *import, const struct yaml_node *pinning,
                                   const char *scope, const char *file, bool *written,
                                   struct assay_error *err)
{
    bool is_scope = false;
    TRY(policy_import_is_scope(import, scope, &is_scope, err));
    if (!is_scope || has_certificates(pinning, scope)) {
        return ASSAY_OK;
    }
    *written = true;
    TRY(policy_import_note(import, err,
                           "the CA %s was pinned, which a policy cannot do: pin it by 'assay root "
                           "pin %s --ca FILE', then take reject away",
                           file, scope));
    return policy_import_reject(import, scope, "pin the CA by 'assay root pin' first", err);
}

static enum assay_status write_ca(struct policy_import *import, const struct yaml_node *pinning,
                                  const struct yaml_pair *pair, struct assay_error *err)
{
    const char *file = NULL;
    const char *below = NULL;
    const char *exact = NULL;
    bool written = false;
    TRY(policy_read_text(&import->reader, pair->value, "ca", &file, err));
    TRY(arena_copy_text(import->reader.arena, slice_trim_end(pair->key->text, '/'), &exact, err));
    TRY(arena_format(import->reader.arena, &below, err, "%s/*", exact));
    TRY(reject_ca(import, pinning, exact, file, &written, err));
    TRY(reject_ca(import, pinning, below, file, &written, err));
    return written || has_certificates(pinning, exact) || has_certificates(pinning, below)
               ? ASSAY_OK
               : policy_import_note(import, err, "ca of %s: left out, no repository has that name",
                                    exact);
}

/* Each member of a mapping that may be absent. */
static enum assay_status
write_all(struct policy_import *import, const struct yaml_node *pinning, const char *key,
          enum assay_status (*write)(struct policy_import *import, const struct yaml_node *pinning,
                                     const struct yaml_pair *pair, struct assay_error *err),
          struct assay_error *err)
{
    const struct yaml_node *map = yaml_find(pinning, key);
    if (map == NULL) {
        return ASSAY_OK;
    }
    TRY(policy_expect_mapping(&import->reader, map, key, err));
    for (size_t i = 0; i < map->count; i++) {
        TRY(write(import, pinning, &map->pairs[i], err));
    }
    return ASSAY_OK;
}

enum assay_status policy_import_notary(struct policy_import *import,
                                       const struct yaml_node *pinning, struct assay_error *err)
{
    TRY(policy_expect_mapping(&import->reader, pinning, "trust_pinning", err));
    TRY(write_first_use(import, pinning, err));
    TRY(write_all(import, pinning, "certs", write_certificates, err));
    return write_all(import, pinning, "ca", write_ca, err);
}
