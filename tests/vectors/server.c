/* SPDX-License-Identifier: Apache-2.0 */
#include "runner.h"

#include <stdio.h>

struct served *server_add(struct server *server, const char *url, struct slice body)
{
    struct served *item = pool_alloc(server->pool, sizeof(*item));
    *item = (struct served){
        .url = pool_string(server->pool, url),
        .http_status = 200,
        .body = body,
        .content_type = "application/json",
        .retry_after_ms = -1,
    };
    if (server->last == NULL) {
        server->first = item;
    } else {
        server->last->next = item;
    }
    server->last = item;
    return item;
}

struct served *server_find(struct server *server, const char *url)
{
    for (struct served *item = server->first; item != NULL; item = item->next) {
        size_t len = item->any_query ? strcspn(url, "?") : strlen(url);
        if (strlen(item->url) == len && strncmp(item->url, url, len) == 0) {
            return item;
        }
    }
    return NULL;
}

static void offer_manifest(struct server *server, const struct repo_file *file, const char *base,
                           const char *name)
{
    const struct node *type = file->doc == NULL ? NULL : node_member(file->doc, "mediaType");
    struct served *item =
        server_add(server, pool_printf(server->pool, "%s/manifests/%s", base, name), file->bytes);
    item->file = file->name;
    item->digest_header = sha256_text(server->pool, file->bytes);
    item->content_type = file->kind == FILE_INDEX ? "application/vnd.oci.image.index.v1+json"
                                                  : "application/vnd.oci.image.manifest.v1+json";
    if (type != NULL && type->kind == NODE_STRING) {
        item->content_type = pool_printf(server->pool, "%.*s", SLICE_ARGS(type->text));
    }
}

static void offer_file(struct server *server, struct repo *repo, const struct repo_file *file,
                       const char *host, const char *registry)
{
    struct pool *pool = server->pool;
    const char *names[3];
    size_t count = repo_served_names(repo, file, names);
    for (size_t i = 0; i < count; i++) {
        const char *url =
            pool_printf(pool, "https://%s/v2/%s/_trust/tuf/%s.json", host, repo->gun, names[i]);
        server_add(server, url, file->bytes)->file = file->name;
    }
    const char *digest = sha256_text(pool, file->bytes);
    if (file->kind == FILE_LAYER || file->kind == FILE_CONFIG) {
        const char *url = pool_printf(pool, "%s/blobs/%s", registry, digest);
        struct served *item = server_add(server, url, file->bytes);
        item->file = file->name;
        item->content_type = "application/octet-stream";
    }
    if (file->kind == FILE_MANIFEST || file->kind == FILE_INDEX) {
        static const char *const tags[][2] = {
            { "index", "1.0" }, { "amd64", "legacy" }, { "arm64", "arm" }, { "arm64", "unsigned" }
        };
        offer_manifest(server, file, registry, digest);
        for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
            if (strcmp(tags[i][0], file->name) == 0) {
                offer_manifest(server, file, registry, tags[i][1]);
            }
        }
    }
}

void server_offer(struct server *server, struct repo *repo)
{
    size_t len = strcspn(repo->gun, "/");
    const char *host = pool_printf(server->pool, "%.*s", (int)len, repo->gun);
    const char *registry = pool_printf(server->pool, "https://%s/v2/%s", host, repo->gun + len + 1);
    for (size_t i = 0; i < repo->file_count; i++) {
        offer_file(server, repo, repo->files[i], host, registry);
    }
}

/* ---- answering ---- */

static void complain(struct server *server, const char *what, const char *url)
{
    if (server->problem[0] == '\0') {
        (void)snprintf(server->problem, sizeof(server->problem), "%s: %s", what, url);
    }
}

/* Whether the URL's origin is one of a ' '-separated list. */
static bool is_listed(const char *url, const char *hosts)
{
    const char *slashes = strstr(url, "//");
    size_t origin =
        slashes == NULL ? strlen(url) : (size_t)(slashes - url) + 2 + strcspn(slashes + 2, "/");
    for (const char *at = hosts; *at != '\0'; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        if (len == origin && strncmp(at, url, len) == 0) {
            return true;
        }
        at += len;
    }
    return false;
}

static void copy_header(char *out, size_t out_bytes, const char *value)
{
    (void)snprintf(out, out_bytes, "%s", value == NULL ? "" : value);
}

/* The body: whole, or piece by piece to whom asked for that. */
static enum assay_status deliver(struct net_response *response, const struct served *item,
                                 const struct net_request *request, struct assay_error *err)
{
    if (request->sink == NULL || response->http_status != 200) {
        return buf_append(&response->body, item->body, err);
    }
    for (size_t at = 0; at < item->body.len && response->status == ASSAY_OK; at += 37) {
        response->status = request->sink(
            request->sink_ctx, slice_first(slice_from(item->body, at), 37), &response->error);
    }
    return ASSAY_OK;
}

