/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "base/time.h"
#include "net/url.h"
#include "source/bundle_parts.h"
#include "tuf/model.h"

/* ---- names ---- */

static bool is_top_role(struct slice name)
{
    return slice_is_any(name, tuf_top_role_names, TUF_TOP_ROLES);
}

/* "3.root" */
static bool is_numbered_root(struct slice name)
{
    uint64_t version = 0;
    struct slice suffix = SLICE_LITERAL(".root");
    return slice_has_suffix(name, suffix) &&
           text_to_u64(slice_first(name, name.len - suffix.len), LIMIT_JSON_INTEGER, &version) &&
           version > 0;
}

/* "targets/releases/more": each part by the dialect's own rule. */
static bool is_delegation(struct slice name)
{
    char parent[LIMIT_ROLE_NAME_BYTES + 1];
    if (!slice_has_prefix(name, SLICE_LITERAL("targets/")) || name.len > LIMIT_ROLE_NAME_BYTES) {
        return false;
    }
    for (size_t at = strlen("targets"); at < name.len;) {
        memcpy(parent, name.ptr, at);
        parent[at] = '\0';
        struct slice rest = slice_from(name, at + 1);
        struct slice child = slice_first(name, at + 1 + slice_find(rest, '/'));
        if (tuf_dialect_notary.check_delegation_name(child, parent, NULL) != ASSAY_OK) {
            return false;
        }
        at = child.len;
    }
    return true;
}

static enum assay_status check_role_name(const struct json_at *at, const char *text,
                                         struct assay_error *err)
{
    struct slice name = slice_from_string(text);
    return is_top_role(name) || is_numbered_root(name) || is_delegation(name)
               ? ASSAY_OK
               : json_at_fail(at, err, ASSAY_BUNDLE, "'%s' is no name of a role file", text);
}

/* One order, so that the same contents have one form and no name comes twice. */
static enum assay_status check_order(const struct json_at *at, const char *before, const char *text,
                                     struct assay_error *err)
{
    return before == NULL || strcmp(before, text) < 0
               ? ASSAY_OK
               : json_at_fail(at, err, ASSAY_BUNDLE, "'%s' does not stand behind '%s'", text,
                              before);
}

static enum assay_status check_reference(const struct json_at *at, const char *gun,
                                         const char *text, struct assay_error *err)
{
    CLEANUP(oci_reference_clear) struct oci_reference reference = { 0 };
    if (oci_reference_parse(text, &reference, NULL) != ASSAY_OK ||
        strcmp(text, reference.text) != 0 || strcmp(gun, reference.name) != 0) {
        return json_at_fail(at, err, ASSAY_BUNDLE, "'%s' is no full name of an image of %s", text,
                            gun);
    }
    return ASSAY_OK;
}

static enum assay_status check_gun(const struct json_at *at, const char *text,
                                   struct assay_error *err)
{
    CLEANUP(oci_reference_clear) struct oci_reference name = { 0 };
    if (oci_name_parse(text, &name, NULL) != ASSAY_OK || strcmp(text, name.name) != 0) {
        return json_at_fail(at, err, ASSAY_BUNDLE, "'%s' is no full name of a repository", text);
    }
    return ASSAY_OK;
}

/* ---- members ---- */

/* "digest" and "size" of an object. */
static enum assay_status parse_blob(struct bundle *bundle, const struct json_at *at,
                                    const struct bundle_blob **out, struct assay_error *err)
{
    const char *text = NULL;
    int64_t size = 0;
    struct digest digest;
    TRY(json_get_string(at, "digest", &text, err));
    TRY(json_get_integer(at, "size", 0, LIMIT_JSON_INTEGER, &size, err));
    TRY(digest_parse(slice_from_string(text), &digest, err));
    struct bundle_blob *blob = bundle_blob_find(bundle, &digest);
    if (blob == NULL) {
        return json_at_fail(at, err, ASSAY_BUNDLE, "%s is not in the bundle", text);
    }
    if (blob->size != (uint64_t)size) {
        return json_at_fail(at, err, ASSAY_BUNDLE, "%s has %llu bytes, the index says %lld", text,
                            (unsigned long long)blob->size, (long long)size);
    }
    blob->is_named = true;
    *out = blob;
    return ASSAY_OK;
}

