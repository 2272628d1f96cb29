/* SPDX-License-Identifier: Apache-2.0 */
/* Archives as docker saves them, made here member by member; vectors/saved has those of the real
 * tools. */
#include "../archive/make_tar.h"
#include "source/source.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

TestSuite(docker_archive, .timeout = 60);

#define CONFIG                                                                                     \
    "{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"type\":\"layers\","                \
    "\"diff_ids\":[]}}"
#define OTHER_CONFIG                                                                               \
    "{\"os\":\"linux\",\"architecture\":\"arm64\",\"rootfs\":{\"type\":\"layers\","                \
    "\"diff_ids\":[]}}"
#define LAYER  "bytes of a layer"
#define LAYOUT "{\"imageLayoutVersion\":\"1.0.0\"}"
#define OCI    "application/vnd.oci.image."

static void digest_of(const char *text, struct digest *out)
{
    cr_assert_eq(digest_compute(DIGEST_SHA256, slice_from_string(text), out, NULL), ASSAY_OK);
}

struct fixture {
    char path[32];
    struct buf tar;
};

static void fixture_clear(struct fixture *fixture)
{
    buf_clear(&fixture->tar);
    cr_expect_eq(unlink(fixture->path), 0);
}

static void put(struct fixture *fixture, const char *name, const char *content)
{
    tar_put(&fixture->tar, &(struct tar_member){ .name = name, .content = content });
}

static void put_link(struct fixture *fixture, const char *name, const char *to)
{
    tar_put(&fixture->tar, &(struct tar_member){ .name = name, .type = '2', .link = to });
}

static void put_blob(struct fixture *fixture, const char *content)
{
    struct digest digest;
    char hex[DIGEST_TEXT_BYTES];
    char name[100];

    digest_of(content, &digest);
    digest_hex(&digest, hex);
    (void)snprintf(name, sizeof(name), "blobs/sha256/%.64s", hex);
    put(fixture, name, content);
}

#define FIXTURE(name)                                                                              \
    CLEANUP(fixture_clear)                                                                         \
    struct fixture name = { .path = "/tmp/assay-saved-XXXXXX", .tar = BUF_INIT(1 * MIB) }

static enum assay_status open_as(struct fixture *fixture, const char *scheme, const char *ref,
                                 struct source **out, struct assay_error *err)
{
    static const struct assay_env env = { .clock = &assay_clock_system };
    const struct source_context context = { .env = &env, .threads = 1 };
    const char *locator = NULL;
    char text[600];
    int fd = mkstemp(fixture->path);

    cr_assert_geq(fd, 0);
    tar_end(&fixture->tar);
    cr_assert_eq(write(fd, fixture->tar.ptr, fixture->tar.len), (ssize_t)fixture->tar.len);
    cr_assert_eq(close(fd), 0);
    (void)snprintf(text, sizeof(text), "%s%s%s%s", scheme, fixture->path, ref == NULL ? "" : ":",
                   ref == NULL ? "" : ref);
    return source_transport_find(text, &locator)->open(locator, &context, out, err);
}

static enum assay_status open_docker(struct fixture *fixture, const char *ref, struct source **out,
                                     struct assay_error *err)
{
    return open_as(fixture, "docker-archive:", ref, out, err);
}

/* ---- choosing ---- */

#define IMAGE(tags) "{\"Config\":\"c.json\",\"RepoTags\":" tags ",\"Layers\":[\"l.tar\"]}"
#define OTHER(tags) "{\"Config\":\"o.json\",\"RepoTags\":" tags ",\"Layers\":[]}"

