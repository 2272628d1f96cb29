/* SPDX-License-Identifier: Apache-2.0 */
#include "source/source.h"

#include "base/mem.h"
#include "source/transports.h"

static const struct source_transport TRANSPORTS[] = {
    { "docker://", "an image in a registry; the default", false, source_registry_open },
    { "docker-archive:", "FILE[:REF], an image that docker or podman saved", true,
      source_docker_archive_open },
    { "oci-archive:", "FILE[:REF], an image in an archive of an OCI layout", true,
      source_oci_archive_open },
    { "oci:", "DIR[:REF], an image in an OCI layout directory", true, source_oci_layout_open },
    { "dir:", "DIR, an image that skopeo copied into a directory", true, source_skopeo_dir_open },
    { "docker-daemon:", "REF, an image that docker or podman exports (DOCKER_HOST)", true,
      source_docker_daemon_open },
    { "-", "an archive of either kind on standard input", true, source_stdin_open },
};

static enum assay_status open_unknown(const char *locator, const struct source_context *context,
                                      struct source **out, struct assay_error *err)
{
    (void)context;
    *out = NULL;
    return FAIL(err, ASSAY_USAGE,
                "'%s': this version does not read images of that kind; write docker:// in front if "
                "the name of a registry's image is meant",
                locator);
}

/* Names that other tools read as something else than an image in a registry. They must not be
 * looked up in one: "docker-daemon:app" is no tag of docker.io/library/docker-daemon. */
static const struct source_transport RESERVED[] = {
    { "containers-storage:", "", true, open_unknown },
};

static const struct source_transport *find(const struct source_transport *table, size_t count,
                                           struct slice text)
{
    for (size_t i = 0; i < count; i++) {
        struct slice scheme = slice_from_string(table[i].scheme);
        if (slice_equal(text, scheme) ||
            (scheme.len > 1 && slice_has_prefix(text, scheme))) { /* "-" stands alone */
            return &table[i];
        }
    }
    return NULL;
}

const struct source_transport *source_transport_find(const char *text, const char **locator)
{
    struct slice whole = slice_from_string(text);
    const struct source_transport *found = find(TRANSPORTS, ARRAY_LEN(TRANSPORTS), whole);

    if (found == NULL) {
        found = find(RESERVED, ARRAY_LEN(RESERVED), whole);
    }
    if (found == NULL) {
        *locator = text;
        return &TRANSPORTS[0];
    }
    *locator = text + strlen(found->scheme);
    return found;
}

bool source_reads_stdin(const char *text)
{
    const char *locator = NULL;
    const struct source_transport *found = source_transport_find(text, &locator);
    bool is_archive =
        found->open == source_docker_archive_open || found->open == source_oci_archive_open;

    return found->open == source_stdin_open ||
           (is_archive && locator[0] == '-' && (locator[1] == '\0' || locator[1] == ':'));
}

void source_free(struct source *source)
{
    if (source == NULL) {
        return;
    }
    mem_free(source->claimed_name);
    source->ops->free(source);
}

bool source_has_config(const struct source *source, const struct digest *named)
{
    return digest_equal(named, &source->image_config) ||
           digest_equal(named, &source->image_config_sha512);
}

void source_manifest_clear(struct source_manifest *manifest)
{
    buf_clear(&manifest->bytes);
    *manifest = (struct source_manifest){ 0 };
}
