/* SPDX-License-Identifier: Apache-2.0 */
/* Credential helpers, played by shell scripts. */
#include "net/credentials.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(net_helper, .timeout = 60);

#define ANSWER(user, secret)                                                                       \
    "printf '{\"ServerURL\":\"x\",\"Username\":\"%s\",\"Secret\":\"%s\"}' \"" user "\" \"" secret  \
    "\"\n"

struct place {
    char directory[64];
    char helper[128];
    char search[256];
};

static void write_script(const struct place *place, const char *text)
{
    FILE *file = fopen(place->helper, "w");
    cr_assert_not_null(file);
    cr_assert_gt(fprintf(file, "#!/bin/sh\n%s", text), 0);
    cr_assert_eq(fclose(file), 0);
    cr_assert_eq(chmod(place->helper, 0700), 0);
}

static void open_place(struct place *place)
{
    (void)snprintf(place->directory, sizeof(place->directory), "/tmp/assay-helper-XXXXXX");
    cr_assert_not_null(mkdtemp(place->directory));
    (void)snprintf(place->helper, sizeof(place->helper), "%s/docker-credential-test",
                   place->directory);
    (void)snprintf(place->search, sizeof(place->search), "/nowhere:%s:/usr/bin:/bin",
                   place->directory);
}

static void close_place(const struct place *place)
{
    char path[160];
    (void)unlink(place->helper);
    (void)snprintf(path, sizeof(path), "%s/count", place->directory);
    (void)unlink(path);
    (void)rmdir(place->directory);
}

static void expect_answer(const struct place *place, const char *config, const char *registry,
                          const char *user, const char *secret, const char *identity,
                          const char *name)
{
    struct net_credentials_paths paths = { .auth_config = config,
                                           .helper_path = place->search,
                                           .home = place->directory };
    struct net_credentials *credentials = NULL;
    struct net_credential found;
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(net_credentials_new(&paths, &credentials, NULL), ASSAY_OK);
    cr_expect_eq(net_credentials_find(credentials, registry, "a", &found, &err), ASSAY_OK, "%s: %s",
                 name, err.message);
    cr_expect_eq(found.found, user != NULL || identity != NULL, "%s", name);
    cr_expect(strcmp(buf_text(&found.user), user == NULL ? "" : user) == 0, "%s: '%s'", name,
              buf_text(&found.user));
    cr_expect(strcmp(buf_text(&found.password), secret == NULL ? "" : secret) == 0, "%s: '%s'",
              name, buf_text(&found.password));
    cr_expect(strcmp(buf_text(&found.identity_token), identity == NULL ? "" : identity) == 0, "%s",
              name);
    net_credential_clear(&found);
    net_credentials_free(credentials);
}

static void expect_refused(const struct place *place, const char *config, const char *name)
{
    struct net_credentials_paths paths = { .auth_config = config, .helper_path = place->search };
    struct net_credentials *credentials = NULL;
    struct net_credential found;
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(net_credentials_new(&paths, &credentials, NULL), ASSAY_OK);
    cr_expect_eq(net_credentials_find(credentials, "r", "a", &found, &err), ASSAY_CREDENTIALS, "%s",
                 name);
    cr_expect_not(found.found, "%s", name);
    cr_expect_null(strstr(err.message, "secret"), "%s: %s", name, err.message);
    net_credentials_free(credentials);
}

#define STORE "{\"credsStore\":\"test\"}"

Test(net_helper, answers)
{
    struct place place;
    open_place(&place);
    write_script(&place, "read server\n" ANSWER("$1", "$server"));
    expect_answer(&place, STORE, "r.example:1", "get", "r.example:1", NULL, "host and port");
    expect_answer(&place, STORE, "docker.io", "get", "https://index.docker.io/v1/", NULL, "Hub");
    write_script(&place, ANSWER("<token>", "t"));
    expect_answer(&place, STORE, "r", NULL, NULL, "t", "identity token");
    write_script(&place, "echo 'credentials not found in native keychain'\nexit 1\n");
    expect_answer(&place, STORE, "r", NULL, NULL, NULL, "not found");
    expect_answer(&place, "{\"credsStore\":\"test\",\"auths\":{\"r\":{\"auth\":\"dTpw\"}}}", "r",
                  "u", "p", NULL, "not found, but in the file");
    write_script(&place, "cat >/dev/null\n" ANSWER("u", "s"));
    expect_answer(&place, "{\"credHelpers\":{\"r\":\"test\"},\"credsStore\":\"none\"}", "r", "u",
                  "s", NULL, "its own helper before the general one");
    expect_answer(&place, "{\"credHelpers\":{\"index.docker.io\":\"test\"}}", "docker.io", "u", "s",
                  NULL, "Hub's own helper");
    expect_answer(&place, "{\"credHelpers\":{\"other\":\"test\"}}", "r", NULL, NULL, NULL,
                  "the helper of another host");
    close_place(&place);
}

