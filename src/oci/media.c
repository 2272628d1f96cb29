/* SPDX-License-Identifier: Apache-2.0 */
#include "base/attr.h"
#include "oci/manifest.h"

static const struct {
    const char *text;
    enum oci_media media;
} MEDIA[] = {
    { "application/vnd.oci.image.index.v1+json", OCI_MEDIA_OCI_INDEX },
    { "application/vnd.oci.image.manifest.v1+json", OCI_MEDIA_OCI_MANIFEST },
    { "application/vnd.oci.image.config.v1+json", OCI_MEDIA_OCI_CONFIG },
    { "application/vnd.docker.distribution.manifest.list.v2+json", OCI_MEDIA_DOCKER_LIST },
    { "application/vnd.docker.distribution.manifest.v2+json", OCI_MEDIA_DOCKER_MANIFEST },
    { "application/vnd.docker.container.image.v1+json", OCI_MEDIA_DOCKER_CONFIG },
    { "application/vnd.oci.image.layer.v1.tar", OCI_MEDIA_LAYER },
    { "application/vnd.oci.image.layer.v1.tar+gzip", OCI_MEDIA_LAYER_GZIP },
    { "application/vnd.oci.image.layer.v1.tar+zstd", OCI_MEDIA_LAYER_ZSTD },
    { "application/vnd.docker.image.rootfs.diff.tar", OCI_MEDIA_LAYER },
    { "application/vnd.docker.image.rootfs.diff.tar.gzip", OCI_MEDIA_LAYER_GZIP },
    { "application/vnd.docker.image.rootfs.diff.tar.zstd", OCI_MEDIA_LAYER_ZSTD },
    /* Layers that were not to be distributed, as Windows base images had them: layers all the same,
     * wanted from the registry and never from the addresses that they name. */
    { "application/vnd.oci.image.layer.nondistributable.v1.tar", OCI_MEDIA_LAYER },
    { "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", OCI_MEDIA_LAYER_GZIP },
    { "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", OCI_MEDIA_LAYER_ZSTD },
    { "application/vnd.docker.image.rootfs.foreign.diff.tar", OCI_MEDIA_LAYER },
    { "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", OCI_MEDIA_LAYER_GZIP },
};

const char oci_accept_manifests[] = "application/vnd.oci.image.index.v1+json, "
                                    "application/vnd.oci.image.manifest.v1+json, "
                                    "application/vnd.docker.distribution.manifest.list.v2+json, "
                                    "application/vnd.docker.distribution.manifest.v2+json";

enum oci_media oci_media_parse(const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(MEDIA); i++) {
        if (strcmp(text, MEDIA[i].text) == 0) {
            return MEDIA[i].media;
        }
    }
    return OCI_MEDIA_UNKNOWN;
}

const char *oci_media_text(enum oci_media media)
{
    for (size_t i = 0; i < ARRAY_LEN(MEDIA); i++) {
        if (MEDIA[i].media == media) {
            return MEDIA[i].text;
        }
    }
    return "unknown";
}

bool oci_media_is_index(enum oci_media media)
{
    return media == OCI_MEDIA_OCI_INDEX || media == OCI_MEDIA_DOCKER_LIST;
}

bool oci_media_is_manifest(enum oci_media media)
{
    return media == OCI_MEDIA_OCI_MANIFEST || media == OCI_MEDIA_DOCKER_MANIFEST;
}

bool oci_media_is_config(enum oci_media media)
{
    return media == OCI_MEDIA_OCI_CONFIG || media == OCI_MEDIA_DOCKER_CONFIG;
}

bool oci_media_is_layer(enum oci_media media)
{
    return media == OCI_MEDIA_LAYER || media == OCI_MEDIA_LAYER_GZIP ||
           media == OCI_MEDIA_LAYER_ZSTD;
}

enum assay_status oci_layer_compression(const struct oci_descriptor *layer, enum compression *out,
                                        struct assay_error *err)
{
    if (!oci_media_is_layer(layer->media)) {
        return FAIL(err, ASSAY_MEDIA_TYPE, "the layer type %s is not supported", layer->media_text);
    }
    *out = layer->media == OCI_MEDIA_LAYER_GZIP   ? COMPRESSION_GZIP
           : layer->media == OCI_MEDIA_LAYER_ZSTD ? COMPRESSION_ZSTD
                                                  : COMPRESSION_NONE;
    return ASSAY_OK;
}
