/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "found.h"
#include "scan/tree.h"
#include "trees.h"

#include <criterion/criterion.h>

TestSuite(scan_gitlab, .timeout = 60);

static const struct found_row places[] = {
    { "", "" },
    { "a: [1\nb: 2\n", "!2:2\n" },
    { "- a\n", "" },
    { "image: a:1\n", "1:8 a:1 (image of all jobs)\n" },
    { "image:\n", "" },
    { "image: ''\n", "1:8 ? (image of all jobs)\n" },
    { "image: {name: 'a:1', entrypoint: ['']}\n", "1:16 a:1 (image of all jobs)\n" },
    { "image: {name: a, docker: {platform: linux/arm64}}\n",
      "1:15 a (image of all jobs) linux/arm64\n" },
    { "image: {name: a, docker: {platform: $P}}\n", "1:15 a (image of all jobs)\n" },
    { "image: {entrypoint: ['']}\n", "" }, /* the name can come from what is extended */
    { "image: [a]\n", "!1:8\n" },
    { "image: {name: [a]}\n", "!1:15\n" },
    { "services: [a, 'b:1', {name: c, alias: d}]\n",
      "1:12 a (service of all jobs)\n1:16 b:1 (service of all jobs)\n"
      "1:29 c (service of all jobs)\n" },
    { "services:\n", "" },
    { "services: []\n", "" },
    { "services: a\n", "!1:11\n" },
    { "services: [{alias: d}, [a]]\n", "1:12 ? (service of all jobs)\n!1:24\n" },
    { "default:\n  image: a\n  services: [b]\n",
      "2:10 a (image of all jobs)\n3:14 b (service of all jobs)\n" },
    { "build:\n  image: a\n  script: [x]\n  services: [{name: b}]\n",
      "2:10 a (job build, image)\n4:21 b (job build, service)\n" },
    { ".t:\n  image: a\nb: {extends: .t}\n", "2:10 a (template .t, image)\n" },
    { ".t: &t\n  image: a\nb:\n  <<: *t\n  script: x\n", "2:10 a (template .t, image)\n" },
    { "pages: {image: a}\n", "1:16 a (job pages, image)\n" },
    { "spec:\n  inputs: {i: }\n---\nb: {image: 'a:$[[ inputs.i ]]'}\n",
      "4:13 ?a:$[[ inputs.i ]] (job b, image)\n" },
    /* what only looks alike */
    { "variables: {image: a}\ncache: {image: b}\nworkflow: {image: c}\nstages: [image]\n", "" },
    { "b: {script: ['image: a'], variables: {image: x}, needs: [{image: b}]}\n", "" },
    { "b: image\n", "" },
};

Test(scan_gitlab, places)
{
    found_check(scan_gitlab, places, ARRAY_LEN(places), NULL);
}

