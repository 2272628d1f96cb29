/* SPDX-License-Identifier: Apache-2.0 */
/* bundle show: what a bundle says that it holds. Nothing here is verified. */
#include "cli/cmd_bundle.h"

#include "base/time.h"
#include "cli/answer.h"
#include "report/json.h"
#include "json/reader.h"

#include <inttypes.h>

/* What a role file says of itself, as far as it can be read. */
struct claims {
    uint64_t size;
    bool is_known;
    int64_t version;
    int64_t expires_unix_s;
};

static enum assay_status read_member(struct json_reader *reader, struct json_string key,
                                     struct claims *out, struct json_string *expires,
                                     struct assay_error *err)
{
    if (json_string_is(key, "expires")) {
        return json_read_string(reader, expires, err);
    }
    if (json_string_is(key, "version")) {
        return json_read_integer(reader, 1, LIMIT_JSON_INTEGER, &out->version, err);
    }
    return json_skip(reader, NULL, err);
}

static enum assay_status read_signed(struct json_reader *reader, struct claims *out,
                                     struct assay_error *err)
{
    bool more = false;
    struct json_string key;
    struct json_string expires = { .escaped = true };
    TRY(json_enter_object(reader, err));
    TRY(json_next_member(reader, &key, &more, err));
    while (more) {
        TRY(read_member(reader, key, out, &expires, err));
        TRY(json_next_member(reader, &key, &more, err));
    }
    TRY(time_parse(expires.raw, &out->expires_unix_s, err));
    out->is_known = out->version > 0;
    return ASSAY_OK;
}

static enum assay_status read_claims(struct slice bytes, struct claims *out,
                                     struct assay_error *err)
{
    struct json_reader reader;
    struct json_string key;
    bool more = false;
    json_reader_init(&reader, bytes, UINT64_MAX);
    TRY(json_enter_object_any_order(&reader, err));
    TRY(json_next_member(&reader, &key, &more, err));
    while (more) {
        TRY(json_string_is(key, "signed") ? read_signed(&reader, out, err)
                                          : json_skip(&reader, NULL, err));
        TRY(json_next_member(&reader, &key, &more, err));
    }
    return ASSAY_OK;
}

/* The bytes are those that the bundle names, or showing it fails. */
static enum assay_status role_claims(const struct bundle *bundle, const char *gun, const char *name,
                                     struct claims *out, struct assay_error *err)
{
    AUTO_BUF bytes = BUF_INIT(LIMIT_TARGETS_BYTES);
    bool found = false;
    *out = (struct claims){ 0 };
    TRY(bundle_metadata(bundle, gun, name, LIMIT_TARGETS_BYTES, &bytes, &found, err));
    out->size = bytes.len;
    if (read_claims(buf_slice(&bytes), out, NULL) != ASSAY_OK) {
        out->is_known = false;
    }
    return ASSAY_OK;
}

/* ---- text ---- */

struct listing {
    const struct bundle *bundle;
    const char *gun;
    struct buf *text;
    struct json_new *roles;
};

static enum assay_status append_role(void *ctx, const char *name, struct assay_error *err)
{
    const struct listing *listing = ctx;
    struct claims claims;
    char expires[TIME_TEXT_BYTES] = "";
    TRY(role_claims(listing->bundle, listing->gun, name, &claims, err));
    if (!claims.is_known) {
        return buf_printf(listing->text, err,
                          "  role       %s  cannot be read  %" PRIu64 " bytes\n", name,
                          claims.size);
    }
    time_format(claims.expires_unix_s, expires);
    return buf_printf(listing->text, err,
                      "  role       %s  version %" PRId64 "  expires %s  %" PRIu64 " bytes\n", name,
                      claims.version, expires, claims.size);
}

static enum assay_status append_repository(const struct bundle *bundle,
                                           const struct bundle_repository *repository,
                                           struct buf *out, struct assay_error *err)
{
    struct listing listing = { .bundle = bundle, .gun = repository->gun, .text = out };
    TRY(buf_printf(out, err, "%s\n", repository->gun));
    if (repository->server[0] != '\0') {
        TRY(buf_printf(out, err, "  server     %s\n", repository->server));
    }
    if (repository->modified_unix_s != 0) {
        char time[TIME_TEXT_BYTES];
        time_format(repository->modified_unix_s, time);
        TRY(buf_printf(out, err, "  modified   %s\n", time));
    }
    for (size_t i = 0; i < repository->reference_count; i++) {
        TRY(buf_printf(out, err, "  reference  %s\n", repository->references[i]));
    }
    return bundle_metadata_names(bundle, repository->gun, append_role, &listing, err);
}

