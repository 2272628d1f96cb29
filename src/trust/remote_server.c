/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/remote.h"

#include "base/mem.h"
#include "net/url.h"
#include "oci/reference.h"
#include "json/tree.h"

#include <stdio.h>

struct remote_server {
    struct tuf_remote remote;
    struct net_session *net;
    struct remote_companions companions; /* count is 0 once they have travelled */
    char *base;                          /* "https://host/v2/GUN/_trust/tuf/" */
    char *feed;                          /* "https://host/v2/GUN/_trust/changefeed" */
    char *where;
    char *scope;
    struct oci_reference name; /* whose credentials may be used */
};

/* What one flight needs: URLs must outlive the call. */
struct flight {
    struct net_get *gets;
    struct net_response *responses;
    char (*urls)[LIMIT_URL_BYTES];
    size_t count;
};

static void flight_clear(struct flight *flight)
{
    for (size_t i = 0; flight->responses != NULL && i < flight->count; i++) {
        net_response_clear(&flight->responses[i]);
    }
    mem_free(flight->gets);
    mem_free(flight->responses);
    mem_free(flight->urls);
}

/* Notary says "never heard of it" as {"errors":[{"code":"METADATA_NOT_FOUND",...}]}; any other 404
 * may come from a proxy or another kind of server. */
static bool is_metadata_not_found(struct slice body)
{
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    struct json_at errors;
    struct json_at first;
    const char *code = NULL;
    struct assay_error ignored = ERROR_INIT;
    if (body.len > LIMIT_ERROR_BODY_BYTES ||
        json_tree_load(body, "answer", &tree, &root, &ignored) != ASSAY_OK ||
        json_get_array(&root, "errors", 1, &errors, &ignored) != ASSAY_OK ||
        json_count(&errors) != 1) {
        return false;
    }
    json_element(&errors, 0, &first);
    return json_kind(&first) == JSON_KIND_OBJECT &&
           json_get_string(&first, "code", &code, &ignored) == ASSAY_OK &&
           strcmp(code, "METADATA_NOT_FOUND") == 0;
}

static void take_answer(struct tuf_file *file, struct net_response *response)
{
    if (response->status != ASSAY_OK) {
        file->outcome = TUF_FILE_FAILED;
        file->error = response->error;
    } else if (response->http_status == 404) {
        file->outcome = is_metadata_not_found(buf_slice(&response->body)) ? TUF_FILE_NEVER_SIGNED
                                                                          : TUF_FILE_ABSENT;
    } else {
        file->outcome = TUF_FILE_FOUND;
        file->modified_unix_s = response->last_modified_unix_s;
        buf_move(&file->bytes, &response->body);
    }
}

static struct net_get request(const struct remote_server *server, const char *url, size_t max_bytes)
{
    return (struct net_get){
        .server = NET_TRUST_SERVER,
        .url = url,
        .registry = server->name.registry,
        .repository = server->name.repository,
        .scope = server->scope,
        .max_bytes = max_bytes,
    };
}

static enum assay_status fill_gets(struct remote_server *server, const struct tuf_file *files,
                                   size_t count, struct flight *flight, struct assay_error *err)
{
    for (size_t i = 0; i < count; i++) {
        int len =
            snprintf(flight->urls[i], LIMIT_URL_BYTES, "%s%s.json", server->base, files[i].name);
        if (len < 0 || (size_t)len >= LIMIT_URL_BYTES) {
            return FAIL(err, ASSAY_CONFIG, "the trust server's URL is too long");
        }
        flight->gets[i] = request(server, flight->urls[i], files[i].max_bytes);
    }
    for (size_t i = 0; i < server->companions.count; i++) {
        flight->gets[count + i] = server->companions.gets[i];
    }
    return ASSAY_OK;
}

