/* SPDX-License-Identifier: Apache-2.0 */
/* The status table: every id is unique, every class gives its exit code, the worst class wins. */
#include "base/attr.h"

#include <assay/status.h>
#include <assay/version.h>

#include <criterion/criterion.h>
#include <string.h>

TestSuite(status, .timeout = 60);

static const struct {
    enum assay_status status;
    int number;
    const char *name;
    const char *id;
    enum assay_class class;
    const char *remedy;
} table[] = {
#define X(number, name, id, class, sentence, remedy)                                               \
    { ASSAY_##name, number, #name, id, ASSAY_CLASS_##class, remedy },
#include <assay/status.def>
#undef X
};

Test(status, table_is_consistent)
{
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        cr_expect_eq((int)table[i].status, table[i].number, "%s", table[i].name);
        cr_expect_str_eq(assay_status_id(table[i].status), table[i].id, "%s", table[i].name);
        cr_expect_eq(assay_status_class(table[i].status), table[i].class, "%s", table[i].name);
        cr_expect_str_eq(assay_status_remedy(table[i].status), table[i].remedy, "%s",
                         table[i].name);
        cr_expect_neq(assay_status_sentence(table[i].status)[0], '\0', "%s", table[i].name);
        for (size_t j = 0; j < i; j++) {
            cr_expect_neq(table[i].number, table[j].number, "%s", table[i].name);
            cr_expect_str_neq(table[i].id, table[j].id, "%s", table[i].name);
        }
    }
}

Test(status, only_ok_is_trusted)
{
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        bool trusted = assay_status_class(table[i].status) == ASSAY_CLASS_TRUSTED;
        cr_expect_eq(trusted, table[i].status == ASSAY_OK, "%s", table[i].name);
    }
}

Test(status, ids_are_lower_case_words)
{
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        size_t len = strlen(table[i].id);
        cr_expect_eq(strspn(table[i].id, "abcdefghijklmnopqrstuvwxyz0123456789-"), len, "%s",
                     table[i].id);
        cr_expect_gt(len, 1, "%s", table[i].id);
    }
}

Test(status, unknown_values_are_internal)
{
    static const int unknown[] = { -1, 1, 9, 255, 100000 };
    for (size_t i = 0; i < ARRAY_LEN(unknown); i++) {
        enum assay_status status = (enum assay_status)unknown[i];
        cr_expect_str_eq(assay_status_id(status), "internal");
        cr_expect_eq(assay_status_class(status), ASSAY_CLASS_INTERNAL);
        cr_expect_neq(assay_status_sentence(status)[0], '\0');
    }
}

Test(status, worst_class_wins_in_any_order)
{
    static const int order[] = { 130, 143, 70, 1, 3, 4, 2, 5, 0 };
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        for (size_t j = i; j < ARRAY_LEN(order); j++) {
            enum assay_class worse = (enum assay_class)order[i];
            enum assay_class better = (enum assay_class)order[j];
            cr_expect_eq(assay_class_worst(worse, better), worse, "%d and %d", order[i], order[j]);
            cr_expect_eq(assay_class_worst(better, worse), worse, "%d and %d", order[j], order[i]);
        }
    }
}

Test(status, an_unknown_class_is_not_trusted)
{
    enum assay_class unknown = (enum assay_class)99;
    cr_assert_eq(assay_class_worst(unknown, ASSAY_CLASS_TRUSTED), ASSAY_CLASS_INTERNAL);
    cr_assert_eq(assay_class_worst(ASSAY_CLASS_TRUSTED, unknown), ASSAY_CLASS_INTERNAL);
}

Test(status, library_and_headers_have_one_version)
{
    cr_assert_str_eq(assay_version(), ASSAY_VERSION_STRING);
}
