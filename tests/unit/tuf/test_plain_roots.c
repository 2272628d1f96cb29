/* SPDX-License-Identifier: Apache-2.0 */
/* Roots of plain TUF, made by another implementation or in use in the world: what comes of each. */
#include "support.h"

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>

TestSuite(tuf_plain_roots, .timeout = 120);

static const char *path_of(struct arena *arena, const char *name)
{
    const char *root = getenv("ASSAY_SOURCE_ROOT");
    return say(arena, "%s/vectors/tuf/%s", root == NULL ? "." : root, name);
}

static struct tuf_trusted *new_plain(int64_t now_unix_s, struct trace *trace)
{
    struct tuf_trusted_options options = {
        .dialect = &tuf_dialect_tuf, .gun = "plain", .now_unix_s = now_unix_s, .trace = trace
    };
    struct tuf_trusted *machine = NULL;
    cr_assert_eq(tuf_trusted_new(&options, &machine, NULL), ASSAY_OK);
    return machine;
}

/* The first status that is not ASSAY_OK; every root but the last must be taken. */
static enum assay_status walk(struct tuf_trusted *machine, const struct slice *roots, size_t count,
                              const struct tuf_pin *pin, struct assay_error *err)
{
    TRY(tuf_trusted_set_anchor(machine, roots[0], pin, err));
    for (size_t i = 1; i < count; i++) {
        TRY(tuf_trusted_add_root(machine, roots[i], err));
        cr_expect_eq(tuf_trusted_root_version(machine), i + 1);
    }
    return tuf_trusted_close_roots(machine, err);
}

#define MOST_ROOTS 8

static void run_case(const json_t *item)
{
    const char *id = json_string_value(json_object_get(item, "id"));
    const char *at = json_string_value(json_object_get(item, "at"));
    const char *pin_text = json_string_value(json_object_get(item, "pin"));
    const json_t *texts = json_object_get(item, "roots");
    struct slice roots[MOST_ROOTS];
    size_t count = json_array_size(texts);
    int64_t now = 0;
    cr_assert(count > 0 && count <= MOST_ROOTS, "%s", id);
    for (size_t i = 0; i < count; i++) {
        const json_t *text = json_array_get(texts, i);
        roots[i] = slice_of(json_string_value(text), json_string_length(text));
    }
    cr_assert_eq(time_parse(slice_from_string(at), &now, NULL), ASSAY_OK, "%s", id);
    struct tuf_pin pin = { .kind = TUF_PIN_FINGERPRINT };
    if (pin_text != NULL) {
        cr_assert_eq(digest_parse(slice_from_string(pin_text), &pin.fingerprint, NULL), ASSAY_OK);
    }
    struct assay_error err = ERROR_INIT;
    struct tuf_trusted *machine = new_plain(now, NULL);
    enum assay_status status = walk(machine, roots, count, pin_text == NULL ? NULL : &pin, &err);
    const char *expected = json_string_value(json_object_get(item, "expect"));
    cr_expect_str_eq(assay_status_id(status), expected, "%s: expected %s, found %s: %s", id,
                     expected, assay_status_id(status), err.message);
    tuf_trusted_free(machine);
}

Test(tuf_plain_roots, of_another_implementation)
{
    AUTO_ARENA arena = ARENA_INIT(1 * MIB);
    json_t *all = json_load_file(path_of(&arena, "cases.json"), 0, NULL);
    const json_t *cases = json_object_get(all, "cases");
    cr_assert_geq(json_array_size(cases), 170);
    for (size_t i = 0; i < json_array_size(cases); i++) {
        run_case(json_array_get(cases, i));
    }
    json_decref(all);
}

/* ---- Sigstore's ---- */

struct real_roots {
    struct arena arena;
    struct buf bytes[MOST_ROOTS];
    struct slice roots[MOST_ROOTS];
    size_t count;
};

static void load_real(struct real_roots *real, const unsigned *versions, size_t count)
{
    *real = (struct real_roots){ .arena = ARENA_INIT(1 * MIB), .count = count };
    for (size_t i = 0; i < count; i++) {
        const char *path =
            path_of(&real->arena, say(&real->arena, "sigstore/%u.root.json", versions[i]));
        real->bytes[i] = (struct buf)BUF_INIT(1 * MIB);
        cr_assert_eq(file_read(path, 1 * MIB, &real->bytes[i], NULL), ASSAY_OK, "%s", path);
        real->roots[i] = buf_slice(&real->bytes[i]);
    }
}

static void drop_real(struct real_roots *real)
{
    for (size_t i = 0; i < real->count; i++) {
        buf_clear(&real->bytes[i]);
    }
    arena_clear(&real->arena);
}

static void expect_signers(const struct tuf_trusted *machine, size_t keys, size_t signers)
{
    struct tuf_role_view view;
    size_t signed_it = 0;
    cr_assert(tuf_trusted_role_at(machine, 0, &view));
    for (size_t i = 0; i < view.key_count; i++) {
        signed_it += view.keys[i].signed_it ? 1 : 0;
        char identity[DIGEST_TEXT_BYTES];
        digest_hex(&view.keys[i].identity, identity);
        cr_expect_str_eq(view.keys[i].canonical_id, identity);
    }
    cr_expect_eq(view.threshold, 3);
    cr_expect_eq(view.key_count, keys);
    cr_expect_eq(signed_it, signers, "version %u: %zu", (unsigned)view.version, signed_it);
}

