/* SPDX-License-Identifier: Apache-2.0 */
/* What one compose file may lead to: each limit is met, and passed by one. */
#include "compose_case.h"

#include "base/buf.h"
#include "base/limits.h"

#include <criterion/criterion.h>

TestSuite(scan_compose_limits, .timeout = 60);

static struct buf files;
static struct buf found;

static void start(void)
{
    files = (struct buf)BUF_INIT(64 * MIB);
    found = (struct buf)BUF_INIT(MIB);
}

static void end(void)
{
    buf_clear(&files);
    buf_clear(&found);
}

static void check(const char *what)
{
    struct compose_case row = { what, buf_text(&files), buf_text(&found) };
    compose_cases_check(&row, 1);
    buf_reset(&files);
    buf_reset(&found);
}

#define ADD(buf, ...) cr_assert_eq(buf_printf(&(buf), NULL, __VA_ARGS__), ASSAY_OK)

/* Services that build of one Dockerfile; .env is asked for, too. */
static void add_builds(size_t count)
{
    ADD(files, "=== compose.yaml\nservices:\n");
    for (size_t i = 0; i < count; i++) {
        ADD(files, "  s%zu: {build: .}\n", i);
    }
    ADD(files, "=== Dockerfile\nFROM base\n");
    ADD(found, "Dockerfile:1:6 base base *\n");
}

Test(scan_compose_limits, of_files, .init = start, .fini = end)
{
    add_builds(LIMIT_SCAN_OPENED - 1);
    check("as many as may be");
    add_builds(LIMIT_SCAN_OPENED);
    ADD(found, "compose.yaml:%d:17! file-limit\n", LIMIT_SCAN_OPENED + 1);
    check("one more");
}

static void add_contexts(size_t count)
{
    ADD(files, "=== compose.yaml\nservices:\n  s:\n    build:\n      context: .\n"
               "      additional_contexts:\n");
    for (size_t i = 0; i < count; i++) {
        ADD(files, "        c%zu: d\n", i);
    }
    ADD(files, "=== Dockerfile\nFROM base\n");
}

Test(scan_compose_limits, of_contexts, .init = start, .fini = end)
{
    add_contexts(LIMIT_BUILD_TEXTS);
    ADD(found, "Dockerfile:1:6 base base *\n");
    check("as many as may be");
    add_contexts(LIMIT_BUILD_TEXTS + 1);
    ADD(found, "compose.yaml:0:0! file-limit\n");
    check("one more");
}

#define INLINE_BYTES ((int)(MIB / 2))

/* Builds of one text that stands in the file once. */
static void add_inline(size_t count)
{
    ADD(files, "=== compose.yaml\nx: &i \"FROM base\\n#%0*d\"\nservices:\n", INLINE_BYTES - 11, 0);
    for (size_t i = 0; i < count; i++) {
        ADD(files, "  s%zu: {build: {dockerfile_inline: *i}}\n", i);
    }
    ADD(found, "compose.yaml:1:4 base base\n");
}

Test(scan_compose_limits, of_bytes_that_are_read, .init = start, .fini = end)
{
    size_t most = LIMIT_COMPOSE_BYTES / INLINE_BYTES;
    add_inline(most);
    check("as many as may be");
    add_inline(most + 1);
    ADD(found, "compose.yaml:1:4! file-limit\n");
    check("one more");
}

static void add_includes(size_t count)
{
    ADD(files, "=== compose.yaml\ninclude: [c1.yml]\n");
    for (size_t i = 1; i < count; i++) {
        ADD(files, "=== c%zu.yml\ninclude: [c%zu.yml]\n", i, i + 1);
    }
    ADD(files, "=== c%zu.yml\nservices: {a: {image: a}}\n", count);
}

Test(scan_compose_limits, of_files_that_include_in_turn, .init = start, .fini = end)
{
    add_includes(LIMIT_COMPOSE_DEPTH);
    ADD(found, "c%d.yml:1:23 a a *\n", LIMIT_COMPOSE_DEPTH);
    check("as many as may be");
    add_includes(LIMIT_COMPOSE_DEPTH + 1);
    ADD(found, "c%d.yml:1:11! file-limit\n", LIMIT_COMPOSE_DEPTH);
    check("one more");
}

static void add_extends(size_t count)
{
    ADD(files, "=== compose.yaml\nservices:\n  a: {extends: {file: c.yml, service: s1}}\n"
               "=== c.yml\nservices:\n");
    for (size_t i = 1; i < count; i++) {
        ADD(files, "  s%zu: {extends: s%zu}\n", i, i + 1);
    }
    ADD(files, "  s%zu: {image: a}\n", count);
}

