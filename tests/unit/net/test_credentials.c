/* SPDX-License-Identifier: Apache-2.0 */
#include "net/credentials.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

TestSuite(net_credentials, .timeout = 60);

/* "user:password", "id:TOKEN", "bearer:TOKEN" or "none". */
static void describe(const struct net_credential *credential, char *out, size_t out_bytes)
{
    int len = 0;
    if (!credential->found) {
        len = snprintf(out, out_bytes, "none");
    } else if (credential->identity_token.len > 0) {
        len = snprintf(out, out_bytes, "id:%s", buf_text(&credential->identity_token));
    } else if (credential->registry_token.len > 0) {
        len = snprintf(out, out_bytes, "bearer:%s", buf_text(&credential->registry_token));
    } else {
        len = snprintf(out, out_bytes, "%s:%s", buf_text(&credential->user),
                       buf_text(&credential->password));
    }
    cr_assert(len > 0 && (size_t)len < out_bytes);
}

static void expect_found(const struct net_credentials_paths *paths, const char *registry,
                         const char *repository, const char *wanted, const char *name)
{
    struct net_credentials *credentials = NULL;
    struct net_credential credential;
    struct assay_error err = ERROR_INIT;
    char text[256];
    cr_assert_eq(net_credentials_new(paths, &credentials, NULL), ASSAY_OK);
    enum assay_status status =
        net_credentials_find(credentials, registry, repository, &credential, &err);
    if (wanted == NULL) {
        cr_expect_eq(status, ASSAY_CREDENTIALS, "%s", name);
        cr_expect_eq(err.status, ASSAY_CREDENTIALS, "%s", name);
        cr_expect_not(credential.found, "%s", name);
        cr_expect_null(strstr(err.message, "secret"), "%s: %s", name, err.message);
    } else {
        cr_expect_eq(status, ASSAY_OK, "%s: %s", name, err.message);
        describe(&credential, text, sizeof(text));
        cr_expect(strcmp(text, wanted) == 0, "%s: found %s, wanted %s", name, text, wanted);
    }
    net_credential_clear(&credential);
    net_credentials_free(credentials);
}

