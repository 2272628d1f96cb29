/* SPDX-License-Identifier: Apache-2.0 */
/* A small image of two platforms. */
#include "repo.h"

#include <zlib.h>

#define OCI "application/vnd.oci.image."

static struct slice tar_make(struct pool *pool, const char *name, struct slice content)
{
    struct text out = { .pool = pool };
    tar_add(&out, name, content);
    tar_end(&out);
    return text_slice(&out);
}

/* Stored, not compressed: the same bytes with every version of zlib. */
static struct slice gzip_make(struct pool *pool, struct slice plain)
{
    z_stream z = { 0 };
    if (deflateInit2(&z, 0, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        die("zlib: cannot start");
    }
    size_t cap = deflateBound(&z, plain.len);
    uint8_t *out = pool_alloc(pool, cap);
    z.next_in = pool_bytes(pool, plain);
    z.avail_in = (uInt)plain.len;
    z.next_out = out;
    z.avail_out = (uInt)cap;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END) {
        die("zlib: cannot compress");
    }
    size_t len = z.total_out;
    (void)deflateEnd(&z);
    return slice_of(out, len);
}

static void add_layer(struct repo *repo, const char *name, const char *path, const char *content)
{
    struct repo_file *file = repo_add(repo, name, FILE_LAYER, NULL);
    file->plain = tar_make(repo->pool, path, slice_from_string(content));
    file->bytes = gzip_make(repo->pool, file->plain);
}

static struct node *descriptor(struct repo *repo, const char *media_type)
{
    struct node *out = node_object(repo->pool);
    (void)node_add(repo->pool, out, "mediaType", node_string(repo->pool, media_type));
    return out;
}

static void add_config(struct repo *repo, const char *architecture)
{
    struct pool *pool = repo->pool;
    struct node *doc = node_object(pool);
    (void)node_add(pool, doc, "architecture", node_string(pool, architecture));
    (void)node_add(pool, doc, "os", node_string(pool, "linux"));
    (void)node_add(pool, doc, "config", node_object(pool));
    struct node *rootfs = node_add(pool, doc, "rootfs", node_object(pool));
    (void)node_add(pool, rootfs, "type", node_string(pool, "layers"));
    struct node *diff_ids = node_add(pool, rootfs, "diff_ids", node_array(pool));
    (void)node_push(diff_ids, node_string(pool, ""));
    (void)node_push(diff_ids, node_string(pool, ""));
    struct repo_file *file =
        repo_add(repo, pool_printf(pool, "config-%s", architecture), FILE_CONFIG, doc);
    repo_link(file, LINK_DIFF_ID, "/rootfs/diff_ids/0", "layer-0");
    repo_link(file, LINK_DIFF_ID, "/rootfs/diff_ids/1", "layer-1");
}

static void add_manifest(struct repo *repo, const char *architecture)
{
    struct pool *pool = repo->pool;
    struct node *doc = node_object(pool);
    (void)node_add(pool, doc, "schemaVersion", node_int(pool, 2));
    (void)node_add(pool, doc, "mediaType", node_string(pool, OCI "manifest.v1+json"));
    (void)node_add(pool, doc, "config", descriptor(repo, OCI "config.v1+json"));
    struct node *layers = node_add(pool, doc, "layers", node_array(pool));
    (void)node_push(layers, descriptor(repo, OCI "layer.v1.tar+gzip"));
    (void)node_push(layers, descriptor(repo, OCI "layer.v1.tar+gzip"));
    struct repo_file *file = repo_add(repo, architecture, FILE_MANIFEST, doc);
    repo_link(file, LINK_DESCRIPTOR, "/config", pool_printf(pool, "config-%s", architecture));
    repo_link(file, LINK_DESCRIPTOR, "/layers/0", "layer-0");
    repo_link(file, LINK_DESCRIPTOR, "/layers/1", "layer-1");
}

static struct node *index_entry(struct repo *repo, const char *architecture)
{
    struct pool *pool = repo->pool;
    struct node *out = descriptor(repo, OCI "manifest.v1+json");
    struct node *platform = node_add(pool, out, "platform", node_object(pool));
    (void)node_add(pool, platform, "architecture", node_string(pool, architecture));
    (void)node_add(pool, platform, "os", node_string(pool, "linux"));
    return out;
}

void repo_add_image(struct repo *repo)
{
    struct pool *pool = repo->pool;
    add_layer(repo, "layer-0", "etc/motd", "Welcome.\n");
    add_layer(repo, "layer-1", "app/hello", "#!/bin/sh\necho hello\n");
    add_config(repo, "amd64");
    add_config(repo, "arm64");
    add_manifest(repo, "amd64");
    add_manifest(repo, "arm64");
    struct node *doc = node_object(pool);
    (void)node_add(pool, doc, "schemaVersion", node_int(pool, 2));
    (void)node_add(pool, doc, "mediaType", node_string(pool, OCI "index.v1+json"));
    struct node *manifests = node_add(pool, doc, "manifests", node_array(pool));
    (void)node_push(manifests, index_entry(repo, "amd64"));
    (void)node_push(manifests, index_entry(repo, "arm64"));
    struct repo_file *file = repo_add(repo, "index", FILE_INDEX, doc);
    repo_link(file, LINK_DESCRIPTOR, "/manifests/0", "amd64");
    repo_link(file, LINK_DESCRIPTOR, "/manifests/1", "arm64");
}
