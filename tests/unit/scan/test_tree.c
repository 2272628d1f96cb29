/* SPDX-License-Identifier: Apache-2.0 */
/* What the user names: trees with links, special files and all, files, and standard input. */
#include "base/limits.h"
#include "scan/scan.h"
#include "trees.h"

TestSuite(scan_tree, .timeout = 60);

#define POD "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: c, image: %s}]}\n"

static const struct assay_env env;
static struct trees trees;
static struct scan scan;
static struct scan_options options;

static void start(void)
{
    trees_make(&trees);
    options = (struct scan_options){ 0 };
    scan_init(&scan, &env, &options);
}

static void end(void)
{
    scan_clear(&scan);
    trees_remove(&trees);
}

static void write_pod(const char *name, const char *image)
{
    char text[256];
    (void)snprintf(text, sizeof(text), POD, image);
    trees_write(&trees, name, text);
}

static void run(const char *below)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s%s", trees.path, below);
    scan.options = options;
    cr_assert_eq(scan_path(&scan, path, NULL), ASSAY_OK);
    cr_assert_eq(scan_finish(&scan, NULL), ASSAY_OK);
    cr_assert_null(scan.tree);
}

static void expect_reference(size_t i, const char *file, enum scan_place place, const char *text)
{
    cr_assert_lt(i, scan.reference_count, "%s", file);
    const struct scan_reference *found = &scan.references[i];
    cr_expect_str_eq(trees_below(&trees, &scan.files[found->spot.file]), file);
    cr_expect_eq(found->place, place, "%s", file);
    cr_expect_str_eq(found->text, text, "%s", file);
}

static void expect_problem(size_t i, const char *file, enum assay_status status)
{
    cr_assert_lt(i, scan.problem_count, "%s", file);
    const struct scan_problem *found = &scan.problems[i];
    cr_expect_str_eq(trees_below(&trees, &scan.files[found->spot.file]), file);
    cr_expect_eq(found->status, status, "%s: %s", file, found->message);
}

static void expect_counts(size_t references, size_t problems)
{
    cr_expect_eq(scan.reference_count, references, "%zu", scan.reference_count);
    cr_expect_eq(scan.problem_count, problems, "%zu: %s", scan.problem_count,
                 scan.problem_count > 0 ? scan.problems[0].message : "");
}

Test(scan_tree, a_directory_of_workflows_may_be_named_itself, .init = start, .fini = end)
{
    static const struct {
        const char *below;
        const char *file;
        size_t count;
    } rows[] = {
        { "/.github", ".github/workflows/ci.yml", 1 },
        { "/.github/workflows", ".github/workflows/ci.yml", 1 },
        { "/.github/workflows/.", ".github/workflows/ci.yml", 1 },
        { "/link", "link/ci.yml", 1 },
        { "/my.github/workflows", "", 0 },
    };
    static const char workflow[] = "on: push\njobs:\n  t:\n    container: five\n";
    trees_write(&trees, ".github/workflows/ci.yml", workflow);
    trees_write(&trees, "my.github/workflows/ci.yml", workflow);
    trees_link(&trees, ".github/workflows", "link");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        scan_clear(&scan);
        scan_init(&scan, &env, &options);
        run(rows[i].below);
        expect_counts(rows[i].count, 0);
        if (rows[i].count > 0) {
            expect_reference(0, rows[i].file, SCAN_GITHUB, "five");
        }
    }
}

Test(scan_tree, finds_every_kind_in_the_order_of_names, .init = start, .fini = end)
{
    trees_write(&trees, "z/Dockerfile", "FROM one\n");
    trees_write(&trees, "compose.yaml", "services: {a: {image: two}}\n");
    write_pod("deploy/pod.yaml", "three");
    write_pod("deploy/pod.json", "four");
    trees_write(&trees, ".github/workflows/ci.yml",
                "on: push\njobs: {a: {runs-on: x, container: five, steps: []}}\n");
    trees_write(&trees, ".gitlab-ci.yml", "image: six\n");
    trees_write(&trees, "other.yaml", "image: none\n");
    trees_write(&trees, "main.c", "FROM none\n");
    run("");
    expect_counts(6, 0);
    expect_reference(0, ".github/workflows/ci.yml", SCAN_GITHUB, "five");
    expect_reference(1, ".gitlab-ci.yml", SCAN_GITLAB, "six");
    expect_reference(2, "compose.yaml", SCAN_COMPOSE, "two");
    expect_reference(3, "deploy/pod.json", SCAN_KUBERNETES, "four");
    expect_reference(4, "deploy/pod.yaml", SCAN_KUBERNETES, "three");
    expect_reference(5, "z/Dockerfile", SCAN_FROM, "one");
    cr_expect_eq(scan.file_count, 6); /* those that name nothing are not kept */
    cr_expect_eq(scan.seen, 7);
}

