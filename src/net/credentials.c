/* SPDX-License-Identifier: Apache-2.0 */
#include "net/credentials.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "net/credential_file.h"
#include "net/credential_helper.h"
#include "json/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

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

static enum assay_status copy_credential(const struct net_credential *from,
                                         struct net_credential *out, struct assay_error *err)
{
    TRY(credential_take(&out->user, buf_slice(&from->user), err));
    TRY(credential_take(&out->password, buf_slice(&from->password), err));
    TRY(credential_take(&out->identity_token, buf_slice(&from->identity_token), err));
    TRY(credential_take(&out->registry_token, buf_slice(&from->registry_token), err));
    out->found = from->found;
    return ASSAY_OK;
}

static enum assay_status ask_helper(struct net_credentials *credentials, const char *name,
                                    const char *registry, struct net_credential *out,
                                    struct assay_error *err)
{
    const char *server = strcmp(registry, CREDENTIAL_HUB) == 0 ? HUB_SERVER : registry;
    struct credential_helper helper = { .name = name,
                                        .path = credentials->helper_path,
                                        .home = credentials->home };
    for (const struct remembered *entry = credentials->remembered; entry != NULL;
         entry = entry->next) {
        if (strcmp(entry->helper, name) == 0 && strcmp(entry->server, server) == 0) {
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

/* ---- one file ---- */

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
    TRY(credential_file_helper(&root, registry, &helper, err));
    if (helper != NULL && helper[0] != '\0' && credentials->helper_path != NULL) {
        TRY(ask_helper(credentials, helper, registry, out, err));
    }
    return out->found ? ASSAY_OK : credential_file_find(&root, wanted, out, err);
}

static enum assay_status read_place(const char *path, struct buf *out, bool *found,
                                    struct assay_error *err)
{
    *found = path != NULL && (access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR));
    return *found ? file_read(path, LIMIT_CREDENTIAL_FILE_BYTES, out, err) : ASSAY_OK;
}

/* A file that the user named is read or is an error; those of habit may be absent. */
static bool is_named_by_user(const struct net_credentials *credentials, const char *path)
{
    return path != NULL && path == credentials->places[PLACE_AUTHFILE];
}

static enum assay_status find_in_place(struct net_credentials *credentials, const char *path,
                                       const char *registry, struct slice wanted,
                                       struct net_credential *out, struct assay_error *err)
{
    AUTO_SECRET text = BUF_INIT(LIMIT_CREDENTIAL_FILE_BYTES);
    bool found = false;
    TRY(read_place(path, &text, &found, err));
    if (!found) {
        return is_named_by_user(credentials, path)
                   ? FAIL(err, ASSAY_CREDENTIALS, "%s does not exist", path)
                   : ASSAY_OK;
    }
    return find_in_text(credentials, buf_slice(&text), path, registry, wanted, out, err);
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
        TRY(find_in_place(credentials, credentials->places[i], registry, wanted, out, err));
    }
    return ASSAY_OK;
}

enum assay_status net_credentials_find(struct net_credentials *credentials, const char *registry,
                                       const char *repository, struct net_credential *out,
                                       struct assay_error *err)
{
    AUTO_BUF wanted = BUF_INIT(LIMIT_REFERENCE_BYTES);
    *out = (struct net_credential){ 0 };
    if (credential_is_hub(slice_from_string(registry))) {
        registry = CREDENTIAL_HUB;
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
