/* SPDX-License-Identifier: Apache-2.0 */
#include "source/source.h"

#include <criterion/criterion.h>

TestSuite(transports, .timeout = 60);

Test(transports, found_by_prefix)
{
    static const struct {
        const char *text;
        const char *scheme;
        const char *locator;
        bool is_local;
    } CASES[] = {
        { "alpine:3", "docker://", "alpine:3", false },
        { "docker://alpine:3", "docker://", "alpine:3", false },
        { "oci:dir:1.0", "oci:", "dir:1.0", true },
        { "oci:", "oci:", "", true },
        { "oci/app:1", "docker://", "oci/app:1", false },
        { "OCI:dir", "docker://", "OCI:dir", false },
        { "docker:29", "docker://", "docker:29", false },
        { "docker-archive:app.tar", "docker-archive:", "app.tar", true },
        { "dir:/tmp/x", "dir:", "/tmp/x", true },
        { "docker-archive:-", "docker-archive:", "-", true },
        { "oci-archive:app.tar:1.0", "oci-archive:", "app.tar:1.0", true },
        { "-", "-", "", true },
        { "-x", "docker://", "-x", false }, /* and no reference either */
        { "docker://dir:1", "docker://", "dir:1", false },
        { "", "docker://", "", false },
    };

    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        const char *locator = NULL;
        const struct source_transport *found = source_transport_find(CASES[i].text, &locator);
        cr_assert_not_null(found);
        cr_expect_str_eq(found->scheme, CASES[i].scheme, "%s", CASES[i].text);
        cr_expect_str_eq(locator, CASES[i].locator, "%s", CASES[i].text);
        cr_expect_eq(found->is_local, CASES[i].is_local, "%s", CASES[i].text);
    }
}

/* What another tool would read as a file is not asked of a registry. */
Test(transports, reserved_names_do_not_open)
{
    static const char *const TEXTS[] = { "containers-storage:app" };

    for (size_t i = 0; i < ARRAY_LEN(TEXTS); i++) {
        const char *locator = NULL;
        struct source *source = NULL;
        const struct source_transport *found = source_transport_find(TEXTS[i], &locator);
        cr_expect_eq(found->open(locator, &(struct source_context){ .threads = 1 }, &source, NULL),
                     ASSAY_USAGE, "%s", TEXTS[i]);
        cr_expect_null(source);
    }
}

Test(transports, freeing_nothing)
{
    source_free(NULL);
}

Test(transports, standard_input)
{
    static const struct {
        const char *text;
        bool reads;
    } CASES[] = {
        { "-", true },
        { "docker-archive:-", true },
        { "docker-archive:-:app:1.0", true },
        { "oci-archive:-", true },
        { "docker-archive:./-", false },
        { "docker-archive:-x", false },
        { "oci:-", false },
        { "dir:-", false },
        { "app:1.0", false },
        { "", false },
    };

    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        cr_expect_eq(source_reads_stdin(CASES[i].text), CASES[i].reads, "%s", CASES[i].text);
    }
}

/* A library's caller who gives no file for it does not lose its own standard input. */
Test(transports, standard_input_is_given_or_not_read)
{
    struct source *source = NULL;
    const char *locator = NULL;

    cr_expect_eq(source_transport_find("-", &locator)
                     ->open(locator, &(struct source_context){ .threads = 1 }, &source, NULL),
                 ASSAY_USAGE);
    cr_expect_null(source);
}
