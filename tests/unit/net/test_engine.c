/* SPDX-License-Identifier: Apache-2.0 */
/* Where an engine is, as DOCKER_HOST says it; what is refused before anything is asked. */
#include "net/engine.h"

#include <criterion/criterion.h>

TestSuite(engine, .timeout = 60);

static const char *const plain[] = { "engine.test:2375", "engine.test" };

static const struct {
    const char *name;
    struct engine_options options;
    enum assay_status status;
    const char *text; /* in what is shown, or in the message */
} cases[] = {
    { "the default", { 0 }, ASSAY_OK, "/var/run/docker.sock" },
    { "a socket", { .address = "unix:///run/podman/podman.sock" }, ASSAY_OK, "/run/podman/podman" },
    { "a relative socket", { .address = "unix://docker.sock" }, ASSAY_USAGE, "absolute" },
    { "no scheme", { .address = "/var/run/docker.sock" }, ASSAY_USAGE, "neither" },
    { "ssh", { .address = "ssh://user@host" }, ASSAY_USAGE, "neither" },
    { "npipe", { .address = "npipe:////./pipe/docker_engine" }, ASSAY_USAGE, "neither" },
    { "fd", { .address = "fd://" }, ASSAY_USAGE, "neither" },
    { "an empty one", { .address = "" }, ASSAY_USAGE, "neither" },
    { "without TLS", { .address = "tcp://engine.test:2375" }, ASSAY_USAGE, "TLS" },
    { "plain, another host",
      { .address = "tcp://other.test:2375", .plain_http = plain, .plain_http_count = 2 },
      ASSAY_USAGE,
      "TLS" },
    { "plain, another port",
      { .address = "tcp://engine.test:2376", .plain_http = plain, .plain_http_count = 2 },
      ASSAY_USAGE,
      "TLS" },
    { "plain, as allowed",
      { .address = "tcp://engine.test:2375", .plain_http = plain, .plain_http_count = 2 },
      ASSAY_OK,
      "engine.test:2375" },
    { "no port",
      { .address = "tcp://engine.test", .plain_http = plain, .plain_http_count = 2 },
      ASSAY_USAGE,
      "HOST:PORT" },
    { "a path",
      { .address = "tcp://engine.test:2375/x", .plain_http = plain, .plain_http_count = 2 },
      ASSAY_USAGE,
      "HOST:PORT" },
    { "a user",
      { .address = "tcp://u@engine.test:2375", .plain_http = plain, .plain_http_count = 2 },
      ASSAY_USAGE,
      "HOST:PORT" },
    { "no TLS files",
      { .address = "tcp://engine.test:2376", .tls_dir = "/nowhere" },
      ASSAY_CONFIG,
      "/nowhere/ca.pem" },
    { "TLS files win over plain",
      { .address = "tcp://engine.test:2375",
        .tls_dir = "/nowhere",
        .plain_http = plain,
        .plain_http_count = 2 },
      ASSAY_CONFIG,
      "ca.pem" },
};

Test(engine, reads_addresses)
{
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct engine *engine = NULL;
        struct assay_error err = ERROR_INIT;
        enum assay_status status = engine_new(&cases[i].options, &engine, &err);
        const char *said = status == ASSAY_OK ? engine_shown(engine) : err.message;
        bool found = strstr(said, cases[i].text) != NULL;
        for (size_t line = 0; line < err.context_count; line++) {
            found = found || strstr(err.context[line], cases[i].text) != NULL;
        }
        cr_expect_eq(status, cases[i].status, "%s: %s", cases[i].name, said);
        cr_expect(found, "%s: %s", cases[i].name, said);
        engine_free(engine);
    }
}

Test(engine, that_cannot_be_reached_leaves_it_undecided)
{
    const struct engine_options options = { .address = "unix:///nowhere/docker.sock" };
    const struct assay_env env = { .clock = &assay_clock_system };
    struct engine *engine = NULL;
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(engine_new(&options, &engine, &err), ASSAY_OK);
    cr_expect_eq(engine_export(engine, &env, "app:1.0", NULL, NULL, &err), ASSAY_ENGINE, "%s",
                 err.message);
    cr_expect(strstr(err.message, "/nowhere/docker.sock") != NULL, "%s", err.message);
    engine_free(engine);
}