/* dTpw is u:p, dTpx is u:q, dTpzZWNyZXQ= is u:secret. */
static const struct {
    const char *file;
    const char *registry;
    const char *repository;
    const char *wanted; /* NULL: refused */
} rows[] = {
    { "{}", "r.example", "a", "none" },
    { "{\"auths\":{}}", "r.example", "a", "none" },
    { "{\"auths\":{\"r.example\":{\"auth\":\"dTpw\"}}}", "r.example", "a", "u:p" },
    { "{\"auths\":{\"r.example\":{\"auth\":\"dTpw\"}}}", "r.example", "", "u:p" },
    { "{\"auths\":{\"r.example\":{\"auth\":\"dTpw\"}}}", "r.example:5000", "a", "none" },
    { "{\"auths\":{\"r.example:5000\":{\"auth\":\"dTpw\"}}}", "r.example:5000", "a", "u:p" },
    { "{\"auths\":{\"r.example:5000\":{\"auth\":\"dTpw\"}}}", "r.example", "a", "none" },
    { "{\"auths\":{\"r.example\":{\"auth\":\"dTpw\"}}}", "r.example.evil.example", "a", "none" },
    { "{\"auths\":{\"example\":{\"auth\":\"dTpw\"}}}", "r.example", "a", "none" },
    { "{\"auths\":{\"https://r.example\":{\"auth\":\"dTpw\"}}}", "r.example", "a", "u:p" },
    { "{\"auths\":{\"https://r.example/v2/\":{\"auth\":\"dTpw\"}}}", "r.example", "a", "u:p" },
    { "{\"auths\":{\"http://r.example/\":{\"auth\":\"dTpw\"}}}", "r.example", "a", "u:p" },
    { "{\"auths\":{\"\":{\"auth\":\"dTpw\"},\"https://\":{\"auth\":\"dTpw\"}}}", "r.example", "a",
      "none" },
    /* the longest key at a slash */
    { "{\"auths\":{\"r.example\":{\"auth\":\"dTpw\"},\"r.example/ns\":{\"auth\":\"dTpx\"}}}",
      "r.example", "ns/app", "u:q" },
    { "{\"auths\":{\"r.example/ns\":{\"auth\":\"dTpx\"},\"r.example\":{\"auth\":\"dTpw\"}}}",
      "r.example", "nso/app", "u:p" },
    { "{\"auths\":{\"r.example/ns/app\":{\"auth\":\"dTpx\"}}}", "r.example", "ns/app", "u:q" },
    { "{\"auths\":{\"r.example/ns/app\":{\"auth\":\"dTpx\"}}}", "r.example", "ns/apple", "none" },
    { "{\"auths\":{\"r.example/ns/app\":{\"auth\":\"dTpx\"}}}", "r.example", "ns", "none" },
    { "{\"auths\":{\"r.example/ns\":{},\"r.example\":{\"auth\":\"dTpw\"}}}", "r.example", "ns/a",
      "u:p" },
    /* Docker Hub's names */
    { "{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"dTpw\"}}}", "docker.io", "library/a",
      "u:p" },
    { "{\"auths\":{\"docker.io\":{\"auth\":\"dTpw\"}}}", "docker.io", "library/a", "u:p" },
    { "{\"auths\":{\"index.docker.io/v1\":{\"auth\":\"dTpw\"}}}", "docker.io", "library/a", "u:p" },
    { "{\"auths\":{\"registry-1.docker.io\":{\"auth\":\"dTpw\"}}}", "docker.io", "a/b", "u:p" },
    { "{\"auths\":{\"docker.io/ns\":{\"auth\":\"dTpx\"},\"docker.io\":{\"auth\":\"dTpw\"}}}",
      "docker.io", "ns/a", "u:q" },
    { "{\"auths\":{\"docker.io\":{\"auth\":\"dTpw\"}}}", "registry-1.docker.io", "a", "u:p" },
    { "{\"auths\":{\"docker.io\":{\"auth\":\"dTpw\"}}}", "notdocker.io", "a", "none" },
    /* forms of an entry */
    { "{\"auths\":{\"r\":{\"username\":\"u\",\"password\":\"p\"}}}", "r", "a", "u:p" },
    { "{\"auths\":{\"r\":{\"username\":\"u\"}}}", "r", "a", "u:" },
    { "{\"auths\":{\"r\":{\"auth\":\"dTpwOnE=\"}}}", "r", "a", "u:p:q" },
    { "{\"auths\":{\"r\":{\"auth\":\"dTpwAAA=\"}}}", "r", "a", "u:p" },
    { "{\"auths\":{\"r\":{\"auth\":\"dTo=\",\"identitytoken\":\"t\"}}}", "r", "a", "id:t" },
    { "{\"auths\":{\"r\":{\"registrytoken\":\"t\"}}}", "r", "a", "bearer:t" },
    { "{\"auths\":{\"r\":{\"email\":\"x@y\"}}}", "r", "a", "none" },
    { "{\"HttpHeaders\":{\"X\":\"y\"},\"psFormat\":\"z\",\"auths\":{\"r\":{\"auth\":\"dTpw\"}}}",
      "r", "a", "u:p" },
    { "{\"auths\":null,\"credHelpers\":null,\"credsStore\":null}", "r", "a", "none" },
    /* malformed */
    { "", "r", "a", NULL },
    { "[]", "r", "a", NULL },
    { "{\"auths\":[]}", "r", "a", NULL },
    { "{\"auths\":{\"r\":\"dTpzZWNyZXQ=\"}}", "r", "a", NULL },
    { "{\"auths\":{\"r\":{\"auth\":\"secret!\"}}}", "r", "a", NULL },
    { "{\"auths\":{\"r\":{\"auth\":\"dTpw=\"}}}", "r", "a", NULL },
    { "{\"auths\":{\"r\":{\"auth\":\"dXA=\"}}}", "r", "a", NULL },
    { "{\"auths\":{\"r\":{\"auth\":\"OnA=\"}}}", "r", "a", NULL },
    { "{\"auths\":{\"r\":{\"auth\":1}}}", "r", "a", NULL },
    { "{\"auths\":{\"r\":{\"auth\":\"dTpw\"},\"r\":{\"auth\":\"dTpx\"}}}", "r", "a", NULL },
    { "{\"auths\":{\"r\":{\"auth\":\"dTpw\"}}} x", "r", "a", NULL },
    /* helpers are not run without a path to find them in */
    { "{\"credsStore\":\"x\",\"auths\":{\"r\":{\"auth\":\"dTpw\"}}}", "r", "a", "u:p" },
};

