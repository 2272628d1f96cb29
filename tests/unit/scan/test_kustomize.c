/* SPDX-License-Identifier: Apache-2.0 */
/* What a kustomization leads to, in a tree that holds one more file. */
#include "base/limits.h"
#include "scan/scan.h"
#include "trees.h"

TestSuite(scan_kustomize, .timeout = 60);

#define POD                                                                                        \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: a}]}\n"
#define CHANGE  "- {op: replace, path: /spec/containers/0/image, value: a}\n"
#define OTHER   "- {op: replace, path: /spec/replicas, value: 2}\n"
#define UNREAD  "it may name images, and is not read"
#define PATCH   "this patch may set an image, and is not read"
#define REMOTE  "it comes from elsewhere, and may name images"
#define BUILTIN "apiVersion: builtin\nmetadata: {name: x}\nkind: "
#define REPLACE(field)                                                                             \
    "source: {kind: ConfigMap, name: x, fieldPath: data.x}\n"                                      \
    "targets: [{select: {kind: Pod}, fieldPaths: [" field "]}]\n"

struct row {
    const char *text; /* of the kustomization */
    const char *file; /* that lies beside it */
    const char *holds;
    const char *problem; /* of the one reference that is not resolved; NULL: all are */
    size_t resolved;
    size_t problems;
};

static const struct row ROWS[] = {
    /* manifests */
    { "resources: [r.yaml]\n", "r.yaml", POD, NULL, 1, 0 },
    { "resources: [r.txt]\n", "r.txt", POD, UNREAD, 0, 0 },
    { "resources: [./b/r]\n", "b/r", POD, UNREAD, 0, 0 },
    { "resources: [Dockerfile.yaml]\n", "Dockerfile.yaml", POD, UNREAD, 0, 5 },
    { "resources: [r.txt]\n", "r.txt", "words\n", NULL, 0, 0 },
    { "resources: [r.txt]\n", "other", "words\n", UNREAD, 0, 0 },
    { "resources: [b]\n", "b/r.yaml", POD, NULL, 1, 0 },
    { "resources: [b/../b/]\n", "b/r.yaml", POD, NULL, 1, 0 },
    { "resources: [.]\n", "r.yaml", POD, NULL, 1, 0 },
    { "resources: [../b]\n", "r.yaml", POD, NULL, 1, 1 },
    { "resources: [../r.yaml]\n", "r.yaml", POD, NULL, 1, 1 },
    { "resources: [/r.yaml]\n", "r.yaml", POD, NULL, 1, 1 },
    { "bases: [b]\n", "b", POD, UNREAD, 0, 0 },
    { "components: [b]\n", "b", POD, UNREAD, 0, 0 },
    { "generators: [b]\n", "b", POD, UNREAD, 0, 0 },
    { "generators: ['https://x.example/g']\n", "b", "", REMOTE, 0, 0 },
    { "transformers: [b]\n", "b", BUILTIN "ImageTagTransformer\n", UNREAD, 0, 0 },
    { "transformers: [b.yaml]\n", "b.yaml", BUILTIN "ImageTagTransformer\n", UNREAD, 0, 0 },
    { "transformers: [b.yaml]\n", "b.yaml", BUILTIN "PatchTransformer\n", UNREAD, 0, 0 },
    { "transformers: [b.yaml]\n", "b.yaml", BUILTIN "HelmChartInflationGenerator\n", UNREAD, 0, 0 },
    { "transformers: [b.yaml]\n", "b.yaml", BUILTIN "PrefixTransformer\n", NULL, 0, 0 },
    { "transformers:\n- |\n  kind: ImageTagTransformer\n  imageTag: {}\n", "b", "", UNREAD, 0, 0 },
    { "transformers:\n- |\n  kind: PrefixTransformer\n  prefix: a\n", "b", "", NULL, 0, 0 },
    { "transformers: ['{kind: ImageTagTransformer, imageTag: {}} # b.yaml']\n", "b", "", UNREAD, 0,
      0 },
    /* patches */
    { "patchesStrategicMerge: ['{kind: Pod, spec: {containers: [{image: a}]}}']\n", "b", "", PATCH,
      0, 0 },
    { "patches: [{path: p.yaml}]\n", "p.yaml", POD, NULL, 1, 0 },
    { "patches: [{path: p.yaml}]\n", "p.yaml", CHANGE, PATCH, 0, 0 },
    { "patches: [{path: p.yaml}]\n", "p.yaml", "# kind, apiVersion\n" CHANGE, PATCH, 0, 0 },
    { "patches: [{path: p.yaml}]\n", "p.yaml", "kind: a\nx: image\n", PATCH, 0, 0 },
    { "patches: [{path: p.yaml}]\n", "p.yaml", "image: [\n", PATCH, 0, 0 },
    { "patches: [{path: p.yaml}]\n", "p.yaml", OTHER, NULL, 0, 0 },
    { "patches: [{path: p.txt}]\n", "p.txt", POD, PATCH, 0, 0 },
    { "patches: [{path: p.txt}]\n", "p.txt", OTHER, NULL, 0, 0 },
    { "patches: [{path: 'https://x.example/p.yaml'}]\n", "b", "", PATCH, 0, 0 },
    { "patchesStrategicMerge: [p]\n", "p", POD, PATCH, 0, 0 },
    { "patchesJson6902: [{path: p}]\n", "p", CHANGE, PATCH, 0, 0 },
    /* replacements */
    { "replacements:\n- source: {}\n  targets: [{fieldPaths: [spec.image]}]\n", "b", "", PATCH, 0,
      0 },
    { "replacements:\n- source: {}\n  targets: [{fieldPaths: [spec.x]}]\n", "b", "", NULL, 0, 0 },
    { "replacements: [{path: b.yaml}]\n", "b.yaml", REPLACE("spec.image"), PATCH, 0, 0 },
    { "replacements: [{path: b.yaml}]\n", "b.yaml", REPLACE("spec.x"), NULL, 0, 0 },
};

