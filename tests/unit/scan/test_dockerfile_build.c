/* SPDX-License-Identifier: Apache-2.0 */
#include "dockerfile_rows.h"

TestSuite(scan_dockerfile_build, .timeout = 60);

/* What a build is given: "-" an argument of the options, "+" of the build, "=" a context of the
 * options, "#" of the build. */
struct given_row {
    const char *given[4];
    struct row row;
};

static const struct given_row given_rows[] = {
    { { "-V=3" }, { "ARG V\nFROM a:$V\n", "2:6 ~a:3 (stage 0)\n" } },
    { { "-V=3" }, { "ARG V=2\nFROM a:$V\n", "2:6 ~a:3 (stage 0)\n" } },
    { { "-V=3", "-V=4" }, { "ARG V=2\nFROM a:$V\n", "2:6 ~a:4 (stage 0)\n" } },
    { { "+V=4", "-V=3" }, { "ARG V=2\nFROM a:$V\n", "2:6 ~a:4 (stage 0)\n" } },
    { { "-V=$U" }, { "ARG U=1 V\nFROM a:$V\n", "2:6 ~a:$U (stage 0)\n" } },
    { { "-V=" }, { "ARG V=2\nFROM a$V\n", "2:6 ~a (stage 0)\n" } },
    { { "-V=3" }, { "FROM a:$V\n", "1:6 ?a:$V (stage 0)\n" } }, /* it is not declared */
    { { "-V=3" }, { "FROM a\nARG V\nFROM b:$V\n", "1:6 a (stage 0)\n3:6 ?b:$V (stage 1)\n" } },
    { { "-VV=3", "-V" }, { "ARG V\nFROM a:$V\n", "2:6 ?a:$V (stage 0)\n" } },
    { { "-V=scratch" }, { "ARG V=b\nFROM $V\n", "" } },
    { { "-TARGETARCH=arm64" },
      { "FROM --platform=linux/$TARGETARCH a-${TARGETARCH:-x}\n",
        "1:35 ~a-arm64 (stage 0) linux/arm64\n" } },
    { { "-TARGETARCH=arm64" },
      { "ARG TARGETARCH=x\nFROM a-$TARGETARCH\n", "2:6 ~a-arm64 (stage 0)\n" } },
    /* BUILDKIT_SYNTAX */
    { { "-BUILDKIT_SYNTAX=f:2 x" },
      { "# syntax=f:1\nFROM a\n", "1:10 ~f:2 (frontend)\n2:6 a (stage 0)\n" } },
    { { "+BUILDKIT_SYNTAX=f:3", "-BUILDKIT_SYNTAX=f:2" },
      { "FROM a\n", "0:0 ~f:3 (frontend)\n1:6 a (stage 0)\n" } },
    { { "-BUILDKIT_SYNTAX=" },
      { "# syntax=f:1\nFROM a\n", "1:10 f:1 (frontend)\n2:6 a (stage 0)\n" } },
    { { "+BUILDKIT_SYNTAX" },
      { "# syntax=f:1\nFROM a\n", "1:10 ?f:1 (frontend)\n2:6 a (stage 0)\n" } },
    { { "-BUILDKIT_SYNTAX=docker/dockerfile:1.2" },
      { "# syntax=docker/dockerfile:1\nFROM a\nRUN <<E\nE\n",
        "1:10 ~docker/dockerfile:1.2 (frontend)\n2:6 a (stage 0)\n!3:1\n" } },
    { { "-BUILDKIT_SYNTAX=docker/dockerfile:1" },
      { "# syntax=docker/dockerfile:1.2\nFROM a\nRUN <<E\nE\n",
        "1:10 ~docker/dockerfile:1 (frontend)\n2:6 a (stage 0)\n" } },
    { { "+BUILDKIT_SYNTAX" }, { "FROM a\n", "0:0 ? (frontend)\n1:6 a (stage 0)\n" } },
    { { "+BUILDKIT_SYNTAX= x" }, { "FROM a\n", "0:0 ? x (frontend)\n1:6 a (stage 0)\n" } },
    /* contexts of images */
    { { "=a=docker-image://b:1" }, { "FROM a\n", "1:6 ~b:1 (stage 0)\n" } },
    { { "=a=docker-image://b:1" }, { "FROM a:latest\n", "1:6 ~b:1 (stage 0)\n" } },
    { { "=docker.io/library/a:latest=docker-image://b" }, { "FROM a\n", "1:6 ~b (stage 0)\n" } },
    { { "=a=docker-image://b:1" }, { "FROM a:2\n", "1:6 a:2 (stage 0)\n" } },
    { { "=a:2=docker-image://b:1" }, { "ARG V=2\nFROM a:$V\n", "2:6 ~b:1 (stage 0)\n" } },
    { { "=a=docker-image://b", "=a=docker-image://c" }, { "FROM a\n", "1:6 ~c (stage 0)\n" } },
    { { "#a=docker-image://b", "=a=docker-image://c" }, { "FROM a\n", "1:6 ~b (stage 0)\n" } },
    { { "=a=./dir" }, { "FROM a\nFROM b\n", "2:6 b (stage 1)\n" } },
    { { "=a=https://x/y.git" }, { "FROM a\nFROM b\n", "2:6 b (stage 1)\n" } },
    { { "=a=service:x" }, { "FROM b\nCOPY --from=a /x /y\n", "1:6 b (stage 0)\n" } },
    { { "=a=docker-image://b:1" },
      { "FROM c\nCOPY --from=a /x /y\nRUN --mount=from=a z\n",
        "1:6 c (stage 0)\n2:13 ~b:1 (stage 0)\n3:18 ~b:1 (stage 0)\n" } },
    /* contexts of stages */
    { { "=s=docker-image://b:1" },
      { "FROM $X AS S\nFROM c\nCOPY --from=s /x /y\n", "1:6 ~b:1 (stage s)\n2:6 c (stage 1)\n" } },
    { { "=s=dir" }, { "FROM a AS s\nFROM s\nCOPY --from=s /x /y\n", "" } },
    { { "=scratch=docker-image://b" }, { "FROM scratch\n", "" } },
    { { "=a" }, { "FROM a\n", "1:6 a (stage 0)\n" } },
};

