/* SPDX-License-Identifier: Apache-2.0 */
/* The speed of reading a targets file, and that it stays the same from a thousand tags to a
 * million. */
#include "base/buf.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "json/canonical.h"
#include "json/reader.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <time.h>

#define HASH_256 "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define HASH_512                                                                                   \
    "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="

/* Parsing into a tree takes some 80 times as long and 7 times the memory. */
#define TREE_MAX_ENTRIES 100000U

static void make_targets(struct buf *out, unsigned int entries)
{
    enum assay_status status = ASSAY_OK;
    status |= buf_append_string(out,
                                "{\"signed\":{\"_type\":\"Targets\",\"delegations\":{},"
                                "\"expires\":\"2036-01-01T00:00:00Z\",\"targets\":{",
                                NULL);
    for (unsigned int i = 0; i < entries; i++) {
        status |= buf_printf(out, NULL,
                             "%s\"v%07u\":{\"hashes\":{\"sha256\":\"%s\",\"sha512\":\"%s\"},"
                             "\"length\":%u}",
                             i == 0 ? "" : ",", i, HASH_256, HASH_512, 500 + i % 1000);
    }
    status |= buf_append_string(out, "},\"version\":1},\"signatures\":[]}", NULL);
    if (status != ASSAY_OK) {
        (void)fprintf(stderr, "cannot make %u targets\n", entries);
        buf_clear(out);
    }
}

static enum assay_status skip(struct slice text)
{
    struct json_reader reader;
    struct json_string key;
    bool more = false;
    json_reader_init(&reader, text, UINT64_MAX);
    TRY(json_enter_object_any_order(&reader, NULL));
    TRY(json_next_member(&reader, &key, &more, NULL));
    while (more) {
        TRY(json_skip(&reader, NULL, NULL));
        TRY(json_next_member(&reader, &key, &more, NULL));
    }
    return json_finish(&reader, NULL);
}

static enum assay_status skip_and_hash(struct slice text)
{
    struct digest digest;
    TRY(skip(text));
    return digest_compute(DIGEST_SHA256, text, &digest, NULL);
}

static enum assay_status canonicalise(struct slice text)
{
    AUTO_BUF out = BUF_INIT(LIMIT_TARGETS_BYTES);
    return json_canonicalise(text, UINT64_MAX, &out, NULL);
}

static enum assay_status parse_tree(struct slice text)
{
    json_error_t error;
    json_t *tree = json_loadb((const char *)text.ptr, text.len, JSON_REJECT_DUPLICATES, &error);
    enum assay_status status = tree == NULL ? ASSAY_JSON_SYNTAX : ASSAY_OK;
    json_decref(tree);
    return status;
}

/* Processor time: what else the machine does must not count. */
static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* MB/s, the best of several rounds; 0 on failure. */
static double measure(enum assay_status (*work)(struct slice text), struct slice text)
{
    double best_s = 1e9;
    double total_s = 0;
    for (unsigned int round = 0; round < 3 || (total_s < 0.3 && round < 1000); round++) {
        double start_s = now_s();
        if (work(text) != ASSAY_OK) {
            return 0;
        }
        double took_s = now_s() - start_s;
        total_s += took_s;
        best_s = took_s < best_s ? took_s : best_s;
    }
    return (double)text.len / 1e6 / best_s;
}

int main(void)
{
    static const unsigned int sizes[] = { 1000, 10000, 100000, 1000000 };
    int failed = 0;
    (void)printf("%9s %8s %8s %12s %14s %8s   (MB/s)\n", "targets", "MB", "skip", "skip+sha256",
                 "canonicalise", "jansson");
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        AUTO_BUF text = BUF_INIT(LIMIT_TARGETS_BYTES);
        make_targets(&text, sizes[i]);
        struct slice slice = buf_slice(&text);
        double skipped = measure(skip, slice);
        double hashed = measure(skip_and_hash, slice);
        double written = measure(canonicalise, slice);
        double parsed = sizes[i] > TREE_MAX_ENTRIES ? 0 : measure(parse_tree, slice);
        (void)printf("%9u %8.1f %8.0f %12.0f %14.0f %8.0f\n", sizes[i], (double)slice.len / 1e6,
                     skipped, hashed, written, parsed);
        failed |= skipped > 0 && hashed > 0 && written > 0 ? 0 : 1;
    }
    return failed;
}
