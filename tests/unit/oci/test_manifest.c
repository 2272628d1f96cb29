/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests and indexes: one document has one reading, or none. */
#include "oci/manifest.h"

#include "base/buf.h"

#include <criterion/criterion.h>

TestSuite(manifest, .timeout = 60);

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SHA   "sha256:" HEX64

#define OCI_INDEX       "application/vnd.oci.image.index.v1+json"
#define OCI_MANIFEST    "application/vnd.oci.image.manifest.v1+json"
#define OCI_CONFIG      "application/vnd.oci.image.config.v1+json"
#define OCI_LAYER       "application/vnd.oci.image.layer.v1.tar+gzip"
#define DOCKER_LIST     "application/vnd.docker.distribution.manifest.list.v2+json"
#define DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"
#define DOCKER_CONFIG   "application/vnd.docker.container.image.v1+json"
#define DOCKER_LAYER    "application/vnd.docker.image.rootfs.diff.tar.gzip"

#define MEMBERS(media, digest, size)                                                               \
    "\"mediaType\":\"" media "\",\"digest\":\"" digest "\",\"size\":" size
#define DESCRIPTOR(media) "{" MEMBERS(media, SHA, "7") "}"
#define CONFIG            "\"config\":" DESCRIPTOR(OCI_CONFIG)
#define LAYERS            "\"layers\":[" DESCRIPTOR(OCI_LAYER) "]"
#define MANIFESTS         "\"manifests\":[" DESCRIPTOR(OCI_MANIFEST) "]"
#define V2                "\"schemaVersion\":2"
#define MANIFEST          "{" V2 "," CONFIG "," LAYERS "}"
#define INDEX             "{" V2 "," MANIFESTS "}"
#define TYPE(media)       "\"mediaType\":\"" media "\""

static enum assay_status parse_said(const char *text, const char *const *said, size_t count,
                                    struct oci_document *out, struct assay_error *err)
{
    return oci_document_parse(slice_from_string(text), said, count, out, err);
}

static enum assay_status parse(const char *text, struct oci_document *out, struct assay_error *err)
{
    return parse_said(text, NULL, 0, out, err);
}

/* ---- honest documents ---- */

Test(manifest, docker_manifest)
{
    struct oci_document document;
    char digest[DIGEST_TEXT_BYTES];

    cr_assert_eq(
        parse(
            "{\n   " V2
            ",\n   " TYPE(DOCKER_MANIFEST) ",\n   \"config\": " DESCRIPTOR(DOCKER_CONFIG) ",\n   \"layers\": [" DESCRIPTOR(
                DOCKER_LAYER) ", {" MEMBERS("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
                                            "sha512:" HEX64 HEX64,
                                            "9007199254740991") ",\"urls\":[\"https://example.com/x\"]}]\n}\n",
            &document, NULL),
        ASSAY_OK);
    cr_expect_not(document.is_index);
    cr_expect_eq(document.media, OCI_MEDIA_DOCKER_MANIFEST);
    cr_expect_eq(document.config.media, OCI_MEDIA_DOCKER_CONFIG);
    cr_expect_str_eq(document.config.media_text, DOCKER_CONFIG);
    cr_expect_eq(document.config.size, 7U);
    digest_format(&document.config.digest, digest);
    cr_expect_str_eq(digest, SHA);
    cr_assert_eq(document.layer_count, 2U);
    cr_expect_eq(document.layers[0].media, OCI_MEDIA_LAYER_GZIP);
    cr_expect_eq(document.layers[1].digest.alg, DIGEST_SHA512);
    cr_expect_eq(document.layers[1].size, 9007199254740991U); /* nothing is allocated by size */
    cr_expect_eq(document.entry_count, 0U);
    oci_document_clear(&document);
    cr_expect_null(document.layers);
}

Test(manifest, oci_manifest_without_media_type)
{
    struct oci_document document;
    const char *const said[] = { OCI_MANIFEST, NULL, "" };

    cr_assert_eq(parse(MANIFEST, &document, NULL), ASSAY_OK);
    cr_expect_eq(document.media, OCI_MEDIA_OCI_MANIFEST);
    oci_document_clear(&document);
    cr_assert_eq(parse_said(MANIFEST, said, ARRAY_LEN(said), &document, NULL), ASSAY_OK);
    cr_expect_eq(document.media, OCI_MEDIA_OCI_MANIFEST);
    oci_document_clear(&document);
}

