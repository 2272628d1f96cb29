/* SPDX-License-Identifier: Apache-2.0 */
/* root show: the pin of a repository, and the roots and keys that its state holds. */
#include "cli/cmd_root.h"

#include "base/mem.h"
#include "base/time.h"
#include "cli/answer.h"
#include "oci/reference.h"
#include "report/json.h"
#include "tuf/trusted.h"

#include <inttypes.h>
#include <stdio.h>

void root_store_cleanup(struct tuf_store **store)
{
    tuf_store_close(*store);
}

/* The machine borrows the files, so they live as long as it does. */
struct chain {
    struct tuf_trusted *trusted;
    struct buf *files;
    size_t count;
};

/* What is known of a repository. */
struct root_view {
    char name[LIMIT_REFERENCE_BYTES];
    char pin_pattern[LIMIT_REFERENCE_BYTES];
    struct root_pin_view pin;
    struct tuf_store *store; /* NULL: without state */
    struct chain chain;      /* empty when the state holds no root */
};

static void chain_clear(struct chain *chain)
{
    tuf_trusted_free(chain->trusted);
    for (size_t i = 0; i < chain->count; i++) {
        buf_clear(&chain->files[i]);
    }
    mem_free(chain->files);
}

static void root_view_clear(struct root_view *view)
{
    chain_clear(&view->chain);
    tuf_store_close(view->store);
}

enum assay_status root_pin_view(const struct tuf_pin *pin, struct root_pin_view *out,
                                struct assay_error *err)
{
    struct digest sha256 = pin->fingerprint;
    *out = (struct root_pin_view){ .kind = pin->kind };
    if (pin->kind == TUF_PIN_NONE) {
        return ASSAY_OK;
    }
    if (pin->kind != TUF_PIN_FINGERPRINT) {
        TRY(digest_compute(DIGEST_SHA256, buf_slice(&pin->bytes), &sha256, err));
    }
    digest_format(&sha256, out->digest);
    return ASSAY_OK;
}

const char *root_pin_words(enum tuf_pin_kind kind)
{
    return kind == TUF_PIN_ROOT ? "root file " : kind == TUF_PIN_CA ? "CA file " : "";
}

const char *root_pin_id(enum tuf_pin_kind kind)
{
    switch (kind) {
    case TUF_PIN_FINGERPRINT:
        return "fingerprint";
    case TUF_PIN_ROOT:
        return "root-file";
    case TUF_PIN_CA:
        return "ca-file";
    case TUF_PIN_NONE:
        break;
    }
    return "none";
}

enum assay_status root_pattern(const char *text, char out[LIMIT_REFERENCE_BYTES],
                               struct assay_error *err)
{
    CLEANUP(oci_reference_clear) struct oci_reference reference = { 0 };
    const char *pattern = text;
    if (!slice_has_suffix(slice_from_string(text), SLICE_LITERAL("/*"))) {
        TRY(oci_name_parse(text, &reference, err));
        pattern = reference.name;
    }
    TRY(tuf_pin_check_pattern(pattern, err));
    size_t len = strlen(pattern);
    if (len >= LIMIT_REFERENCE_BYTES) {
        return FAIL(err, ASSAY_REFERENCE, "the name is longer than %d bytes",
                    LIMIT_REFERENCE_BYTES - 1);
    }
    memcpy(out, pattern, len + 1);
    return ASSAY_OK;
}

/* The stored chain, verified again from its first root on; dates are not judged here. */
static enum assay_status load_chain(struct tuf_store *store, const char *gun, struct chain *out,
                                    struct assay_error *err)
{
    const struct tuf_state *state = tuf_store_state(store);
    const struct tuf_trusted_options options = { .dialect = &tuf_dialect_notary, .gun = gun };
    TRY(tuf_trusted_new(&options, &out->trusted, err));
    out->files = mem_alloc(state->root_count + 1, sizeof(*out->files));
    if (out->files == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < state->root_count; i++) {
        struct buf *file = &out->files[out->count++];
        *file = (struct buf)BUF_INIT(LIMIT_ROOT_BYTES);
        TRY(tuf_store_read(store, &state->roots[i].sha256, LIMIT_ROOT_BYTES, file, err));
        TRY_IN(i == 0 ? tuf_trusted_set_anchor(out->trusted, buf_slice(file), NULL, err)
                      : tuf_trusted_add_root(out->trusted, buf_slice(file), err),
               err, "stored root version %" PRIu64, state->roots[i].version);
    }
    return ASSAY_OK;
}

