/* SPDX-License-Identifier: Apache-2.0 */
#include "net/credentials.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "net/credential_helper.h"
#include "json/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#define HUB        "docker.io"
#define HUB_SERVER "https://index.docker.io/v1/" /* how docker login names it, to helpers too */

enum {
    PLACE_AUTHFILE,
    PLACE_PODMAN_RUNTIME,
    PLACE_PODMAN_CONFIG,
    PLACE_DOCKER_CONFIG,
    PLACE_COUNT
};

/* A helper may ask its user: it is asked once a run for each server. */
struct remembered {
    char *helper;
    char *server;
    struct net_credential credential;
    struct remembered *next;
};

struct net_credentials {
    pthread_mutex_t lock; /* several workers look up; one helper runs at a time */
    char *places[PLACE_COUNT];
    char *auth_config;
    char *helper_path;
    char *home;
    struct remembered *remembered;
};

/* ---- life ---- */

static enum assay_status copy(const char *text, char **out, struct assay_error *err)
{
    if (text == NULL) {
        return ASSAY_OK;
    }
    *out = mem_copy_string(text);
    return *out == NULL ? FAIL_NO_MEMORY(err) : ASSAY_OK;
}

static enum assay_status copy_paths(struct net_credentials *credentials,
                                    const struct net_credentials_paths *paths,
                                    struct assay_error *err)
{
    TRY(copy(paths->helper_path, &credentials->helper_path, err));
    TRY(copy(paths->home, &credentials->home, err));
    if (paths->authfile != NULL) {
        return copy(paths->authfile, &credentials->places[PLACE_AUTHFILE], err);
    }
    TRY(copy(paths->auth_config, &credentials->auth_config, err));
    TRY(copy(paths->podman_runtime, &credentials->places[PLACE_PODMAN_RUNTIME], err));
    TRY(copy(paths->podman_config, &credentials->places[PLACE_PODMAN_CONFIG], err));
    return copy(paths->docker_config, &credentials->places[PLACE_DOCKER_CONFIG], err);
}