static const struct found_row variables[] = {
    { "variables: {V: '1'}\nb: {image: 'a:$V'}\n", "2:13 ~a:1 (job b, image)\n" },
    { "variables: {V: '1'}\nb: {image: 'a:${V}-x'}\n", "2:13 ~a:1-x (job b, image)\n" },
    { "variables: {V: {value: '1', description: d}}\nb: {image: 'a:$V'}\n",
      "2:13 ~a:1 (job b, image)\n" },
    { "variables: {R: r.io/$N, N: n}\nb: {image: '$R:$N'}\n", "2:13 ~r.io/n:n (job b, image)\n" },
    { "variables: {V: '1'}\nimage: a:$V\nservices: [b:$V]\n",
      "2:8 ~a:1 (image of all jobs)\n3:12 ~b:1 (service of all jobs)\n" },
    { "b: {image: 'a:$V', variables: {V: '1'}}\n", "1:13 ~a:1 (job b, image)\n" },
    { "variables: {V: '1'}\nb: {image: 'a:$V', variables: {V: '2'}}\nc: {image: 'c:$V'}\n",
      "2:13 ~a:2 (job b, image)\n3:13 ~c:1 (job c, image)\n" },
    /* not set, or no variable */
    { "image: $CI_REGISTRY_IMAGE/a\n", "1:8 ?$CI_REGISTRY_IMAGE/a (image of all jobs)\n" },
    { "variables: {V: '1'}\nimage: a:$VV\n", "2:8 ?a:$VV (image of all jobs)\n" },
    { "variables: {V: '1'}\nimage: a:${V\n", "2:8 ?a:${V (image of all jobs)\n" },
    { "variables: {V: '1'}\nimage: a:${V:-2}\n", "2:8 ?a:${V:-2} (image of all jobs)\n" },
    { "variables: {V: '1'}\nimage: a:$$V\n", "2:8 ?a:$$V (image of all jobs)\n" },
    { "variables: {V: '1'}\nimage: a:$\n", "2:8 ?a:$ (image of all jobs)\n" },
    { "variables: {V: '1'}\nimage: a:${}\n", "2:8 ?a:${} (image of all jobs)\n" },
    { "variables: {V: ''}\nimage: $V\n", "2:8 ?$V (image of all jobs)\n" },
    { "variables: {V: }\nimage: a:$V\n", "2:8 ?a:$V (image of all jobs)\n" },
    { "variables: {V: {description: d}}\nimage: a:$V\n", "2:8 ?a:$V (image of all jobs)\n" },
    { "variables: {V: {value: '$X', expand: false}, X: x}\nimage: $V\n",
      "2:8 ?$V (image of all jobs)\n" },
    { "variables: {V: $V}\nimage: $V\n", "2:8 ?$V (image of all jobs)\n" },
    { "variables: {V: $W, W: $V}\nimage: $V\n", "2:8 ?$V (image of all jobs)\n" },
    { "variables: [V]\nimage: a:$V\n", "2:8 ?a:$V (image of all jobs)\n" },
    /* numbers come out as they are written, or are not known */
    { "variables: {V: 3}\nimage: a:$V\n", "2:8 ~a:3 (image of all jobs)\n" },
    { "variables: {V: 3.2}\nimage: a:$V\n", "2:8 ~a:3.2 (image of all jobs)\n" },
    { "variables: {V: 3.0}\nimage: a:$V\n", "2:8 ~a:3.0 (image of all jobs)\n" },
    { "variables: {V: 3.20.1}\nimage: a:$V\n", "2:8 ~a:3.20.1 (image of all jobs)\n" },
    { "variables: {V: 3.20-alpine}\nimage: a:$V\n", "2:8 ~a:3.20-alpine (image of all jobs)\n" },
    { "variables: {V: '3.20'}\nimage: a:$V\n", "2:8 ~a:3.20 (image of all jobs)\n" },
    { "variables: {V: 3.20}\nimage: a:$V\n", "2:8 ?a:$V (image of all jobs)\n" },
    { "variables: {V: 010}\nimage: a:$V\n", "2:8 ?a:$V (image of all jobs)\n" },
    { "variables: {V: 1_0}\nimage: a:$V\n", "2:8 ?a:$V (image of all jobs)\n" },
    { "variables: {V: 1e3}\nimage: a:$V\n", "2:8 ?a:$V (image of all jobs)\n" },
    { "variables: {V: 1:30}\nimage: a:$V\n", "2:8 ?a:$V (image of all jobs)\n" },
    { "variables: {V: 2024-01-01}\nimage: a:$V\n", "2:8 ?a:$V (image of all jobs)\n" },
    { "variables: {V: y}\nimage: a:$V\n", "2:8 ~a:y (image of all jobs)\n" },
    { "variables: {V: TRUE}\nimage: a:$V\n", "2:8 ?a:$V (image of all jobs)\n" },
    { "variables: {V: Yes}\nimage: a:$V\n", "2:8 ?a:$V (image of all jobs)\n" },
    /* where jobs, templates and rules may say otherwise */
    { "variables: {V: '1'}\nimage: a:$V\nb: {variables: {V: '2'}}\n",
      "2:8 ?a:$V (image of all jobs)\n" },
    { "variables: {V: '1'}\nimage: a:$V\nb: {variables: {V: '1'}}\n",
      "2:8 ~a:1 (image of all jobs)\n" },
    { ".t: {image: 'a:$V', variables: {V: '1'}}\nb: {extends: .t, variables: {V: '2'}}\n",
      "1:14 ?a:$V (template .t, image)\n" },
    { "t: {image: 'a:$V', variables: {V: '1'}}\nb: {extends: [x, t], variables: {V: '2'}}\n",
      "1:13 ?a:$V (job t, image)\n" },
    { ".t: {variables: {V: '2'}}\nvariables: {V: '1'}\nb: {extends: .t, image: 'a:$V'}\n",
      "3:26 ?a:$V (job b, image)\n" },
    { ".t: {variables: {V: '2'}}\nb: {extends: .t, image: 'a:$V'}\n",
      "2:26 ~a:2 (job b, image)\n" },
    { "variables: {V: '1'}\nb: {image: 'a:$V', inherit: {variables: false}}\n",
      "2:13 ?a:$V (job b, image)\n" },
    { "b: {image: 'a:$V', variables: {V: '1'}, inherit: {variables: false}}\n",
      "1:13 ~a:1 (job b, image)\n" },
    { "variables: {V: '1'}\nb: {image: 'a:$V', rules: [{if: x, variables: {V: '2'}}]}\n",
      "2:13 ?a:$V (job b, image)\n" },
    { "variables: {V: '1'}\nb: {image: 'a:$V', rules: [{if: x, variables: {W: '2'}}]}\n",
      "2:13 ~a:1 (job b, image)\n" },
    { "variables: {V: '1'}\nworkflow: {rules: [{variables: {V: '2'}}]}\nb: {image: 'a:$V'}\n",
      "3:13 ?a:$V (job b, image)\n" },
    { "b: {image: 'a:$V', parallel: {matrix: [{V: ['1', '2']}]}}\n",
      "1:13 ?a:$V (job b, image)\n" },
    { "variables: {V: '1'}\nb: {image: 'a:$V', parallel: 5}\n", "2:13 ~a:1 (job b, image)\n" },
};

