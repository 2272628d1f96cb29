/* SPDX-License-Identifier: Apache-2.0 */
/* root list, pin and remove: the pins, and with them the remembered state. */
#include "cli/cmd_root.h"

#include "cli/output.h"

#include <inttypes.h>

static enum assay_status list_pin(void *ctx, const char *dir, const struct tuf_pin *pin,
                                  struct assay_error *err)
{
    struct buf *out = (struct buf *)ctx;
    char value[ROOT_PIN_TEXT_BYTES];
    TRY(root_pin_text(pin, value, err));
    return buf_printf(out, err, "%s  %s  %s\n", pin->pattern, value, dir);
}

struct listing {
    struct cli *cli;
    struct buf *out;
};

/* What was accepted on first use has no pin file. */
static enum assay_status list_state(void *ctx, const char *gun, struct assay_error *err)
{
    struct listing *listing = (struct listing *)ctx;
    const struct cli *cli = listing->cli;
    CLEANUP(root_store_cleanup) struct tuf_store *store = NULL;
    CLEANUP(tuf_pin_clear) struct tuf_pin pin = { .kind = TUF_PIN_NONE };
    TRY_IN(tuf_store_open(cli->state_dir, gun, 0, &cli->env, &store, err), err, "%s", gun);
    if (tuf_store_state(store)->anchor != TUF_ANCHOR_TOFU) {
        return ASSAY_OK;
    }
    TRY(tuf_pins_find(cli->pin_dirs, cli->pin_dir_count, gun, &pin, err));
    if (pin.kind != TUF_PIN_NONE && strcmp(pin.pattern, gun) == 0) {
        return ASSAY_OK;
    }
    return buf_printf(listing->out, err, "%s  accepted on first use  %s\n", gun, cli->state_dir);
}

static enum assay_status root_list(struct cli *cli, struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(ROOT_TEXT_BYTES);
    struct listing listing = { cli, &text };
    TRY(tuf_pins_list(cli->pin_dirs, cli->pin_dir_count, list_pin, &text, err));
    if (cli->state_dir != NULL) {
        TRY(tuf_store_list(cli->state_dir, list_state, &listing, err));
    }
    if (text.len == 0 && !cli->quiet) {
        output_message("assay: no root of trust is pinned or known\n");
    }
    return output_result(buf_slice(&text), err);
}

/* The pin that the command line describes: exactly one way. */
static enum assay_status pin_from_options(const struct cli *cli, struct tuf_pin *pin,
                                          struct assay_error *err)
{
    const char *fingerprint = cli->options.operand_count == 3 ? cli->options.operands[2] : NULL;
    const char *root = opt_value(&cli->options, OPT_ROOT);
    const char *ca = opt_value(&cli->options, OPT_CA);
    if ((fingerprint != NULL) + (root != NULL) + (ca != NULL) != 1) {
        return FAIL(err, ASSAY_USAGE,
                    "root pin takes one of sha256:HEX, --root FILE and --ca FILE");
    }
    if (ca != NULL) {
        return tuf_pin_from_ca_file(ca, pin, err);
    }
    if (fingerprint != NULL && strncmp(fingerprint, "sha256:", strlen("sha256:")) != 0) {
        return FAIL(err, ASSAY_PIN_INVALID, "'%s' is not sha256:HEX; a file is named by --root",
                    fingerprint);
    }
    return tuf_pin_from_argument(fingerprint != NULL ? fingerprint : root, pin, err);
}

static enum assay_status root_pin(struct cli *cli, struct assay_error *err)
{
    CLEANUP(tuf_pin_clear) struct tuf_pin pin = { .kind = TUF_PIN_NONE };
    AUTO_BUF text = BUF_INIT(ROOT_TEXT_BYTES);
    char value[ROOT_PIN_TEXT_BYTES];
    char pattern[LIMIT_REFERENCE_BYTES];
    TRY(root_pattern(cli->options.operands[1], pattern, err));
    TRY(pin_from_options(cli, &pin, err));
    memcpy(pin.pattern, pattern, sizeof(pin.pattern));
    if (cli->ask.roots_dir == NULL) {
        return FAIL(err, ASSAY_CONFIG, "neither HOME nor XDG_CONFIG_HOME says where pins are kept");
    }
    TRY(tuf_pins_add(cli->ask.roots_dir, &pin, err));
    TRY(root_pin_text(&pin, value, err));
    TRY(buf_printf(&text, err, "%s  %s  %s\n", pin.pattern, value, cli->ask.roots_dir));
    return output_result(buf_slice(&text), err);
}

