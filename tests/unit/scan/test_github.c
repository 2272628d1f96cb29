/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "found.h"
#include "scan/tree.h"
#include "trees.h"

#include <criterion/criterion.h>

TestSuite(scan_github, .timeout = 60);

#define JOB    "on: push\njobs:\n  b:\n    runs-on: x\n"
#define STEPS  JOB "    steps:\n"
#define MATRIX JOB "    container: ${{ matrix.i }}\n    strategy:\n      matrix:\n"

static const struct found_row rows[] = {
    { "", "" },
    { "jobs: [\n", "!2:1\n" },
    { "on: push\njobs: {}\n", "" },
    { "on: push\njobs:\n", "" },
    { "jobs: [a]\n", "!1:7\n" },
    { "jobs: {a: b}\n", "!1:11\n" },
    { "jobs: {a: {uses: ./.github/workflows/x.yml}}\n", "" },
    /* containers */
    { JOB "    container: a:1\n", "5:16 a:1 (job b, container)\n" },
    { JOB "    container: 'a:1'\n", "5:17 a:1 (job b, container)\n" },
    { JOB "    container:\n      image: a:1\n      env: {image: b}\n",
      "6:14 a:1 (job b, container)\n" },
    { JOB "    container: docker://a:1\n", "5:25 a:1 (job b, container)\n" },
    { JOB "    container:\n", "" },
    { JOB "    container: ''\n", "" },
    { JOB "    container: {image: ''}\n", "" },
    { JOB "    container: {env: {}}\n", "5:16 ? (job b, container)\n" },
    { JOB "    container: {image: [a]}\n", "!5:24\n" },
    { JOB "    container: [a]\n", "!5:16\n" },
    { JOB "    container: ${{ inputs.i }}\n", "5:16 ?${{ inputs.i }} (job b, container)\n" },
    { JOB "    container: 'a:${{ env.TAG }}'\n", "5:17 ?a:${{ env.TAG }} (job b, container)\n" },
    { JOB "    image: a\n    env: {container: b}\n", "" },
    { JOB "    container: a:$TAG\n", "5:16 a:$TAG (job b, container)\n" }, /* no variable here */
    /* services */
    { JOB "    services:\n      db: {image: a, ports: [1]}\n      c: b\n",
      "6:19 a (job b, service db)\n7:10 b (job b, service c)\n" },
    { JOB "    services: {}\n", "" },
    { JOB "    services: {db: {ports: [1]}, c: }\n", "5:20 ? (job b, service db)\n" },
    { JOB "    services: ${{ fromJSON(x) }}\n", "5:15 ?${{ fromJSON(x) }} (job b, services)\n" },
    { JOB "    services: [a]\n", "!5:15\n" },
    { JOB "    services: a\n", "!5:15\n" },
    /* steps */
    { STEPS "    - uses: docker://a:1\n", "6:22 a:1 (job b, step)\n" },
    { STEPS "    - {name: n, uses: 'docker://r.io/a:1'}\n", "6:33 r.io/a:1 (job b, step n)\n" },
    { STEPS "    - {id: n, uses: Docker://a}\n", "6:30 a (job b, step n)\n" },
    { STEPS "    - uses: docker://a:${{ matrix.x }}\n", "6:22 ?a:${{ matrix.x }} (job b, step)\n" },
    { STEPS "    - uses: actions/checkout@v4\n    - uses: ./x\n    - run: docker://a\n", "" },
    { STEPS "    - with: {image: a, uses: docker://b}\n", "" },
    { JOB "    steps: {uses: docker://a}\n", "!5:12\n" },
    { JOB "    steps:\n", "" },
    /* a matrix */
    { MATRIX "        i: [a, 'b:1']\n",
      "8:13 a (job b, container)\n8:17 b:1 (job b, container)\n" },
    { MATRIX "        i: [a]\n        include:\n        - i: b\n        - {x: c}\n",
      "8:13 a (job b, container)\n10:14 b (job b, container)\n" },
    { MATRIX "        include: [{i: a}]\n", "8:23 a (job b, container)\n" },
    { MATRIX "        i: [a, '${{ inputs.x }}']\n",
      "8:13 a (job b, container)\n8:17 ?${{ inputs.x }} (job b, container)\n" },
    { MATRIX "        i: [a, '']\n", "8:13 a (job b, container)\n" },
    { MATRIX "        i: [a]\n        include: ${{ fromJSON(x) }}\n",
      "5:16 ?${{ matrix.i }} (job b, container)\n" },
    { MATRIX "        i: [a]\n        include: ['${{ fromJSON(x) }}']\n",
      "8:13 a (job b, container)\n9:20 ?${{ fromJSON(x) }} (job b, container)\n" },
    { MATRIX "        i: ${{ fromJSON(x) }}\n", "5:16 ?${{ matrix.i }} (job b, container)\n" },
    { MATRIX "        j: [a]\n", "5:16 ?${{ matrix.i }} (job b, container)\n" },
    { MATRIX "        i: []\n", "5:16 ?${{ matrix.i }} (job b, container)\n" },
    { JOB "    strategy: {matrix: ${{ x }}}\n    container: ${{ matrix.i }}\n", "!5:25\n" },
    { JOB "    strategy: {matrix: {c: [{i: a}, '${{ x }}']}}\n    container: ${{matrix.c.i}}\n",
      "5:33 a (job b, container)\n5:38 ?${{ x }} (job b, container)\n" },
    { JOB "    strategy: {matrix: {i: [a]}}\n    container: ${{ matrix.i }}-x\n",
      "6:16 ?${{ matrix.i }}-x (job b, container)\n" },
    { JOB "    strategy: {matrix: {i: [a]}}\n    container: ${{ matrix['i'] }}\n",
      "6:16 ?${{ matrix['i'] }} (job b, container)\n" },
    { JOB "    strategy: {matrix: {i: [a]}}\n    services: {s: {image: '${{ matrix.i }}'}}\n",
      "5:29 a (job b, service s)\n" },
    /* actions */
    { "name: n\nruns: {using: docker, image: 'docker://a:1'}\n", "2:40 a:1 (action n)\n" },
    { "runs: {using: Docker, image: 'docker://a:1'}\n", "1:40 a:1 (action)\n" },
    { "runs: {using: docker, image: '${{ x }}'}\n", "1:31 ?${{ x }} (action)\n" },
    { "runs: {using: docker, image: [a]}\n", "!1:30\n" },
    { "runs: {using: docker}\n", "" },
    { "runs: {using: node20, main: a.js, image: 'docker://a:1'}\n", "" },
    { "runs: {using: composite, steps: [{name: s, uses: 'docker://a'}]}\n",
      "1:60 a (action, step s)\n" },
};

