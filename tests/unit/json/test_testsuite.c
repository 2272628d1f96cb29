/* SPDX-License-Identifier: Apache-2.0 */
/* nst/JSONTestSuite, where ASSAY_PUBLIC_VECTORS points to it: y_ must be accepted, n_ refused, i_
 * either. Ours refuses some of y_ by its own rules; they are listed. */
#include "support.h"
#include "json/canonical.h"
#include "json/tree.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(json_testsuite, .timeout = 60);

struct exception {
    const char *name;
    enum assay_status status;
    bool tree_too; /* the tree takes fractions */
};

static const struct exception exceptions[] = {
    /* fraction or exponent */
    { "y_number.json", ASSAY_JSON_NUMBER, false },
    { "y_number_0e+1.json", ASSAY_JSON_NUMBER, false },
    { "y_number_0e1.json", ASSAY_JSON_NUMBER, false },
    { "y_number_int_with_exp.json", ASSAY_JSON_NUMBER, false },
    { "y_number_real_capital_e.json", ASSAY_JSON_NUMBER, false },
    { "y_number_real_capital_e_neg_exp.json", ASSAY_JSON_NUMBER, false },
    { "y_number_real_capital_e_pos_exp.json", ASSAY_JSON_NUMBER, false },
    { "y_number_real_exponent.json", ASSAY_JSON_NUMBER, false },
    { "y_number_real_fraction_exponent.json", ASSAY_JSON_NUMBER, false },
    { "y_number_real_neg_exp.json", ASSAY_JSON_NUMBER, false },
    { "y_number_real_pos_exponent.json", ASSAY_JSON_NUMBER, false },
    { "y_number_simple_real.json", ASSAY_JSON_NUMBER, false },
    { "y_object_extreme_numbers.json", ASSAY_JSON_NUMBER, false },
    { "y_structure_lonely_negative_real.json", ASSAY_JSON_NUMBER, false },
    /* -0 */
    { "y_number_minus_zero.json", ASSAY_JSON_NUMBER, true },
    { "y_number_negative_zero.json", ASSAY_JSON_NUMBER, true },
    /* longer than LIMIT_JSON_NUMBER_BYTES */
    { "y_number_double_close_to_zero.json", ASSAY_JSON_LIMIT, true },
    /* the member stands twice */
    { "y_object_duplicated_key.json", ASSAY_JSON_DUPLICATE, true },
    { "y_object_duplicated_key_and_value.json", ASSAY_JSON_DUPLICATE, true },
    /* NUL */
    { "y_object_escaped_null_in_key.json", ASSAY_JSON_UTF8, true },
    { "y_string_null_escape.json", ASSAY_JSON_UTF8, true },
};

static const struct exception *exception_of(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(exceptions); i++) {
        if (strcmp(exceptions[i].name, name) == 0) {
            return &exceptions[i];
        }
    }
    return NULL;
}

struct tally {
    size_t accepted;
    size_t refused;
    size_t excepted;
};

static void judge(const char *name, struct slice text, struct tally *tally)
{
    AUTO_BUF canonical = BUF_INIT(4 * MIB);
    AUTO_JSON_TREE tree = NULL;
    struct json_at root;
    struct json_reader reader;
    enum assay_status made = json_canonicalise(text, UINT64_MAX, &canonical, NULL);
    enum assay_status loaded = json_tree_load(text, name, &tree, &root, NULL);
    json_reader_init(&reader, text, UINT64_MAX);
    bool read =
        json_skip(&reader, NULL, NULL) == ASSAY_OK && json_finish(&reader, NULL) == ASSAY_OK;
    const struct exception *exception = exception_of(name);
    cr_expect(!read || made == ASSAY_OK, "%s", name);
    if (exception != NULL) {
        cr_expect_eq(made, exception->status, "%s: %s", name, assay_status_id(made));
        bool tree_good = loaded == ASSAY_OK || loaded == ASSAY_SCHEMA; /* or a bare number */
        cr_expect(exception->tree_too ? loaded == exception->status : tree_good, "%s: %s", name,
                  assay_status_id(loaded));
        tally->excepted++;
        return;
    }
    if (name[0] == 'y') {
        cr_expect_eq(made, ASSAY_OK, "%s: %s", name, assay_status_id(made));
        cr_expect(loaded == ASSAY_OK || loaded == ASSAY_SCHEMA, "%s: %s", name,
                  assay_status_id(loaded));
    }
    if (name[0] == 'n') {
        cr_expect_neq(made, ASSAY_OK, "%s", name);
        cr_expect_neq(loaded, ASSAY_OK, "%s", name);
    }
    tally->accepted += made == ASSAY_OK ? 1 : 0;
    tally->refused += made == ASSAY_OK ? 0 : 1;
}

Test(json_testsuite, all_files)
{
    const char *vectors = getenv("ASSAY_PUBLIC_VECTORS");
    if (vectors == NULL) {
        cr_skip_test("ASSAY_PUBLIC_VECTORS is not set");
    }
    char folder[4096];
    (void)snprintf(folder, sizeof(folder), "%s/jsontestsuite/test_parsing", vectors);
    DIR *files = opendir(folder);
    cr_assert_not_null(files, "cannot open %s", folder);
    AUTO_BUF text = BUF_INIT(4 * MIB);
    struct tally y = { 0 };
    struct tally n = { 0 };
    struct tally i = { 0 };
    const struct dirent *entry;
    while ((entry = readdir(files)) != NULL) {
        char kind = entry->d_name[0];
        if (kind == 'y' || kind == 'n' || kind == 'i') {
            read_test_file(folder, entry->d_name, &text);
            judge(entry->d_name, buf_slice(&text), kind == 'y' ? &y : kind == 'n' ? &n : &i);
        }
    }
    (void)closedir(files);
    (void)fprintf(stderr,
                  "y: %zu accepted, %zu refused by our own rules; n: %zu refused; "
                  "i: %zu accepted, %zu refused\n",
                  y.accepted, y.excepted, n.refused, i.accepted, i.refused);
    cr_expect_gt(y.accepted + y.excepted, 90);
    cr_expect_gt(n.refused, 180);
    cr_expect_gt(i.accepted + i.refused, 30);
    cr_expect_eq(y.excepted, ARRAY_LEN(exceptions));
}
