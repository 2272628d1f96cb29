/* SPDX-License-Identifier: Apache-2.0 */
/* Against what the real client printed: vectors/docker-inspect. */
#include "report/docker.h"

#include "base/file.h"
#include "base/time.h"
#include "report/docker_rows.h"

#include <criterion/criterion.h>
#include <stdlib.h>

TestSuite(report_docker, .timeout = 60);

#define REPORT_BYTES (1024 * 1024)
#define JUDGED_AT    "2026-11-25T14:00:00Z"

struct recorded {
    const char *folder;
    const char *suffix; /* of the recordings' names */
    const char *tag;
    size_t rows;
    uint64_t roots;
    const char *delegations[5];
};

static const struct recorded recordings[] = {
    { "many",
      "",
      NULL,
      18,
      1,
      { "targets/releases", "targets/ann", "targets/zoe", "targets/middle-long-name" } },
    { "many",
      "-v2",
      "v2",
      2,
      1,
      { "targets/releases", "targets/ann", "targets/zoe", "targets/middle-long-name" } },
    { "many",
      "-nope",
      "nope",
      0,
      1,
      { "targets/releases", "targets/ann", "targets/zoe", "targets/middle-long-name" } },
    { "docker", "", NULL, 3, 1, { "targets/releases", "targets/alice" } },
    { "notary", "", NULL, 7, 6, { "targets/releases", "targets/qa" } },
    { "plain", "", NULL, 2, 1, { NULL } },
    { "empty", "", NULL, 0, 1, { NULL } },
};

#define FILES_MAX 16

/* A repository's files, and the machine that borrows them. */
struct loaded {
    struct buf files[FILES_MAX];
    size_t count;
    struct tuf_trusted *trusted;
};

static struct slice read_vector(struct loaded *loaded, const char *folder, const char *name)
{
    AUTO_BUF path = BUF_INIT(4096);
    struct assay_error err = ERROR_INIT;
    struct buf *file = &loaded->files[loaded->count++];
    *file = (struct buf)BUF_INIT(REPORT_BYTES);
    cr_assert_eq(buf_printf(&path, NULL, "%s/vectors/docker-inspect/%s/%s",
                            getenv("ASSAY_SOURCE_ROOT"), folder, name),
                 ASSAY_OK);
    cr_assert_eq(file_read(buf_text(&path), REPORT_BYTES, file, &err), ASSAY_OK, "%s",
                 assay_error_message(&err));
    return buf_slice(file);
}

static void expect_ok(enum assay_status status, const struct assay_error *err, const char *what)
{
    cr_assert_eq(status, ASSAY_OK, "%s: %s", what, assay_error_message(err));
}

static struct slice read_role(struct loaded *loaded, const char *folder, const char *role)
{
    AUTO_BUF name = BUF_INIT(4096);
    cr_assert_eq(buf_printf(&name, NULL, "metadata/%s.json", role), ASSAY_OK);
    return read_vector(loaded, folder, buf_text(&name));
}

static void load_repository(const struct recorded *recorded, struct loaded *out)
{
    const char *folder = recorded->folder;
    struct assay_error err = ERROR_INIT;
    AUTO_BUF gun = BUF_INIT(4096);
    struct tuf_trusted_options options = { .dialect = &tuf_dialect_notary };
    *out = (struct loaded){ 0 };
    cr_assert_eq(buf_printf(&gun, NULL, "localhost:16400/dct/%s", folder), ASSAY_OK);
    options.gun = buf_text(&gun);
    expect_ok(time_parse(SLICE_LITERAL(JUDGED_AT), &options.now_unix_s, &err), &err, folder);
    expect_ok(tuf_trusted_new(&options, &out->trusted, &err), &err, folder);
    for (uint64_t version = 1; version <= recorded->roots; version++) {
        char name[] = "1.root";
        name[0] = (char)('0' + version);
        struct slice root = read_role(out, folder, name);
        expect_ok(version == 1 ? tuf_trusted_set_anchor(out->trusted, root, NULL, &err)
                               : tuf_trusted_add_root(out->trusted, root, &err),
                  &err, name);
    }
    expect_ok(tuf_trusted_close_roots(out->trusted, &err), &err, folder);
    expect_ok(tuf_trusted_add_timestamp(out->trusted, read_role(out, folder, "timestamp"), &err),
              &err, folder);
    expect_ok(tuf_trusted_add_snapshot(out->trusted, read_role(out, folder, "snapshot"), &err),
              &err, folder);
    expect_ok(
        tuf_trusted_add_targets(out->trusted, "targets", read_role(out, folder, "targets"), &err),
        &err, folder);
    for (const char *const *role = recorded->delegations; *role != NULL; role++) {
        expect_ok(tuf_trusted_add_targets(out->trusted, *role, read_role(out, folder, *role), &err),
                  &err, *role);
    }
}

static void loaded_clear(struct loaded *loaded)
{
    tuf_trusted_free(loaded->trusted);
    for (size_t i = 0; i < loaded->count; i++) {
        buf_clear(&loaded->files[i]);
    }
}

static void expect_same(const struct recorded *recorded, struct loaded *loaded, bool pretty)
{
    AUTO_BUF argument = BUF_INIT(4096);
    AUTO_BUF name = BUF_INIT(4096);
    AUTO_BUF out = BUF_INIT(REPORT_BYTES);
    struct assay_error err = ERROR_INIT;
    size_t rows = 99;
    cr_assert_eq(buf_printf(&argument, NULL, "localhost:16400/dct/%s%s%s", recorded->folder,
                            recorded->tag == NULL ? "" : ":",
                            recorded->tag == NULL ? "" : recorded->tag),
                 ASSAY_OK);
    cr_assert_eq(
        buf_printf(&name, NULL, pretty ? "pretty%s.txt" : "inspect%s.json", recorded->suffix),
        ASSAY_OK);
    const struct report_docker what = { loaded->trusted, buf_text(&argument), recorded->tag };
    expect_ok(pretty ? report_docker_pretty(&what, &out, &rows, &err)
                     : report_docker_json(&what, &out, &rows, &err),
              &err, buf_text(&name));
    cr_expect_eq(rows, recorded->rows, "%s/%s: %zu", recorded->folder, buf_text(&name), rows);
    struct slice expected = read_vector(loaded, recorded->folder, buf_text(&name));
    cr_expect(slice_equal(buf_slice(&out), expected), "%s/%s:\n%s", recorded->folder,
              buf_text(&name), buf_text(&out));
}

Test(report_docker, as_the_real_client)
{
    for (size_t i = 0; i < ARRAY_LEN(recordings); i++) {
        struct loaded loaded;
        load_repository(&recordings[i], &loaded);
        expect_same(&recordings[i], &loaded, false);
        expect_same(&recordings[i], &loaded, true);
        loaded_clear(&loaded);
    }
}

Test(report_docker, natural_order)
{
    /* each before the next */
    static const char *const sorted[] = {
        "",    "9",     "10", "010",  "2021-01-02", "V3",    "a1b", "a01b", "a2",
        "a10", "alpha", "v1", "v1.9", "v1.9.0",     "v1.10", "v2",  "v10",  "v10a",
    };
    for (size_t i = 0; i < ARRAY_LEN(sorted); i++) {
        for (size_t k = 0; k < ARRAY_LEN(sorted); k++) {
            int order =
                docker_natural_order(slice_from_string(sorted[i]), slice_from_string(sorted[k]));
            cr_expect((order < 0) == (i < k) && (order > 0) == (i > k), "%s %s: %d", sorted[i],
                      sorted[k], order);
        }
    }
}