static enum assay_status parse_role(struct bundle *bundle, const struct json_at *at,
                                    const char *before, struct bundle_role *out,
                                    struct assay_error *err)
{
    static const char *const known[] = { "name", "digest", "size" };
    const char *name = NULL;
    TRY(json_as_object(at, err));
    TRY(json_check_members(at, known, ARRAY_LEN(known), false, err));
    TRY(json_get_string(at, "name", &name, err));
    TRY(check_role_name(at, name, err));
    TRY(check_order(at, before, name, err));
    TRY(arena_copy_text(&bundle->arena, slice_from_string(name), &out->name, err));
    return parse_blob(bundle, at, &out->blob, err);
}

static enum assay_status parse_roles(struct bundle *bundle, const struct json_at *repository,
                                     struct bundle_entry *entry, struct assay_error *err)
{
    struct json_at list;
    TRY(json_get_array(repository, "roles", LIMIT_BUNDLE_ROLES, &list, err));
    entry->role_count = json_count(&list);
    TRY(arena_alloc(&bundle->arena, entry->role_count + 1, sizeof(*entry->roles), &entry->roles,
                    err));
    for (size_t i = 0; i < entry->role_count; i++) {
        struct json_at at;
        json_element(&list, i, &at);
        TRY(parse_role(bundle, &at, i == 0 ? NULL : entry->roles[i - 1].name, &entry->roles[i],
                       err));
    }
    return ASSAY_OK;
}

static enum assay_status parse_references(struct bundle *bundle, const struct json_at *repository,
                                          struct bundle_repository *view, struct assay_error *err)
{
    struct json_at list;
    const char **texts = NULL;
    TRY(json_get_array(repository, "references", LIMIT_REFERENCES, &list, err));
    view->reference_count = json_count(&list);
    TRY(arena_alloc(&bundle->arena, view->reference_count + 1, sizeof(*texts), &texts, err));
    for (size_t i = 0; i < view->reference_count; i++) {
        struct json_at at;
        const char *text = NULL;
        json_element(&list, i, &at);
        TRY(json_as_string(&at, &text, err));
        TRY(check_reference(&at, view->gun, text, err));
        TRY(check_order(&at, i == 0 ? NULL : texts[i - 1], text, err));
        TRY(arena_copy_text(&bundle->arena, slice_from_string(text), &texts[i], err));
    }
    view->references = texts;
    return ASSAY_OK;
}

/* Server and time: shown to people, and therefore well formed. */
static enum assay_status parse_claims(struct bundle *bundle, const struct json_at *at,
                                      struct bundle_repository *view, struct assay_error *err)
{
    const char *server = NULL;
    const char *modified = NULL;
    struct net_url url;
    view->server = "";
    TRY(json_get_string_opt(at, "server", &server, err));
    TRY(json_get_string_opt(at, "modified", &modified, err));
    if (server != NULL) {
        if (net_url_parse(server, &url, NULL) != ASSAY_OK || !url.https) {
            return json_at_fail(at, err, ASSAY_BUNDLE, "server: '%s' is no https URL", server);
        }
        TRY(arena_copy_text(&bundle->arena, slice_from_string(server), &view->server, err));
    }
    return modified == NULL ? ASSAY_OK
                            : time_parse(slice_from_string(modified), &view->modified_unix_s, err);
}