Test(manifest, index_with_platforms_and_attestations)
{
    struct oci_document document;

    cr_assert_eq(
        parse(
            "{" V2 "," TYPE(
                OCI_INDEX) ",\"manifests\":["
                           "{" MEMBERS(
                               OCI_MANIFEST, SHA,
                               "7") ",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v7\"}},"
                                    "{" MEMBERS(
                                        OCI_MANIFEST, SHA,
                                        "8") ",\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"},"
                                             "\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\"}},"
                                             "{" MEMBERS(
                                                 DOCKER_MANIFEST, SHA,
                                                 "9") ",\"platform\":null,\"annotations\":null},"
                                                      "{" MEMBERS(
                                                          OCI_MANIFEST, SHA,
                                                          "9") ",\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\"}}"
                                                               "],\"annotations\":{\"Manifests\":\"not a member of the index\"}}",
            &document, NULL),
        ASSAY_OK);
    cr_expect(document.is_index);
    cr_expect_eq(document.media, OCI_MEDIA_OCI_INDEX);
    cr_assert_eq(document.entry_count, 4U);
    cr_expect(document.entries[0].has_platform);
    cr_expect_str_eq(document.entries[0].platform.os, "linux");
    cr_expect_str_eq(document.entries[0].platform.variant, "v7");
    cr_expect_str_eq(document.entries[0].platform.os_version, "");
    cr_expect_not(document.entries[0].is_attestation);
    cr_expect(document.entries[1].is_attestation);
    cr_expect_not(document.entries[2].has_platform);
    cr_expect_str_eq(document.entries[2].platform.os, "");
    cr_expect_not(document.entries[2].is_attestation);
    /* without a platform an engine may take it for an image */
    cr_expect_not(document.entries[3].is_attestation);
    oci_document_clear(&document);
}

/* What an engine could run is judged, whatever its annotation says; and "unknown" alone hides
 * nothing. */
Test(manifest, attestation_needs_both)
{
    static const char *const ENTRIES[] = {
        "\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"},"
        "\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\"}",
        "\"platform\":{\"os\":\"linux\",\"architecture\":\"unknown\"},"
        "\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\"}",
        "\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"}",
        "\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"},"
        "\"annotations\":{\"vnd.docker.reference.type\":\"other\"}",
    };

    for (size_t i = 0; i < ARRAY_LEN(ENTRIES); i++) {
        AUTO_BUF text = BUF_INIT(4096);
        struct oci_document document;
        cr_assert_eq(buf_printf(&text, NULL, "{" V2 ",\"manifests\":[{%s,%s}]}",
                                MEMBERS(OCI_MANIFEST, SHA, "7"), ENTRIES[i]),
                     ASSAY_OK);
        cr_assert_eq(parse(buf_text(&text), &document, NULL), ASSAY_OK, "%zu", i);
        cr_expect_not(document.entries[0].is_attestation, "%zu", i);
        oci_document_clear(&document);
    }
}

/* ---- everything else ---- */

struct refusal {
    const char *name;
    const char *text;
    enum assay_status status;
};

static void expect_all(const struct refusal *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct oci_document document;
        struct assay_error err = ERROR_INIT;
        enum assay_status status = parse(cases[i].text, &document, &err);
        cr_expect_eq(status, cases[i].status, "%s: %d %s", cases[i].name, (int)status, err.message);
        if (status != ASSAY_OK) {
            cr_expect_null(document.arena.blocks, "%s: something is left behind", cases[i].name);
        }
        oci_document_clear(&document);
    }
}

#define EXPECT_ALL(cases) expect_all((cases), ARRAY_LEN(cases))