Test(net_helper, sees_neither_files_nor_variables)
{
    struct place place;
    open_place(&place);
    cr_assert_eq(setenv("ASSAY_TEST_VARIABLE", "seen", 1), 0);
    cr_assert_geq(dup2(1, 77), 0);
    write_script(&place, "if [ -e /proc/self/fd/77 ]; then f=open; else f=closed; fi\n" ANSWER(
                             "${ASSAY_TEST_VARIABLE-unset}", "$HOME $f"));
    char wanted[128];
    (void)snprintf(wanted, sizeof(wanted), "%s closed", place.directory);
    expect_answer(&place, STORE, "r", "unset", wanted, NULL, "environment and files");
    close_place(&place);
}

static const struct {
    const char *name;
    const char *script;
} failures[] = {
    { "another error", "echo secret\necho secret >&2\nexit 1\n" },
    { "not found with success", "echo 'credentials not found in native keychain'\n" },
    { "nothing", "exit 0\n" },
    { "no JSON", "echo secret\n" },
    { "a list", "echo '[\"secret\"]'\n" },
    { "no secret", "echo '{\"Username\":\"u\"}'\n" },
    { "a number", "echo '{\"Username\":\"u\",\"Secret\":1}'\n" },
    { "twice", "echo '{\"Username\":\"u\",\"Secret\":\"secret\",\"Secret\":\"t\"}'\n" },
    { "a signal", ANSWER("u", "secret") "kill -9 $$\n" },
    { "an answer, then failure", ANSWER("u", "secret") "exit 3\n" },
    { "more than the limit", "yes secret | head -c 100000\n" },
};

Test(net_helper, is_refused_when_it_does_not_answer)
{
    struct place place;
    open_place(&place);
    for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
        write_script(&place, failures[i].script);
        expect_refused(&place, STORE, failures[i].name);
    }
    (void)unlink(place.helper);
    expect_refused(&place, STORE, "not installed");
    expect_refused(&place, "{\"credsStore\":\"../test\"}", "a name with a path");
    expect_refused(&place, "{\"credsStore\":\"test; true\"}", "a name for a shell");
    expect_refused(&place, "{\"credsStore\":1}", "no name");
    close_place(&place);
}

Test(net_helper, is_not_found_in_relative_directories)
{
    struct place place;
    open_place(&place);
    write_script(&place, ANSWER("u", "s"));
    cr_assert_eq(chdir(place.directory), 0);
    (void)snprintf(place.search, sizeof(place.search), ".:");
    expect_refused(&place, STORE, "relative");
    cr_assert_eq(chdir("/"), 0);
    close_place(&place);
}

Test(net_helper, is_asked_once)
{
    struct place place;
    struct net_credentials *credentials = NULL;
    struct net_credential found;
    open_place(&place);
    write_script(&place, "echo x >>\"$HOME/count\"\n" ANSWER("u", "$(wc -l <\"$HOME/count\")"));
    struct net_credentials_paths paths = { .auth_config = STORE,
                                           .helper_path = place.search,
                                           .home = place.directory };
    cr_assert_eq(net_credentials_new(&paths, &credentials, NULL), ASSAY_OK);
    for (size_t i = 0; i < 3; i++) {
        const char *registry = i < 2 ? "r" : "s";
        cr_assert_eq(net_credentials_find(credentials, registry, "a", &found, NULL), ASSAY_OK);
        cr_expect_str_eq(buf_text(&found.password), i < 2 ? "1" : "2");
        net_credential_clear(&found);
    }
    net_credentials_free(credentials);
    close_place(&place);
}