Test(scan_gitlab, variables)
{
    found_check(scan_gitlab, variables, ARRAY_LEN(variables), NULL);
}

static const struct found_row links[] = {
    { ".t: {image: a}\nb: {image: !reference [.t, image]}\n", "1:13 a (template .t, image)\n" },
    { ".t: {node: a}\nb: {image: !reference [.t, node]}\n", "1:12 a (job b, image)\n" },
    { ".t: {x: {y: {name: a}}}\nb: {image: !reference [.t, x, y]}\n", "1:20 a (job b, image)\n" },
    { ".t: {node: a}\nb: {image: {name: !reference [.t, node]}}\n", "1:12 a (job b, image)\n" },
    { ".t: {x: a}\n.u: {y: !reference [.t, x]}\nb: {image: !reference [.u, y]}\n",
      "1:9 a (job b, image)\n" },
    { ".t: {x: [a, {name: b}]}\nb: {services: !reference [.t, x]}\n",
      "1:10 a (job b, service)\n1:20 b (job b, service)\n" },
    { ".t: {x: [a], y: c}\nb: {services: [!reference [.t, x], b, !reference [.t, y]]}\n",
      "1:10 a (job b, service)\n1:17 c (job b, service)\n2:36 b (job b, service)\n" },
    { ".t: {x: 'a:$V'}\nb: {image: !reference [.t, x], variables: {V: '1'}}\n",
      "1:10 ~a:1 (job b, image)\n" },
    /* to nothing */
    { "b: {image: !reference [.t, image]}\n", "1:12 ? (job b, image)\n" },
    { ".t: {x: a}\nb: {image: !reference [.t, y], services: !reference [.t, y]}\n",
      "2:12 ? (job b, image)\n2:42 ? (job b, service)\n" },
    { ".t: {x: !reference [.t, x]}\nb: {image: !reference [.t, x]}\n", "2:12 ? (job b, image)\n" },
    { "'': {x: a}\nb: {image: !reference [~, x]}\n", "2:12 ? (job b, image)\n" },
    { ".t: {x: a}\nb: {image: !reference []}\n", "!2:12\n" },
    { ".t: {x: a}\nb: {image: !other [.t, x]}\n", "!2:12\n" },
    /* of variables and rules */
    { ".t: {x: {V: '1'}}\nb: {image: 'a:$V', variables: !reference [.t, x]}\n",
      "2:13 ~a:1 (job b, image)\n" },
    { "variables: {V: '1'}\nb: {image: 'a:$V', variables: !reference [.t, x]}\n",
      "2:13 ?a:$V (job b, image)\n" },
    { ".t: {rules: [{if: x}]}\nvariables: {V: '1'}\n"
      "b: {image: 'a:$V', rules: [!reference [.t, rules], {if: y}]}\n",
      "3:13 ~a:1 (job b, image)\n" },
    { ".t: {r: [{variables: {V: '2'}}]}\nvariables: {V: '1'}\n"
      "b: {image: 'a:$V', rules: [!reference [.t, r]]}\n",
      "3:13 ?a:$V (job b, image)\n" },
    { "variables: {V: '1'}\nb: {image: 'a:$V', rules: [!reference [.t, r]]}\n",
      "2:13 ?a:$V (job b, image)\n" },
};