Test(scan_tree, leaves_out_git_alone, .init = start, .fini = end)
{
    trees_write(&trees, ".git/Dockerfile", "FROM none\n");
    trees_write(&trees, "sub/.git/Dockerfile", "FROM none\n");
    trees_write(&trees, ".hidden/Dockerfile", "FROM one\n");
    trees_write(&trees, "node_modules/Dockerfile", "FROM two\n");
    run("");
    expect_counts(2, 0);
    expect_reference(0, ".hidden/Dockerfile", SCAN_FROM, "one");
    expect_reference(1, "node_modules/Dockerfile", SCAN_FROM, "two");
}

Test(scan_tree, leaves_out_what_is_excluded, .init = start, .fini = end)
{
    static const char *const excludes[] = { "vendor", "*/test", "x/Dockerfile" };
    options.excludes = excludes;
    options.exclude_count = ARRAY_LEN(excludes);
    trees_write(&trees, "vendor/a/Dockerfile", "FROM none\n");
    trees_write(&trees, "a/test/Dockerfile", "FROM none\n");
    trees_write(&trees, "x/Dockerfile", "FROM none\n");
    trees_write(&trees, "x/vendor/Dockerfile", "FROM one\n");
    run("");
    expect_counts(1, 0);
    expect_reference(0, "x/vendor/Dockerfile", SCAN_FROM, "one");
}

Test(scan_tree, follows_no_link_out, .init = start, .fini = end)
{
    trees_write(&trees, "outside/Dockerfile", "FROM secret\n");
    write_pod("outside/pod.yaml", "secret");
    trees_write(&trees, "in/keep", "");
    trees_link(&trees, "../outside/Dockerfile", "in/Dockerfile");
    trees_link(&trees, "../outside/pod.yaml", "in/pod.yaml");
    trees_link(&trees, "../outside", "in/directory");
    trees_link(&trees, "/", "in/root");
    trees_link(&trees, "/dev/null", "in/compose.yaml");
    trees_link(&trees, "../outside/Dockerfile", "in/readme"); /* not named like ours */
    trees_link(&trees, "/nowhere/at/all", "in/README");
    run("/in");
    expect_counts(0, 5);
    expect_problem(0, "in/Dockerfile", ASSAY_FILE_LINK);
    expect_problem(1, "in/compose.yaml", ASSAY_FILE_LINK);
    expect_problem(2, "in/directory", ASSAY_FILE_LINK);
    expect_problem(3, "in/pod.yaml", ASSAY_FILE_LINK);
    expect_problem(4, "in/root", ASSAY_FILE_LINK);
}

Test(scan_tree, reads_links_inside_once, .init = start, .fini = end)
{
    static const char *const excludes[] = { "excluded" };
    options.excludes = excludes;
    options.exclude_count = ARRAY_LEN(excludes);
    trees_write(&trees, "a/Dockerfile", "FROM one\n");
    trees_write(&trees, "main.txt", "FROM two\n");
    trees_write(&trees, "excluded/Dockerfile", "FROM three\n");
    trees_link(&trees, "a/Dockerfile", "Dockerfile");          /* found at a/Dockerfile */
    trees_link(&trees, "main.txt", "Dockerfile.main");         /* not found otherwise */
    trees_link(&trees, "excluded/Dockerfile", "Dockerfile.x"); /* nor this */
    trees_link(&trees, "a", "b");                              /* found at a */
    trees_link(&trees, "..", "a/up");
    trees_link(&trees, ".", "a/self");
    run("");
    expect_counts(3, 0);
    expect_reference(0, "Dockerfile.main", SCAN_FROM, "two");
    expect_reference(1, "Dockerfile.x", SCAN_FROM, "three");
    expect_reference(2, "a/Dockerfile", SCAN_FROM, "one");
}

