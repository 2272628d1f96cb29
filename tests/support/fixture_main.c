/* SPDX-License-Identifier: Apache-2.0 */
/* The command 'fixture': signed repositories as files, for tests, the example and benchmarks. */
#include "repo.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char usage[] =
    "usage: fixture repo OUT [OPTION=VALUE...]    metadata and image, in all layouts:\n"
    "                                             OUT/cache, OUT/server, OUT/oci, OUT/pin,\n"
    "                                             OUT/root.json (the first root)\n"
    "         gun=NAME  made=UNIX-SECONDS|now  threshold=1|2  roots=1|3  delegation=0|1\n"
    "         timestamp-days=N  role-days=N  root-days=N  later=0|1\n"
    "         descriptors=sha256|sha512  diff-ids=sha256|sha512\n"
    "       fixture example OUT                   the example of the README, but for its bundle,\n"
    "                                             which assay makes\n"
    "       fixture targets COUNT OUT [OPTION=VALUE...]\n"
    "                                             a repository of COUNT tags, t0000000 and on\n"
    "       fixture roots COUNT OUT [OPTION=VALUE...]\n"
    "                                             a repository with COUNT root versions\n";

static int64_t to_number(const char *text)
{
    char *end = NULL;
    long long value = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || value < 0) {
        die("%s: not a number", text);
    }
    return value;
}

static void set_option(struct repo_spec *spec, const char *option)
{
    const char *equals = strchr(option, '=');
    if (equals == NULL) {
        die("%s: expected OPTION=VALUE", option);
    }
    struct slice name = slice_of(option, (size_t)(equals - option));
    const char *value = equals + 1;
    if (slice_is(name, "gun")) {
        spec->gun = value;
    } else if (slice_is(name, "made")) {
        spec->made_unix_s = strcmp(value, "now") == 0 ? (int64_t)time(NULL) : to_number(value);
    } else if (slice_is(name, "threshold")) {
        spec->root_threshold = to_number(value) == 1 ? 1 : 2;
    } else if (slice_is(name, "roots")) {
        spec->root_versions = to_number(value) == 1 ? 1 : 3;
    } else if (slice_is(name, "delegation")) {
        spec->delegation = to_number(value) != 0;
    } else if (slice_is(name, "descriptors")) {
        spec->sha512 = strcmp(value, "sha512") == 0;
    } else if (slice_is(name, "diff-ids")) {
        spec->sha512_diff_ids = strcmp(value, "sha512") == 0;
    } else if (slice_is(name, "timestamp-days")) {
        spec->timestamp_days = to_number(value);
    } else if (slice_is(name, "later")) {
        spec->later = to_number(value) == 0 ? 0 : 1;
    } else if (slice_is(name, "role-days")) {
        spec->role_days = to_number(value);
    } else if (slice_is(name, "root-days")) {
        spec->root_days = to_number(value);
    } else {
        die("%s: unknown option", option);
    }
}

static void write_all(struct repo *repo, const char *out)
{
    struct pool *pool = repo->pool;
    repo_write_cache(repo, pool_printf(pool, "%s/cache", out));
    repo_write_server(repo, pool_printf(pool, "%s/server", out));
    repo_write_oci(repo, pool_printf(pool, "%s/oci", out), "1.0");
    const struct repo_file *root = repo_file(repo, "1.root");
    file_save(pool_printf(pool, "%s/root.json", out), root->bytes);
    /* Notary's id of the first root key, which a new certificate does not change. */
    const char *pin = pool_printf(pool, "sha256:%s\n", root->signers[0]->canonical_id);
    file_save(pool_printf(pool, "%s/pin", out), slice_from_string(pin));
}