static enum assay_status append_role(const struct tuf_role_view *role, struct buf *out,
                                     struct assay_error *err)
{
    TRY(buf_printf(out, err, "  role  %s  threshold %" PRIu64 "\n", role->name, role->threshold));
    for (size_t i = 0; i < role->key_count; i++) {
        TRY(buf_printf(out, err, "  key   %s  id %s\n        canonical sha256:%s\n", role->name,
                       role->keys[i].id, role->keys[i].canonical_id));
    }
    return ASSAY_OK;
}

static enum assay_status append_keys(const struct tuf_trusted *trusted, struct buf *out,
                                     struct assay_error *err)
{
    struct tuf_role_view role;
    for (size_t i = 0; tuf_trusted_role_at(trusted, i, &role); i++) {
        TRY(append_role(&role, out, err));
    }
    return ASSAY_OK;
}

static enum assay_status append_floors(const struct tuf_state *state, struct buf *out,
                                       struct assay_error *err)
{
    for (size_t i = 0; i < state->floors.count; i++) {
        char expires[TIME_TEXT_BYTES];
        const struct tuf_floor *floor = &state->floors.items[i];
        time_format(floor->expires_unix_s, expires);
        TRY(buf_printf(out, err, "  seen  %s  version %" PRIu64 "  expires %s\n", floor->role,
                       floor->version, expires));
    }
    return ASSAY_OK;
}

static const char *anchor_of(const struct tuf_state *state)
{
    return state->anchor == TUF_ANCHOR_TOFU ? "accepted on first use" : "pinned";
}

static enum assay_status append_state(const struct root_view *view, struct buf *out,
                                      struct assay_error *err)
{
    const struct tuf_state *state = tuf_store_state(view->store);
    if (state->root_count == 0) {
        return buf_append_string(out, "  state nothing is known of this repository yet\n", err);
    }
    TRY(buf_printf(out, err, "  state generation %" PRIu64 ", root %s\n", state->generation,
                   anchor_of(state)));
    for (size_t i = 0; i < state->root_count; i++) {
        char digest[DIGEST_TEXT_BYTES];
        digest_format(&state->roots[i].sha256, digest);
        TRY(buf_printf(out, err, "  root  version %" PRIu64 "  %s\n", state->roots[i].version,
                       digest));
    }
    TRY(append_keys(view->chain.trusted, out, err));
    return append_floors(state, out, err);
}

static enum assay_status show_text(struct cli *cli UNUSED, const void *data, bool colour UNUSED,
                                   struct buf *out, struct assay_error *err)
{
    const struct root_view *view = data;
    TRY(buf_printf(out, err, "%s\n", view->name));
    if (view->pin.kind == TUF_PIN_NONE) {
        TRY(buf_append_string(out, "  pin   none\n", err));
    } else {
        TRY(buf_printf(out, err, "  pin   %s%s  for %s\n", root_pin_words(view->pin.kind),
                       view->pin.digest, view->pin_pattern));
    }
    return view->store == NULL ? ASSAY_OK : append_state(view, out, err);
}

/* ---- as JSON ---- */

static struct json_new *roots_of(const struct tuf_state *state)
{
    struct json_new *roots = json_new_array();
    for (size_t i = 0; i < state->root_count; i++) {
        char digest[DIGEST_TEXT_BYTES];
        struct json_new *root = json_new_object();
        digest_format(&state->roots[i].sha256, digest);
        json_add_integer(root, "version", (int64_t)state->roots[i].version);
        json_add_string(root, "digest", digest);
        json_append(roots, root);
    }
    return roots;
}