Test(scan_tree, a_link_to_what_is_left_out_is_a_problem, .init = start, .fini = end)
{
    static const char *const excludes[] = { "excluded" };
    options.excludes = excludes;
    options.exclude_count = ARRAY_LEN(excludes);
    trees_write(&trees, "excluded/a/Dockerfile", "FROM one\n");
    trees_link(&trees, "excluded", "b");
    trees_link(&trees, "excluded/a", "c");
    run("");
    expect_counts(0, 2);
    expect_problem(0, "b", ASSAY_FILE_LINK);
    expect_problem(1, "c", ASSAY_FILE_LINK);
}

Test(scan_tree, no_name_hides_kubernetes, .init = start, .fini = end)
{
    static const char *const names[] = { ".github/workflows/a.yml", ".gitlab/a.yml", "action.yml",
                                         "compose.prod.yaml", "x.gitlab-ci.yml" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        write_pod(names[i], "one");
    }
    run("");
    expect_counts(ARRAY_LEN(names), 0);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        expect_reference(i, names[i], SCAN_KUBERNETES, "one");
    }
}

Test(scan_tree, a_kustomization_needs_its_name_only, .init = start, .fini = end)
{
    const char *text = "images: [{name: a, newName: b, newTag: '1'}]\n";
    trees_write(&trees, "a/kustomization.yaml", text);
    trees_write(&trees, "b/Kustomization", text);
    trees_write(&trees, "c/other.yaml", text);
    run("");
    expect_counts(2, 0);
    expect_reference(0, "a/kustomization.yaml", SCAN_KUBERNETES, "b:1");
    expect_reference(1, "b/Kustomization", SCAN_KUBERNETES, "b:1");
}

Test(scan_tree, links_in_circles_end, .init = start, .fini = end)
{
    trees_link(&trees, "Dockerfile.b", "Dockerfile.a");
    trees_link(&trees, "Dockerfile.a", "Dockerfile.b");
    trees_link(&trees, "other", "other");
    trees_link(&trees, "nowhere", "Dockerfile.c");
    trees_write(&trees, ".git/Dockerfile", "FROM none\n");
    trees_link(&trees, ".git", "past");
    trees_link(&trees, ".git/Dockerfile", "Dockerfile.d");
    run("");
    expect_counts(1, 4);
    expect_problem(0, "Dockerfile.a", ASSAY_FILE_IO);
    expect_problem(1, "Dockerfile.b", ASSAY_FILE_IO);
    expect_problem(2, "Dockerfile.c", ASSAY_FILE_IO);
    expect_problem(3, "past", ASSAY_FILE_LINK);
    expect_reference(0, "Dockerfile.d", SCAN_FROM, "none");
}

Test(scan_tree, says_what_cannot_be_read, .init = start, .fini = end)
{
    trees_write(&trees, "Dockerfile/keep", "");
    cr_assert_eq(mkfifoat(trees.fd, "compose.yaml", 0600), 0);
    cr_assert_eq(mkfifoat(trees.fd, "pipe", 0600), 0);
    trees_link(&trees, "pipe", "Dockerfile.pipe");
    trees_write(&trees, "pod.yaml", "apiVersion: v1\nkind: Pod\nspec: [\n");
    run("");
    expect_counts(0, 3); /* a directory is walked, whatever its name */
    expect_problem(0, "Dockerfile.pipe", ASSAY_FILE_IO);
    expect_problem(1, "compose.yaml", ASSAY_FILE_IO);
    expect_problem(2, "pod.yaml", ASSAY_FILE_SYNTAX);
}

static void write_large(const char *name, const char *begin, off_t bytes, const char *end_text)
{
    trees_write(&trees, name, begin);
    AUTO_FD fd = openat(trees.fd, name, O_WRONLY | O_CLOEXEC);
    AUTO_BUF blanks = BUF_INIT(32UL << 20);
    for (off_t i = 0; i < bytes; i++) {
        cr_assert_eq(buf_append_byte(&blanks, ' ', NULL), ASSAY_OK);
    }
    cr_assert_eq(lseek(fd, 0, SEEK_END) >= 0, true);
    cr_assert_eq(fd_write_all(fd, buf_slice(&blanks), NULL), ASSAY_OK);
    cr_assert_eq(fd_write_all(fd, slice_from_string(end_text), NULL), ASSAY_OK);
}