static enum assay_status parse_repository(struct bundle *bundle, const struct json_at *at,
                                          size_t index, struct assay_error *err)
{
    static const char *const known[] = { "name", "server", "modified", "references", "roles" };
    struct bundle_entry *entry = &bundle->entries[index];
    const char *gun = NULL;
    TRY(json_as_object(at, err));
    TRY(json_check_members(at, known, ARRAY_LEN(known), false, err));
    TRY(json_get_string(at, "name", &gun, err));
    TRY(check_gun(at, gun, err));
    TRY(check_order(at, index == 0 ? NULL : bundle->entries[index - 1].view.gun, gun, err));
    TRY(arena_copy_text(&bundle->arena, slice_from_string(gun), &entry->view.gun, err));
    TRY(parse_claims(bundle, at, &entry->view, err));
    TRY(parse_references(bundle, at, &entry->view, err));
    return parse_roles(bundle, at, entry, err);
}

static enum assay_status parse_documents(struct bundle *bundle, const struct json_at *top,
                                         struct assay_error *err)
{
    static const char *const known[] = { "digest", "size" };
    struct json_at list;
    TRY(json_get_array(top, "documents", LIMIT_BUNDLE_DOCUMENTS, &list, err));
    bundle->document_count = json_count(&list);
    TRY(arena_alloc(&bundle->arena, bundle->document_count + 1, sizeof(void *), &bundle->documents,
                    err));
    for (size_t i = 0; i < bundle->document_count; i++) {
        struct json_at at;
        json_element(&list, i, &at);
        TRY(json_as_object(&at, err));
        TRY(json_check_members(&at, known, ARRAY_LEN(known), false, err));
        TRY(parse_blob(bundle, &at, &bundle->documents[i], err));
        /* blobs stand in the order of their digests, so documents do */
        if (i > 0 && bundle->documents[i - 1] >= bundle->documents[i]) {
            return json_at_fail(&at, err, ASSAY_BUNDLE, "the documents are not in order");
        }
    }
    return ASSAY_OK;
}

static enum assay_status parse(struct bundle *bundle, const struct json_at *top,
                               struct assay_error *err)
{
    static const char *const known[] = { "schema", "repositories", "documents" };
    int64_t schema = 0;
    struct json_at list;
    TRY(json_as_object(top, err));
    TRY(json_check_members(top, known, ARRAY_LEN(known), false, err));
    TRY(json_get_integer(top, "schema", BUNDLE_SCHEMA, BUNDLE_SCHEMA, &schema, err));
    TRY(json_get_array(top, "repositories", LIMIT_BUNDLE_REPOSITORIES, &list, err));
    bundle->entry_count = json_count(&list);
    TRY(arena_alloc(&bundle->arena, bundle->entry_count + 1, sizeof(*bundle->entries),
                    &bundle->entries, err));
    for (size_t i = 0; i < bundle->entry_count; i++) {
        struct json_at at;
        json_element(&list, i, &at);
        TRY(parse_repository(bundle, &at, i, err));
    }
    TRY(parse_documents(bundle, top, err));
    for (size_t i = 0; i < bundle->blob_count; i++) {
        if (!bundle->blobs[i].is_named) {
            char digest[DIGEST_TEXT_BYTES];
            digest_format(&bundle->blobs[i].digest, digest);
            return FAIL(err, ASSAY_BUNDLE, "holds %s, which its index does not name", digest);
        }
    }
    return ASSAY_OK;
}

enum assay_status bundle_index_parse(struct bundle *bundle, struct slice text,
                                     struct assay_error *err)
{
    AUTO_JSON_TREE tree = NULL;
    struct json_at top;
    enum assay_status status = json_tree_load(text, BUNDLE_INDEX_NAME, &tree, &top, err);
    if (status == ASSAY_OK) {
        status = parse(bundle, &top, err);
    }
    /* whatever is wrong with the index is wrong with the bundle */
    if (assay_status_class(status) == ASSAY_CLASS_REJECTED && err != NULL) {
        err->status = ASSAY_BUNDLE;
    }
    return assay_status_class(status) == ASSAY_CLASS_REJECTED ? ASSAY_BUNDLE : status;
}