static enum assay_status show_text(struct cli *cli UNUSED, const void *data, bool colour UNUSED,
                                   struct buf *out, struct assay_error *err)
{
    const struct bundle *bundle = *(struct bundle *const *)data;
    const struct bundle_repository *repository = NULL;
    struct digest digest;
    uint64_t size = 0;
    TRY(buf_append_string(out, "NOT VERIFIED  what follows is what the bundle says of itself\n",
                          err));
    for (size_t i = 0; (repository = bundle_repository_at(bundle, i)) != NULL; i++) {
        TRY(append_repository(bundle, repository, out, err));
    }
    for (size_t i = 0; bundle_document_at(bundle, i, &digest, &size); i++) {
        char text[DIGEST_TEXT_BYTES];
        digest_format(&digest, text);
        TRY(buf_printf(out, err, "document  %s  %" PRIu64 " bytes\n", text, size));
    }
    return ASSAY_OK;
}

/* ---- JSON ---- */

static enum assay_status add_role(void *ctx, const char *name, struct assay_error *err)
{
    const struct listing *listing = ctx;
    struct claims claims;
    TRY(role_claims(listing->bundle, listing->gun, name, &claims, err));
    struct json_new *role = json_new_object();
    json_add_string(role, "name", name);
    json_add_integer(role, "version", claims.is_known ? claims.version : 0);
    report_json_time(role, "expires", claims.is_known, claims.expires_unix_s);
    json_add_integer(role, "size", (int64_t)claims.size);
    json_append(listing->roles, role);
    return ASSAY_OK;
}

static struct json_new *documents_json(const struct bundle *bundle)
{
    struct json_new *documents = json_new_array();
    struct digest digest;
    uint64_t size = 0;
    for (size_t i = 0; bundle_document_at(bundle, i, &digest, &size); i++) {
        char text[DIGEST_TEXT_BYTES];
        struct json_new *document = json_new_object();
        digest_format(&digest, text);
        json_add_string(document, "digest", text);
        json_add_integer(document, "size", (int64_t)size);
        json_append(documents, document);
    }
    return documents;
}

static struct json_new *repository_json(const struct bundle *bundle,
                                        const struct bundle_repository *repository)
{
    struct json_new *object = json_new_object();
    struct json_new *references = json_new_array();
    struct listing listing = { .bundle = bundle, .gun = repository->gun };
    listing.roles = json_new_array();
    for (size_t i = 0; i < repository->reference_count; i++) {
        json_append_string(references, repository->references[i]);
    }
    /* its bytes were read once already, so it does not fail but for want of memory */
    enum assay_status status =
        bundle_metadata_names(bundle, repository->gun, add_role, &listing, NULL);
    json_add_string(object, "name", repository->gun);
    json_add_string(object, "server", repository->server);
    report_json_time(object, "modified", repository->modified_unix_s != 0,
                     repository->modified_unix_s);
    json_add(object, "references", references);
    json_add(object, "roles", status == ASSAY_OK ? listing.roles : NULL);
    if (status != ASSAY_OK) {
        json_new_free(listing.roles);
    }
    return object;
}

static void show_json(const struct cli *cli UNUSED, const void *data, struct json_new *results)
{
    const struct bundle *bundle = *(struct bundle *const *)data;
    const struct bundle_repository *repository = NULL;
    struct json_new *result = json_new_object();
    struct json_new *repositories = json_new_array();
    for (size_t i = 0; (repository = bundle_repository_at(bundle, i)) != NULL; i++) {
        json_append(repositories, repository_json(bundle, repository));
    }
    json_add_bool(result, "verified", false);
    json_add(result, "repositories", repositories);
    json_add(result, "documents", documents_json(bundle));
    json_append(results, result);
}

/* ---- the whole ---- */

static enum assay_status read_role(void *ctx, const char *name, struct assay_error *err)
{
    const struct listing *listing = ctx;
    struct claims ignored;
    return role_claims(listing->bundle, listing->gun, name, &ignored, err);
}

static enum assay_status find_bundle(struct cli *cli, void *data, enum assay_status *says UNUSED,
                                     struct assay_error *err)
{
    struct bundle **bundle = data;
    const struct bundle_repository *repository = NULL;
    TRY(bundle_open(cli->options.operands[1], bundle, err));
    for (size_t i = 0; (repository = bundle_repository_at(*bundle, i)) != NULL; i++) {
        struct listing listing = { .bundle = *bundle, .gun = repository->gun };
        TRY(bundle_metadata_names(*bundle, repository->gun, read_role, &listing, err));
    }
    return ASSAY_OK;
}

enum assay_status bundle_show(struct cli *cli, struct assay_error *err)
{
    CLEANUP(bundle_cleanup) struct bundle *bundle = NULL;
    const struct answer answer = { &bundle, find_bundle, show_text, show_json, NULL, 0 };
    return answer_give(cli, &answer, err);
}