Test(scan_tree, large_files_are_limits_where_they_may_name_images, .init = start, .fini = end)
{
    const off_t limit = (off_t)LIMIT_SCAN_BYTES;
    write_large("Dockerfile", "FROM a\n", limit, "");
    write_large("data.json", "{}", limit + 100, "");
    write_large("pod.json", "{\"kind\": 1", limit - 14, "\"apiVersion\": 1}");
    write_large("edge.json", "", limit - 4, "kind: apiVersion");
    write_large("fits.json", "{}", limit - 2, "");
    run("");
    expect_counts(0, 3);
    expect_problem(0, "Dockerfile", ASSAY_FILE_LIMIT);
    expect_problem(1, "edge.json", ASSAY_FILE_LIMIT);
    expect_problem(2, "pod.json", ASSAY_FILE_LIMIT);
}

Test(scan_tree, depth_is_bounded, .init = start, .fini = end)
{
    char path[256] = "";
    for (size_t i = 0; i < LIMIT_SCAN_DEPTH; i++) {
        (void)strncat(path, "d/", sizeof(path) - strlen(path) - 1);
        if (i == LIMIT_SCAN_DEPTH - 2 || i == LIMIT_SCAN_DEPTH - 1) {
            char name[300];
            (void)snprintf(name, sizeof(name), "%sDockerfile", path);
            trees_write(&trees, name, "FROM one\n");
        }
    }
    run("");
    expect_counts(1, 1);
    cr_expect_eq(scan.problems[0].status, ASSAY_FILE_LIMIT);
}

Test(scan_tree, interruption_ends_the_walk, .init = start, .fini = end)
{
    const atomic_int interrupted = ASSAY_INTERRUPTED;
    const struct assay_env stopped = { .interrupted = &interrupted };
    trees_write(&trees, "Dockerfile", "FROM one\n");
    scan.env = &stopped;
    cr_expect_eq(scan_path(&scan, trees.path, NULL), ASSAY_INTERRUPTED);
    cr_expect_eq(scan.reference_count, 0);
}

Test(scan_tree, two_trees_keep_their_files_apart, .init = start, .fini = end)
{
    char path[256];
    trees_write(&trees, "a/Dockerfile", "FROM one\n");
    trees_write(&trees, "b/Dockerfile", "FROM one\n");
    (void)snprintf(path, sizeof(path), "%s/a", trees.path);
    cr_assert_eq(scan_path(&scan, path, NULL), ASSAY_OK);
    run("/b");
    expect_counts(2, 0);
    expect_reference(0, "a/Dockerfile", SCAN_FROM, "one");
    expect_reference(1, "b/Dockerfile", SCAN_FROM, "one");
}

/* ---- files that the user names ---- */

static const struct {
    const char *name;
    const char *text;
    enum scan_place place; /* SCAN_ARGUMENT: a problem */
} named[] = {
    { "Dockerfile", "FROM one\n", SCAN_FROM },
    { "build.txt", "FROM one\n", SCAN_FROM },
    { "stack.yaml", "services: {a: {image: one}}\n", SCAN_COMPOSE },
    { "x.tpl", "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: c, image: one}]}\n",
      SCAN_KUBERNETES },
    { "ci.yml", "on: x\njobs: {a: {runs-on: x, container: one, steps: []}}\n", SCAN_GITHUB },
    { "ci.yaml", "image: one\nt: {script: x}\n", SCAN_GITLAB },
    { "readme", "one\n", SCAN_ARGUMENT },
    { "empty.yaml", "", SCAN_ARGUMENT },
};

Test(scan_tree, named_files_are_told_by_name_or_content, .init = start, .fini = end)
{
    for (size_t i = 0; i < ARRAY_LEN(named); i++) {
        char below[64];
        trees_write(&trees, named[i].name, named[i].text);
        (void)snprintf(below, sizeof(below), "/%s", named[i].name);
        scan_clear(&scan);
        scan_init(&scan, &env, &options);
        run(below);
        if (named[i].place == SCAN_ARGUMENT) {
            expect_counts(0, 1);
            cr_expect_eq(scan.problems[0].status, ASSAY_FILE_SYNTAX, "%s", named[i].name);
            continue;
        }
        expect_counts(1, 0);
        expect_reference(0, named[i].name, named[i].place, "one");
    }
}

Test(scan_tree, what_is_not_there_is_a_problem, .init = start, .fini = end)
{
    run("/absent");
    expect_counts(0, 1);
    cr_expect_eq(scan.problems[0].status, ASSAY_FILE_IO);
    cr_assert_eq(mkfifoat(trees.fd, "pipe", 0600), 0);
    run("/pipe");
    expect_counts(0, 2);
    cr_expect_eq(scan.problems[1].status, ASSAY_FILE_IO);
}

