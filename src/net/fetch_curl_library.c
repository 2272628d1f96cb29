/* SPDX-License-Identifier: Apache-2.0 */
#include "net/fetch_curl.h"

#include "base/file.h"
#include "crypto/init.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>

/* 7.87.0: CURLOPT_PROTOCOLS_STR, CURLOPT_QUICK_EXIT, and no SIGPIPE from its TLS. */
#define OLDEST_LIBCURL 0x075700

static const struct {
    const char *name;
    size_t offset;
} SYMBOLS[] = {
    { "curl_global_init", offsetof(struct curl_library, global_init) },
    { "curl_version_info", offsetof(struct curl_library, version_info) },
    { "curl_easy_init", offsetof(struct curl_library, easy_init) },
    { "curl_easy_cleanup", offsetof(struct curl_library, easy_cleanup) },
    { "curl_easy_setopt", offsetof(struct curl_library, easy_setopt) },
    { "curl_easy_getinfo", offsetof(struct curl_library, easy_getinfo) },
    { "curl_easy_strerror", offsetof(struct curl_library, easy_strerror) },
    { "curl_multi_init", offsetof(struct curl_library, multi_init) },
    { "curl_multi_cleanup", offsetof(struct curl_library, multi_cleanup) },
    { "curl_multi_setopt", offsetof(struct curl_library, multi_setopt) },
    { "curl_multi_add_handle", offsetof(struct curl_library, multi_add_handle) },
    { "curl_multi_remove_handle", offsetof(struct curl_library, multi_remove_handle) },
    { "curl_multi_perform", offsetof(struct curl_library, multi_perform) },
    { "curl_multi_poll", offsetof(struct curl_library, multi_poll) },
    { "curl_multi_info_read", offsetof(struct curl_library, multi_info_read) },
    { "curl_share_init", offsetof(struct curl_library, share_init) },
    { "curl_share_setopt", offsetof(struct curl_library, share_setopt) },
    { "curl_share_cleanup", offsetof(struct curl_library, share_cleanup) },
    { "curl_slist_append", offsetof(struct curl_library, slist_append) },
    { "curl_slist_free_all", offsetof(struct curl_library, slist_free_all) },
    { "SSL_CTX_set_keylog_callback", offsetof(struct curl_library, set_keylog_callback) },
    { "SSL_CTX_get0_param", offsetof(struct curl_library, get_verify_param) },
    { "SSL_has_pending", offsetof(struct curl_library, ssl_has_pending) },
};

/* Several fetchers may start at once, each in its own thread: libcurl must allow that. The name
 * waiting in a thread of its own lets a deadline hold while a name server is silent. */
static enum assay_status check_build(const struct curl_library *curl, struct assay_error *err)
{
    static const int needed =
        CURL_VERSION_SSL | CURL_VERSION_ASYNCHDNS | (int)CURL_VERSION_THREADSAFE;
    const curl_version_info_data *info = curl->version_info(CURLVERSION_NOW);
    if (info->version_num < OLDEST_LIBCURL) {
        return FAIL(err, ASSAY_NET_UNAVAILABLE, "libcurl.so.4 is %s, 7.87.0 or later is needed",
                    info->version);
    }
    if ((info->features & needed) != needed || info->ssl_version == NULL ||
        !slice_has_prefix(slice_from_string(info->ssl_version), SLICE_LITERAL("OpenSSL/"))) {
        return FAIL(err, ASSAY_NET_UNAVAILABLE,
                    "libcurl.so.4 must be built with OpenSSL, threads and asynchronous name "
                    "resolution");
    }
    return ASSAY_OK;
}

enum assay_status curl_library_load(struct curl_library *out, struct assay_error *err)
{
    /* Before libcurl: the first start of OpenSSL decides that no configuration file is read. */
    TRY(crypto_init(err));
    void *handle = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        return FAIL(err, ASSAY_NET_UNAVAILABLE, "libcurl.so.4 cannot be loaded");
    }
    for (size_t i = 0; i < ARRAY_LEN(SYMBOLS); i++) {
        void *symbol = dlsym(handle, SYMBOLS[i].name);
        if (symbol == NULL) {
            return FAIL(err, ASSAY_NET_UNAVAILABLE, "libcurl.so.4 lacks %s", SYMBOLS[i].name);
        }
        /* POSIX lets a function's address travel in an object pointer. */
        memcpy((char *)out + SYMBOLS[i].offset, &symbol, sizeof(symbol));
    }
    TRY(check_build(out, err));
    if (out->global_init(CURL_GLOBAL_ALL) != CURLE_OK) {
        return FAIL(err, ASSAY_NET_UNAVAILABLE, "libcurl.so.4 does not start");
    }
    return ASSAY_OK;
}

/* ---- the system's certificate authorities ---- */

static const char *const DIRECTORIES[] = {
    "/etc/ssl/certs",                                 /* Debian, SUSE, Alpine */
    "/etc/pki/tls/certs",                             /* Fedora 43 */
    "/etc/pki/ca-trust/extracted/pem/directory-hash", /* Fedora 42 */
};
static const char *const BUNDLES[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
};

/* "5ed36f99.0": eight digits of the subject's hash. */
static bool is_hashed_name(const char *name)
{
    size_t hex = strspn(name, "0123456789abcdef");
    return hex == 8 && name[8] == '.' && name[9] >= '0' && name[9] <= '9';
}

static bool is_hashed_directory(const char *path)
{
    DIR *directory = opendir(path);
    const struct dirent *entry = NULL;
    bool found = false;
    if (directory == NULL) {
        return false;
    }
    while (!found && (entry = readdir(directory)) != NULL) {
        found = is_hashed_name(entry->d_name);
    }
    (void)closedir(directory);
    return found;
}

static bool is_readable(const char *path)
{
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    return fd >= 0;
}

struct curl_trust curl_trust_find(void)
{
    struct curl_trust trust = { 0 };
    for (size_t i = 0; i < ARRAY_LEN(DIRECTORIES); i++) {
        if (is_hashed_directory(DIRECTORIES[i])) {
            trust.directory = DIRECTORIES[i];
            return trust;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(BUNDLES) && trust.bundle == NULL; i++) {
        if (is_readable(BUNDLES[i])) {
            trust.bundle = BUNDLES[i];
        }
    }
    return trust;
}
