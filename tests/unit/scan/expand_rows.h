/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of texts with variables, and what they come to. */
#ifndef EXPAND_ROWS_H
#define EXPAND_ROWS_H

#include "base/limits.h"
#include "scan/expand.h"

#include <criterion/criterion.h>

struct row {
    const char *text;
    const char *becomes; /* NULL: ASSAY_FILE_SYNTAX */
    const char *unset;   /* NULL: none */
    char escape;         /* 0: '\\' */
};

/* V=value, E= (empty), P=a/b/c.tar.gz, D=$V (not read again), M=aXbXc, Q=a*b?c, U=äöü, S=a b,
 * W=a\b, L=aaa */
static const char *find(const void *ctx, struct slice name)
{
    static const struct {
        const char *name;
        const char *value;
    } values[] = { { "V", "value" },
                   { "E", "" },
                   { "P", "a/b/c.tar.gz" },
                   { "D", "$V" },
                   { "M", "aXbXc" },
                   { "Q", "a*b?c" },
                   { "U", "\xC3\xA4\xC3\xB6\xC3\xBC" },
                   { "S", "a b" },
                   { "W", "a\\b" },
                   { "L", "aaa" },
                   { "V1_x", "one" } };
    (void)ctx;
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        if (slice_is(name, values[i].name)) {
            return values[i].value;
        }
    }
    return NULL;
}

static const struct expand_names names = { .find = find };

static void check_row(const struct row *row, enum expand_dialect dialect)
{
    AUTO_BUF out = BUF_INIT(LIMIT_EXPAND_BYTES);
    struct expand_result result;
    char escape = row->escape != 0 ? row->escape : '\\';
    enum assay_status status =
        expand_text(dialect, dialect == EXPAND_COMPOSE ? 0 : escape, slice_from_string(row->text),
                    &names, &out, &result, NULL);
    if (row->becomes == NULL) {
        cr_expect_eq(status, ASSAY_FILE_SYNTAX, "%s: %s", row->text, buf_text(&out));
        return;
    }
    cr_expect_eq(status, ASSAY_OK, "%s", row->text);
    cr_expect_str_eq(buf_text(&out), row->becomes, "%s: %s", row->text, buf_text(&out));
    cr_expect_str_eq(result.unset_name, row->unset == NULL ? "" : row->unset, "%s: %s", row->text,
                     result.unset_name);
    /* what does not change is the text itself */
    cr_expect(result.changed || slice_is(slice_from_string(row->text), row->becomes), "%s",
              row->text);
}

#endif