Test(scan_github, workflows_and_actions)
{
    found_check(scan_github, rows, ARRAY_LEN(rows), NULL);
}

static struct trees trees;
static struct scan_tree tree;

static void open_tree(void)
{
    trees_make(&trees);
    trees_write(&trees, "act/Dockerfile",
                "# assay ignore=digest-missing reason=\"r\"\nFROM alpine:3.20\n");
    trees_write(&trees, "Dockerfile", "FROM other\n");
    cr_assert_eq(scan_tree_open(&tree, trees.root, NULL, NULL), ASSAY_OK);
}

static void close_tree(void)
{
    scan_tree_close(&tree);
    trees_remove(&trees);
}

static void check_action(const char *image, const char *text, size_t ignores, size_t problems)
{
    static const struct scan_options options;
    struct scan scan;
    AUTO_BUF action = BUF_INIT(KIB);
    struct scan_input input = { .directory = "act" };
    cr_assert_eq(buf_printf(&action, NULL, "runs: {using: docker, image: %s}\n", image), ASSAY_OK);
    scan_init(&scan, NULL, &options);
    scan.tree = &tree;
    cr_assert_eq(scan_add_file(&scan, "act/action.yml", "act/action.yml", &input.file, NULL),
                 ASSAY_OK);
    input.text = buf_slice(&action);
    cr_assert_eq(scan_github(&scan, &input, NULL), ASSAY_OK);
    cr_assert_eq(scan.reference_count, text != NULL, "%s", image);
    if (text != NULL) {
        cr_expect_str_eq(scan.references[0].text, text);
        cr_expect_str_eq(trees_below(&trees, &scan.files[scan.references[0].spot.file]),
                         "act/Dockerfile");
    }
    cr_expect_eq(scan.ignore_count, ignores, "%s", image);
    cr_expect_eq(scan.problem_count, problems, "%s", image);
    scan_clear(&scan);
}

Test(scan_github, dockerfiles_of_actions, .init = open_tree, .fini = close_tree)
{
    check_action("Dockerfile", "alpine:3.20", 1, 0);
    check_action("./Dockerfile", "alpine:3.20", 1, 0);
    check_action("None.Dockerfile", NULL, 0, 1);
    check_action("../../Dockerfile", NULL, 0, 1);
    check_action("/etc/passwd", NULL, 0, 1);
}