Test(scan_dockerfile_build, what_a_build_is_given)
{
    for (size_t i = 0; i < ARRAY_LEN(given_rows); i++) {
        const struct given_row *row = &given_rows[i];
        const char *lists[4][4];
        size_t counts[4] = { 0 };
        AUTO_BUF shown = BUF_INIT(LIMIT_SCAN_BYTES);
        for (size_t j = 0; j < 4 && row->given[j] != NULL; j++) {
            size_t list = (size_t)(strchr("-+=#", row->given[j][0]) - "-+=#");
            lists[list][counts[list]++] = row->given[j] + 1;
        }
        struct scan_options options = { .build_args = lists[0],
                                        .build_arg_count = counts[0],
                                        .build_contexts = lists[2],
                                        .build_context_count = counts[2] };
        struct scan_build build = { lists[1], counts[1], lists[3], counts[3] };
        show(row->row.file, &options, &build, &shown);
        cr_expect_str_eq(buf_text(&shown), row->row.found, "%s %s\n%s", row->given[0],
                         row->row.file, buf_text(&shown));
    }
}

static size_t problems_of(const struct buf *file, enum assay_status status)
{
    struct scan scan;
    size_t count = 0;
    struct scan_input input = { .text = buf_slice(file), .directory = "" };
    scan_init(&scan, NULL, &no_options);
    cr_assert_eq(scan_dockerfile(&scan, &input, NULL, NULL), ASSAY_OK);
    for (size_t i = 0; i < scan.problem_count; i++) {
        count += scan.problems[i].status == status;
    }
    scan_clear(&scan);
    return count;
}

static void repeat(struct buf *out, const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(buf_append_string(out, text, NULL), ASSAY_OK);
    }
}

Test(scan_dockerfile_build, limits)
{
    static const struct {
        const char *before;
        const char *repeated;
        size_t count;
        const char *behind;
    } cases[] = {
        { "", "FROM a\n", LIMIT_STAGES, "" },
        { "", "ARG A=1\n", LIMIT_BUILD_ARGS, "FROM a\n" },
        { "FROM a\nRUN x", " <<E", LIMIT_HEREDOCS, "\nE" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (size_t more = 0; more < 2; more++) {
            AUTO_BUF file = BUF_INIT(LIMIT_SCAN_BYTES);
            repeat(&file, cases[i].before, 1);
            repeat(&file, cases[i].repeated, cases[i].count + more);
            repeat(&file, cases[i].behind, cases[i].behind[0] == '\n' ? cases[i].count : 1);
            cr_expect_eq(problems_of(&file, ASSAY_FILE_LIMIT), more, "%s", cases[i].repeated);
            cr_expect(more > 0 || problems_of(&file, ASSAY_FILE_SYNTAX) == 0, "%s",
                      cases[i].repeated);
        }
    }
}

Test(scan_dockerfile_build, a_nul_hides_nothing)
{
    static const struct {
        struct slice file;
        size_t references;
        size_t problems;
    } cases[] = {
        { { (const uint8_t *)"FROM a\0b\nFROM c\n", 16 }, 2, 0 },
        { { (const uint8_t *)"# syntax=a\0b\nFROM c\n", 20 }, 1, 1 },
        { { (const uint8_t *)"FROM a\nCOPY --from=b\0c /x /y\n", 29 }, 1, 1 },
        { { (const uint8_t *)"FROM a\nRUN x\0<<E\nFROM b\nE\n", 26 }, 2, 2 },
        { { (const uint8_t *)"FROM a\nRUN x\0y\nFROM b\n", 22 }, 2, 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct scan scan;
        struct scan_input input = { .text = cases[i].file, .directory = "" };
        scan_init(&scan, NULL, &no_options);
        cr_assert_eq(scan_dockerfile(&scan, &input, NULL, NULL), ASSAY_OK);
        cr_expect_eq(scan.reference_count, cases[i].references, "%zu: %zu", i,
                     scan.reference_count);
        cr_expect_eq(scan.problem_count, cases[i].problems, "%zu: %zu", i, scan.problem_count);
        scan_clear(&scan);
    }
}