Test(scan_gitlab, links)
{
    found_check(scan_gitlab, links, ARRAY_LEN(links), NULL);
}

static const struct found_row includes[] = {
    { "include:\n", "" },
    { "include: https://h/a.yml\n", "1:10 ?https://h/a.yml (include)\n" },
    { "include: [{remote: 'https://h/a.yml'}]\n", "1:21 ?https://h/a.yml (include)\n" },
    { "include: {project: p, ref: r, file: [f, g]}\n", "1:20 ?p (include)\n" },
    { "include: [{template: T.yml}, {component: c/d@1}]\n",
      "1:22 ?T.yml (include)\n1:42 ?c/d@1 (include)\n" },
    { "include: [{rules: []}]\n", "1:11 ? (include)\n" },
    { "include: [[a]]\n", "1:11 ? (include)\n" },
    { "include: [{local: [a]}]\n", "!1:19\n" },
    { "include: 'ci/*.yml'\n", "1:11 ?ci/*.yml (include)\n" },
    { "include: [{local: $P}]\n", "1:19 ?$P (include)\n" },
    { "include: a.yml\n", "1:10 ?a.yml (include)\n" }, /* there is no tree */
    { "b: {trigger: {include: [{artifact: a.yml, job: j}]}}\n", "1:36 ?a.yml (include)\n" },
    { "b: {trigger: a/b}\n", "" },
};

Test(scan_gitlab, includes_from_elsewhere)
{
    found_check(scan_gitlab, includes, ARRAY_LEN(includes), NULL);
}

static struct trees trees;
static struct scan_tree tree;

static void open_tree(void)
{
    trees_make(&trees);
    trees_write(&trees, "p.yml", "");
    trees_write(
        &trees, "ci/a.yml",
        "# assay ignore=digest-missing reason=\"r\"\na: {image: 'a:$V'}\ninclude: /ci/b.yml\n");
    trees_write(&trees, "ci/b.yml",
                "variables: {W: w}\ninclude: [p.yml, ci/a.yml, ci/b.yml]\n"
                "b: {image: 'b:$V'}\n");
    trees_write(&trees, "ci/v.yml", "variables: {V: '2'}\n");
    trees_write(&trees, "ci/bad.yml", "a: [\n");
    cr_assert_eq(scan_tree_open(&tree, trees.root, NULL, NULL), ASSAY_OK);
}