Test(manifest, shape)
{
    static const struct refusal CASES[] = {
        { "manifest", MANIFEST, ASSAY_OK },
        { "index", INDEX, ASSAY_OK },
        { "array", "[]", ASSAY_SCHEMA },
        { "nothing", "", ASSAY_JSON_SYNTAX },
        { "two documents", MANIFEST MANIFEST, ASSAY_JSON_SYNTAX },
        { "duplicate", "{" V2 "," CONFIG "," LAYERS "," LAYERS "}", ASSAY_JSON_DUPLICATE },
        { "neither", "{" V2 "}", ASSAY_SCHEMA },
        { "manifests and layers", "{" V2 "," MANIFESTS "," LAYERS "}", ASSAY_AMBIGUOUS },
        { "manifests and config", "{" V2 "," MANIFESTS "," CONFIG "}", ASSAY_AMBIGUOUS },
        { "manifests and null layers", "{" V2 "," MANIFESTS ",\"layers\":null}", ASSAY_AMBIGUOUS },
        { "null manifests", "{" V2 "," CONFIG "," LAYERS ",\"manifests\":null}", ASSAY_AMBIGUOUS },
        { "empty manifests", "{" V2 "," CONFIG "," LAYERS ",\"manifests\":[]}", ASSAY_AMBIGUOUS },
        { "fsLayers too", "{" V2 "," CONFIG "," LAYERS ",\"fsLayers\":[]}", ASSAY_AMBIGUOUS },
        { "fsLayers and index", "{" V2 "," MANIFESTS ",\"fsLayers\":[]}", ASSAY_AMBIGUOUS },
        { "Manifests", "{" V2 "," CONFIG "," LAYERS ",\"Manifests\":[]}", ASSAY_AMBIGUOUS },
        { "LAYERS", "{" V2 "," MANIFESTS ",\"LAYERS\":[]}", ASSAY_AMBIGUOUS },
        { "only LAYERS", "{" V2 "," CONFIG ",\"LAYERS\":[]}", ASSAY_AMBIGUOUS },
        { "fslayers", "{" V2 "," CONFIG "," LAYERS ",\"fslayers\":[]}", ASSAY_AMBIGUOUS },
        { "Config", "{" V2 "," CONFIG "," LAYERS ",\"Config\":{}}", ASSAY_AMBIGUOUS },
        { "mediatype", "{" V2 "," CONFIG "," LAYERS ",\"mediatype\":\"x\"}", ASSAY_AMBIGUOUS },
        { "long s", "{" V2 "," CONFIG "," LAYERS ",\"manife\\u017fts\":[]}", ASSAY_AMBIGUOUS },
        { "long s raw", "{" V2 "," CONFIG "," LAYERS ",\"layer\xc5\xbf\":[]}", ASSAY_AMBIGUOUS },
        { "unknown member", "{" V2 "," CONFIG "," LAYERS ",\"extra\":{\"Layers\":1}}", ASSAY_OK },
        { "no version", "{" CONFIG "," LAYERS "}", ASSAY_SCHEMA },
        { "version 3", "{\"schemaVersion\":3," CONFIG "," LAYERS "}", ASSAY_SCHEMA },
        { "version text", "{\"schemaVersion\":\"2\"," CONFIG "," LAYERS "}", ASSAY_SCHEMA },
        { "version fraction", "{\"schemaVersion\":2.0," CONFIG "," LAYERS "}", ASSAY_JSON_NUMBER },
        { "version 1", "{\"schemaVersion\":1," CONFIG "," LAYERS "}", ASSAY_MEDIA_TYPE },
        { "schema 1", "{\"schemaVersion\":1,\"name\":\"a\",\"fsLayers\":[],\"history\":[]}",
          ASSAY_MEDIA_TYPE },
        { "artifactType", "{" V2 ",\"artifactType\":\"x/y\"," CONFIG "," LAYERS "}",
          ASSAY_MEDIA_TYPE },
        { "subject", "{" V2 "," CONFIG "," LAYERS ",\"subject\":" DESCRIPTOR(OCI_MANIFEST) "}",
          ASSAY_MEDIA_TYPE },
        { "artifact index", "{" V2 ",\"artifactType\":\"x/y\"," MANIFESTS "}", ASSAY_MEDIA_TYPE },
    };

    EXPECT_ALL(CASES);
}