static enum assay_status server_get(struct tuf_remote *remote, struct tuf_file *files, size_t count,
                                    struct assay_error *err)
{
    struct remote_server *server = (struct remote_server *)remote;
    size_t extra = server->companions.count;
    CLEANUP(flight_clear) struct flight flight = { .count = count + extra };
    flight.gets = mem_alloc(flight.count, sizeof(*flight.gets));
    flight.responses = mem_alloc(flight.count, sizeof(*flight.responses));
    flight.urls = mem_alloc(count, sizeof(*flight.urls));
    if (flight.gets == NULL || flight.responses == NULL || flight.urls == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    TRY(fill_gets(server, files, count, &flight, err));
    TRY(net_session_get(server->net, flight.gets, flight.responses, flight.count, err));
    for (size_t i = 0; i < count; i++) {
        take_answer(&files[i], &flight.responses[i]);
    }
    for (size_t i = 0; i < extra; i++) {
        server->companions.responses[i] = flight.responses[count + i];
        flight.responses[count + i] = (struct net_response){ 0 }; /* handed over */
    }
    server->companions.count = 0;
    return ASSAY_OK;
}

/* Ids go into the URL as they are: others than these would need to be escaped. */
static bool is_plain_id(const char *id)
{
    size_t len = strlen(id);
    bool is_plain = len <= LIMIT_AUDIT_FEED_ID;
    for (size_t i = 0; i < len && is_plain; i++) {
        uint8_t c = byte_to_lower((uint8_t)id[i]);
        is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                   c == '.' || c == '~';
    }
    return is_plain;
}

static enum assay_status server_changefeed(struct tuf_remote *remote, const char *behind,
                                           struct buf *out, struct assay_error *err)
{
    const struct remote_server *server = (struct remote_server *)remote;
    AUTO_BUF url = BUF_INIT(LIMIT_URL_BYTES);
    if (!is_plain_id(behind)) {
        return FAIL(err, ASSAY_SCHEMA, "the changefeed's id \"%s\" cannot be asked for", behind);
    }
    TRY(buf_printf(&url, err, "%s?records=%d&change_id=%s", server->feed, LIMIT_AUDIT_FEED_PAGE,
                   behind));
    struct net_get get = request(server, buf_text(&url), LIMIT_AUDIT_FEED_BYTES);
    CLEANUP(net_response_clear) struct net_response response = { .status = ASSAY_OK };
    TRY(net_session_get(server->net, &get, &response, 1, err));
    if (response.status != ASSAY_OK) {
        return error_pass(err, &response.error);
    }
    if (response.http_status == 404) {
        return FAIL(err, ASSAY_NOT_FOUND, "%s serves no changefeed", server->where);
    }
    buf_move(out, &response.body);
    return ASSAY_OK;
}

static void server_free(struct tuf_remote *remote)
{
    struct remote_server *server = (struct remote_server *)remote;
    oci_reference_clear(&server->name);
    mem_free(server->base);
    mem_free(server->feed);
    mem_free(server->where);
    mem_free(server->scope);
    mem_free(server);
}

static enum assay_status join(char **out, struct assay_error *err, const char *a, const char *b,
                              const char *c, const char *d)
{
    AUTO_BUF text = BUF_INIT(LIMIT_URL_BYTES);
    TRY(buf_printf(&text, err, "%s%s%s%s", a, b, c, d));
    *out = mem_copy_string(buf_text(&text));
    return *out == NULL ? FAIL_NO_MEMORY(err) : ASSAY_OK;
}

static enum assay_status server_init(struct remote_server *server, const char *url, const char *gun,
                                     struct assay_error *err)
{
    struct net_url parsed;
    struct assay_error reason = ERROR_INIT;
    if (net_url_parse(url, &parsed, &reason) != ASSAY_OK) {
        return FAIL(err, ASSAY_CONFIG, "the trust server's URL is malformed: %s", reason.message);
    }
    if (!parsed.https) {
        return FAIL(err, ASSAY_CONFIG, "the trust server must be an https URL, not %s", url);
    }
    TRY(oci_name_parse(gun, &server->name, err));
    TRY(join(&server->where, err, url, "", "", ""));
    TRY(join(&server->base, err, url, "/v2/", gun, "/_trust/tuf/"));
    TRY(join(&server->feed, err, url, "/v2/", gun, "/_trust/changefeed"));
    return join(&server->scope, err, "repository:", gun, ":pull", "");
}

enum assay_status remote_server_new(const char *server, const char *gun, struct net_session *net,
                                    const struct remote_companions *companions,
                                    struct tuf_remote **out, struct assay_error *err)
{
    struct remote_server *made = mem_alloc(1, sizeof(*made));
    if (made == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    enum assay_status status = server_init(made, server, gun, err);
    if (status != ASSAY_OK) {
        server_free(&made->remote);
        return status;
    }
    made->net = net;
    made->companions = *companions;
    made->remote = (struct tuf_remote){ .get = server_get,
                                        .changefeed = server_changefeed,
                                        .free = server_free,
                                        .where = made->where,
                                        .unverified_max_bytes = LIMIT_UNVERIFIED_BYTES };
    *out = &made->remote;
    return ASSAY_OK;
}