Test(docker_archive, names)
{
    static const struct {
        const char *manifest;
        const char *ref;
        enum assay_status status;
        const char *claimed;
        bool is_other;
    } CASES[] = {
        { "[" IMAGE("[\"r.example/a:1\"]") "]", NULL, ASSAY_OK, "r.example/a:1", false },
        { "[" IMAGE("[\"a:1\"]") "]", NULL, ASSAY_OK, "docker.io/library/a:1", false },
        { "[" IMAGE("[\"a:1\"]") "]", "docker.io/library/a:1", ASSAY_OK, "docker.io/library/a:1",
          false },
        { "[" IMAGE("[\"docker.io/library/a:1\"]") "]", "a:1", ASSAY_OK, "docker.io/library/a:1",
          false },
        { "[" IMAGE("[\"a:latest\"]") "]", "a", ASSAY_OK, "docker.io/library/a:latest", false },
        { "[" IMAGE("null") "]", NULL, ASSAY_OK, NULL, false },
        { "[" IMAGE("[]") "]", NULL, ASSAY_OK, NULL, false },
        { "[{\"Config\":\"c.json\",\"Layers\":[]}]", NULL, ASSAY_OK, NULL, false },
        { "[" IMAGE("[\"a:1\",\"a:2\"]") "]", NULL, ASSAY_OK, NULL, false },
        { "[" IMAGE("[\"a:1\",\"a:2\"]") "]", "a:2", ASSAY_OK, "docker.io/library/a:2", false },
        { "[" IMAGE("[\"a:1\",\"a:1\"]") "]", "a:1", ASSAY_OK, "docker.io/library/a:1", false },
        { "[" IMAGE("[\"not a name\"]") "]", NULL, ASSAY_OK, NULL, false },
        { "[" IMAGE("[\"a:1\"]") "]", "a:2", ASSAY_IMAGE_ABSENT, NULL, false },
        { "[" IMAGE("null") "]", "a:1", ASSAY_IMAGE_ABSENT, NULL, false },
        { "[" IMAGE("[\"a:1\"]") "," OTHER("[\"b:1\"]") "]", NULL, ASSAY_USAGE, NULL, false },
        { "[" IMAGE("[\"a:1\"]") "," OTHER("[\"b:1\"]") "]", "b:1", ASSAY_OK,
          "docker.io/library/b:1", true },
        { "[" IMAGE("[\"a:1\"]") "," OTHER("[\"a:1\"]") "]", "a:1", ASSAY_AMBIGUOUS, NULL, false },
        { "[" IMAGE("[\"a:1\"]") "," OTHER("[\"library/a:1\"]") "]", "a:1", ASSAY_AMBIGUOUS, NULL,
          false },
        { "[" IMAGE("[\"a:1\"]") "," OTHER("null") "]", "@1", ASSAY_OK, NULL, true },
        { "[" IMAGE("[\"a:1\"]") "," OTHER("null") "]", "@0", ASSAY_OK, "docker.io/library/a:1",
          false },
        { "[" IMAGE("[\"a:1\"]") "]", "@1", ASSAY_IMAGE_ABSENT, NULL, false },
        { "[" IMAGE("[\"a:1\"]") "]", "@-1", ASSAY_USAGE, NULL, false },
        { "[" IMAGE("[\"a:1\"]") "]", "@", ASSAY_USAGE, NULL, false },
        { "[" IMAGE("[\"a:1\"]") "]", "A:1", ASSAY_REFERENCE, NULL, false },
    };

    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct source *source = NULL;
        struct assay_error err = ERROR_INIT;
        struct digest config;
        FIXTURE(fixture);
        put(&fixture, "c.json", CONFIG);
        put(&fixture, "o.json", OTHER_CONFIG);
        put(&fixture, "l.tar", LAYER);
        put(&fixture, "manifest.json", CASES[i].manifest);
        cr_expect_eq(open_docker(&fixture, CASES[i].ref, &source, &err), CASES[i].status,
                     "case %zu: %s", i, err.message);
        cr_expect_eq(source == NULL, CASES[i].status != ASSAY_OK, "case %zu", i);
        if (source == NULL) {
            continue;
        }
        digest_of(CASES[i].is_other ? OTHER_CONFIG : CONFIG, &config);
        cr_expect(digest_equal(&source->image_config, &config), "case %zu", i);
        cr_expect(source->is_local && !source->has_manifest && source->ops->named == NULL);
        cr_expect_str_eq(source->claimed_name == NULL ? "" : source->claimed_name,
                         CASES[i].claimed == NULL ? "" : CASES[i].claimed, "case %zu", i);
        source_free(source);
    }
}

