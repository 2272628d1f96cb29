/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/config.h"

#include "base/file.h"
#include "oci/reference.h"
#include "json/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIG_SYSTEM_FILE   "/etc/assay/config.json"
#define CONFIG_MAX_ENTRIES   1024
#define CONFIG_SHARED_WRITES (S_IWGRP | S_IWOTH)

/* Whatever is wrong in the file, it is the configuration that is wrong. */
static enum assay_status as_config(enum assay_status status, struct assay_error *err)
{
    if (status == ASSAY_OK || assay_status_class(status) == ASSAY_CLASS_INTERNAL) {
        return status;
    }
    if (err != NULL) {
        err->status = ASSAY_CONFIG;
    }
    return ASSAY_CONFIG;
}

static enum assay_status judge_file(int fd, const char *path, struct assay_error *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        return FAIL(err, ASSAY_CONFIG, "%s is no regular file", path);
    }
    if ((info.st_mode & CONFIG_SHARED_WRITES) != 0) {
        return FAIL(err, ASSAY_CONFIG, "%s can be written by others (mode %04o)", path,
                    (unsigned)(info.st_mode & 07777));
    }
    if (info.st_uid != 0 && info.st_uid != geteuid()) {
        return FAIL(err, ASSAY_CONFIG, "%s belongs to another user", path);
    }
    return ASSAY_OK;
}

static enum assay_status read_file(const char *path, bool optional, struct buf *out, bool *found,
                                   struct assay_error *err)
{
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    *found = fd >= 0;
    if (fd < 0) {
        if (optional && (errno == ENOENT || errno == ENOTDIR)) {
            return ASSAY_OK;
        }
        return FAIL(err, ASSAY_CONFIG, "%s: %s", path, strerror(errno));
    }
    TRY(judge_file(fd, path, err));
    return as_config(fd_read_all(fd, LIMIT_CONFIG_FILE_BYTES, out, err), err);
}

enum assay_status config_list_add(struct config_list *list, const char *text, struct arena *arena,
                                  struct assay_error *err)
{
    /* grows by one: lists are short, and the arena forgets nothing that is still in use */
    const char **grown = NULL;
    TRY(arena_alloc(arena, list->count + 1, sizeof(*grown), (void *)&grown, err));
    for (size_t i = 0; i < list->count; i++) {
        grown[i] = list->items[i];
    }
    grown[list->count] = text;
    list->items = grown;
    list->count++;
    return ASSAY_OK;
}

static enum assay_status read_list(const struct json_at *root, const char *key, struct arena *arena,
                                   struct config_list *list, struct assay_error *err)
{
    struct json_at array;
    if (!json_find(root, key, &array)) {
        return ASSAY_OK;
    }
    TRY(json_as_array(&array, CONFIG_MAX_ENTRIES, err));
    for (size_t i = 0; i < json_count(&array); i++) {
        struct json_at item;
        const char *text = NULL;
        json_element(&array, i, &item);
        TRY(json_as_string(&item, &text, err));
        TRY(arena_copy_text(arena, slice_from_string(text), &text, err));
        TRY(config_list_add(list, text, arena, err));
    }
    return ASSAY_OK;
}

static bool has_server(const struct config *config, const char *prefix)
{
    for (size_t i = 0; i < config->server_count; i++) {
        if (strcmp(config->servers[i].prefix, prefix) == 0) {
            return true;
        }
    }
    return false;
}

/* With what no repository's name begins, an entry would silently do nothing. */
static enum assay_status check_prefix(const struct json_at *item, struct assay_error *err)
{
    struct slice prefix = slice_trim_end(slice_from_string(item->key), '/');
    AUTO_BUF name = BUF_INIT(LIMIT_CONFIG_FILE_BYTES);
    TRY(buf_printf(&name, err, "%.*s/x/x", SLICE_ARGS(prefix)));
    struct oci_reference reference = { 0 };
    struct assay_error reason = ERROR_INIT;
    enum assay_status status = oci_name_parse(buf_text(&name), &reference, &reason);
    if (assay_status_class(status) == ASSAY_CLASS_INTERNAL) {
        return error_pass(err, &reason);
    }
    bool can_match = status == ASSAY_OK && strcmp(reference.name, buf_text(&name)) == 0;
    oci_reference_clear(&reference);
    return can_match ? ASSAY_OK
                     : json_at_fail(item, err, ASSAY_CONFIG,
                                    "no repository's name begins so: expected HOST[:PORT][/PATH]");
}

