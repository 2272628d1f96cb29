/* SPDX-License-Identifier: Apache-2.0 */
/* What an audit rests on: the same choices of server, pin and state as for a verification. */
#include "base/mem.h"
#include "trust/remote.h"
#include "verify/session_internal.h"

/* The only repository of a bundle. */
static enum assay_status name_of_bundle(const struct bundle *bundle, const char **out,
                                        struct assay_error *err)
{
    const struct bundle_repository *first = bundle_repository_at(bundle, 0);
    const struct bundle_repository *second = first == NULL ? NULL : bundle_repository_at(bundle, 1);
    if (first == NULL) {
        return FAIL(err, ASSAY_NOTHING, "the bundle holds no repository");
    }
    if (second != NULL) {
        return FAIL(err, ASSAY_USAGE,
                    "the bundle holds several repositories, such as %s and %s: name one by --as",
                    first->gun, second->gun);
    }
    *out = first->gun;
    return ASSAY_OK;
}

static enum assay_status set_name(const struct assay_session *session, const char *reference,
                                  struct session_evidence *out, struct assay_error *err)
{
    const char *locator = NULL;
    if (reference == NULL && session->bundle != NULL) {
        TRY(name_of_bundle(session->bundle, &reference, err));
    }
    if (reference == NULL) {
        return ASSAY_OK;
    }
    if (source_transport_find(reference, &locator)->is_local) {
        return FAIL(err, ASSAY_USAGE, "%s is an image: an audit is of a repository", reference);
    }
    TRY(oci_reference_parse(locator, &out->name, err));
    if (!out->name.tag_implied || out->name.digest.alg != DIGEST_NONE) {
        return FAIL(err, ASSAY_USAGE, "an audit is of a whole repository: write %s alone",
                    out->name.name);
    }
    return ASSAY_OK;
}

/* The state is only read: its floors, and where its chain begins. */
static enum assay_status open_state(const struct trust_options *options, const char *gun,
                                    struct session_evidence *out, struct assay_error *err)
{
    if (options->state_dir == NULL || (options->has_at && !options->from_state)) {
        return ASSAY_OK;
    }
    TRY(tuf_store_open(options->state_dir, gun, options->has_at ? 0 : options->now_unix_s,
                       options->env, &out->store, err));
    const struct tuf_state *state = tuf_store_state(out->store);
    return state->root_count == 0 ? ASSAY_OK
                                  : tuf_store_read(out->store, &state->roots[0].sha256,
                                                   LIMIT_ROOT_BYTES, &out->state_root, err);
}

static enum assay_status open_named(struct assay_session *session, const struct pin_choice *pin,
                                    struct server_choice *server, struct session_evidence *out,
                                    struct assay_error *err)
{
    struct trust_options options;
    TRY(server_choose(session, &out->name, server, err));
    TRY(trust_options_fill(session, out->net, pin, server, out->now_unix_s, &options, err));
    if (trust_needs_server(&options)) {
        TRY(server_required(server, &out->name, err));
    }
    TRY(open_state(&options, out->name.name, out, err));
    return remote_open(out->name.name, &options, out->store, &out->remote, err);
}

static enum assay_status open_parts(struct assay_session *session, struct session_evidence *out,
                                    struct assay_error *err)
{
    const struct assay_options *options = &session->options;
    const char *gun = out->name.name == NULL ? "" : out->name.name;
    bool is_local = options->offline || options->trust_dir != NULL || session->bundle != NULL;
    struct server_choice server = { 0 };
    struct pin_choice pin;
    TRY(session_now(session, &out->now_unix_s, err));
    TRY(worker_net_open(session, is_local, out->net, err));
    out->env = &out->net->env;
    enum assay_status status = pin_choose(session, gun, &pin, err);
    if (status == ASSAY_OK && out->name.name != NULL) {
        status = open_named(session, &pin, &server, out, err);
    } else if (status == ASSAY_OK && options->trust_dir != NULL) {
        status = remote_directory_new(options->trust_dir, "", &out->remote, err);
    } else if (status == ASSAY_OK) {
        status = FAIL(err, ASSAY_USAGE, "no repository is named");
    }
    server_choice_clear(&server);
    out->pin = pin.pin; /* handed over */
    out->pin_is_exact = pin.is_exact;
    return status;
}

static enum assay_status open_evidence(struct assay_session *session, const char *reference,
                                       struct session_evidence *out, struct assay_error *err)
{
    if (out->net == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    TRY(session_open_bundle(session, err));
    TRY(set_name(session, reference, out, err));
    return open_parts(session, out, err);
}

enum assay_status session_open_evidence(struct assay_session *session, const char *reference,
                                        struct session_evidence *out, struct assay_error *err)
{
    *out = (struct session_evidence){
        .state_root = BUF_INIT(LIMIT_ROOT_BYTES),
        .has_at = session->options.has_at != 0,
        .tofu = session->options.tofu != 0,
        .threads = session_threads(session),
        .net = mem_alloc(1, sizeof(*out->net)),
    };
    enum assay_status status = open_evidence(session, reference, out, err);
    if (status != ASSAY_OK) {
        session_evidence_clear(out);
    }
    return status;
}

void session_evidence_clear(struct session_evidence *evidence)
{
    if (evidence->remote != NULL) {
        evidence->remote->free(evidence->remote);
    }
    tuf_store_close(evidence->store);
    tuf_pin_clear(&evidence->pin);
    buf_clear(&evidence->state_root);
    oci_reference_clear(&evidence->name);
    if (evidence->net != NULL) {
        worker_net_close(evidence->net);
        mem_free(evidence->net);
    }
    *evidence = (struct session_evidence){ .state_root = BUF_INIT(LIMIT_ROOT_BYTES) };
}
