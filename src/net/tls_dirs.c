/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tls_dirs.h"

#include "base/file.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>

void tls_material_clear(struct tls_material *material)
{
    buf_clear(&material->ca_pem);
    mem_free(material->client_cert);
    mem_free(material->client_key);
    *material = (struct tls_material){ 0 };
}

static bool has_ending(const char *name, const char *ending)
{
    struct slice text = slice_from_string(name);
    return text.len > strlen(ending) && slice_has_suffix(text, slice_from_string(ending));
}

/* A file of the user's own must hold what its name says, or nothing at all is asked of the host. */
static enum assay_status read_pem(const char *path, const char *wanted, struct buf *out,
                                  struct assay_error *err)
{
    struct assay_error reason = ERROR_INIT;
    enum assay_status status = file_read(path, LIMIT_CA_FILE_BYTES, out, &reason);
    if (status == ASSAY_NO_MEMORY) {
        return FAIL_NO_MEMORY(err);
    }
    if (status != ASSAY_OK) {
        return FAIL(err, ASSAY_CONFIG, "%s", reason.message);
    }
    /* memmem finds across NUL; a PEM file has none. */
    if (out->len == 0 || memmem(out->ptr, out->len, wanted, strlen(wanted)) == NULL) {
        return FAIL(err, ASSAY_CONFIG, "%s: expected a PEM file with '%s'", path, wanted);
    }
    return ASSAY_OK;
}

static enum assay_status add_authority(const char *path, struct tls_material *out,
                                       struct assay_error *err)
{
    AUTO_BUF pem = BUF_INIT(LIMIT_CA_FILE_BYTES);
    TRY(read_pem(path, "-----BEGIN CERTIFICATE-----", &pem, err));
    out->ca_pem.max = LIMIT_CA_FILE_BYTES;
    enum assay_status status = buf_append(&out->ca_pem, buf_slice(&pem), err);
    if (status == ASSAY_OK) {
        status = buf_append_byte(&out->ca_pem, '\n', err);
    }
    if (status == ASSAY_TOO_LARGE) {
        return FAIL(err, ASSAY_CONFIG, "%s: the authorities of one host exceed %lu bytes", path,
                    LIMIT_CA_FILE_BYTES);
    }
    return status;
}

/* "X.cert" gives "X.key" and the other way round. */
static enum assay_status swap_ending(const char *path, const char *from, const char *to,
                                     struct buf *out, struct assay_error *err)
{
    struct slice text = slice_from_string(path);
    TRY(buf_append(out, slice_first(text, text.len - strlen(from)), err));
    return buf_append_string(out, to, err);
}

static enum assay_status add_client(const char *cert, struct tls_material *out,
                                    struct assay_error *err)
{
    AUTO_BUF key = BUF_INIT(LIMIT_URL_BYTES);
    AUTO_BUF cert_pem = BUF_INIT(LIMIT_CA_FILE_BYTES);
    struct buf key_pem = BUF_INIT(LIMIT_CA_FILE_BYTES);
    if (out->client_cert != NULL) {
        return FAIL(err, ASSAY_CONFIG, "%s: a second client certificate beside %s", cert,
                    out->client_cert);
    }
    TRY(swap_ending(cert, ".cert", ".key", &key, err));
    TRY(read_pem(cert, "-----BEGIN CERTIFICATE-----", &cert_pem, err));
    enum assay_status status = read_pem(buf_text(&key), "PRIVATE KEY-----", &key_pem, err);
    buf_wipe(&key_pem);
    TRY(status);
    out->client_cert = mem_copy_string(cert);
    out->client_key = mem_copy_string(buf_text(&key));
    return out->client_cert == NULL || out->client_key == NULL ? FAIL_NO_MEMORY(err) : ASSAY_OK;
}

static enum assay_status expect_cert(const char *key, struct assay_error *err)
{
    AUTO_BUF cert = BUF_INIT(LIMIT_URL_BYTES);
    AUTO_BUF pem = BUF_INIT(LIMIT_CA_FILE_BYTES);
    TRY(swap_ending(key, ".key", ".cert", &cert, err));
    return read_pem(buf_text(&cert), "-----BEGIN CERTIFICATE-----", &pem, err);
}

static enum assay_status add_file(const char *directory, const char *name, struct tls_material *out,
                                  struct assay_error *err)
{
    AUTO_BUF path = BUF_INIT(LIMIT_URL_BYTES);
    TRY(buf_printf(&path, err, "%s/%s", directory, name));
    if (has_ending(name, ".crt")) {
        return add_authority(buf_text(&path), out, err);
    }
    if (has_ending(name, ".cert")) {
        return add_client(buf_text(&path), out, err);
    }
    if (has_ending(name, ".key")) {
        return expect_cert(buf_text(&path), err);
    }
    return ASSAY_OK; /* hosts.toml and whatever else others keep there */
}

static void directory_close(DIR **directory)
{
    if (*directory != NULL) {
        (void)closedir(*directory);
    }
}

static enum assay_status read_directory(const char *path, bool *found, struct tls_material *out,
                                        struct assay_error *err)
{
    CLEANUP(directory_close) DIR *directory = opendir(path);
    const struct dirent *entry = NULL;
    *found = directory != NULL || (errno != ENOENT && errno != ENOTDIR);
    if (directory == NULL && *found) {
        return FAIL(err, ASSAY_CONFIG, "%s: cannot be read: %s", path, strerror(errno));
    }
    if (directory == NULL) {
        return ASSAY_OK;
    }
    errno = 0;
    while ((entry = readdir(directory)) != NULL) {
        TRY(add_file(path, entry->d_name, out, err));
        errno = 0;
    }
    if (errno != 0) {
        return FAIL(err, ASSAY_CONFIG, "%s: cannot be read: %s", path, strerror(errno));
    }
    return ASSAY_OK;
}

enum assay_status tls_material_find(const char *const *directories, size_t count,
                                    const char *host_port, struct tls_material *out,
                                    struct assay_error *err)
{
    bool found = false;
    enum assay_status status = ASSAY_OK;
    *out = (struct tls_material){ 0 };
    for (size_t i = 0; i < count && !found && status == ASSAY_OK; i++) {
        AUTO_BUF path = BUF_INIT(LIMIT_URL_BYTES);
        status = buf_printf(&path, err, "%s/%s", directories[i], host_port);
        if (status == ASSAY_OK) {
            status = read_directory(buf_text(&path), &found, out, err);
        }
    }
    if (status != ASSAY_OK) {
        tls_material_clear(out);
    }
    return status;
}
