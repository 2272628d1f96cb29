/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an inspected tree is what was signed: the usual verification, and then that its answer is
 * about this tree. */
#include "verify/session_internal.h"

static bool is_pinned(const struct assay_session *session, const char *gun)
{
    struct pin_choice pin;
    enum assay_status status = pin_choose(session, gun, &pin, NULL);
    bool pinned = status != ASSAY_OK || pin.pin.kind != TUF_PIN_NONE;
    pin_choice_clear(&pin);
    return pinned;
}

static bool is_remembered(const struct assay_session *session, const char *gun)
{
    struct tuf_store *store = NULL;
    if (session->options.stateless || session->options.state_dir == NULL) {
        return false;
    }
    enum assay_status status =
        tuf_store_open(session->options.state_dir, gun, 0, &session->env, &store, NULL);
    bool remembered = status != ASSAY_OK || tuf_store_state(store)->generation > 0;
    tuf_store_close(store);
    return remembered;
}

static bool has_named_server(const struct assay_session *session,
                             const struct oci_reference *reference)
{
    struct server_choice server = { 0 };
    enum assay_status status = server_choose(session, reference, &server, NULL);
    bool named = status != ASSAY_OK || server.is_named;
    server_choice_clear(&server);
    return named;
}

/* Whether anything says whom to trust about it. What cannot be read counts: the verdict tells. */
static bool is_trust_known(const struct assay_session *session, const char *name)
{
    const struct assay_options *o = &session->options;
    struct oci_reference reference = { 0 };
    if (o->trust_dir != NULL || o->bundle != NULL || o->trust_server != NULL || o->root != NULL ||
        o->as != NULL || o->tofu || o->has_at) {
        return true;
    }
    if (name == NULL || oci_reference_parse(name, &reference, NULL) != ASSAY_OK) {
        return false;
    }
    bool known = is_pinned(session, reference.name) || is_remembered(session, reference.name) ||
                 has_named_server(session, &reference);
    oci_reference_clear(&reference);
    return known;
}

/* A registry's tag must lead to the signed digest itself. A local image may be one platform of a
 * signed index, if it was judged. */
static bool was_judged(const struct assay_verdict *verdict, const char *digest, bool is_local)
{
    struct slice wanted = slice_from_string(digest);
    bool found = slice_is(wanted, verdict->digest);
    for (size_t i = 0; is_local && i < verdict->platform_count; i++) {
        found = found || (verdict->platforms[i].state == VERDICT_PLATFORM_JUDGED &&
                          slice_is(wanted, verdict->platforms[i].digest));
    }
    return found;
}

enum assay_status inspect_judge(struct assay_session *session, struct source *source,
                                struct inspection *inspection, struct assay_error *err)
{
    const char *locator = NULL;
    (void)source_transport_find(inspection->reference, &locator);
    if (!is_trust_known(session, source->is_local ? source->claimed_name : locator)) {
        return ASSAY_OK;
    }
    enum assay_status status =
        source->is_local
            ? session_verify_source(session, inspection->reference, source, &inspection->verdict)
            : assay_verify(session, inspection->reference, &inspection->verdict, NULL);
    struct assay_verdict *verdict = inspection->verdict;
    if (verdict == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    const char *shown = inspection->root.digest;
    if (status == ASSAY_OK && source->has_manifest &&
        !was_judged(verdict, shown, source->is_local)) {
        trace_add(&verdict->trace, RULE_MANIFEST_DIGEST, false, "the manifest shown",
                  "hashed %s, signed %s", shown, verdict->digest);
        (void)FAIL(&verdict->error, ASSAY_DIGEST_MISMATCH,
                   "the tag %s is signed for %s, and leads to %s", verdict->tag, verdict->digest,
                   shown);
    }
    return ASSAY_OK;
}
