/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "json/yaml.h"

#include <criterion/criterion.h>

TestSuite(json_yaml, .timeout = 60);

/* A walk in one line: [a,b] {k:v,...}, scalars as they are, quoted ones in '. */
struct walk {
    const struct yaml_node *node;
    size_t next;
};

static void show(const struct yaml_node *root, struct buf *out)
{
    struct walk stack[LIMIT_YAML_DEPTH + 1];
    size_t depth = 0;
    stack[depth++] = (struct walk){ .node = root };
    while (depth > 0) {
        struct walk *top = &stack[depth - 1];
        const struct yaml_node *node = top->node;
        const char *text = (const char *)node->text.ptr;
        if (node->kind == YAML_SCALAR) {
            cr_assert_eq(buf_printf(out, NULL, node->is_plain ? "%s" : "'%s'", text), ASSAY_OK);
            depth--;
            continue;
        }
        bool is_map = node->kind == YAML_MAPPING;
        const char *before = top->next > 0 ? "," : is_map ? "{" : "[";
        if (top->next == node->count) {
            cr_assert_eq(
                buf_printf(out, NULL, "%s%s", top->next > 0 ? "" : before, is_map ? "}" : "]"),
                ASSAY_OK);
            depth--;
            continue;
        }
        cr_assert_eq(buf_append_string(out, before, NULL), ASSAY_OK);
        if (is_map) {
            cr_assert_eq(
                buf_printf(out, NULL, "%s:", (const char *)node->pairs[top->next].key->text.ptr),
                ASSAY_OK);
        }
        stack[depth++].node = is_map ? node->pairs[top->next].value : node->items[top->next];
        stack[depth - 1].next = 0;
        top->next++;
    }
}

struct row {
    const char *text;
    const char *shown; /* documents, each with a blank behind; NULL: refused */
    enum assay_status status;
    size_t line; /* of the refusal */
    size_t column;
};

static const struct row rows[] = {
    { "a: 1\n", "{a:1} ", ASSAY_OK, 0, 0 },
    { "\xEF\xBB\xBF"
      "a: 1\n",
      "{a:1} ", ASSAY_OK, 0, 0 },
    { "a: 1\r\nb: 2\r\n", "{a:1,b:2} ", ASSAY_OK, 0, 0 },
    { "", "", ASSAY_OK, 0, 0 },
    { "# only this\n", "", ASSAY_OK, 0, 0 },
    { "---\n---\na\n", " a ", ASSAY_OK, 0, 0 },
    { "a: [x, 'y', \"z\\n\"]\n", "{a:[x,'y','z\n']} ", ASSAY_OK, 0, 0 },
    { "{\"a\":\n\t{\"b\":[]}}\n", "{a:{b:[]}} ", ASSAY_OK, 0, 0 },
    { "a: &x {k: 1}\nb: *x\n", "{a:{k:1},b:{k:1}} ", ASSAY_OK, 0, 0 },
    { "a: &x 1\nb: &x 2\nc: *x\n", "{a:1,b:2,c:2} ", ASSAY_OK, 0, 0 },
    { "a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  l: 3\n", "{a:{k:1,l:2},b:{l:3,k:1}} ", ASSAY_OK, 0, 0 },
    { "a: &x {k: 1}\nc: &y {k: 2, m: 4}\nb:\n  <<: [*x, *y]\n",
      "{a:{k:1},c:{k:2,m:4},b:{k:1,m:4}} ", ASSAY_OK, 0, 0 },
    { "'<<': {k: 1}\n", NULL, ASSAY_FILE_SYNTAX, 1, 1 },
    { "!!merge <<: {k: 1}\n", NULL, ASSAY_FILE_SYNTAX, 1, 9 },
    { "! \"<<\": {k: 1}\n", NULL, ASSAY_FILE_SYNTAX, 1, 3 },
    { "!!str <<: {k: 1}\n", NULL, ASSAY_FILE_SYNTAX, 1, 7 },
    { "a: <<\n", "{a:<<} ", ASSAY_OK, 0, 0 },
    { "a: !!binary eA==\n", NULL, ASSAY_FILE_SYNTAX, 1, 4 },
    { "!!binary eA==: a\n", NULL, ASSAY_FILE_SYNTAX, 1, 1 },
    { "!<tag:yaml.org,2002:%62inary> eA==: a\n", NULL, ASSAY_FILE_SYNTAX, 1, 1 },
    { "%TAG !x! tag:yaml.org,2002:bin\n---\n!x!ary eA==: a\n", NULL, ASSAY_FILE_SYNTAX, 3, 1 },
    { "a: !binary eA==\n", "{a:'eA=='} ", ASSAY_OK, 0, 0 },
    { "a: |\n  x\n  y\n", "{a:'x\ny\n'} ", ASSAY_OK, 0, 0 },
    { "a: !reference [x, y]\n", "{a:[x,y]} ", ASSAY_OK, 0, 0 },
    { "a: !!str 1\n", "{a:'1'} ", ASSAY_OK, 0, 0 },
    { "a: 1\nb: 2\na: 3\n", NULL, ASSAY_FILE_SYNTAX, 3, 1 },
    { "a: 1\n'a': 3\n", NULL, ASSAY_FILE_SYNTAX, 2, 1 },
    { "<<: {a: 1}\n<<: {b: 1}\n", NULL, ASSAY_FILE_SYNTAX, 2, 1 },
    { "<<: 1\n", NULL, ASSAY_FILE_SYNTAX, 2, 1 },
    { "<<: [{a: 1}, 2]\n", NULL, ASSAY_FILE_SYNTAX, 2, 1 },
    { "[a]: 1\n", NULL, ASSAY_FILE_SYNTAX, 1, 1 },
    { "a: &x [*x]\n", NULL, ASSAY_FILE_SYNTAX, 1, 8 },
    { "a: *x\n", NULL, ASSAY_FILE_SYNTAX, 1, 4 },
    { "---\n&x a\n---\n*x\n", NULL, ASSAY_FILE_SYNTAX, 4, 1 },
    { "a: [1\nb: 2\n", NULL, ASSAY_FILE_SYNTAX, 2, 2 },
    { "a: b: c\n", NULL, ASSAY_FILE_SYNTAX, 1, 5 },
    { "a:\n\t- b\n", NULL, ASSAY_FILE_SYNTAX, 2, 1 },
    { "a: \x01\n", NULL, ASSAY_FILE_SYNTAX, 1, 4 },
    { "a: \"\\0\"\n", NULL, ASSAY_FILE_SYNTAX, 1, 4 },
    { "a: \xff\n", NULL, ASSAY_FILE_SYNTAX, 0, 0 },
};