Test(docker_archive, error_lists_at_most_16_names)
{
    struct source *source = NULL;
    struct assay_error err = ERROR_INIT;
    AUTO_BUF manifest = BUF_INIT(64 * KIB);
    FIXTURE(fixture);

    cr_assert_eq(buf_append_string(&manifest, "[", NULL), ASSAY_OK);
    for (int i = 0; i < 20; i++) {
        cr_assert_eq(buf_printf(&manifest, NULL,
                                "%s{\"Config\":\"c.json\",\"RepoTags\":[\"n\\u001b%d:1\"],"
                                "\"Layers\":[]}",
                                i == 0 ? "" : ",", i),
                     ASSAY_OK);
    }
    cr_assert_eq(buf_append_string(&manifest, "]", NULL), ASSAY_OK);
    put(&fixture, "manifest.json", buf_text(&manifest));
    cr_assert_eq(open_docker(&fixture, NULL, &source, &err), ASSAY_USAGE);
    cr_expect_not_null(strstr(err.message, "15:1, and 4 more"), "%s", err.message);
    cr_expect_null(strstr(err.message, "16:1"));
    cr_expect_null(strchr(err.message, 0x1b));
}

Test(docker_archive, manifest_form)
{
    static const struct {
        const char *manifest; /* NULL: there is none */
        enum assay_status status;
    } CASES[] = {
        { "[" IMAGE("null") "]", ASSAY_OK },
        { NULL, ASSAY_ARCHIVE_MISSING },
        { "[]", ASSAY_ARCHIVE_MISSING },
        { "{}", ASSAY_SCHEMA },
        { "[7]", ASSAY_SCHEMA },
        { "", ASSAY_JSON_SYNTAX },
        { "[{\"Config\":\"c.json\",\"Layers\":null}]", ASSAY_SCHEMA },
        { "[{\"Config\":\"c.json\"}]", ASSAY_SCHEMA },
        { "[{\"Config\":7,\"Layers\":[]}]", ASSAY_SCHEMA },
        { "[{\"Layers\":[]}]", ASSAY_SCHEMA },
        { "[{\"Config\":\"c.json\",\"Layers\":[7]}]", ASSAY_SCHEMA },
        { "[{\"Config\":\"c.json\",\"Layers\":[],\"RepoTags\":\"a:1\"}]", ASSAY_SCHEMA },
        { "[{\"Config\":\"c.json\",\"Layers\":[],\"layers\":[]}]", ASSAY_AMBIGUOUS },
        { "[{\"Config\":\"c.json\",\"Layers\":[],\"Config\":\"o.json\"}]", ASSAY_JSON_DUPLICATE },
        { "[{\"Config\":\"absent.json\",\"Layers\":[]}]", ASSAY_ARCHIVE_MISSING },
        { "[{\"Config\":\"../c.json\",\"Layers\":[]}]", ASSAY_ARCHIVE_MISSING },
        { "[{\"Config\":\"link.json\",\"Layers\":[]}]", ASSAY_ARCHIVE_LINK },
    };

    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct source *source = NULL;
        struct assay_error err = ERROR_INIT;
        FIXTURE(fixture);
        put(&fixture, "c.json", CONFIG);
        put_link(&fixture, "link.json", "c.json");
        if (CASES[i].manifest != NULL) {
            tar_put(&fixture.tar, &(struct tar_member){ .name = "manifest.json",
                                                        .content = CASES[i].manifest[0] == '\0'
                                                                       ? NULL
                                                                       : CASES[i].manifest });
        }
        cr_expect_eq(open_docker(&fixture, NULL, &source, &err), CASES[i].status, "case %zu: %s %s",
                     i, assay_status_id(err.status), err.message);
        source_free(source);
    }
}

/* ---- layers ---- */

