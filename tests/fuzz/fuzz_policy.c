/* SPDX-License-Identifier: Apache-2.0 */
/* A policy that loads answers for any reference, says the same when it holds twice, and never makes
 * another one looser; what is imported loads. */
#include "harness.h"

#include "base/limits.h"
#include "policy/policy.h"

#define HEX "472da16b085b05d12238016828a9c1f33588e084420f338fa9883b2e26fa8dbe"

static const char STRICT[] =
    "schema: 1\nscopes: {'*': {trust: {first-use: reject, minimum: 2}, references: {digest: "
    "required, latest: forbidden, ignores: refused}, image: {user: numeric, secrets: forbidden, "
    "lowest-port: 1024, max-age: 30d}}}\n";

static void expect_no_looser(enum policy_field field, const struct policy_value *value,
                             const struct policy_value *strict)
{
    enum policy_kind kind = policy_field_row(field)->kind;
    if (strict->is_set && (kind == POLICY_CHOICE || kind == POLICY_MOST)) {
        INVARIANT(value->number >= strict->number);
    } else if (strict->is_set && kind == POLICY_LEAST) {
        INVARIANT(value->number <= strict->number);
    }
}

static void expect_same(enum policy_field field, const struct policy_value *a,
                        const struct policy_value *b)
{
    struct buf x = BUF_INIT(2 * MIB);
    struct buf y = BUF_INIT(2 * MIB);
    INVARIANT(a->is_set == b->is_set && !a->conflict && !b->conflict);
    INVARIANT(policy_format_value(field, a, &x, NULL) == ASSAY_OK);
    INVARIANT(policy_format_value(field, b, &y, NULL) == ASSAY_OK);
    INVARIANT(slice_equal(buf_slice(&x), buf_slice(&y)));
    buf_clear(&x);
    buf_clear(&y);
}

static void judge(struct policy_set *sets[4], const char *text)
{
    struct oci_reference reference;
    struct arena arena = ARENA_INIT(LIMIT_POLICY_ARENA);
    struct policy_terms once;
    struct policy_terms twice;
    struct policy_terms strict;
    struct policy_terms both;
    INVARIANT(oci_reference_parse(text, &reference, NULL) == ASSAY_OK);
    INVARIANT(policy_find(sets[0], &reference, &arena, &once, NULL) == ASSAY_OK);
    INVARIANT(policy_find(sets[1], &reference, &arena, &twice, NULL) == ASSAY_OK);
    INVARIANT(policy_find(sets[2], &reference, &arena, &strict, NULL) == ASSAY_OK);
    INVARIANT(policy_find(sets[3], &reference, &arena, &both, NULL) == ASSAY_OK);
    for (size_t i = 0; i < POLICY_FIELD_COUNT; i++) {
        expect_same((enum policy_field)i, &once.values[i], &twice.values[i]);
        expect_no_looser((enum policy_field)i, &both.values[i], &strict.values[i]);
    }
    INVARIANT((once.reject == NULL) == (twice.reject == NULL));
    INVARIANT((once.reject == NULL) == (both.reject == NULL));
    INVARIANT((once.allowed == NULL) == (twice.allowed == NULL));
    INVARIANT(both.allowed == NULL);
    oci_reference_clear(&reference);
    arena_clear(&arena);
}

static void load(struct policy_set *set, struct slice text)
{
    INVARIANT(policy_load_text(set, text, "p", NULL, NULL) == ASSAY_OK);
}

static void try_policy(struct slice text)
{
    static const char *const references[] = {
        "alpine",
        "alpine:3.20@sha256:" HEX,
        "registry.example.com/team/app:1.0",
        "registry.example.com:5000/a/b/c@sha256:" HEX,
    };
    struct policy_set *sets[4];
    for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
        INVARIANT(policy_set_new(&sets[i], NULL) == ASSAY_OK);
    }
    if (policy_load_text(sets[0], text, "p", NULL, NULL) == ASSAY_OK) {
        load(sets[1], text);
        load(sets[1], text);
        load(sets[2], slice_from_string(STRICT));
        load(sets[3], text);
        load(sets[3], slice_from_string(STRICT));
        for (size_t i = 0; i < ARRAY_LEN(references); i++) {
            judge(sets, references[i]);
        }
        INVARIANT(policy_check_together(sets[1], NULL) == ASSAY_OK);
    }
    for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
        policy_set_free(sets[i]);
    }
}

static void try_import(struct slice text)
{
    struct buf made = BUF_INIT(LIMIT_POLICY_BYTES);
    struct assay_error err = ERROR_INIT;
    enum assay_status status = policy_import(text, "p", &made, &err);
    /* what it reads back itself must load */
    INVARIANT(status != ASSAY_POLICY_INVALID || err.context_count == 0);
    buf_clear(&made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_of(data, size);
    if (size < LIMIT_POLICY_BYTES) {
        try_policy(text);
        try_import(text);
    }
    return 0;
}