static void check_row(const struct row *row)
{
    struct yaml_file file;
    struct yaml_mark where;
    struct assay_error err = ERROR_INIT;
    AUTO_BUF shown = BUF_INIT(4096);
    enum assay_status status = yaml_load(slice_from_string(row->text), &file, &where, &err);
    cr_expect_eq(status, row->status, "%s: %s", row->text, err.message);
    if (status != ASSAY_OK) {
        cr_expect_eq(where.line, row->line, "%s: line %zu: %s", row->text, where.line, err.message);
        cr_expect_eq(where.column, row->column, "%s: column %zu", row->text, where.column);
        return;
    }
    for (size_t i = 0; i < file.count; i++) {
        show(file.documents[i], &shown);
        cr_assert_eq(buf_append_byte(&shown, ' ', NULL), ASSAY_OK);
    }
    cr_expect(row->shown != NULL && slice_is(buf_slice(&shown), row->shown), "%s: %s", row->text,
              buf_text(&shown));
    yaml_file_clear(&file);
}

Test(json_yaml, documents)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        check_row(&rows[i]);
    }
}

struct place_row {
    const char *text;
    bool is_literal;
    size_t offset;
    size_t line;
    size_t column;
};

/* The value of the key v. */
static const struct place_row places[] = {
    { "v: app:1\n", true, 3, 1, 4 },
    { "# \xC3\xA4\xE2\x82\xAC\nv: app:1\n", true, 11, 2, 4 },
    { "\xEF\xBB\xBFv: app:1\n", true, 6, 1, 4 },
    { "x: \xC3\xA4\r\nv:   'app:1' # c\n", true, 12, 2, 6 },
    { "v: \"app:1\"\n", true, 3, 1, 4 },
    { "v: &a app:1\n", true, 6, 1, 7 },
    { "v: &a !!str \"app:1\"\n", true, 12, 1, 13 },
    { "v: \"app\\u003A1\"\n", false, 3, 1, 4 },
    { "v: 'it''s'\n", false, 3, 1, 4 },
    { "v: one\n  two\n", false, 3, 1, 4 },
    { "v: >-\n  app:1\n", false, 3, 1, 4 },
    { "{\"v\":\"app:1\"}\n", true, 5, 1, 6 },
    { "v:\n", false, 2, 1, 3 },
};

Test(json_yaml, places)
{
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        const struct place_row *row = &places[i];
        struct yaml_file file;
        struct yaml_mark where;
        struct assay_error err = ERROR_INIT;
        cr_assert_eq(yaml_load(slice_from_string(row->text), &file, &where, &err), ASSAY_OK, "%s",
                     err.message);
        const struct yaml_node *value = yaml_find(file.documents[0], "v");
        cr_assert_not_null(value);
        cr_expect_eq(value->is_literal, row->is_literal, "%s", row->text);
        cr_expect_eq(value->start.offset, row->offset, "%s: %zu", row->text, value->start.offset);
        cr_expect_eq(value->start.line, row->line, "%s: %zu", row->text, value->start.line);
        cr_expect_eq(value->start.column, row->column, "%s: %zu", row->text, value->start.column);
        yaml_file_clear(&file);
    }
}