Test(docker_archive, layers)
{
    static const struct {
        const char *layers;
        enum assay_status status;
    } CASES[] = {
        { "[\"l.tar\"]", ASSAY_OK },
        { "[\"dir/link.tar\"]", ASSAY_OK },
        { "[\"absent.tar\"]", ASSAY_ARCHIVE_MISSING },
        { "[\"chain.tar\"]", ASSAY_ARCHIVE_LINK },
        { "[\"outside.tar\"]", ASSAY_ARCHIVE_LINK },
    };
    struct digest diff_id;
    const struct oci_descriptor wanted = { .media_text = "" };

    digest_of(LAYER, &diff_id);
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct source *source = NULL;
        struct measured out = { .status = ASSAY_INTERNAL };
        char manifest[200];
        FIXTURE(fixture);
        (void)snprintf(manifest, sizeof(manifest), "[{\"Config\":\"c.json\",\"Layers\":%s}]",
                       CASES[i].layers);
        put_link(&fixture, "dir/link.tar", "../l.tar"); /* before what it leads to */
        put_link(&fixture, "chain.tar", "dir/link.tar");
        put_link(&fixture, "outside.tar", "../../etc/passwd");
        put(&fixture, "l.tar", LAYER);
        put(&fixture, "c.json", CONFIG);
        put(&fixture, "manifest.json", manifest);
        cr_assert_eq(open_docker(&fixture, NULL, &source, NULL), ASSAY_OK, "case %zu", i);
        cr_assert_eq(source->ops->layers(source, &wanted, &diff_id, 1, &out, NULL), ASSAY_OK);
        cr_expect_eq(out.status, CASES[i].status, "case %zu: %s", i, out.error.message);
        cr_expect_eq(digest_equal(&out.unpacked, &diff_id), CASES[i].status == ASSAY_OK);
        cr_expect_eq(out.stored.alg, DIGEST_NONE);
        cr_expect_eq(source->ops->layers(source, &wanted, &diff_id, 0, &out, NULL), ASSAY_SCHEMA);
        source_free(source);
    }
}

Test(docker_archive, only_its_own_config)
{
    struct source *source = NULL;
    struct oci_descriptor wanted = { .media_text = "" };
    AUTO_BUF out = BUF_INIT(64 * KIB);
    FIXTURE(fixture);

    put(&fixture, "manifest.json", "[" IMAGE("null") "]");
    put(&fixture, "c.json", CONFIG);
    put(&fixture, "o.json", OTHER_CONFIG);
    cr_assert_eq(open_docker(&fixture, NULL, &source, NULL), ASSAY_OK);
    digest_of(CONFIG, &wanted.digest);
    cr_expect_eq(source->ops->blob(source, &wanted, buf_sink, &out, NULL), ASSAY_OK);
    cr_expect(slice_is(buf_slice(&out), CONFIG));
    digest_of(OTHER_CONFIG, &wanted.digest);
    cr_expect_eq(source->ops->blob(source, &wanted, buf_sink, &out, NULL), ASSAY_MANIFEST_MISSING);
    source_free(source);
}

/* ---- archives that are OCI layouts as well ---- */

/* A manifest for the config, as text. */
static void manifest_of(const char *config, char out[500])
{
    struct digest digest;
    char text[DIGEST_TEXT_BYTES];

    digest_of(config, &digest);
    digest_format(&digest, text);
    (void)snprintf(out, 500,
                   "{\"schemaVersion\":2,\"mediaType\":\"" OCI "manifest.v1+json\",\"config\":{"
                   "\"mediaType\":\"" OCI "config.v1+json\",\"digest\":\"%.80s\",\"size\":%zu},"
                   "\"layers\":[{\"mediaType\":\"" OCI "layer.v1.tar\",\"digest\":\"%.80s\","
                   "\"size\":7}]}",
                   text, strlen(config), text);
}

/* An entry of an index for a document. */
static void entry_of(const char *document, const char *media, const char *rest, char out[500])
{
    struct digest digest;
    char text[DIGEST_TEXT_BYTES];

    digest_of(document, &digest);
    digest_format(&digest, text);
    (void)snprintf(out, 500,
                   "{\"mediaType\":\"" OCI
                   "%.30s.v1+json\",\"digest\":\"%.80s\",\"size\":%zu%.250s}",
                   media, text, strlen(document), rest);
}

#define NAMED(key, name) ",\"annotations\":{\"" key "\":\"" name "\"}"
#define CONTAINERD(name) NAMED("io.containerd.image.name", name)
#define REF(name)        NAMED("org.opencontainers.image.ref.name", name)