/* Says what the state holds before it goes; a damaged one can be removed as well. */
static enum assay_status describe_state(struct cli *cli, const char *gun, struct buf *out,
                                        struct assay_error *err)
{
    CLEANUP(root_store_cleanup) struct tuf_store *store = NULL;
    struct assay_error ignored = ERROR_INIT;
    if (tuf_store_open(cli->state_dir, gun, 0, &cli->env, &store, &ignored) != ASSAY_OK) {
        return buf_printf(out, err, "forgot its state, which could not be read (%s)\n",
                          assay_status_id(ignored.status));
    }
    const struct tuf_state *state = tuf_store_state(store);
    if (state->generation == 0) {
        return ASSAY_OK;
    }
    return buf_printf(out, err,
                      "forgot its state: %zu verified roots, the lowest versions of %zu roles, "
                      "%zu tags with digests\n",
                      state->root_count, state->floors.count, state->seen_count);
}

static enum assay_status remove_pin(struct cli *cli, const char *pattern, bool *any,
                                    struct buf *out, struct assay_error *err)
{
    CLEANUP(tuf_pin_clear) struct tuf_pin left = { .kind = TUF_PIN_NONE };
    bool removed = false;
    if (cli->ask.roots_dir != NULL) {
        TRY(tuf_pins_remove(cli->ask.roots_dir, pattern, &removed, err));
    }
    if (removed) {
        TRY(buf_printf(out, err, "removed the pin of %s from %s\n", pattern, cli->ask.roots_dir));
    }
    *any |= removed;
    TRY(tuf_pins_find(cli->pin_dirs, cli->pin_dir_count, pattern, &left, err));
    if (left.kind != TUF_PIN_NONE && !cli->quiet) {
        output_message("assay: %s still falls under the pin of %s\n", pattern, left.pattern);
    }
    return ASSAY_OK;
}

static enum assay_status forget_state(struct cli *cli, const char *gun, bool *any, struct buf *out,
                                      struct assay_error *err)
{
    AUTO_BUF state = BUF_INIT(ROOT_TEXT_BYTES);
    bool removed = false;
    TRY(describe_state(cli, gun, &state, err));
    TRY(tuf_store_remove(cli->state_dir, gun, &removed, err));
    *any |= removed;
    return removed ? buf_append(out, buf_slice(&state), err) : ASSAY_OK;
}

static enum assay_status root_remove(struct cli *cli, struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(ROOT_TEXT_BYTES);
    char pattern[LIMIT_REFERENCE_BYTES];
    bool any = false;
    TRY(root_pattern(cli->options.operands[1], pattern, err));
    bool is_prefix = slice_has_suffix(slice_from_string(pattern), SLICE_LITERAL("/*"));
    TRY(remove_pin(cli, pattern, &any, &text, err));
    if (cli->state_dir != NULL && !is_prefix) {
        TRY(forget_state(cli, pattern, &any, &text, err));
    }
    if (!any) {
        return FAIL(err, ASSAY_NOTHING, "there is neither a pin nor a state of %s to remove",
                    pattern);
    }
    return output_result(buf_slice(&text), err);
}

enum assay_status command_root(struct cli *cli, struct assay_error *err)
{
    static const struct {
        const char *name;
        size_t min_operands;
        size_t max_operands;
        enum assay_status (*run)(struct cli *cli, struct assay_error *err);
    } verbs[] = {
        { "list", 1, 1, root_list },
        { "show", 2, 2, root_show },
        { "pin", 2, 3, root_pin },
        { "remove", 2, 2, root_remove },
    };
    const char *verb = cli->options.operands[0];
    size_t count = cli->options.operand_count;
    bool is_pin = strcmp(verb, "pin") == 0;
    if (!is_pin && (opt_is_set(&cli->options, OPT_ROOT) || opt_is_set(&cli->options, OPT_CA))) {
        return FAIL(err, ASSAY_USAGE, "--root and --ca go with 'assay root pin'");
    }
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        if (strcmp(verbs[i].name, verb) != 0) {
            continue;
        }
        if (count < verbs[i].min_operands || count > verbs[i].max_operands) {
            return FAIL(err, ASSAY_USAGE, "'assay root %s' takes %s", verb,
                        verbs[i].max_operands == 1 ? "no operand" : "one repository name");
        }
        TRY(cli_configure(cli, err));
        return verbs[i].run(cli, err);
    }
    return FAIL(err, ASSAY_USAGE, "'assay root %s' is unknown: list, show, pin or remove", verb);
}