Test(net_credentials, reads_docker_auth_config)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct net_credentials_paths paths = { .auth_config = rows[i].file };
        expect_found(&paths, rows[i].registry, rows[i].repository, rows[i].wanted, rows[i].file);
    }
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert_geq(fputs(text, file), 0);
    cr_assert_eq(fclose(file), 0);
}

#define FILE_WITH(user_password)                                                                   \
    "{\"auths\":{\"r\":{\"username\":\"" user_password "\",\"password\":\"p\"}}}"

Test(net_credentials, looks_in_order)
{
    char directory[] = "/tmp/assay-credentials-XXXXXX";
    char names[4][64];
    static const char *const users[4] = { "authfile", "runtime", "config", "docker" };
    cr_assert_not_null(mkdtemp(directory));
    for (size_t i = 0; i < 4; i++) {
        char text[128];
        (void)snprintf(names[i], sizeof(names[i]), "%s/%zu.json", directory, i);
        (void)snprintf(text, sizeof(text),
                       "{\"auths\":{\"r\":{\"username\":\"%s\",\"password\":\"p\"}}}", users[i]);
        write_file(names[i], text);
    }
    struct net_credentials_paths paths = { .authfile = names[0],
                                           .auth_config = FILE_WITH("variable"),
                                           .podman_runtime = names[1],
                                           .podman_config = names[2],
                                           .docker_config = names[3] };
    expect_found(&paths, "r", "a", "authfile:p", "the named file");
    expect_found(&paths, "other", "a", "none", "only the named file");
    paths.authfile = NULL;
    expect_found(&paths, "r", "a", "variable:p", "the variable");
    paths.auth_config = FILE_WITH("");
    expect_found(&paths, "r", "a", "runtime:p", "podman, runtime");
    write_file(names[1], "{\"auths\":{\"s\":{\"auth\":\"dTpw\"}}}");
    expect_found(&paths, "r", "a", "config:p", "podman, configuration");
    (void)unlink(names[2]);
    expect_found(&paths, "r", "a", "docker:p", "docker");
    write_file(names[2], "{");
    expect_found(&paths, "r", "a", NULL, "a malformed file is not skipped");
    (void)unlink(names[3]);
    (void)unlink(names[2]);
    expect_found(&paths, "r", "a", "none", "nowhere");
    (void)unlink(names[1]);
    (void)unlink(names[0]);
    paths.authfile = directory;
    expect_found(&paths, "r", "a", NULL, "a directory is no file");
    (void)rmdir(directory);
    expect_found(&paths, "r", "a", NULL, "a named file that is absent");
}

Test(net_credentials, bounds_the_file)
{
    static char text[LIMIT_CREDENTIAL_FILE_BYTES + 2];
    char path[] = "/tmp/assay-credentials-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    (void)close(fd);
    memset(text, ' ', sizeof(text) - 1);
    memcpy(text, "{}", 2);
    write_file(path, text);
    struct net_credentials_paths paths = { .authfile = path };
    expect_found(&paths, "r", "a", NULL, "one byte too many");
    text[sizeof(text) - 2] = '\0';
    write_file(path, text);
    expect_found(&paths, "r", "a", "none", "exactly the limit");
    (void)unlink(path);
}