enum assay_status net_credentials_new(const struct net_credentials_paths *paths,
                                      struct net_credentials **out, struct assay_error *err)
{
    struct net_credentials *credentials = mem_alloc(1, sizeof(*credentials));
    *out = NULL;
    if (credentials == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    if (pthread_mutex_init(&credentials->lock, NULL) != 0) {
        mem_free(credentials);
        return FAIL_NO_MEMORY(err);
    }
    enum assay_status status = copy_paths(credentials, paths, err);
    if (status != ASSAY_OK) {
        net_credentials_free(credentials);
        return status;
    }
    *out = credentials;
    return ASSAY_OK;
}

static void wipe_string(char *text)
{
    if (text != NULL) {
        mem_wipe(text, strlen(text));
        mem_free(text);
    }
}

void net_credential_clear(struct net_credential *credential)
{
    buf_wipe(&credential->user);
    buf_wipe(&credential->password);
    buf_wipe(&credential->identity_token);
    buf_wipe(&credential->registry_token);
    *credential = (struct net_credential){ 0 };
}

static void remembered_free(struct remembered *entry)
{
    mem_free(entry->helper);
    mem_free(entry->server);
    net_credential_clear(&entry->credential);
    mem_free(entry);
}

void net_credentials_free(struct net_credentials *credentials)
{
    if (credentials == NULL) {
        return;
    }
    while (credentials->remembered != NULL) {
        struct remembered *entry = credentials->remembered;
        credentials->remembered = entry->next;
        remembered_free(entry);
    }
    for (size_t i = 0; i < PLACE_COUNT; i++) {
        mem_free(credentials->places[i]);
    }
    wipe_string(credentials->auth_config);
    mem_free(credentials->helper_path);
    mem_free(credentials->home);
    (void)pthread_mutex_destroy(&credentials->lock);
    mem_free(credentials);
}

/* ---- helpers ---- */

static enum assay_status take_bytes(struct buf *out, struct slice bytes, struct assay_error *err)
{
    out->max = LIMIT_CREDENTIAL_BYTES;
    TRY(buf_reserve(out, bytes.len, err)); /* at once: growing would leave a copy behind */
    return buf_append(out, bytes, err);
}

static enum assay_status copy_credential(const struct net_credential *from,
                                         struct net_credential *out, struct assay_error *err)
{
    TRY(take_bytes(&out->user, buf_slice(&from->user), err));
    TRY(take_bytes(&out->password, buf_slice(&from->password), err));
    TRY(take_bytes(&out->identity_token, buf_slice(&from->identity_token), err));
    TRY(take_bytes(&out->registry_token, buf_slice(&from->registry_token), err));
    out->found = from->found;
    return ASSAY_OK;
}

static enum assay_status ask_helper(struct net_credentials *credentials, const char *name,
                                    const char *registry, struct net_credential *out,
                                    struct assay_error *err)
{
    const char *server = slice_is(slice_from_string(registry), HUB) ? HUB_SERVER : registry;
    struct credential_helper helper = { .name = name,
                                        .path = credentials->helper_path,
                                        .home = credentials->home };
    for (const struct remembered *entry = credentials->remembered; entry != NULL;
         entry = entry->next) {
        if (slice_is(slice_from_string(entry->helper), name) &&
            slice_is(slice_from_string(entry->server), server)) {
            return copy_credential(&entry->credential, out, err);
        }
    }
    struct remembered *entry = mem_alloc(1, sizeof(*entry));
    if (entry == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    enum assay_status status = copy(name, &entry->helper, err);
    status = status != ASSAY_OK ? status : copy(server, &entry->server, err);
    status = status != ASSAY_OK ? status
                                : credential_helper_get(&helper, server, &entry->credential, err);
    if (status != ASSAY_OK) {
        remembered_free(entry);
        return status;
    }
    entry->next = credentials->remembered;
    credentials->remembered = entry;
    return copy_credential(&entry->credential, out, err);
}

/* ---- the keys of a file ---- */

/* "https://index.docker.io/v1/" and its kin all mean Docker Hub. */
static bool is_hub(struct slice host)
{
    return slice_is(host, HUB) || slice_is(host, "index.docker.io") ||
           slice_is(host, "registry-1.docker.io");
}

/* How long the part of wanted ("host:port/ns/app") is that key stands for; 0: it does not. A key
 * with a scheme is an old docker one and means the whole host. */
static size_t match_length(const char *key, struct slice wanted)
{
    struct slice rest = slice_from_string(key);
    bool old = true;
    if (slice_has_prefix(rest, SLICE_LITERAL("https://"))) {
        rest = slice_from(rest, strlen("https://"));
    } else if (slice_has_prefix(rest, SLICE_LITERAL("http://"))) {
        rest = slice_from(rest, strlen("http://"));
    } else {
        old = false;
    }
    while (rest.len > 0 && rest.ptr[rest.len - 1] == '/') {
        rest.len--;
    }
    struct slice host = slice_first(rest, slice_find(rest, '/'));
    struct slice path = slice_from(rest, host.len);
    if (is_hub(host)) {
        host = SLICE_LITERAL(HUB);
        old = old || slice_is(path, "/v1") || slice_is(path, "/v2");
    }
    if (old) {
        path = SLICE_EMPTY;
    }
    if (host.len == 0 || !slice_has_prefix(wanted, host) ||
        !slice_has_prefix(slice_from(wanted, host.len), path)) {
        return 0;
    }
    size_t len = host.len + path.len;
    return len == wanted.len || wanted.ptr[len] == '/' ? len : 0;
}

/* ---- one entry of "auths" ---- */

/* base64 of "user:password". */
static enum assay_status take_auth(const char *auth, struct net_credential *out,
                                   struct assay_error *err)
{
    struct buf plain = BUF_INIT(LIMIT_CREDENTIAL_BYTES);
    struct slice text = slice_from_string(auth);
    size_t len = 0;
    enum assay_status status = buf_reserve(&plain, text.len, err);
    if (status == ASSAY_OK) {
        status = base64_decode(text, plain.ptr, plain.max, &len, err);
    }
    struct slice both = slice_of(plain.ptr, len);
    struct slice user = slice_first(both, slice_find(both, ':'));
    struct slice password = slice_from(both, user.len + 1);
    while (password.len > 0 && password.ptr[password.len - 1] == '\0') {
        password.len--; /* old docker pads with NUL */
    }
    if (status == ASSAY_OK && (user.len == 0 || user.len == both.len)) {
        status = FAIL(err, ASSAY_CREDENTIALS, "'auth' is not base64 of USER:PASSWORD");
    }
    if (status == ASSAY_OK) {
        status = take_bytes(&out->user, user, err);
    }
    if (status == ASSAY_OK) {
        status = take_bytes(&out->password, password, err);
    }
    buf_wipe(&plain);
    return status;
}

/* Docker leaves an empty entry where a helper keeps the credential: that is none. */
static enum assay_status take_entry(const struct json_at *entry, struct net_credential *out,
                                    struct assay_error *err)
{
    const char *auth = NULL;
    const char *user = NULL;
    const char *password = NULL;
    const char *identity = NULL;
    const char *registry = NULL;
    TRY(json_as_object(entry, err));
    TRY(json_get_string_opt(entry, "auth", &auth, err));
    TRY(json_get_string_opt(entry, "username", &user, err));
    TRY(json_get_string_opt(entry, "password", &password, err));
    TRY(json_get_string_opt(entry, "identitytoken", &identity, err));
    TRY(json_get_string_opt(entry, "registrytoken", &registry, err));
    if (identity != NULL && identity[0] != '\0') {
        TRY(take_bytes(&out->identity_token, slice_from_string(identity), err));
        out->found = true;
    }
    if (registry != NULL && registry[0] != '\0') {
        TRY(take_bytes(&out->registry_token, slice_from_string(registry), err));
        out->found = true;
    }
    if (auth != NULL && auth[0] != '\0') {
        TRY(take_auth(auth, out, err));
        out->found = true;
    } else if (user != NULL && user[0] != '\0' && password != NULL) {
        TRY(take_bytes(&out->user, slice_from_string(user), err));
        TRY(take_bytes(&out->password, slice_from_string(password), err));
        out->found = true;
    }
    return ASSAY_OK;
}

static enum assay_status find_auth(const struct json_at *file, struct slice wanted,
                                   struct net_credential *out, struct assay_error *err)
{
    struct json_at auths;
    struct json_at entry;
    size_t shorter_than = wanted.len + 1;
    if (!json_find(file, "auths", &auths)) {
        return ASSAY_OK;
    }
    TRY(json_as_object(&auths, err));
    /* The longest key first; empty entries make way for shorter keys. */
    while (!out->found && shorter_than > 0) {
        void *iterator = NULL;
        size_t longest = 0;
        while (json_member(&auths, &iterator, &entry)) {
            size_t len = match_length(entry.key, wanted);
            longest = len < shorter_than && len > longest ? len : longest;
        }
        iterator = NULL;
        while (longest > 0 && !out->found && json_member(&auths, &iterator, &entry)) {
            if (match_length(entry.key, wanted) == longest) {
                TRY(take_entry(&entry, out, err));
            }
        }
        shorter_than = longest;
    }
    return ASSAY_OK;
}

/* ---- one file ---- */

static enum assay_status find_helper(const struct json_at *file, const char *registry,
                                     const char **out, struct assay_error *err)
{
    struct json_at helpers;
    struct json_at entry;
    struct slice wanted = slice_from_string(registry);
    void *iterator = NULL;
    if (json_find(file, "credHelpers", &helpers)) {
        TRY(json_as_object(&helpers, err));
        while (json_member(&helpers, &iterator, &entry)) {
            if (match_length(entry.key, wanted) == wanted.len) {
                return json_as_string(&entry, out, err);
            }
        }
    }
    return json_get_string_opt(file, "credsStore", out, err);
}

static enum assay_status find_in_text(struct net_credentials *credentials, struct slice text,
                                      const char *document, const char *registry,
                                      struct slice wanted, struct net_credential *out,
                                      struct assay_error *err)
{
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    const char *helper = NULL;
    TRY(json_tree_load(text, document, &tree, &root, err));
    TRY(json_as_object(&root, err));
    TRY(find_helper(&root, registry, &helper, err));
    if (helper != NULL && helper[0] != '\0' && credentials->helper_path != NULL) {
        TRY(ask_helper(credentials, helper, registry, out, err));
    }
    return out->found ? ASSAY_OK : find_auth(&root, wanted, out, err);
}

static enum assay_status read_place(const char *path, struct buf *out, bool *found,
                                    struct assay_error *err)
{
    *found = access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
    return *found ? file_read(path, LIMIT_CREDENTIAL_FILE_BYTES, out, err) : ASSAY_OK;
}

static enum assay_status find_in_place(struct net_credentials *credentials, const char *path,
                                       const char *registry, struct slice wanted,
                                       struct net_credential *out, struct assay_error *err)
{
    struct buf text = BUF_INIT(LIMIT_CREDENTIAL_FILE_BYTES);
    bool found = false;
    enum assay_status status = read_place(path, &text, &found, err);
    if (status == ASSAY_OK && found) {
        status = find_in_text(credentials, buf_slice(&text), path, registry, wanted, out, err);
    }
    buf_wipe(&text);
    return status;
}

static enum assay_status find_anywhere(struct net_credentials *credentials, const char *registry,
                                       struct slice wanted, struct net_credential *out,
                                       struct assay_error *err)
{
    if (credentials->auth_config != NULL) {
        TRY(find_in_text(credentials, slice_from_string(credentials->auth_config),
                         "DOCKER_AUTH_CONFIG", registry, wanted, out, err));
    }
    for (size_t i = 0; i < PLACE_COUNT && !out->found; i++) {
        if (credentials->places[i] != NULL) {
            TRY(find_in_place(credentials, credentials->places[i], registry, wanted, out, err));
        }
    }
    return ASSAY_OK;
}

enum assay_status net_credentials_find(struct net_credentials *credentials, const char *registry,
                                       const char *repository, struct net_credential *out,
                                       struct assay_error *err)
{
    AUTO_BUF wanted = BUF_INIT(LIMIT_REFERENCE_BYTES);
    *out = (struct net_credential){ 0 };
    if (is_hub(slice_from_string(registry))) {
        registry = HUB;
    }
    TRY(buf_append_string(&wanted, registry, err));
    if (repository[0] != '\0') {
        TRY(buf_printf(&wanted, err, "/%s", repository));
    }
    if (pthread_mutex_lock(&credentials->lock) != 0) {
        return FAIL(err, ASSAY_INTERNAL, "the credentials cannot be locked");
    }
    enum assay_status status = find_anywhere(credentials, registry, buf_slice(&wanted), out, err);
    (void)pthread_mutex_unlock(&credentials->lock);
    if (status == ASSAY_OK) {
        return ASSAY_OK;
    }
    net_credential_clear(out);
    /* One status for whatever is wrong with a file, so that it is not taken for a fault of trust
     * data; which one it was is in the message. */
    if (status != ASSAY_NO_MEMORY && status != ASSAY_INTERNAL && err != NULL) {
        err->status = ASSAY_CREDENTIALS;
    }
    return status == ASSAY_NO_MEMORY || status == ASSAY_INTERNAL ? status : ASSAY_CREDENTIALS;
}
