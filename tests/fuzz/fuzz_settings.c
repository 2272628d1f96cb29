/* SPDX-License-Identifier: Apache-2.0 */
/* The command's configuration file is taken or is a configuration error; what is taken has whole
 * entries, none twice, as many as are allowed, and is the same when it is read again. */
#include "scratch.h"

#include "cli/config.h"

#define ENTRIES_MAX 1024

static struct scratch scratch;

static void remove_scratch(void)
{
    scratch_remove(&scratch);
}

static void check_servers(const struct config *config)
{
    INVARIANT(config->server_count <= ENTRIES_MAX);
    for (size_t i = 0; i < config->server_count; i++) {
        const char *prefix = config->servers[i].prefix;
        INVARIANT(prefix != NULL && prefix[0] != '\0' && prefix[0] != '/');
        INVARIANT(config->servers[i].url != NULL);
        for (size_t k = 0; k < i; k++) {
            INVARIANT(strcmp(config->servers[k].prefix, prefix) != 0);
        }
    }
}

static void check_list(const struct config_list *list, const struct config_list *again)
{
    INVARIANT(list->count <= ENTRIES_MAX && list->count == again->count);
    for (size_t i = 0; i < list->count; i++) {
        INVARIANT(strcmp(list->items[i], again->items[i]) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct cli_environment nowhere = { 0 };
    char path[sizeof scratch.path + sizeof "/file"];
    struct config config;
    struct config again;
    struct assay_error err = ERROR_INIT;
    AUTO_ARENA arena = ARENA_INIT(16 * MIB);

    if (scratch.fd == 0) { /* never opened: 0 is the standard input */
        scratch_make(&scratch);
        INVARIANT(atexit(remove_scratch) == 0);
    }
    scratch_write(&scratch, "file", slice_of(data, size));
    memcpy(path, scratch.path, sizeof scratch.path);
    memcpy(path + strlen(path), "/file", sizeof "/file");
    enum assay_status status = config_read(path, &nowhere, &arena, &config, &err);
    INVARIANT(status == err.status);
    INVARIANT(config_read(path, &nowhere, &arena, &again, NULL) == status);
    if (status == ASSAY_OK) {
        check_servers(&config);
        INVARIANT(config.server_count == again.server_count);
        check_list(&config.plain_http, &again.plain_http);
        check_list(&config.insecure_tls, &again.insecure_tls);
        INVARIANT(strcmp(config.files, path) == 0);
    } else {
        INVARIANT(status == ASSAY_CONFIG);
    }
    return 0;
}