Test(manifest, parts)
{
    static const struct refusal CASES[] = {
        { "no config", "{" V2 "," LAYERS "}", ASSAY_SCHEMA },
        { "null config", "{" V2 ",\"config\":null," LAYERS "}", ASSAY_SCHEMA },
        { "no layers", "{" V2 "," CONFIG "}", ASSAY_SCHEMA },
        { "null layers", "{" V2 "," CONFIG ",\"layers\":null}", ASSAY_SCHEMA },
        { "zero layers", "{" V2 "," CONFIG ",\"layers\":[]}", ASSAY_SCHEMA },
        { "layers no list", "{" V2 "," CONFIG ",\"layers\":{}}", ASSAY_SCHEMA },
        { "layer no object", "{" V2 "," CONFIG ",\"layers\":[\"x\"]}", ASSAY_SCHEMA },
        { "config is a layer", "{" V2 ",\"config\":" DESCRIPTOR(OCI_LAYER) "," LAYERS "}",
          ASSAY_MEDIA_TYPE },
        { "empty config",
          "{" V2 ",\"config\":" DESCRIPTOR("application/vnd.oci.empty.v1+json") "," LAYERS "}",
          ASSAY_MEDIA_TYPE },
        { "config is a chart",
          "{" V2 ",\"config\":" DESCRIPTOR("application/vnd.cncf.helm.config.v1+json") "," LAYERS
                                                                                       "}",
          ASSAY_MEDIA_TYPE },
        { "layer is a config", "{" V2 "," CONFIG ",\"layers\":[" DESCRIPTOR(OCI_CONFIG) "]}",
          ASSAY_MEDIA_TYPE },
        { "second layer unknown",
          "{" V2 "," CONFIG ",\"layers\":[" DESCRIPTOR(OCI_LAYER) "," DESCRIPTOR("x/y") "]}",
          ASSAY_MEDIA_TYPE },
        { "zstd layer",
          "{" V2 "," CONFIG
          ",\"layers\":[" DESCRIPTOR("application/vnd.oci.image.layer.v1.tar+zstd") "]}",
          ASSAY_OK },
        { "huge config", "{" V2 ",\"config\":{" MEMBERS(OCI_CONFIG, SHA, "8388609") "}," LAYERS "}",
          ASSAY_TOO_LARGE },
        { "largest config",
          "{" V2 ",\"config\":{" MEMBERS(OCI_CONFIG, SHA, "8388608") "}," LAYERS "}", ASSAY_OK },
        { "empty index", "{" V2 ",\"manifests\":[]}", ASSAY_SCHEMA },
        { "null index", "{" V2 ",\"manifests\":null}", ASSAY_SCHEMA },
        { "nested index", "{" V2 ",\"manifests\":[" DESCRIPTOR(OCI_INDEX) "]}", ASSAY_MEDIA_TYPE },
        { "nested list", "{" V2 ",\"manifests\":[" DESCRIPTOR(DOCKER_LIST) "]}", ASSAY_MEDIA_TYPE },
        { "entry is a layer", "{" V2 ",\"manifests\":[" DESCRIPTOR(OCI_LAYER) "]}",
          ASSAY_MEDIA_TYPE },
        { "huge manifest", "{" V2 ",\"manifests\":[{" MEMBERS(OCI_MANIFEST, SHA, "4194305") "}]}",
          ASSAY_TOO_LARGE },
        { "platform no object",
          "{" V2 ",\"manifests\":[{" MEMBERS(OCI_MANIFEST, SHA, "7") ",\"platform\":\"linux\"}]}",
          ASSAY_SCHEMA },
        { "platform spelt twice",
          "{" V2 ",\"manifests\":[{" MEMBERS(
              OCI_MANIFEST, SHA,
              "7") ",\"platform\":{\"os\":\"linux\",\"OS\":\"windows\",\"architecture\":\"amd64\"}}]}",
          ASSAY_AMBIGUOUS },
        { "Platform",
          "{" V2 ",\"manifests\":[{" MEMBERS(OCI_MANIFEST, SHA, "7") ",\"Platform\":{}}]}",
          ASSAY_AMBIGUOUS },
        { "control in platform",
          "{" V2 ",\"manifests\":[{" MEMBERS(
              OCI_MANIFEST, SHA,
              "7") ",\"platform\":{\"os\":\"linux\\n\",\"architecture\":\"amd64\"}}]}",
          ASSAY_SCHEMA },
        { "annotations no object",
          "{" V2 ",\"manifests\":[{" MEMBERS(OCI_MANIFEST, SHA, "7") ",\"annotations\":[]}]}",
          ASSAY_SCHEMA },
    };

    EXPECT_ALL(CASES);
}