static struct json_new *keys_of(const struct tuf_role_view *role)
{
    struct json_new *keys = json_new_array();
    for (size_t i = 0; i < role->key_count; i++) {
        struct json_new *key = json_new_object();
        json_add_string(key, "key-id", role->keys[i].id);
        json_add_string(key, "canonical-id", role->keys[i].canonical_id);
        json_append(keys, key);
    }
    return keys;
}

static struct json_new *roles_of(const struct tuf_trusted *trusted)
{
    struct json_new *roles = json_new_array();
    struct tuf_role_view view;
    for (size_t i = 0; trusted != NULL && tuf_trusted_role_at(trusted, i, &view); i++) {
        struct json_new *role = json_new_object();
        json_add_string(role, "role", view.name);
        json_add_integer(role, "threshold", (int64_t)view.threshold);
        json_add(role, "keys", keys_of(&view));
        json_append(roles, role);
    }
    return roles;
}

static struct json_new *floors_of(const struct tuf_state *state)
{
    struct json_new *floors = json_new_array();
    for (size_t i = 0; i < state->floors.count; i++) {
        const struct tuf_floor *item = &state->floors.items[i];
        struct json_new *floor = json_new_object();
        json_add_string(floor, "role", item->role);
        json_add_integer(floor, "version", (int64_t)item->version);
        report_json_time(floor, "expires", true, item->expires_unix_s);
        json_append(floors, floor);
    }
    return floors;
}

static void show_json(const struct cli *cli UNUSED, const void *data, struct json_new *results)
{
    const struct root_view *view = data;
    const struct tuf_state none = { .generation = 0 };
    const struct tuf_state *state = view->store == NULL ? &none : tuf_store_state(view->store);
    struct json_new *result = json_new_object();
    json_add_string(result, "name", view->name);
    json_add_string(result, "pin", root_pin_id(view->pin.kind));
    json_add_string(result, "pin-digest", view->pin.digest);
    json_add_string(result, "pin-name", view->pin_pattern);
    json_add_integer(result, "generation", (int64_t)state->generation);
    json_add_string(result, "anchor", state->root_count == 0 ? "none" : anchor_of(state));
    json_add(result, "roots", roots_of(state));
    json_add(result, "roles", roles_of(view->chain.trusted));
    json_add(result, "seen", floors_of(state));
    json_append(results, result);
}

/* ---- the whole ---- */

static enum assay_status find_view(struct cli *cli, void *data, enum assay_status *says UNUSED,
                                   struct assay_error *err)
{
    CLEANUP(oci_reference_clear) struct oci_reference reference = { 0 };
    CLEANUP(tuf_pin_clear) struct tuf_pin pin = { .kind = TUF_PIN_NONE };
    struct root_view *view = data;
    TRY(oci_name_parse(cli->options.operands[1], &reference, err));
    (void)snprintf(view->name, sizeof(view->name), "%s", reference.name);
    TRY(tuf_pins_find(cli->pin_dirs, cli->pin_dir_count, view->name, &pin, err));
    TRY(root_pin_view(&pin, &view->pin, err));
    memcpy(view->pin_pattern, pin.pattern, sizeof(view->pin_pattern));
    if (cli->state_dir == NULL) {
        return ASSAY_OK;
    }
    TRY(tuf_store_open(cli->state_dir, view->name, 0, &cli->env, &view->store, err));
    return tuf_store_state(view->store)->root_count == 0
               ? ASSAY_OK
               : load_chain(view->store, view->name, &view->chain, err);
}

enum assay_status root_show(struct cli *cli, struct assay_error *err)
{
    CLEANUP(root_view_clear) struct root_view view = { .store = NULL };
    const struct answer answer = { &view, find_view, show_text, show_json, NULL, 0 };
    return answer_give(cli, &answer, err);
}
