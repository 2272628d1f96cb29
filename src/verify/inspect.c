/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest tree and a repository's trust data, for inspection. */
#include "base/mem.h"
#include "verify/manifest_batch.h"
#include "verify/session_internal.h"

#include <stdio.h>

/* ---- trust data ---- */

static enum assay_status open_trust(struct assay_session *session,
                                    const struct oci_reference *reference, struct worker_net *net,
                                    struct trust_repo **out, struct assay_error *err)
{
    CLEANUP(pin_choice_clear) struct pin_choice pin = { .origin = "" };
    CLEANUP(server_choice_clear) struct server_choice server = { .url = NULL };
    struct trust_options options;
    int64_t now_unix_s = 0;
    TRY(session_now(session, &now_unix_s, err));
    TRY(pin_choose(session, reference->name, &pin, err));
    TRY(server_choose(session, reference, &server, err));
    TRY(trust_options_fill(session, net, &pin, &server, now_unix_s, &options, err));
    if (trust_needs_server(&options)) {
        TRY(server_required(&server, reference, err));
    }
    options.all_delegations = true;
    TRY(trust_format_at(0)->open(reference->name, &options, out, err));
    enum assay_status status = trust_repo_commit(*out, err);
    if (status != ASSAY_OK) {
        trust_repo_free(*out);
        *out = NULL;
    }
    return status;
}

enum assay_status session_open_trust(struct assay_session *session,
                                     const struct oci_reference *reference, struct trust_repo **out,
                                     struct assay_error *err)
{
    CLEANUP(worker_net_close) struct worker_net net = { .net = NULL };
    const struct assay_options *options = &session->options;
    bool offline = options->offline || options->trust_dir != NULL || options->bundle != NULL;
    *out = NULL;
    TRY(session_open_bundle(session, err));
    TRY(worker_net_open(session, offline, &net, err));
    return open_trust(session, reference, &net, out, err);
}

/* ---- the manifest tree ---- */

static enum assay_status fill_node(struct inspect_node *node, const struct oci_document *document,
                                   struct assay_error *err)
{
    if (document->is_index) {
        return ASSAY_OK;
    }
    node->config = document->config;
    node->config.media_text = oci_media_text(document->config.media);
    node->layers = mem_alloc(document->layer_count + 1, sizeof(*node->layers));
    if (node->layers == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    node->layer_count = document->layer_count;
    for (size_t i = 0; i < document->layer_count; i++) {
        node->layers[i] = document->layers[i];
        node->layers[i].media_text = oci_media_text(document->layers[i].media);
    }
    return ASSAY_OK;
}

/* A manifest below an index, hashed against what the index says. */
static enum assay_status fill_child(struct inspect_node *node, const struct oci_index_entry *entry,
                                    struct source_manifest *fetched, struct assay_error *err)
{
    struct slice bytes = buf_slice(&fetched->bytes);
    struct digest actual;
    const char *said[] = { fetched->media_type, entry->descriptor.media_text };
    TRY(digest_compute(entry->descriptor.digest.alg, bytes, &actual, err));
    if (!digest_equal(&actual, &entry->descriptor.digest) || bytes.len != entry->descriptor.size) {
        return FAIL(err, ASSAY_DIGEST_MISMATCH, "the manifest for %s is not what the index names",
                    node->platform);
    }
    if (entry->is_attestation) {
        return ASSAY_OK;
    }
    CLEANUP(oci_document_clear) struct oci_document document = { .is_index = false };
    TRY(oci_document_parse(bytes, said, ARRAY_LEN(said), &document, err));
    return fill_node(node, &document, err);
}

static void describe_entry(struct inspect_node *node, const struct oci_index_entry *entry)
{
    digest_format(&entry->descriptor.digest, node->digest);
    node->size = entry->descriptor.size;
    node->is_attestation = entry->is_attestation;
    (void)snprintf(node->media_type, sizeof(node->media_type), "%s",
                   oci_media_text(entry->descriptor.media));
    if (entry->has_platform) {
        oci_platform_format(&entry->platform, node->platform, sizeof(node->platform));
    }
}

static enum assay_status fill_children(struct source *source, struct inspect_node *node,
                                       const struct oci_document *document, struct assay_error *err)
{
    size_t count = document->entry_count;
    AUTO_MANIFEST_BATCH batch = { .count = 0 };
    node->children = mem_alloc(count, sizeof(*node->children));
    if (node->children == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    TRY(manifest_batch_make(&batch, count, err));
    node->child_count = count;
    for (size_t i = 0; i < count; i++) {
        describe_entry(&node->children[i], &document->entries[i]);
        manifest_batch_add(&batch, &document->entries[i].descriptor, i);
    }
    if (count > 0) {
        TRY(source->ops->by_digest(source, batch.wanted, count, batch.found, batch.statuses,
                                   batch.errors, err));
    }
    for (size_t i = 0; i < count; i++) {
        if (batch.statuses[i] == ASSAY_OK) {
            TRY(fill_child(&node->children[i], &document->entries[i], &batch.found[i], err));
        } else if (batch.statuses[i] == ASSAY_MANIFEST_MISSING && source->is_local) {
            node->children[i].is_absent = true;
        } else {
            return error_pass(err, &batch.errors[i]);
        }
    }
    return ASSAY_OK;
}

static enum assay_status inspect_manifests(struct source *source, struct inspect_node *out,
                                           struct assay_error *err)
{
    CLEANUP(source_manifest_clear) struct source_manifest manifest = { .media_type = "" };
    CLEANUP(oci_document_clear) struct oci_document document = { .is_index = false };
    struct digest digest;
    TRY(source->ops->named(source, &manifest, err));
    const char *said[] = { manifest.media_type };
    TRY(digest_compute(DIGEST_SHA256, buf_slice(&manifest.bytes), &digest, err));
    digest_format(&digest, out->digest);
    out->size = manifest.bytes.len;
    TRY(oci_document_parse(buf_slice(&manifest.bytes), said, ARRAY_LEN(said), &document, err));
    (void)snprintf(out->media_type, sizeof(out->media_type), "%s", oci_media_text(document.media));
    return document.is_index ? fill_children(source, out, &document, err)
                             : fill_node(out, &document, err);
}

static enum assay_status inspect_source(struct source *source, struct inspect_node *out,
                                        struct assay_error *err)
{
    return source->has_manifest ? inspect_manifests(source, out, err)
                                : inspect_config(source, out, err);
}

enum assay_status session_inspect(struct assay_session *session, const char *reference,
                                  struct inspection *out, struct assay_error *err)
{
    const char *locator = NULL;
    const struct source_transport *transport = source_transport_find(reference, &locator);
    struct worker_net net;
    struct source *source = NULL;
    *out = (struct inspection){ .reference = reference };
    TRY(worker_net_open(session, session->options.offline || transport->is_local, &net, err));
    struct source_context context = source_context_of(session, net.net);
    enum assay_status status = transport->open(locator, &context, &source, err);
    if (status == ASSAY_OK) {
        status = inspect_source(source, &out->root, err);
    }
    if (status == ASSAY_OK) {
        status = inspect_judge(session, source, out, err);
    }
    source_free(source);
    worker_net_close(&net);
    if (status != ASSAY_OK) {
        inspection_clear(out);
    }
    return status;
}

void inspection_clear(struct inspection *inspection)
{
    struct inspect_node *root = &inspection->root;
    for (size_t i = 0; i < root->child_count; i++) {
        mem_free(root->children[i].layers);
    }
    mem_free(root->children);
    mem_free(root->layers);
    assay_verdict_free(inspection->verdict);
    *inspection = (struct inspection){ 0 };
}