Test(scan_tree, a_link_that_the_user_names_is_followed, .init = start, .fini = end)
{
    trees_write(&trees, "real/Dockerfile", "FROM one\n");
    trees_write(&trees, "links/keep", "");
    trees_link(&trees, "../real/Dockerfile", "links/Dockerfile");
    trees_link(&trees, "../real", "links/directory");
    run("/links/Dockerfile");
    expect_counts(1, 0);
    run("/links/directory");
    expect_counts(2, 0);
}

/* A file may name its neighbours in the repository that it lies in, and in its own directory. */
Test(scan_tree, neighbours_are_those_of_the_repository, .init = start, .fini = end)
{
    static const char compose[] = "services: {a: {extends: {file: ../base.yml, service: b}}}\n";
    trees_write(&trees, "repository/.git/HEAD", "");
    trees_write(&trees, "repository/base.yml", "services: {b: {image: one}}\n");
    trees_write(&trees, "repository/sub/compose.yml", compose);
    trees_write(&trees, "base.yml", "services: {b: {image: secret}}\n");
    trees_write(&trees, "repository/compose.yml", compose);
    run("/repository/sub/compose.yml");
    cr_expect_eq(scan.problem_count, 0);
    cr_assert_geq(scan.reference_count, 1);
    cr_expect_str_eq(scan.references[0].text, "one");
    scan_clear(&scan);
    scan_init(&scan, &env, &options);
    run("/repository/compose.yml");
    cr_expect_geq(scan.problem_count, 1);
    for (size_t i = 0; i < scan.reference_count; i++) {
        cr_expect(scan.references[i].text == NULL ||
                  strcmp(scan.references[i].text, "secret") != 0);
    }
}

/* ---- standard input and arguments ---- */

static const struct {
    const char *text;
    enum scan_place place;
} inputs[] = {
    { "one\n", SCAN_LIST },
    { "# images\none\n", SCAN_LIST },
    { "FROM one\n", SCAN_FROM },
    { "services: {a: {image: one}}\n", SCAN_COMPOSE },
    { "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: c, image: one}]}\n", SCAN_KUBERNETES },
    { "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":[{\"image\":\"one\"}]}}",
      SCAN_KUBERNETES },
};

Test(scan_tree, standard_input_is_told_by_content, .init = start, .fini = end)
{
    for (size_t i = 0; i < ARRAY_LEN(inputs); i++) {
        scan_clear(&scan);
        scan_init(&scan, &env, &options);
        cr_assert_eq(scan_stdin(&scan, slice_from_string(inputs[i].text), NULL), ASSAY_OK);
        expect_counts(1, 0);
        expect_reference(0, "-", inputs[i].place, "one");
        cr_expect_str_eq(scan.files[0].place, "");
    }
    scan_clear(&scan);
    scan_init(&scan, &env, &options);
    cr_assert_eq(scan_stdin(&scan, SLICE_EMPTY, NULL), ASSAY_OK);
    expect_counts(0, 0);
}

Test(scan_tree, standard_input_is_bounded, .init = start, .fini = end)
{
    AUTO_BUF bytes = BUF_INIT(32UL << 20);
    cr_assert_eq(buf_reserve(&bytes, LIMIT_SCAN_BYTES + 1, NULL), ASSAY_OK);
    (void)memset(bytes.ptr, '\n', LIMIT_SCAN_BYTES + 1);
    cr_assert_eq(scan_stdin(&scan, slice_of(bytes.ptr, LIMIT_SCAN_BYTES), NULL), ASSAY_OK);
    expect_counts(0, 0);
    cr_assert_eq(scan_stdin(&scan, slice_of(bytes.ptr, LIMIT_SCAN_BYTES + 1), NULL), ASSAY_OK);
    expect_counts(0, 1);
    expect_problem(0, "-", ASSAY_FILE_LIMIT);
}

Test(scan_tree, arguments_are_references, .init = start, .fini = end)
{
    cr_assert_eq(scan_argument(&scan, "docker://alpine:3.20", NULL), ASSAY_OK);
    expect_counts(1, 0);
    expect_reference(0, "docker://alpine:3.20", SCAN_ARGUMENT, "alpine:3.20");
    cr_expect_not(scan.references[0].is_rewritable);
    cr_expect_eq(scan_argument(&scan, "alpine:3.20", NULL), ASSAY_USAGE);
    cr_expect_eq(scan_argument(&scan, "oci:alpine", NULL), ASSAY_USAGE);
    expect_counts(1, 0);
}
