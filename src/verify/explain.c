/* SPDX-License-Identifier: Apache-2.0 */
/* What decides for a reference, without asking any server. */
#include "base/mem.h"
#include "verify/session_internal.h"

static enum assay_status describe_pin(const struct pin_choice *pin, struct session_explanation *out,
                                      struct assay_error *err)
{
    char fingerprint[DIGEST_TEXT_BYTES];
    const char *text = "none";
    switch (pin->pin.kind) {
    case TUF_PIN_NONE:
        break;
    case TUF_PIN_FINGERPRINT:
        digest_format(&pin->pin.fingerprint, fingerprint);
        text = fingerprint;
        break;
    case TUF_PIN_ROOT:
        text = "a root file";
        break;
    case TUF_PIN_CA:
        text = "a CA file";
        break;
    }
    TRY(mem_set_string(&out->pin, text, err));
    return mem_set_string(&out->pin_origin, pin->origin, err);
}

static enum assay_status set_source(struct session_explanation *out, const char *source,
                                    const char *reason, struct assay_error *err)
{
    TRY(mem_set_string(&out->trust_source, source, err));
    return mem_set_string(&out->trust_source_reason, reason, err);
}

static enum assay_status describe_source(const struct assay_session *session,
                                         struct session_explanation *out, struct assay_error *err)
{
    CLEANUP(server_choice_clear) struct server_choice server = { .url = NULL };
    if (session->options.bundle != NULL) {
        return set_source(out, session->options.bundle, "--bundle", err);
    }
    if (session->options.trust_dir != NULL) {
        return set_source(out, session->options.trust_dir, "--trust-dir", err);
    }
    if (session->options.offline) {
        return set_source(out, "the stored state", "--offline", err);
    }
    TRY(server_choose(session, &out->reference, &server, err));
    return set_source(out, server.url == NULL ? "" : server.url, server.reason, err);
}

static const char *anchor_name(enum tuf_anchor_kind anchor)
{
    switch (anchor) {
    case TUF_ANCHOR_PIN:
        return "pinned";
    case TUF_ANCHOR_TOFU:
        return "accepted on first use";
    case TUF_ANCHOR_NONE:
        break;
    }
    return "none";
}

static enum assay_status describe_state(const struct assay_session *session,
                                        struct session_explanation *out, struct assay_error *err)
{
    const char *dir = session->options.stateless ? NULL : session->options.state_dir;
    TRY(mem_set_string(&out->state_dir, dir == NULL ? "" : dir, err));
    if (dir == NULL) {
        return mem_set_string(&out->anchor, anchor_name(TUF_ANCHOR_NONE), err);
    }
    struct tuf_store *store = NULL;
    TRY(tuf_store_open(dir, out->reference.name, 0, &session->env, &store, err));
    const struct tuf_state *state = tuf_store_state(store);
    out->state_generation = state->generation;
    if (state->root_count > 0) {
        out->root_version = state->roots[state->root_count - 1].version;
    }
    enum assay_status status = mem_set_string(&out->anchor, anchor_name(state->anchor), err);
    tuf_store_close(store);
    return status;
}

enum assay_status session_explain(struct assay_session *session, const char *reference,
                                  struct session_explanation *out, struct assay_error *err)
{
    *out = (struct session_explanation){ 0 };
    const char *locator = NULL;
    struct pin_choice pin;
    if (source_transport_find(reference, &locator)->is_local) {
        return FAIL(err, ASSAY_USAGE, "%s is a local source: explain the name it is judged as",
                    reference);
    }
    TRY(oci_reference_parse(locator, &out->reference, err));
    enum assay_status status = pin_choose(session, out->reference.name, &pin, err);
    if (status == ASSAY_OK) {
        status = describe_pin(&pin, out, err);
    }
    pin_choice_clear(&pin);
    TRY(status);
    TRY(describe_source(session, out, err));
    return describe_state(session, out, err);
}

void session_explanation_clear(struct session_explanation *explanation)
{
    oci_reference_clear(&explanation->reference);
    mem_free(explanation->trust_source);
    mem_free(explanation->trust_source_reason);
    mem_free(explanation->pin);
    mem_free(explanation->pin_origin);
    mem_free(explanation->state_dir);
    mem_free(explanation->anchor);
    *explanation = (struct session_explanation){ 0 };
}
