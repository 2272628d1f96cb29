/* SPDX-License-Identifier: Apache-2.0 */
/* root list, pin and remove: the pins, and with them the remembered state. */
#include "cli/cmd_root.h"

#include "base/mem.h"
#include "cli/answer.h"
#include "cli/output.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- list ---- */

struct listed_root {
    char name[LIMIT_REFERENCE_BYTES]; /* a repository, or a prefix of several */
    struct root_pin_view pin;         /* kind NONE: accepted on first use */
    const char *dir;                  /* borrowed from struct cli */
};

struct listing {
    struct cli *cli;
    struct listed_root *roots;
    size_t count;
    size_t cap;
};

static void listing_clear(struct listing *listing)
{
    mem_free(listing->roots);
}

static enum assay_status listing_add(struct listing *listing, const char *name,
                                     const struct tuf_pin *pin, const char *dir,
                                     struct assay_error *err)
{
    TRY(mem_grow(&listing->roots, listing->count, &listing->cap, sizeof(*listing->roots), err));
    struct listed_root *root = &listing->roots[listing->count++];
    *root = (struct listed_root){ .dir = dir };
    (void)snprintf(root->name, sizeof(root->name), "%s", name);
    return root_pin_view(pin, &root->pin, err);
}

static enum assay_status list_pin(void *ctx, const char *dir, const struct tuf_pin *pin,
                                  struct assay_error *err)
{
    return listing_add(ctx, pin->pattern, pin, dir, err);
}

/* What was accepted on first use has no pin file. */
static enum assay_status list_state(void *ctx, const char *gun, struct assay_error *err)
{
    struct listing *listing = (struct listing *)ctx;
    const struct cli *cli = listing->cli;
    CLEANUP(root_store_cleanup) struct tuf_store *store = NULL;
    CLEANUP(tuf_pin_clear) struct tuf_pin pin = { .kind = TUF_PIN_NONE };
    const struct tuf_pin none = { .kind = TUF_PIN_NONE };
    TRY_IN(tuf_store_open(cli->state_dir, gun, 0, &cli->env, &store, err), err, "%s", gun);
    if (tuf_store_state(store)->anchor != TUF_ANCHOR_TOFU) {
        return ASSAY_OK;
    }
    TRY(tuf_pins_find(cli->pin_dirs, cli->pin_dir_count, gun, &pin, err));
    if (pin.kind != TUF_PIN_NONE && strcmp(pin.pattern, gun) == 0) {
        return ASSAY_OK;
    }
    return listing_add(listing, gun, &none, cli->state_dir, err);
}

static enum assay_status find_roots(struct cli *cli, void *data, enum assay_status *says UNUSED,
                                    struct assay_error *err)
{
    struct listing *listing = data;
    TRY(tuf_pins_list(cli->pin_dirs, cli->pin_dir_count, list_pin, listing, err));
    if (cli->state_dir != NULL) {
        TRY(tuf_store_list(cli->state_dir, list_state, listing, err));
    }
    if (listing->count == 0 && !cli->quiet) {
        output_message("assay: no root of trust is pinned or known\n");
    }
    return ASSAY_OK;
}

static enum assay_status list_text(struct cli *cli UNUSED, const void *data, bool colour UNUSED,
                                   struct buf *out, struct assay_error *err)
{
    const struct listing *listing = data;
    for (size_t i = 0; i < listing->count; i++) {
        const struct listed_root *root = &listing->roots[i];
        bool pinned = root->pin.kind != TUF_PIN_NONE;
        TRY(buf_printf(out, err, "%s  %s%s  %s\n", root->name,
                       pinned ? root_pin_words(root->pin.kind) : "accepted on first use",
                       root->pin.digest, root->dir));
    }
    return ASSAY_OK;
}

static void list_json(const struct cli *cli UNUSED, const void *data, struct json_new *results)
{
    const struct listing *listing = data;
    for (size_t i = 0; i < listing->count; i++) {
        const struct listed_root *root = &listing->roots[i];
        bool pinned = root->pin.kind != TUF_PIN_NONE;
        struct json_new *result = json_new_object();
        json_add_string(result, "name", root->name);
        json_add_string(result, "pin", pinned ? root_pin_id(root->pin.kind) : "first-use");
        json_add_string(result, "pin-digest", root->pin.digest);
        json_add_string(result, "directory", root->dir);
        json_append(results, result);
    }
}

static enum assay_status root_list(struct cli *cli, struct assay_error *err)
{
    CLEANUP(listing_clear) struct listing listing = { .cli = cli };
    const struct answer answer = { &listing, find_roots, list_text, list_json, NULL, 0 };
    return answer_give(cli, &answer, err);
}

/* ---- pin and remove ---- */

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
    struct root_pin_view view;
    char pattern[LIMIT_REFERENCE_BYTES];
    TRY(root_pattern(cli->options.operands[1], pattern, err));
    TRY(pin_from_options(cli, &pin, err));
    memcpy(pin.pattern, pattern, sizeof(pin.pattern));
    if (cli->ask.roots_dir == NULL) {
        return FAIL(err, ASSAY_CONFIG, "neither HOME nor XDG_CONFIG_HOME says where pins are kept");
    }
    TRY(tuf_pins_add(cli->ask.roots_dir, &pin, err));
    TRY(root_pin_view(&pin, &view, err));
    TRY(buf_printf(&text, err, "%s  %s%s  %s\n", pin.pattern, root_pin_words(view.kind),
                   view.digest, cli->ask.roots_dir));
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
        return error_remedy(
            err,
            FAIL(err, ASSAY_NOTHING, "there is neither a pin nor a state of %s to remove", pattern),
            "See 'assay root list'; pins in /etc/assay/roots are removed there.");
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
    bool is_change = is_pin || strcmp(verb, "remove") == 0;
    if (!is_pin && (opt_is_set(&cli->options, OPT_ROOT) || opt_is_set(&cli->options, OPT_CA))) {
        return FAIL(err, ASSAY_USAGE, "--root and --ca go with 'assay root pin'");
    }
    if (is_change && opt_is_set(&cli->options, OPT_OUTPUT)) {
        return FAIL(err, ASSAY_USAGE, "--output goes with 'assay root list' and 'assay root show'");
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