static void make_example(struct repo *repo, struct pool *pool, struct keyring *ring,
                         const char *out)
{
    static const struct repo_spec spec = {
        .gun = "registry.example.com/hello",
        .made_unix_s = 1764547200, /* 2025-12-01T00:00:00Z */
        .root_threshold = 1,
        .root_versions = 1,
        .delegation = true,
        .timestamp_days = 7300,
        .role_days = 7300,
        .root_days = 7300,
    };
    repo_base(repo, pool, ring, &spec);
    repo_seal(repo, NULL);
    repo_write_oci(repo, pool_printf(pool, "%s/image", out), "1.0");
    repo_write_cache(repo, pool_printf(pool, "%s/trust", out));
    repo_write_docker_archive(repo, pool_printf(pool, "%s/image.tar", out), "amd64",
                              "registry.example.com/hello:1.0");
    const struct repo_file *root = repo_file(repo, "1.root");
    const char *pin = pool_printf(pool, "%s\n", root->signers[0]->canonical_id);
    file_save(pool_printf(pool, "%s/root-key.sha256", out), slice_from_string(pin));
}

/* Text instead of nodes: a million entries as nodes would need a gigabyte. */
static void fill_targets(struct repo *repo, size_t count)
{
    struct pool *pool = repo->pool;
    const struct repo_file *image = repo_file(repo, "index");
    struct text out = { .pool = pool };
    text_add_byte(&out, '{');
    for (size_t i = 0; i < count; i++) {
        char name[32];
        char entry[512];
        int len = snprintf(name, sizeof(name), "t%07zu", i);
        AUTO_POOL scratch = { NULL };
        struct slice hash = sha256_raw(&scratch, slice_of(name, (size_t)len));
        struct slice sha256 = pool_base64(&scratch, hash);
        len = snprintf(entry, sizeof(entry),
                       "%s\"%s\":{\"hashes\":{\"sha256\":\"%.*s\"},\"length\":%zu}",
                       i == 0 ? "" : ",", name, SLICE_ARGS(sha256), image->bytes.len);
        text_add(&out, slice_of(entry, (size_t)len));
    }
    text_add_byte(&out, '}');
    text_add_byte(&out, '\0');
    struct repo_file *targets = repo_file(repo, "targets");
    targets->link_count = 0;
    (void)node_put(pool, targets->doc, "targets", node_raw(pool, (const char *)out.ptr));
}

static int run(int argc, char **argv, struct pool *pool, struct keyring *ring)
{
    struct repo repo;
    struct repo_spec spec = repo_spec_acme;
    const char *verb = argv[1];
    bool counted = strcmp(verb, "targets") == 0 || strcmp(verb, "roots") == 0;
    int options = counted ? 4 : 3;
    if (argc < options || (!counted && strcmp(verb, "repo") != 0 && strcmp(verb, "example") != 0)) {
        (void)fputs(usage, stderr);
        return 2;
    }
    const char *out = argv[options - 1];
    if (strcmp(verb, "example") == 0) {
        make_example(&repo, pool, ring, out);
        return 0;
    }
    for (int i = options; i < argc; i++) {
        set_option(&spec, argv[i]);
    }
    if (strcmp(verb, "targets") == 0) {
        spec.delegation = false;
    }
    repo_base(&repo, pool, ring, &spec);
    if (strcmp(verb, "roots") == 0) {
        unsigned want = (unsigned)to_number(argv[2]);
        for (unsigned version = spec.root_versions; version < want; version++) {
            (void)repo_copy_root(&repo, version, version + 1);
        }
    }
    if (strcmp(verb, "targets") == 0) {
        /* The image comes first: its size is part of every entry. */
        repo_seal(&repo, NULL);
        fill_targets(&repo, (size_t)to_number(argv[2]));
    }
    repo_seal(&repo, NULL);
    write_all(&repo, out);
    return 0;
}

int main(int argc, char **argv)
{
    AUTO_POOL pool = { NULL };
    struct keyring ring;
    if (argc < 2) {
        (void)fputs(usage, stderr);
        return 2;
    }
    keyring_init(&ring, TEST_KEYS);
    int code = run(argc, argv, &pool, &ring);
    keyring_clear(&ring);
    return code;
}
