/* SPDX-License-Identifier: Apache-2.0 */
#include "gate/secrets.h"

#include "base/attr.h"

#include <criterion/criterion.h>

TestSuite(secrets, .timeout = 60);

#define LETTERS36 "0123456789abcdefghijABCDEFGHIJ012345"

Test(secrets, forms_of_values)
{
    static const struct {
        const char *text;
        const char *form; /* NULL: none */
    } CASES[] = {
        { "AKIAIOSFODNN7EXAMPLE", "an AWS access key" },
        { "key AKIAIOSFODNN7EXAMPLE.", "an AWS access key" },
        { "AKIAIOSFODNN7EXAMPL", NULL },
        { "AKIAiosfodnn7example", NULL },
        { "XAKIAIOSFODNN7EXAMPLE", NULL },
        { "ghp_" LETTERS36, "a GitHub token" },
        { "gho_" LETTERS36, "a GitHub token" },
        { "ghs_" LETTERS36, "a GitHub token" },
        { "ghp_0123456789", NULL },
        { "github_pat_11ABCDEFG0123456789abcd", "a GitHub token" },
        { "glpat-0123456789abcdefghij", "a GitLab token" },
        { "glpat-short", NULL },
        { "xoxb-012345678901-abc", "a Slack token" },
        { "xoxb-1", NULL },
        { "npm_" LETTERS36, "an npm token" },
        { "npm_config_registry", NULL },
        { "-----BEGIN RSA PRIVATE KEY-----", "a private key" },
        { "-----BEGIN PRIVATE KEY-----", "a private key" },
        { "-----BEGIN OPENSSH PRIVATE KEY-----", "a private key" },
        { "-----BEGIN PUBLIC KEY-----", NULL },
        { "-----BEGIN CERTIFICATE-----", NULL },
        { "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "a JSON web token" },
        { "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0", NULL },
        { "eyJhbGciOiJIUzI1NiJ9", NULL },
        { "eyJhbGciOiJIUzI1NiJ9.c3ViamVjdA.c2lnbmF0dXJl", NULL },
        { "https://user:pass@host.test/x", "a URL with a password" },
        { "postgres://app:pw@db:5432/app", "a URL with a password" },
        { "https://user@host.test", NULL },
        { "https://user:@host.test", NULL },
        { "https://host.test:8080/a@b", NULL },
        { "https://user:$PASS@host.test", NULL },
        { "https://host.test/a:b@c", NULL },
        { "/usr/local/bin:/usr/bin", NULL },
        { "", NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        const char *form = secret_form(slice_from_string(CASES[i].text));
        if (CASES[i].form == NULL) {
            cr_expect_null(form, "%s", CASES[i].text);
        } else {
            cr_expect(form != NULL && strcmp(form, CASES[i].form) == 0, "%s", CASES[i].text);
        }
    }
}

Test(secrets, names_of_variables)
{
    static const struct {
        const char *name;
        const char *value;
        bool found;
    } CASES[] = {
        { "PASSWORD", "x", true },
        { "DB_PASSWORD", "1234", true },
        { "PGPASSWORD", "x", true },
        { "db-password", "x", true },
        { "MYSQL_ROOT_PASSWORD", "x", true },
        { "PASSWD", "x", true },
        { "KEY_PASSPHRASE", "x", true },
        { "CLIENT_SECRET", "x", true },
        { "SECRET_KEY_BASE", "x", true },
        { "GITHUB_TOKEN", "x", true },
        { "apiKey", "x", true },
        { "API_KEY", "x", true },
        { "STRIPE_API_KEY", "x", true },
        { "PRIVATE_KEY", "x", true },
        { "AWS_SECRET_ACCESS_KEY", "x", true },
        { "CREDENTIALS", "x", true },
        /* another word */
        { "PATH", "x", false },
        { "TOKENIZERS_PARALLELISM", "x", false },
        { "MAX_TOKENS", "4096", false },
        { "SECRETARY", "x", false },
        { "PUBLIC_KEY", "x", false },
        { "KEY", "x", false },
        { "PASSWORDLESS", "x", false },
        /* about a secret */
        { "PASSWORD_FILE", "/run/secrets/x", false },
        { "PASSWORD_FILE", "X", false },
        { "TOKEN_URL", "https://a.test", false },
        { "AWS_ACCESS_KEY_ID", "x", false },
        { "TOKEN_TTL", "30", false },
        { "SECRET_NAME", "x", false },
        /* no value, a switch, a path */
        { "PASSWORD", "", false },
        { "ALLOW_EMPTY_PASSWORD", "yes", false },
        { "PASSWORD", "False", false },
        { "TOKEN", "/var/run/secrets/token", false },
        { "TOKEN", "/Ab9+/xyz", true },
        { "", "x", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        cr_expect_eq(
            secret_is_variable(slice_from_string(CASES[i].name), slice_from_string(CASES[i].value)),
            CASES[i].found, "%s=%s", CASES[i].name, CASES[i].value);
    }
}

Test(secrets, commands)
{
    static const struct {
        const char *text;
        const char *name; /* NULL: none */
    } CASES[] = {
        { "ENV DB_PASSWORD=abc", "DB_PASSWORD" },
        { "ENV DB_PASSWORD abc", "DB_PASSWORD" },
        { "/bin/sh -c #(nop)  ENV API_KEY=abc", "API_KEY" },
        { "/bin/sh -c #(nop)  ENV API_KEY abc", "API_KEY" },
        { "ARG TOKEN=abc", "TOKEN" },
        { "RUN |1 TOKEN=abc /bin/sh -c make # buildkit", "TOKEN" },
        { "RUN /bin/sh -c export A=1 && SECRET='a b' make", "SECRET" },
        { "RUN /bin/sh -c login --password=abc", "--password" },
        { "RUN /bin/sh -c login --password=\"abc\"", "--password" },
        { "RUN /bin/sh -c echo A=b;TOKEN=c", "TOKEN" },
        { "ENV DB_PASSWORD=", NULL },
        { "ENV DB_PASSWORD=\"\"", NULL },
        { "ENV DB_PASSWORD=$PASSWORD", NULL },
        { "ARG TOKEN", NULL },
        { "RUN /bin/sh -c TOKEN=$(cat /run/secrets/token) make", NULL },
        { "RUN /bin/sh -c TOKEN=`cat x` make", NULL },
        { "RUN --mount=type=secret,id=token make", NULL },
        { "RUN /bin/sh -c test \"$TOKEN\" = \"\"", NULL },
        { "ENV PASSWORD_FILE=/run/x", NULL },
        { "COPY token /app/token", NULL },
        { "TOKEN abc", NULL },
        { "ENV PATH /usr/bin", NULL },
        { "CMD [\"sh\"]", NULL },
        { "", NULL },
        { "=", NULL },
        { "=abc", NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct slice name = secret_in_command(slice_from_string(CASES[i].text));
        cr_expect(slice_is(name, CASES[i].name == NULL ? "" : CASES[i].name), "%s: '%.*s'",
                  CASES[i].text, SLICE_ARGS(name));
    }
}
