/* SPDX-License-Identifier: Apache-2.0 */
/* root show: the pin of a repository, and the roots and keys that its state holds. */
#include "cli/cmd_root.h"

#include "base/mem.h"
#include "base/time.h"
#include "cli/output.h"
#include "crypto/digest.h"
#include "oci/reference.h"
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

static void chain_clear(struct chain *chain)
{
    tuf_trusted_free(chain->trusted);
    for (size_t i = 0; i < chain->count; i++) {
        buf_clear(&chain->files[i]);
    }
    mem_free(chain->files);
}

enum assay_status root_pin_text(const struct tuf_pin *pin, char out[ROOT_PIN_TEXT_BYTES],
                                struct assay_error *err)
{
    char digest[DIGEST_TEXT_BYTES];
    struct digest sha256 = pin->fingerprint;
    if (pin->kind != TUF_PIN_FINGERPRINT) {
        TRY(digest_compute(DIGEST_SHA256, buf_slice(&pin->bytes), &sha256, err));
    }
    digest_format(&sha256, digest);
    const char *kind = pin->kind == TUF_PIN_ROOT ? "root file "
                       : pin->kind == TUF_PIN_CA ? "CA file "
                                                 : "";
    (void)snprintf(out, ROOT_PIN_TEXT_BYTES, "%s%.100s", kind, digest);
    return ASSAY_OK;
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

static enum assay_status append_state(const struct cli *cli, const char *gun, struct buf *out,
                                      struct assay_error *err)
{
    CLEANUP(root_store_cleanup) struct tuf_store *store = NULL;
    CLEANUP(chain_clear) struct chain chain = { 0 };
    TRY(tuf_store_open(cli->state_dir, gun, 0, &cli->env, &store, err));
    const struct tuf_state *state = tuf_store_state(store);
    if (state->root_count == 0) {
        return buf_append_string(out, "  state nothing is known of this repository yet\n", err);
    }
    TRY(buf_printf(out, err, "  state generation %" PRIu64 ", root %s\n", state->generation,
                   state->anchor == TUF_ANCHOR_TOFU ? "accepted on first use" : "pinned"));
    for (size_t i = 0; i < state->root_count; i++) {
        char digest[DIGEST_TEXT_BYTES];
        digest_format(&state->roots[i].sha256, digest);
        TRY(buf_printf(out, err, "  root  version %" PRIu64 "  %s\n", state->roots[i].version,
                       digest));
    }
    TRY(load_chain(store, gun, &chain, err));
    TRY(append_keys(chain.trusted, out, err));
    return append_floors(state, out, err);
}

static enum assay_status append_pin(const struct cli *cli, const char *gun, struct buf *out,
                                    struct assay_error *err)
{
    CLEANUP(tuf_pin_clear) struct tuf_pin pin = { .kind = TUF_PIN_NONE };
    char value[ROOT_PIN_TEXT_BYTES];
    TRY(tuf_pins_find(cli->pin_dirs, cli->pin_dir_count, gun, &pin, err));
    if (pin.kind == TUF_PIN_NONE) {
        return buf_append_string(out, "  pin   none\n", err);
    }
    TRY(root_pin_text(&pin, value, err));
    return buf_printf(out, err, "  pin   %s  for %s\n", value, pin.pattern);
}

enum assay_status root_show(struct cli *cli, struct assay_error *err)
{
    CLEANUP(oci_reference_clear) struct oci_reference reference = { 0 };
    AUTO_BUF text = BUF_INIT(ROOT_TEXT_BYTES);
    TRY(oci_name_parse(cli->options.operands[1], &reference, err));
    TRY(buf_printf(&text, err, "%s\n", reference.name));
    TRY(append_pin(cli, reference.name, &text, err));
    if (cli->state_dir != NULL) {
        TRY(append_state(cli, reference.name, &text, err));
    }
    return output_result(buf_slice(&text), err);
}
