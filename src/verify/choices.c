/* SPDX-License-Identifier: Apache-2.0 */
/* Which trust server, which pin: data that the user gave, chosen by fixed rules. */
#include "base/mem.h"
#include "net/url.h"
#include "verify/session_internal.h"

/* Whether prefix ends at a component of name ("host" for "host/app", not for "hostile/app"). Hosts
 * have no case, and the rest of a name is lower case. */
static bool is_path_prefix(const char *prefix, const char *name)
{
    struct slice p = slice_trim_end(slice_from_string(prefix), '/');
    struct slice n = slice_from_string(name);
    size_t same = 0;
    while (same < p.len && same < n.len &&
           byte_to_lower(p.ptr[same]) == byte_to_lower(n.ptr[same])) {
        same++;
    }
    return p.len > 0 && same == p.len && (n.len == p.len || n.ptr[p.len] == '/');
}

static enum assay_status set_url(struct server_choice *out, const char *url, const char *reason,
                                 struct assay_error *err)
{
    struct net_url parsed;
    struct assay_error why = ERROR_INIT;
    if (net_url_parse(url, &parsed, &why) != ASSAY_OK) {
        return error_remedy(
            err, FAIL(err, ASSAY_CONFIG, "the trust server's URL is malformed: %s", why.message),
            "Write it as https://HOST[:PORT]; it comes from %s.", reason);
    }
    if (!parsed.https) {
        return error_remedy(
            err,
            FAIL(err, ASSAY_CONFIG, "the trust server %s must be reached by https", parsed.host),
            "Write it as https://HOST[:PORT]; it comes from %s.", reason);
    }
    AUTO_BUF copy = BUF_INIT(LIMIT_URL_BYTES);
    TRY(buf_append(&copy, slice_trim_end(slice_from_string(url), '/'), err));
    out->url = mem_copy_string(buf_text(&copy));
    out->reason = reason;
    return out->url == NULL ? FAIL_NO_MEMORY(err) : ASSAY_OK;
}

enum assay_status server_choose(const struct assay_session *session,
                                const struct oci_reference *reference, struct server_choice *out,
                                struct assay_error *err)
{
    const struct assay_options *options = &session->options;
    *out = (struct server_choice){ .reason = "none is configured, and docker.io has no default" };
    if (options->trust_server != NULL) {
        out->is_named = true;
        return set_url(out, options->trust_server, "--trust-server or DOCKER_CONTENT_TRUST_SERVER",
                       err);
    }
    const struct assay_trust_server *best = NULL;
    for (size_t i = 0; i < options->trust_server_count; i++) {
        const struct assay_trust_server *server = &options->trust_servers[i];
        if (is_path_prefix(server->prefix, reference->name) &&
            (best == NULL || strlen(server->prefix) > strlen(best->prefix))) {
            best = server;
        }
    }
    if (best != NULL) {
        out->is_named = true;
        return set_url(out, best->url, "the configuration's trust-servers", err);
    }
    if (strcmp(reference->registry, "docker.io") == 0) {
        return ASSAY_OK;
    }
    AUTO_BUF url = BUF_INIT(LIMIT_URL_BYTES);
    TRY(buf_printf(&url, err, "https://%s", reference->registry));
    return set_url(out, buf_text(&url), "the registry itself, where nothing else is configured",
                   err);
}

enum assay_status server_required(const struct server_choice *choice,
                                  const struct oci_reference *reference, struct assay_error *err)
{
    if (choice->url == NULL) {
        return FAIL(err, ASSAY_NO_TRUST_SERVER, "no trust server is known for %s", reference->name);
    }
    return ASSAY_OK;
}

void server_choice_clear(struct server_choice *choice)
{
    mem_free(choice->url);
    choice->url = NULL;
}

enum assay_status pin_choose(const struct assay_session *session, const char *gun,
                             struct pin_choice *out, struct assay_error *err)
{
    *out = (struct pin_choice){ .origin = "" };
    if (session->root.kind != TUF_PIN_NONE) {
        out->pin = session->root;
        /* its bytes stay the session's; a second owner would free them twice */
        out->pin.bytes = (struct buf)BUF_INIT(LIMIT_PIN_FILE_BYTES);
        TRY(buf_append(&out->pin.bytes, buf_slice(&session->root.bytes), err));
        out->is_exact = true;
        out->origin = "--root";
        return ASSAY_OK;
    }
    TRY(tuf_pins_find(session->options.pin_dirs, session->options.pin_dir_count, gun, &out->pin,
                      err));
    if (out->pin.kind != TUF_PIN_NONE) {
        out->is_exact = strcmp(gun, out->pin.pattern) == 0;
        out->origin = out->pin.pattern;
    }
    return ASSAY_OK;
}

void pin_choice_clear(struct pin_choice *choice)
{
    tuf_pin_clear(&choice->pin);
}

enum assay_status trust_options_fill(const struct assay_session *session,
                                     const struct worker_net *net, const struct pin_choice *pin,
                                     const struct server_choice *server, int64_t now_unix_s,
                                     struct trust_options *out, struct assay_error *err)
{
    const struct assay_options *options = &session->options;
    bool no_state = options->stateless || options->has_at;
    if (no_state && pin->pin.kind == TUF_PIN_NONE) {
        return FAIL(err, ASSAY_NO_ROOT_PINNED, "%s needs a pinned root",
                    options->has_at ? "--at" : "--state-dir none");
    }
    *out = (struct trust_options){
        .env = &net->env,
        .net = net->net,
        .server = server->url,
        .directory = options->trust_dir,
        .bundle = session->bundle,
        .from_state = options->offline && options->trust_dir == NULL && session->bundle == NULL,
        .pin = &pin->pin,
        .pin_is_exact = pin->is_exact,
        .tofu = options->tofu != 0,
        .accept_root = no_state ? NULL : options->accept_root,
        .accept_root_ctx = options->accept_root_ctx,
        .state_dir = options->stateless ? NULL : options->state_dir,
        .now_unix_s = now_unix_s,
        .has_at = options->has_at != 0,
        .all_delegations = session->collect != NULL,
    };
    return ASSAY_OK;
}