static enum assay_status answer(struct net_response *response, const struct served *item,
                                const struct net_request *request, struct assay_error *err)
{
    bool refused = item->wants_token && request->authorization == NULL;
    response->http_status = refused ? 401 : item->http_status;
    copy_header(response->content_type, sizeof(response->content_type), item->content_type);
    copy_header(response->location, sizeof(response->location), item->location);
    copy_header(response->docker_content_digest, sizeof(response->docker_content_digest),
                item->digest_header);
    response->retry_after_ms = item->retry_after_ms;
    if (item->challenge != NULL) {
        AUTO_BUF text = BUF_INIT(LIMIT_URL_BYTES);
        TRY(buf_append_string(&text, item->challenge, err));
        /* challenges are freed by net_response_clear, as if libcurl's side had made them */
        response->challenges[response->challenge_count++] = (char *)STEAL(text.ptr);
    }
    if (item->fail != ASSAY_OK) {
        response->status = FAIL(&response->error, item->fail, "scripted failure of %s", item->url);
    } else if (!refused && item->body.len > request->max_bytes) {
        response->status = FAIL(&response->error, ASSAY_TOO_LARGE, "%s: more than %zu bytes",
                                item->url, request->max_bytes);
    } else if (!refused) {
        return deliver(response, item, request, err);
    }
    return ASSAY_OK;
}

static enum assay_status answer_missing(struct net_response *response, const char *url,
                                        struct assay_error *err)
{
    static const char notary[] = "{\"errors\":[{\"code\":\"METADATA_NOT_FOUND\",\"message\":"
                                 "\"You have requested metadata that does not exist.\",\"detail\":"
                                 "null}]}\n";
    static const char registry[] = "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":"
                                   "\"manifest unknown\"}]}\n";
    response->http_status = 404;
    copy_header(response->content_type, sizeof(response->content_type), "application/json");
    return buf_append_string(&response->body, strstr(url, "/_trust/") == NULL ? registry : notary,
                             err);
}

/* A file that nothing signed names yet must not fill the memory. */
static bool takes_too_much(const struct net_request *request)
{
    static const size_t tail = sizeof(".json") - 1 + 64 + 1; /* ".HEX.json" */
    size_t len = strlen(request->url);
    bool by_hash = len > tail && request->url[len - tail] == '.';
    return strstr(request->url, "/_trust/tuf/") != NULL && !by_hash &&
           request->max_bytes > LIMIT_UNVERIFIED_BYTES;
}

/* What must hold for every request. */
static void watch(struct server *server, const struct net_request *request)
{
    struct asked *asked = pool_alloc(server->pool, sizeof(*asked));
    *asked = (struct asked){ pool_string(server->pool, request->url), server->asked };
    server->asked = asked;
    if (server->verbose) {
        (void)printf("#   %llu: %s%s\n", (unsigned long long)server->fetcher.flights, request->url,
                     request->authorization == NULL ? "" : " (with credentials)");
    }
    if (!is_listed(request->url, server->hosts)) {
        complain(server, "a request to an unlisted host", request->url);
    }
    if (request->authorization != NULL && !is_listed(request->url, server->auth_hosts)) {
        complain(server, "credentials to an unlisted origin", request->url);
    }
    if (takes_too_much(request)) {
        complain(server, "too much is taken of an unverified file", request->url);
    }
    if (strstr(request->url, ".key") != NULL) {
        complain(server, "a key was asked of the server", request->url);
    }
}

static enum assay_status fetch(struct net_fetcher *fetcher, const struct net_request *requests,
                               struct net_response *responses, size_t count,
                               struct assay_error *err)
{
    struct server *server = (struct server *)fetcher;
    fetcher->flights++;
    if (server->removed != NULL) {
        dir_remove(server->removed);
    }
    for (size_t i = 0; i < count; i++) {
        responses[i] = (struct net_response){
            .status = ASSAY_OK,
            .body = BUF_INIT(requests[i].max_bytes + 4096),
            .retry_after_ms = -1,
        };
        fetcher->requests++;
        watch(server, &requests[i]);
        if (server->interrupted_at != NULL &&
            strstr(requests[i].url, server->interrupted_at) != NULL) {
            atomic_store(&server->interrupted, ASSAY_INTERRUPTED);
        }
        const struct served *item = server_find(server, requests[i].url);
        TRY(item == NULL ? answer_missing(&responses[i], requests[i].url, err)
                         : answer(&responses[i], item, &requests[i], err));
    }
    return ASSAY_OK;
}

static void keep(struct net_fetcher *fetcher)
{
    (void)fetcher; /* lives in the case's pool */
}

void server_init(struct server *server, struct pool *pool)
{
    static const struct net_fetcher_ops ops = { fetch, keep };
    *server = (struct server){
        .fetcher = { .ops = &ops },
        .pool = pool,
        .hosts = "https://reg.test",
        .auth_hosts = "",
    };
}