static const struct assay_env ENV = { .clock = &assay_clock_system };

static void scan_tree_of(struct trees *trees, struct scan *scan)
{
    const struct scan_options options = { 0 };
    struct assay_error err = ERROR_INIT;
    scan_init(scan, &ENV, &options);
    cr_assert_eq(scan_path(scan, trees->path, &err), ASSAY_OK, "%s", err.message);
    cr_assert_eq(scan_finish(scan, &err), ASSAY_OK, "%s", err.message);
}

Test(scan_kustomize, leads_to_no_image_unseen)
{
    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        const struct row *row = &ROWS[i];
        struct trees trees;
        struct scan scan;
        size_t resolved = 0;
        size_t unresolved = 0;
        trees_make(&trees);
        trees_write(&trees, "kustomization.yaml", row->text);
        trees_write(&trees, row->file, row->holds);
        scan_tree_of(&trees, &scan);
        for (size_t r = 0; r < scan.reference_count; r++) {
            const struct scan_reference *found = &scan.references[r];
            resolved += found->text != NULL ? 1 : 0;
            unresolved += found->text == NULL ? 1 : 0;
            cr_expect(found->text != NULL ||
                          (row->problem != NULL && strcmp(found->problem, row->problem) == 0),
                      "row %zu: %s", i, found->text == NULL ? found->problem : "");
        }
        cr_expect_eq(resolved, row->resolved, "row %zu: %zu", i, resolved);
        cr_expect_eq(unresolved, row->problem == NULL ? 0 : 1, "row %zu: %zu", i, unresolved);
        cr_expect_eq(scan.problem_count, row->problems, "row %zu: %zu", i, scan.problem_count);
        scan_clear(&scan);
        trees_remove(&trees);
    }
}

/* Thousands of entries that name one large file are work, and no more is to be learned. */
Test(scan_kustomize, is_read_within_a_budget)
{
    AUTO_BUF text = BUF_INIT(1 * MIB);
    AUTO_BUF large = BUF_INIT(LIMIT_SCAN_BYTES);
    struct trees trees;
    struct scan scan;
    cr_assert_eq(buf_append_string(&text, "resources:\n", NULL), ASSAY_OK);
    for (size_t i = 0; i < 2000; i++) {
        cr_assert_eq(buf_append_string(&text, "- r\n", NULL), ASSAY_OK);
    }
    while (large.len < LIMIT_KUSTOMIZE_BYTES / 4) {
        cr_assert_eq(buf_append_string(&large, "some words, and a few more of them\n", NULL),
                     ASSAY_OK);
    }
    trees_make(&trees);
    trees_write(&trees, "kustomization.yaml", buf_text(&text));
    trees_write(&trees, "r", buf_text(&large));
    scan_tree_of(&trees, &scan);
    cr_assert_eq(scan.problem_count, 1, "%zu", scan.problem_count);
    cr_expect_eq(scan.problems[0].status, ASSAY_FILE_LIMIT);
    cr_expect_eq(scan.problems[0].spot.line, 6, "%zu", scan.problems[0].spot.line);
    cr_expect_eq(scan.reference_count, 0);
    scan_clear(&scan);
    trees_write(&trees, "r", "words\n");
    scan_tree_of(&trees, &scan);
    cr_assert_eq(scan.problem_count, 1, "%zu", scan.problem_count);
    cr_expect_eq(scan.problems[0].spot.line, LIMIT_SCAN_OPENED + 2);
    scan_clear(&scan);
    trees_remove(&trees);
}