static void close_tree(void)
{
    scan_tree_close(&tree);
    trees_remove(&trees);
}

static void check_in_tree(const char *text, const char *expected, size_t ignores)
{
    static const struct scan_options options;
    struct scan scan;
    size_t file = 0;
    AUTO_BUF found = BUF_INIT(4 * KIB);
    scan_init(&scan, NULL, &options);
    scan.tree = &tree;
    cr_assert_eq(scan_add_file(&scan, "p.yml", "p.yml", &file, NULL), ASSAY_OK);
    struct scan_input input = { .text = slice_from_string(text), .file = file, .directory = "" };
    cr_assert_eq(scan_gitlab(&scan, &input, NULL), ASSAY_OK, "%s", text);
    cr_expect_eq(scan.ignore_count, ignores, "%s: %zu", text, scan.ignore_count);
    found_show(&scan, SLICE_EMPTY, &found);
    cr_expect_str_eq(buf_text(&found), expected, "%s\n--- found\n%s--- expected\n%s", text,
                     buf_text(&found), expected);
    scan_clear(&scan);
}

/* Only unresolved or expanded texts, so that no bytes are looked at. */
Test(scan_gitlab, includes_of_the_same_tree, .init = open_tree, .fini = close_tree)
{
    check_in_tree("include: ci/a.yml\nvariables: {V: '1'}\n",
                  "2:13 ~a:1 (job a, image)\n3:13 ~b:1 (job b, image)\n", 1);
    check_in_tree("include: [{local: /ci/b.yml}]\nc: {image: 'c:$W'}\nvariables: {V: '1'}\n",
                  "2:13 ~a:1 (job a, image)\n3:13 ~b:1 (job b, image)\n2:13 ~c:w (job c, image)\n",
                  1);
    check_in_tree("include: [ci/a.yml, ci/v.yml]\nvariables: {V: '1'}\n",
                  "2:13 ?a:$V (job a, image)\n3:13 ?b:$V (job b, image)\n", 1);
    check_in_tree("a: {variables: {V: '9'}}\ninclude: [ci/a.yml]\n",
                  "2:13 ~a:9 (job a, image)\n3:13 ?b:$V (job b, image)\n", 1);
    check_in_tree("t: {trigger: {include: ci/v.yml}}\nb: {image: 'b:$V'}\n",
                  "2:13 ~b:2 (job b, image)\n", 0);
    check_in_tree("include: [ci/bad.yml, ci/none.yml, ../out.yml]\n", "!2:1\n!1:23\n!1:36\n", 0);
}

/* Looking up costs what the tables say, not their square. */
Test(scan_gitlab, many_names_are_looked_up_in_time)
{
    static const struct scan_options options;
    struct scan scan;
    AUTO_BUF text = BUF_INIT(4 * MIB);
    for (size_t i = 0; i < 20000; i++) {
        cr_assert_eq(buf_printf(&text, NULL,
                                "j%zu: {image: 'a:$V$W%zu', variables: {V: 1, W%zu: 2}}\n", i, i,
                                i),
                     ASSAY_OK);
    }
    struct scan_input input = { .text = buf_slice(&text) };
    scan_init(&scan, NULL, &options);
    cr_assert_eq(scan_add_file(&scan, "p", "p", &input.file, NULL), ASSAY_OK);
    cr_assert_eq(scan_gitlab(&scan, &input, NULL), ASSAY_OK);
    cr_assert_eq(scan.reference_count, 20000);
    cr_expect_str_eq(scan.references[0].text, "a:12");
    cr_expect_null(scan.references[19999].text); /* the effort is bounded */
    scan_clear(&scan);
}