Test(scan_compose_limits, of_services_that_extend_in_turn, .init = start, .fini = end)
{
    add_extends(LIMIT_COMPOSE_DEPTH - 1);
    ADD(found, "c.yml:%d:16 a a *\n", LIMIT_COMPOSE_DEPTH);
    check("as many as may be");
    add_extends(LIMIT_COMPOSE_DEPTH);
    ADD(found, "c.yml:%d:18! file-limit\n", LIMIT_COMPOSE_DEPTH);
    check("one more");
}

static void add_names(size_t count)
{
    ADD(files, "=== compose.yaml\nservices: {a: {image: $N0}}\n=== .env\n");
    for (size_t i = 0; i < count; i++) {
        ADD(files, "N%zu=a\n", i);
    }
    ADD(found, "compose.yaml:1:23 $N0 a\n");
}

Test(scan_compose_limits, of_names, .init = start, .fini = end)
{
    add_names(LIMIT_COMPOSE_NAMES);
    check("as many as may be");
    add_names(LIMIT_COMPOSE_NAMES + 1);
    ADD(found, ".env:%d:1! file-limit\n", LIMIT_COMPOSE_NAMES + 1);
    check("one more");
}

static void add_value(size_t bytes)
{
    ADD(files, "=== compose.yaml\nservices: {a: {image: $N}}\n=== .env\nN=a\nM=");
    for (size_t i = 0; i < bytes; i++) {
        ADD(files, "x");
    }
    ADD(found, "compose.yaml:1:23 $N a\n");
}

Test(scan_compose_limits, of_values, .init = start, .fini = end)
{
    add_value(LIMIT_EXPAND_BYTES);
    check("as large as may be");
    add_value(LIMIT_EXPAND_BYTES + 1);
    ADD(found, ".env:2:1! file-limit\n");
    check("one more");
}

/* Services that extend one with many keys: each time all of them are visited. */
static void add_visits(size_t keys, size_t services)
{
    ADD(files, "=== compose.yaml\nservices:\n  base:\n    image: a\n");
    for (size_t i = 0; i < keys; i++) {
        ADD(files, "    k%zu: 1\n", i);
    }
    for (size_t i = 0; i < services; i++) {
        ADD(files, "  s%zu: {extends: base}\n", i);
    }
    ADD(found, "compose.yaml:3:12 a a *\n");
}

Test(scan_compose_limits, of_values_that_are_visited, .init = start, .fini = end)
{
    size_t keys = 20000; /* of two values each */
    size_t services = LIMIT_COMPOSE_NODES / (2 * keys);
    add_visits(keys, services - 2);
    check("within");
    add_visits(keys, services);
    ADD(found, "compose.yaml:%zu:18! file-limit\n", 2 + keys + services);
    check("beyond");
}

/* The same large file, read again and again. */
static void add_bytes(size_t times)
{
    static const size_t bytes = 11 * MIB;
    ADD(files, "=== compose.yaml\ninclude:\n  - path: c.yml\n    env_file:\n");
    for (size_t i = 0; i < times; i++) {
        ADD(files, "      - large.env\n");
    }
    ADD(files, "      - n.env\n=== c.yml\nservices: {a: {image: $N}}\n=== n.env\nN=a\n"
               "=== large.env\n#");
    cr_assert_eq(buf_reserve(&files, bytes, NULL), ASSAY_OK);
    memset(files.ptr + files.len, 'x', bytes);
    files.len += bytes;
    ADD(files, "\n");
}

Test(scan_compose_limits, of_bytes, .init = start, .fini = end)
{
    add_bytes(2);
    ADD(found, "c.yml:1:23 $N a\n");
    check("within");
    add_bytes(3);
    ADD(found, "compose.yaml:7:9! file-limit\n");
    check("beyond");
}

/* Texts with their variables filled in are held together. */
static void add_texts(size_t services)
{
    ADD(files, "=== compose.yaml\nservices:\n");
    for (size_t i = 0; i < services; i++) {
        ADD(files, "  s%zu: {platform: $V}\n", i);
    }
    ADD(files, "  last: {image: $N}\n=== .env\nN=a\nV=");
    for (size_t i = 0; i < LIMIT_EXPAND_BYTES / 2; i++) {
        ADD(files, "x");
    }
}

Test(scan_compose_limits, of_texts, .init = start, .fini = end)
{
    size_t services = LIMIT_COMPOSE_ARENA / (LIMIT_EXPAND_BYTES / 2);
    add_texts(services / 8);
    ADD(found, "compose.yaml:%zu:17 $N a\n", 2 + services / 8);
    check("within");
    add_texts(services);
    ADD(found, "compose.yaml:0:0! file-limit\n");
    check("beyond");
}