#define IN_2024 1717200000LL /* 2024-06-01 */

Test(tuf_plain_roots, a_chain_in_use)
{
    struct real_roots real;
    load_real(&real, (const unsigned[]){ 7, 8, 9 }, 3);
    struct tuf_trusted *machine = new_plain(IN_2024, NULL);
    cr_assert_eq(tuf_trusted_set_anchor(machine, real.roots[0], NULL, NULL), ASSAY_OK);
    expect_signers(machine, 5, 4);
    cr_expect_eq(tuf_trusted_add_root(machine, real.roots[2], NULL), ASSAY_ROOT_VERSION);
    cr_assert_eq(tuf_trusted_add_root(machine, real.roots[1], NULL), ASSAY_OK);
    cr_assert_eq(tuf_trusted_add_root(machine, real.roots[2], NULL), ASSAY_OK);
    cr_expect_eq(tuf_trusted_root_version(machine), 9);
    cr_assert_eq(tuf_trusted_close_roots(machine, NULL), ASSAY_OK);
    tuf_trusted_free(machine);
    drop_real(&real);
}

/* Among their signatures are empty ones; the keys of the first are points. */
Test(tuf_plain_roots, each_root_in_use)
{
    static const unsigned versions[] = { 3, 7, 8, 9, 12, 14, 16 };
    static const size_t signers[] = { 5, 4, 4, 5, 3, 4, 5 };
    struct real_roots real;
    load_real(&real, versions, ARRAY_LEN(versions));
    for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
        struct assay_error err = ERROR_INIT;
        struct tuf_trusted *machine = new_plain(IN_2024, NULL);
        cr_assert_eq(tuf_trusted_set_anchor(machine, real.roots[i], NULL, &err), ASSAY_OK,
                     "version %u: %s", versions[i], err.message);
        cr_expect_eq(tuf_trusted_root_version(machine), versions[i]);
        expect_signers(machine, 5, signers[i]);
        cr_expect_eq(tuf_trusted_close_roots(machine, NULL), i < 3 ? ASSAY_EXPIRED : ASSAY_OK,
                     "version %u", versions[i]);
        tuf_trusted_free(machine);
    }
    drop_real(&real);
}

/* No change of one signed byte leaves a root that is signed. */
Test(tuf_plain_roots, every_signed_byte_counts)
{
    struct real_roots real;
    load_real(&real, (const unsigned[]){ 16 }, 1);
    uint8_t *bytes = real.bytes[0].ptr;
    const char *end = strstr(buf_text(&real.bytes[0]), "\"signed\"");
    cr_assert_not_null(end);
    size_t taken = 0;
    for (size_t i = (size_t)((const uint8_t *)end - bytes) + 8; i < real.roots[0].len; i++) {
        if (bytes[i] == ' ' || bytes[i] == '\n') {
            continue;
        }
        struct tuf_trusted *machine = new_plain(IN_2024, NULL);
        bytes[i] ^= 1;
        taken += tuf_trusted_set_anchor(machine, real.roots[0], NULL, NULL) == ASSAY_OK ? 1 : 0;
        bytes[i] ^= 1;
        tuf_trusted_free(machine);
    }
    cr_expect_eq(taken, 0);
    drop_real(&real);
}

/* ---- What belongs to certificates says nothing here ---- */

Test(tuf_plain_roots, no_line_speaks_of_certificates)
{
    struct real_roots real;
    load_real(&real, (const unsigned[]){ 9 }, 1);
    struct trace trace = { .count = 0 };
    struct tuf_trusted *machine = new_plain(IN_2024, &trace);
    cr_assert_eq(walk(machine, real.roots, 1, NULL, NULL), ASSAY_OK);
    cr_expect_gt(trace.count, 0);
    for (size_t i = 0; i < trace.count; i++) {
        cr_expect_neq(trace.checks[i].rule, RULE_ROOT_CERTIFICATE);
    }
    trace_clear(&trace);
    tuf_trusted_free(machine);
    drop_real(&real);
}

Test(tuf_plain_roots, no_ca_vouches_for_bare_keys)
{
    struct real_roots real;
    AUTO_ARENA arena = ARENA_INIT(1 * MIB);
    load_real(&real, (const unsigned[]){ 9 }, 1);
    struct maker_key *ca = make_ca(&arena);
    uint8_t pem[4096];
    size_t len = 0;
    cr_assert_eq(base64_decode(slice_from_string(ca->material), pem, sizeof(pem), &len, NULL),
                 ASSAY_OK);
    struct tuf_pin pin = { .kind = TUF_PIN_CA, .bytes = BUF_INIT(1 * MIB) };
    cr_assert_eq(buf_append(&pin.bytes, slice_of(pem, len), NULL), ASSAY_OK);
    struct tuf_trusted *machine = new_plain(IN_2024, NULL);
    cr_expect_eq(tuf_trusted_set_anchor(machine, real.roots[0], &pin, NULL), ASSAY_PIN_MISMATCH);
    tuf_trusted_free(machine);
    buf_clear(&pin.bytes);
    drop_key(ca);
    drop_real(&real);
}

Test(tuf_plain_roots, other_roles_are_not_read)
{
    cr_expect_eq(tuf_dialect_tuf.check_delegation_name(text_slice("targets/a"), "targets", NULL),
                 ASSAY_ROLE_NAME);
}