/* Each bad descriptor as config, as layer and as entry of an index. */
Test(manifest, descriptors)
{
    static const char *const PLACES[] = {
        "{" V2 ",\"config\":{\"mediaType\":\"" OCI_CONFIG "\",%s}," LAYERS "}",
        "{" V2 "," CONFIG ",\"layers\":[{\"mediaType\":\"" OCI_LAYER "\",%s}]}",
        "{" V2 ",\"manifests\":[{\"mediaType\":\"" OCI_MANIFEST "\",%s}]}",
    };
    static const struct refusal CASES[] = {
        { "good", "\"size\":7,\"digest\":\"" SHA "\"", ASSAY_OK },
        { "urls and data are ignored",
          "\"size\":7,\"digest\":\"" SHA "\",\"urls\":[\"ftp://x\"],\"data\":\"AAAA\"", ASSAY_OK },
        { "path", "\"size\":7,\"digest\":\"sha256:../../x\"", ASSAY_SCHEMA },
        { "63 digits",
          "\"size\":7,\"digest\":\"sha256:"
          "123456789abcdef0123456789abcdef"
          "0123456789abcdef0123456789abcdef\"",
          ASSAY_SCHEMA },
        { "65 digits", "\"size\":7,\"digest\":\"" SHA "0\"", ASSAY_SCHEMA },
        { "spaces", "\"size\":7,\"digest\":\" " SHA "\"", ASSAY_SCHEMA },
        { "upper case",
          "\"size\":7,\"digest\":\"sha256:"
          "0123456789ABCDEF0123456789abcdef"
          "0123456789abcdef0123456789abcdef\"",
          ASSAY_SCHEMA },
        { "empty", "\"size\":7,\"digest\":\"\"", ASSAY_SCHEMA },
        { "no text", "\"size\":7,\"digest\":7", ASSAY_SCHEMA },
        { "null", "\"size\":7,\"digest\":null", ASSAY_SCHEMA },
        { "absent", "\"size\":7", ASSAY_SCHEMA },
        { "md5", "\"size\":7,\"digest\":\"md5:0123456789abcdef0123456789abcdef\"",
          ASSAY_DIGEST_ALGORITHM },
        { "sha1", "\"size\":7,\"digest\":\"sha1:0123456789abcdef0123456789abcdef01234567\"",
          ASSAY_DIGEST_ALGORITHM },
        { "blake3", "\"size\":7,\"digest\":\"blake3:" HEX64 "\"", ASSAY_DIGEST_ALGORITHM },
        { "compound", "\"size\":7,\"digest\":\"sha256+b64:" HEX64 "\"", ASSAY_DIGEST_ALGORITHM },
        { "negative size", "\"size\":-1,\"digest\":\"" SHA "\"", ASSAY_JSON_NUMBER },
        { "size zero", "\"size\":0,\"digest\":\"" SHA "\"", ASSAY_JSON_NUMBER },
        { "size 2^53", "\"size\":9007199254740992,\"digest\":\"" SHA "\"", ASSAY_JSON_NUMBER },
        { "size fraction", "\"size\":7.5,\"digest\":\"" SHA "\"", ASSAY_JSON_NUMBER },
        { "size text", "\"size\":\"7\",\"digest\":\"" SHA "\"", ASSAY_SCHEMA },
        { "no size", "\"digest\":\"" SHA "\"", ASSAY_SCHEMA },
        { "Digest", "\"size\":7,\"digest\":\"" SHA "\",\"Digest\":\"" SHA "\"", ASSAY_AMBIGUOUS },
        { "Size", "\"size\":7,\"digest\":\"" SHA "\",\"SIZE\":8", ASSAY_AMBIGUOUS },
        { "MediaType", "\"size\":7,\"digest\":\"" SHA "\",\"MediaType\":\"x\"", ASSAY_AMBIGUOUS },
    };

    for (size_t place = 0; place < ARRAY_LEN(PLACES); place++) {
        for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
            AUTO_BUF text = BUF_INIT(8192);
            struct slice format = slice_from_string(PLACES[place]);
            size_t hole = slice_find(format, '%');
            cr_assert_eq(buf_append(&text, slice_first(format, hole), NULL), ASSAY_OK);
            cr_assert_eq(buf_append_string(&text, CASES[i].text, NULL), ASSAY_OK);
            cr_assert_eq(buf_append(&text, slice_from(format, hole + 2), NULL), ASSAY_OK);
            struct refusal one = { CASES[i].name, buf_text(&text), CASES[i].status };
            expect_all(&one, 1);
        }
    }
}