Test(docker_archive, hybrid)
{
    static const struct {
        const char *own;   /* annotations of the entry that leads to the config; NULL: no entry */
        const char *other; /* of one that leads elsewhere; NULL: no entry */
        bool below_index;
        enum assay_status status;
        const char *tags; /* of the image, in manifest.json; NULL: a:1 */
        const char *more; /* images there; NULL: none */
    } CASES[] = {
        { CONTAINERD("docker.io/library/a:1"), NULL, false, ASSAY_OK, NULL, NULL },
        { REF("1"), NULL, false, ASSAY_OK, NULL, NULL },
        { "", NULL, false, ASSAY_OK, NULL, NULL },
        { "", NULL, true, ASSAY_OK, NULL, NULL },
        { CONTAINERD("docker.io/library/a:1"), CONTAINERD("docker.io/library/b:1"), false,
          ASSAY_AMBIGUOUS, NULL, NULL },
        { CONTAINERD("docker.io/library/a:1"), REF("2"), false, ASSAY_AMBIGUOUS, NULL, NULL },
        { CONTAINERD("docker.io/library/a:1"), "", false, ASSAY_OK, NULL, NULL },
        { CONTAINERD("docker.io/library/a:1"), CONTAINERD("docker.io/library/b:1"), false, ASSAY_OK,
          NULL, "," IMAGE("[\"b:1\"]") },
        { CONTAINERD("docker.io/library/a:1"), CONTAINERD("docker.io/library/c:1"), false,
          ASSAY_AMBIGUOUS, NULL, "," IMAGE("[\"b:1\"]") },
        { "", CONTAINERD("docker.io/library/b:1"), false, ASSAY_AMBIGUOUS, "null", NULL },
        { "", REF("1"), false, ASSAY_AMBIGUOUS, "null", NULL },
        { "", "", false, ASSAY_OK, "null", NULL },
        { CONTAINERD("docker.io/library/a:1"), CONTAINERD("docker.io/library/a:1"), false,
          ASSAY_AMBIGUOUS, NULL, NULL },
        { CONTAINERD("docker.io/library/a:1"), REF("1"), false, ASSAY_AMBIGUOUS, NULL, NULL },
        { CONTAINERD("docker.io/library/a:1"), REF("docker.io/library/a:1"), false, ASSAY_AMBIGUOUS,
          NULL, NULL },
        { "", CONTAINERD("docker.io/library/a:1"), true, ASSAY_AMBIGUOUS, NULL, NULL },
        { NULL, CONTAINERD("docker.io/library/a:1"), false, ASSAY_AMBIGUOUS, NULL, NULL },
        { NULL, "", false, ASSAY_AMBIGUOUS, NULL, NULL },
        { NULL, NULL, false, ASSAY_AMBIGUOUS, NULL, NULL },
    };

    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct source *source = NULL;
        struct assay_error err = ERROR_INIT;
        char own[500];
        char other[500];
        char below[600];
        char entry[500] = "";
        char second[500] = "";
        char index[1200];
        char manifest[500];
        FIXTURE(fixture);
        manifest_of(CONFIG, own);
        manifest_of(OTHER_CONFIG, other);
        entry_of(own, "manifest", "", entry);
        (void)snprintf(manifest, sizeof(manifest), "[" IMAGE("%s") "%s]",
                       CASES[i].tags == NULL ? "[\"a:1\"]" : CASES[i].tags,
                       CASES[i].more == NULL ? "" : CASES[i].more);
        (void)snprintf(below, sizeof(below),
                       "{\"schemaVersion\":2,\"mediaType\":\"" OCI
                       "index.v1+json\",\"manifests\":[%s]}",
                       entry);
        entry[0] = '\0';
        if (CASES[i].own != NULL && CASES[i].below_index) {
            entry_of(below, "index", CASES[i].own, entry);
        } else if (CASES[i].own != NULL) {
            entry_of(own, "manifest", CASES[i].own, entry);
        }
        if (CASES[i].other != NULL) {
            entry_of(other, "manifest", CASES[i].other, second);
        }
        (void)snprintf(index, sizeof(index), "{\"schemaVersion\":2,\"manifests\":[%s%s%s]}", entry,
                       entry[0] != '\0' && second[0] != '\0' ? "," : "", second);
        put_blob(&fixture, own);
        put_blob(&fixture, other);
        put_blob(&fixture, below);
        put(&fixture, "c.json", CONFIG);
        put(&fixture, "oci-layout", LAYOUT);
        put(&fixture, "index.json", index);
        put(&fixture, "manifest.json", manifest);
        cr_expect_eq(open_docker(&fixture, CASES[i].tags == NULL ? "a:1" : NULL, &source, &err),
                     CASES[i].status, "case %zu: %s %s", i, assay_status_id(err.status),
                     err.message);
        source_free(source);
    }
}