/* What a scalar means. */
Test(json_yaml, meanings)
{
    static const struct {
        const char *text;
        bool is_null;
        int truth; /* -1: neither */
    } meanings[] = {
        { "~", true, -1 },        { "null", true, -1 }, { "'null'", false, -1 },
        { "", true, -1 },         { "True", false, 1 }, { "false", false, 0 },
        { "'true'", false, -1 },  { "yes", false, -1 }, { "\"\"", false, -1 },
        { "!!str ~", false, -1 }, { "[]", false, -1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
        AUTO_BUF text = BUF_INIT(128);
        struct yaml_file file;
        struct yaml_mark where;
        bool truth = false;
        cr_assert_eq(buf_printf(&text, NULL, "v: %s\n", meanings[i].text), ASSAY_OK);
        cr_assert_eq(yaml_load(buf_slice(&text), &file, &where, NULL), ASSAY_OK);
        const struct yaml_node *value = yaml_find(file.documents[0], "v");
        cr_expect_eq(yaml_is_null(value), meanings[i].is_null, "%s", meanings[i].text);
        cr_expect_eq(yaml_text(value) == NULL, meanings[i].is_null || value->kind != YAML_SCALAR);
        cr_expect_eq(yaml_to_bool(value, &truth) ? truth : -1, meanings[i].truth, "%s",
                     meanings[i].text);
        cr_expect_null(yaml_find(value, "v"));
        yaml_file_clear(&file);
    }
    cr_expect(yaml_is_null(NULL) && yaml_text(NULL) == NULL && yaml_find(NULL, "v") == NULL);
}

static enum assay_status load_repeated(const char *head, const char *part, size_t times,
                                       const char *tail)
{
    AUTO_BUF text = BUF_INIT(LIMIT_YAML_BYTES + MIB);
    struct yaml_file file;
    struct yaml_mark where;
    struct assay_error err = ERROR_INIT;
    cr_assert_eq(buf_append_string(&text, head, NULL), ASSAY_OK);
    for (size_t i = 0; i < times; i++) {
        cr_assert_eq(buf_append_string(&text, part, NULL), ASSAY_OK);
    }
    cr_assert_eq(buf_append_string(&text, tail, NULL), ASSAY_OK);
    enum assay_status status = yaml_load(buf_slice(&text), &file, &where, &err);
    if (status == ASSAY_OK) {
        yaml_file_clear(&file);
    }
    return status;
}

/* Each limit, met and passed by one. */
Test(json_yaml, limits)
{
    cr_expect_eq(load_repeated("", "[", LIMIT_YAML_DEPTH, ""), ASSAY_FILE_SYNTAX); /* unclosed */
    cr_expect_eq(load_repeated("", "[", LIMIT_YAML_DEPTH + 1, ""), ASSAY_FILE_LIMIT);
    cr_expect_eq(load_repeated("a: &x 1\nb: [", "*x,", LIMIT_YAML_ALIASES, "]\n"), ASSAY_OK);
    cr_expect_eq(load_repeated("a: &x 1\nb: [", "*x,", LIMIT_YAML_ALIASES + 1, "]\n"),
                 ASSAY_FILE_LIMIT);
    cr_expect_eq(load_repeated("- ", "a", LIMIT_YAML_SCALAR, "\n"), ASSAY_OK);
    cr_expect_eq(load_repeated("- ", "a", LIMIT_YAML_SCALAR + 1, "\n"), ASSAY_FILE_LIMIT);
    cr_expect_eq(load_repeated("", "--- a\n", LIMIT_YAML_DOCUMENTS, ""), ASSAY_OK);
    cr_expect_eq(load_repeated("", "--- a\n", LIMIT_YAML_DOCUMENTS + 1, ""), ASSAY_FILE_LIMIT);
    cr_expect_eq(load_repeated("[", "1,", LIMIT_YAML_NODES - 1, "]"), ASSAY_OK);
    cr_expect_eq(load_repeated("[", "1,", LIMIT_YAML_NODES, "]"), ASSAY_FILE_LIMIT);
    cr_expect_eq(load_repeated("#", "-", LIMIT_YAML_BYTES - 2, "\n"), ASSAY_OK);
    cr_expect_eq(load_repeated("#", "-", LIMIT_YAML_BYTES - 1, "\n"), ASSAY_FILE_LIMIT);
}

/* Aliases of aliases: a walk would visit 10^9 values. */
Test(json_yaml, bombs)
{
    static const char list[] = "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
                               "b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
                               "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
                               "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
                               "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n"
                               "f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
    static const char merged[] = "a: &a {a1: 1, a2: 1, a3: 1}\n"
                                 "b: &b {<<: *a, b1: *a, b2: *a}\n"
                                 "c: {<<: [*a, *b], d: *b}\n";
    cr_expect_eq(load_repeated(list, "", 0, ""), ASSAY_FILE_LIMIT);
    cr_expect_eq(load_repeated(merged, "", 0, ""), ASSAY_OK);
}

Test(json_yaml, no_bytes_at_all)
{
    CLEANUP(yaml_file_clear) struct yaml_file file = { 0 };
    struct yaml_mark where;
    cr_assert_eq(yaml_load(SLICE_EMPTY, &file, &where, NULL), ASSAY_OK);
    for (size_t i = 0; i < file.count; i++) {
        cr_expect(yaml_is_null(file.documents[i]));
    }
}