/* One entry; the user's stands before the system's for the same prefix. */
static enum assay_status read_server(const struct json_at *item, struct arena *arena,
                                     const struct config *config, struct assay_trust_server *out,
                                     bool *is_new, struct assay_error *err)
{
    const char *url = NULL;
    TRY(check_prefix(item, err));
    TRY(json_as_string(item, &url, err));
    *is_new = !has_server(config, item->key);
    if (!*is_new) {
        return ASSAY_OK;
    }
    TRY(arena_copy_text(arena, slice_from_string(item->key), &out->prefix, err));
    return arena_copy_text(arena, slice_from_string(url), &out->url, err);
}

static enum assay_status read_servers(const struct json_at *root, struct arena *arena,
                                      struct config *config, struct assay_error *err)
{
    struct json_at map;
    struct json_at item;
    void *iterator = NULL;
    if (!json_find(root, "trust-servers", &map)) {
        return ASSAY_OK;
    }
    TRY(json_as_object(&map, err));
    if (json_count(&map) > CONFIG_MAX_ENTRIES) {
        return json_at_fail(&map, err, ASSAY_CONFIG, "more than %d entries", CONFIG_MAX_ENTRIES);
    }
    struct assay_trust_server *servers = NULL;
    size_t room = config->server_count + json_count(&map) + 1;
    TRY(arena_alloc(arena, room, sizeof(*servers), (void *)&servers, err));
    for (size_t i = 0; i < config->server_count; i++) {
        servers[i] = config->servers[i];
    }
    config->servers = servers;
    while (json_member(&map, &iterator, &item)) {
        bool is_new = false;
        TRY(read_server(&item, arena, config, &servers[config->server_count], &is_new, err));
        config->server_count += is_new ? 1 : 0;
    }
    return ASSAY_OK;
}

static enum assay_status read_document(struct slice text, const char *path, struct arena *arena,
                                       struct config *config, struct assay_error *err)
{
    static const char *const known[] = { "schema", "trust-servers", "plain-http", "insecure-tls" };
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    int64_t schema = 0;
    TRY(json_tree_load(text, path, &tree, &root, err));
    TRY(json_as_object(&root, err));
    TRY(json_check_members(&root, known, ARRAY_LEN(known), true, err));
    TRY(json_get_integer(&root, "schema", 1, 1, &schema, err));
    TRY(read_servers(&root, arena, config, err));
    TRY(read_list(&root, "plain-http", arena, &config->plain_http, err));
    return read_list(&root, "insecure-tls", arena, &config->insecure_tls, err);
}

static enum assay_status read_one(const char *path, bool optional, struct arena *arena,
                                  struct config *config, struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(LIMIT_CONFIG_FILE_BYTES);
    bool found = false;
    TRY(read_file(path, optional, &text, &found, err));
    const char *before = config->files == NULL ? "" : config->files;
    TRY(environment_join(arena, before, before[0] == '\0' ? "" : ", ", &config->files, err));
    TRY(environment_join(arena, config->files, path, &config->files, err));
    if (!found) {
        return environment_join(arena, config->files, " (absent)", &config->files, err);
    }
    return as_config(read_document(buf_slice(&text), path, arena, config, err), err);
}

enum assay_status config_read(const char *path, const struct cli_environment *env,
                              struct arena *arena, struct config *out, struct assay_error *err)
{
    *out = (struct config){ 0 };
    if (path != NULL) {
        return read_one(path, false, arena, out, err);
    }
    const char *user = NULL;
    TRY(environment_join(arena, env->config_home, "/assay/config.json", &user, err));
    if (user != NULL) {
        TRY(read_one(user, true, arena, out, err));
    }
    return read_one(CONFIG_SYSTEM_FILE, true, arena, out, err);
}