Test(docker_archive, hybrid_gives_its_manifests)
{
    struct source *source = NULL;
    struct source_manifest manifests[2];
    struct oci_descriptor wanted[2] = { { .media_text = "" }, { .media_text = "" } };
    enum assay_status statuses[2];
    struct assay_error errors[2];
    char own[500];
    char entry[500];
    char index[700];
    FIXTURE(fixture);

    manifest_of(CONFIG, own);
    entry_of(own, "manifest", "", entry);
    (void)snprintf(index, sizeof(index), "{\"schemaVersion\":2,\"manifests\":[%s]}", entry);
    put_blob(&fixture, own);
    put(&fixture, "c.json", CONFIG);
    put(&fixture, "oci-layout", LAYOUT);
    put(&fixture, "index.json", index);
    put(&fixture, "manifest.json", "[" IMAGE("null") "]");
    cr_assert_eq(open_docker(&fixture, NULL, &source, NULL), ASSAY_OK);
    digest_of(own, &wanted[0].digest);
    digest_of("absent", &wanted[1].digest);
    cr_assert_eq(source->ops->by_digest(source, wanted, 2, manifests, statuses, errors, NULL),
                 ASSAY_OK);
    cr_expect_eq(statuses[0], ASSAY_OK);
    cr_expect(slice_is(buf_slice(&manifests[0].bytes), own));
    cr_expect_eq(statuses[1], ASSAY_MANIFEST_MISSING);
    source_manifest_clear(&manifests[0]);
    source_free(source);
}

/* A blob of the layout that is not what its name says. */
Test(docker_archive, hybrid_with_an_altered_blob)
{
    struct source *source = NULL;
    struct digest digest;
    char hex[DIGEST_TEXT_BYTES];
    char own[500];
    char entry[500];
    char text[700];
    FIXTURE(fixture);

    manifest_of(CONFIG, own);
    entry_of(own, "manifest", "", entry);
    (void)snprintf(text, sizeof(text), "{\"schemaVersion\":2,\"manifests\":[%s]}", entry);
    put(&fixture, "index.json", text);
    digest_of(own, &digest);
    digest_hex(&digest, hex);
    (void)snprintf(text, sizeof(text), "blobs/sha256/%.64s", hex);
    own[strlen(own) - 1] = ' ';
    put(&fixture, text, own);
    put(&fixture, "c.json", CONFIG);
    put(&fixture, "oci-layout", LAYOUT);
    put(&fixture, "manifest.json", "[" IMAGE("null") "]");
    cr_expect_eq(open_docker(&fixture, NULL, &source, NULL), ASSAY_DIGEST_MISMATCH);
    cr_expect_null(source);
}

/* Thousands of entries that name one large manifest are work, not content. */
Test(docker_archive, hybrid_is_read_within_a_budget)
{
    struct source *source = NULL;
    struct assay_error err = ERROR_INIT;
    char own[500];
    char entry[500];
    AUTO_BUF large = BUF_INIT(2 * MIB);
    AUTO_BUF index = BUF_INIT(2 * MIB);
    FIXTURE(fixture);

    fixture.tar.max = 4 * MIB;
    manifest_of(CONFIG, own);
    cr_assert_eq(buf_append_string(&large, own, NULL), ASSAY_OK);
    while (large.len < 64 * KIB) {
        cr_assert_eq(buf_append_byte(&large, ' ', NULL), ASSAY_OK);
    }
    entry_of(buf_text(&large), "manifest", "", entry);
    cr_assert_eq(buf_append_string(&index, "{\"schemaVersion\":2,\"manifests\":[", NULL), ASSAY_OK);
    for (size_t i = 0; i <= LIMIT_ARCHIVE_DOCUMENTS / (64 * KIB); i++) {
        cr_assert_eq(buf_printf(&index, NULL, "%s%s", i == 0 ? "" : ",", entry), ASSAY_OK);
    }
    cr_assert_eq(buf_append_string(&index, "]}", NULL), ASSAY_OK);
    put_blob(&fixture, buf_text(&large));
    put(&fixture, "c.json", CONFIG);
    put(&fixture, "oci-layout", LAYOUT);
    put(&fixture, "index.json", buf_text(&index));
    put(&fixture, "manifest.json", "[" IMAGE("null") "]");
    cr_expect_eq(open_docker(&fixture, NULL, &source, &err), ASSAY_TOO_LARGE, "%s", err.message);
    source_free(source);
}