Test(manifest, descriptor_without_media_type)
{
    static const struct refusal CASES[] = {
        { "absent", "{" V2 ",\"config\":{\"digest\":\"" SHA "\",\"size\":7}," LAYERS "}",
          ASSAY_SCHEMA },
        { "null",
          "{" V2 ",\"config\":{\"mediaType\":null,\"digest\":\"" SHA "\",\"size\":7}," LAYERS "}",
          ASSAY_SCHEMA },
    };

    EXPECT_ALL(CASES);
}

/* ---- media types that others say ---- */

Test(manifest, media_types_must_agree)
{
    static const struct {
        const char *own; /* in the body, NULL: none */
        bool index;
        const char *header;
        const char *parent;
        enum assay_status status;
    } CASES[] = {
        { NULL, false, NULL, NULL, ASSAY_OK },
        { NULL, false, OCI_MANIFEST, OCI_MANIFEST, ASSAY_OK },
        { NULL, false, DOCKER_MANIFEST, "", ASSAY_OK },
        { OCI_MANIFEST, false, OCI_MANIFEST, OCI_MANIFEST, ASSAY_OK },
        { OCI_INDEX, true, OCI_INDEX, "", ASSAY_OK },
        { DOCKER_LIST, true, DOCKER_LIST, DOCKER_LIST, ASSAY_OK },
        /* the body against its shape */
        { OCI_INDEX, false, NULL, NULL, ASSAY_MEDIA_TYPE },
        { DOCKER_LIST, false, NULL, NULL, ASSAY_MEDIA_TYPE },
        { OCI_MANIFEST, true, NULL, NULL, ASSAY_MEDIA_TYPE },
        { DOCKER_MANIFEST, true, NULL, NULL, ASSAY_MEDIA_TYPE },
        { OCI_CONFIG, false, NULL, NULL, ASSAY_MEDIA_TYPE },
        { "application/json", false, NULL, NULL, ASSAY_MEDIA_TYPE },
        /* the header against the body */
        { OCI_MANIFEST, false, DOCKER_MANIFEST, NULL, ASSAY_MEDIA_TYPE },
        { DOCKER_MANIFEST, false, OCI_MANIFEST, NULL, ASSAY_MEDIA_TYPE },
        { OCI_MANIFEST, false, OCI_INDEX, NULL, ASSAY_MEDIA_TYPE },
        { OCI_INDEX, true, OCI_MANIFEST, NULL, ASSAY_MEDIA_TYPE },
        { OCI_INDEX, true, DOCKER_LIST, NULL, ASSAY_MEDIA_TYPE },
        { OCI_MANIFEST, false, "application/json", NULL, ASSAY_MEDIA_TYPE },
        { OCI_MANIFEST, false, "text/html", NULL, ASSAY_MEDIA_TYPE },
        /* the parent against the body, and against the header */
        { OCI_MANIFEST, false, NULL, DOCKER_MANIFEST, ASSAY_MEDIA_TYPE },
        { OCI_MANIFEST, false, NULL, OCI_INDEX, ASSAY_MEDIA_TYPE },
        { NULL, false, OCI_MANIFEST, DOCKER_MANIFEST, ASSAY_MEDIA_TYPE },
        { NULL, false, OCI_INDEX, NULL, ASSAY_MEDIA_TYPE },
        { NULL, true, OCI_MANIFEST, NULL, ASSAY_MEDIA_TYPE },
        { NULL, true, NULL, DOCKER_MANIFEST, ASSAY_MEDIA_TYPE },
    };

    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        AUTO_BUF text = BUF_INIT(4096);
        struct oci_document document;
        struct assay_error err = ERROR_INIT;
        const char *const said[] = { CASES[i].header, CASES[i].parent };
        cr_assert_eq(buf_append_string(&text, "{" V2 ",", NULL), ASSAY_OK);
        if (CASES[i].own != NULL) {
            cr_assert_eq(buf_printf(&text, NULL, "\"mediaType\":\"%s\",", CASES[i].own), ASSAY_OK);
        }
        cr_assert_eq(
            buf_append_string(&text, CASES[i].index ? MANIFESTS "}" : CONFIG "," LAYERS "}", NULL),
            ASSAY_OK);
        cr_expect_eq(parse_said(buf_text(&text), said, ARRAY_LEN(said), &document, &err),
                     CASES[i].status, "case %zu: %s", i, err.message);
        oci_document_clear(&document);
    }
}