/* As many names as an index has entries, and one more: each is compared with each. */
Test(docker_archive, hybrid_has_a_limit_of_names)
{
    char own[500];
    char entry[500];
    char index[700];
    manifest_of(CONFIG, own);
    entry_of(own, "manifest", "", entry);
    (void)snprintf(index, sizeof(index), "{\"schemaVersion\":2,\"manifests\":[%s]}", entry);
    for (size_t extra = 0; extra < 2; extra++) {
        struct source *source = NULL;
        struct assay_error err = ERROR_INIT;
        AUTO_BUF manifest = BUF_INIT(1 * MIB);
        FIXTURE(fixture);
        cr_assert_eq(buf_append_string(&manifest, "[", NULL), ASSAY_OK);
        for (size_t i = 0; i < LIMIT_LAYOUT_ENTRIES + extra; i++) {
            const char *before = i == 0 ? "{\"Config\":\"c.json\",\"RepoTags\":["
                                 : i % LIMIT_ARCHIVE_TAGS == 0
                                     ? "],\"Layers\":[]},"
                                       "{\"Config\":\"c.json\",\"RepoTags\":["
                                     : ",";
            cr_assert_eq(buf_printf(&manifest, NULL, "%s\"a:%zu\"", before, i), ASSAY_OK);
        }
        cr_assert_eq(buf_append_string(&manifest, "],\"Layers\":[]}]", NULL), ASSAY_OK);
        put_blob(&fixture, own);
        put(&fixture, "c.json", CONFIG);
        put(&fixture, "oci-layout", LAYOUT);
        put(&fixture, "index.json", index);
        put(&fixture, "manifest.json", buf_text(&manifest));
        cr_expect_eq(open_docker(&fixture, "@0", &source, &err),
                     extra == 0 ? ASSAY_OK : ASSAY_TOO_LARGE, "%zu: %s", extra, err.message);
        source_free(source);
    }
}

/* ---- the same files as an archive of an OCI layout ---- */

Test(docker_archive, oci_archive)
{
    static const struct {
        const char *layout; /* NULL: no such file */
        bool has_index;
        bool has_blob;
        enum assay_status status; /* of opening */
        enum assay_status named;
    } CASES[] = {
        { LAYOUT, true, true, ASSAY_OK, ASSAY_OK },
        { NULL, true, true, ASSAY_ARCHIVE_MISSING, ASSAY_OK },
        { "{\"imageLayoutVersion\":\"2.0.0\"}", true, true, ASSAY_LAYOUT, ASSAY_OK },
        { LAYOUT, false, true, ASSAY_ARCHIVE_MISSING, ASSAY_OK },
        { LAYOUT, true, false, ASSAY_OK, ASSAY_MANIFEST_MISSING },
    };

    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct source *source = NULL;
        struct source_manifest manifest = { 0 };
        struct assay_error err = ERROR_INIT;
        char own[500];
        char entry[500];
        char index[700];
        FIXTURE(fixture);
        manifest_of(CONFIG, own);
        entry_of(own, "manifest", REF("r.example/a:1"), entry);
        (void)snprintf(index, sizeof(index), "{\"schemaVersion\":2,\"manifests\":[%s]}", entry);
        if (CASES[i].has_blob) {
            put_blob(&fixture, own);
        }
        if (CASES[i].layout != NULL) {
            put(&fixture, "oci-layout", CASES[i].layout);
        }
        if (CASES[i].has_index) {
            put(&fixture, "index.json", index);
        }
        cr_expect_eq(open_as(&fixture, "oci-archive:", i == 0 ? "1" : NULL, &source, &err),
                     CASES[i].status, "case %zu: %s", i, err.message);
        if (source != NULL) {
            cr_expect(source->has_manifest && source->is_local);
            cr_expect_str_eq(source->claimed_name, "r.example/a:1");
            cr_expect_eq(source->ops->named(source, &manifest, &err), CASES[i].named, "case %zu",
                         i);
            cr_expect_eq(manifest.bytes.len > 0, CASES[i].named == ASSAY_OK, "case %zu", i);
            source_manifest_clear(&manifest);
        }
        source_free(source);
    }
}