Test(manifest, media_words)
{
    cr_expect_eq(oci_media_parse(OCI_INDEX), OCI_MEDIA_OCI_INDEX);
    cr_expect_eq(oci_media_parse(""), OCI_MEDIA_UNKNOWN);
    cr_expect_eq(oci_media_parse(OCI_INDEX " "), OCI_MEDIA_UNKNOWN);
    cr_expect_str_eq(oci_media_text(OCI_MEDIA_DOCKER_LIST), DOCKER_LIST);
    cr_expect_str_eq(oci_media_text(OCI_MEDIA_UNKNOWN), "unknown");
    cr_expect_not_null(strstr(oci_accept_manifests, OCI_INDEX));
    cr_expect_not_null(strstr(oci_accept_manifests, OCI_MANIFEST));
    cr_expect_not_null(strstr(oci_accept_manifests, DOCKER_LIST));
    cr_expect_not_null(strstr(oci_accept_manifests, DOCKER_MANIFEST));
}

/* ---- limits ---- */

static enum assay_status parse_many(const char *head, const char *element, size_t count)
{
    AUTO_BUF text = BUF_INIT(LIMIT_MANIFEST_BYTES);
    struct oci_document document;

    cr_assert_eq(buf_append_string(&text, head, NULL), ASSAY_OK);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(buf_append_string(&text, i == 0 ? "" : ",", NULL), ASSAY_OK);
        cr_assert_eq(buf_append_string(&text, element, NULL), ASSAY_OK);
    }
    cr_assert_eq(buf_append_string(&text, "]}", NULL), ASSAY_OK);
    enum assay_status status = oci_document_parse(buf_slice(&text), NULL, 0, &document, NULL);
    oci_document_clear(&document);
    return status;
}

Test(manifest, counts_are_limited)
{
    static const char LAYERS_HEAD[] = "{" V2 "," CONFIG ",\"layers\":[";
    static const char INDEX_HEAD[] = "{" V2 ",\"manifests\":[";

    cr_expect_eq(parse_many(LAYERS_HEAD, DESCRIPTOR(OCI_LAYER), LIMIT_LAYERS), ASSAY_OK);
    cr_expect_eq(parse_many(LAYERS_HEAD, DESCRIPTOR(OCI_LAYER), LIMIT_LAYERS + 1),
                 ASSAY_JSON_LIMIT);
    cr_expect_eq(parse_many(INDEX_HEAD, DESCRIPTOR(OCI_MANIFEST), LIMIT_INDEX_ENTRIES), ASSAY_OK);
    cr_expect_eq(parse_many(INDEX_HEAD, DESCRIPTOR(OCI_MANIFEST), LIMIT_INDEX_ENTRIES + 1),
                 ASSAY_JSON_LIMIT);
}

Test(manifest, bytes_are_limited)
{
    AUTO_BUF text = BUF_INIT(LIMIT_MANIFEST_BYTES + 1);
    struct oci_document document;

    cr_assert_eq(buf_append_string(&text, MANIFEST, NULL), ASSAY_OK);
    while (text.len < LIMIT_MANIFEST_BYTES) {
        cr_assert_eq(buf_append_byte(&text, '\n', NULL), ASSAY_OK);
    }
    cr_expect_eq(oci_document_parse(buf_slice(&text), NULL, 0, &document, NULL), ASSAY_OK);
    oci_document_clear(&document);
    cr_assert_eq(buf_append_byte(&text, '\n', NULL), ASSAY_OK);
    cr_expect_eq(oci_document_parse(buf_slice(&text), NULL, 0, &document, NULL), ASSAY_TOO_LARGE);
}

/* Text of the document that ends in a message is made safe to show. */
Test(manifest, messages_are_safe)
{
    struct oci_document document;
    struct assay_error err = ERROR_INIT;

    cr_expect_eq(parse("{" V2 ",\"config\":" DESCRIPTOR("a\\u001b[31m\\u202e") "," LAYERS "}",
                       &document, &err),
                 ASSAY_MEDIA_TYPE);
    cr_expect_null(strchr(err.message, 0x1b));
    cr_expect_null(strstr(err.message, "\xe2\x80\xae"));
}
