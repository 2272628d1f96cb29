/* SPDX-License-Identifier: Apache-2.0 */
#include "report/audit_html.h"

#include <inttypes.h>

#define MATRIX_COLUMNS 60
#define MATRIX_ROWS    120

void page_table(struct markup *page, const char *id, const char *caption, const char *heads)
{
    markup_raw(
        page,
        "<div class=\"w\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table id=\"t-%s\">"
        "<thead><tr><th scope=\"col\">",
        caption, id);
    for (const char *at = heads; *at != '\0'; at++) {
        if (*at == '|') {
            markup_raw(page, "</th><th scope=\"col\">");
        } else {
            markup_raw(page, "%c", *at);
        }
    }
    markup_raw(page, "</th></tr></thead><tbody>\n");
}

/* "N more ... are in the JSON report.", where N is not 0; what: " rows", or "". */
static void note_more(struct markup *page, uint64_t more, const char *what)
{
    if (more > 0) {
        markup_raw(page, "<p class=\"note\">%" PRIu64 " more%s are in the JSON report.</p>\n", more,
                   what);
    }
}

void page_table_end(struct markup *page, size_t shown, uint64_t listed, uint64_t left_out)
{
    markup_raw(page, "</tbody></table></div>\n");
    note_more(page, listed - shown, "");
    if (left_out > 0) {
        markup_raw(page, "<p class=\"note\">%" PRIu64 " more are in no report: too many.</p>\n",
                   left_out);
    }
}

/* ---- who can sign ---- */

static void write_signer(struct markup *page, const struct audit_report *audit, const char *role,
                         const struct audit_role_keys *keys, size_t i, const char *held)
{
    const struct audit_key *key = &audit->history.keys[keys->keys[i]];
    const struct audit_version *newest =
        audit_role_newest(audit_history_find(&audit->history, role));
    markup_raw(page, "<tr><td>");
    markup_text(page, role);
    markup_raw(page, "%s</td><td>%" PRIu64 " of %zu</td><td><code>", held, keys->threshold,
               keys->key_count);
    markup_text(page, markup_key_id(key));
    markup_raw(page, "</code></td><td class=\"nw\">");
    markup_text(page, key->algorithm);
    markup_raw(page, "</td><td>");
    if (key->not_after_unix_s > 0) {
        markup_time(page, key->not_after_unix_s);
    } else {
        markup_raw(page, "none");
    }
    markup_raw(page, "</td><td>%s</td></tr>\n",
               newest == NULL ? "no file"
               : audit_keys_have(newest->signers, newest->signer_count, keys->keys[i])
                   ? "signed"
                   : "did not sign");
}

static void write_delegation_paths(struct markup *page, const struct audit_delegation *delegation)
{
    markup_raw(page, "<li><code>");
    markup_text(page, delegation->name);
    markup_raw(page, "</code>: ");
    for (size_t p = 0; p < delegation->path_count && p < 8; p++) {
        markup_raw(page, "%s", p == 0 ? "" : ", ");
        markup_text(page, delegation->paths[p][0] == '\0' ? "every tag" : delegation->paths[p]);
    }
    markup_raw(page, "%s</li>",
               delegation->path_count == 0  ? "no tag"
               : delegation->path_count > 8 ? ", ..."
                                            : "");
}

static void write_paths(struct markup *page, const struct audit_report *audit)
{
    uint64_t all = 0;
    for (size_t r = 0; r < audit->history.role_count; r++) {
        const struct audit_version *newest = audit_role_newest(&audit->history.roles[r]);
        for (size_t d = 0; newest != NULL && d < newest->delegation_count; d++) {
            markup_raw(page, all == 0 ? "<p>Delegations speak for:</p><ul class=\"l\">" : "");
            if (++all <= PAGE_ROWS) {
                write_delegation_paths(page, &newest->delegations[d]);
            }
        }
    }
    markup_raw(page, all > 0 ? "</ul>\n" : "");
    note_more(page, all > PAGE_ROWS ? all - PAGE_ROWS : 0, " delegations");
}

/* How many rows there were, and would be. */
struct shown {
    size_t rows;
    uint64_t all;
};

static void write_list(struct markup *page, const struct audit_report *audit, const char *role,
                       const struct audit_role_keys *keys, const char *held, struct shown *shown)
{
    for (size_t i = 0; i < keys->key_count; i++) {
        shown->all++;
        if (shown->rows < PAGE_ROWS) {
            write_signer(page, audit, role, keys, i, held);
            shown->rows++;
        }
    }
}

static void write_delegations(struct markup *page, const struct audit_report *audit,
                              struct shown *shown)
{
    for (size_t r = 0; r < audit->history.role_count; r++) {
        const struct audit_version *newest = audit_role_newest(&audit->history.roles[r]);
        for (size_t d = 0; newest != NULL && d < newest->delegation_count; d++) {
            const struct audit_delegation *delegation = &newest->delegations[d];
            write_list(page, audit, delegation->name, &delegation->keys, "", shown);
        }
    }
}

void page_signers(struct markup *page, const struct audit_report *audit)
{
    const struct audit_history *history = &audit->history;
    const struct audit_version *root = audit_role_newest(audit_history_find(history, "root"));
    bool is_notary = strcmp(audit->dialect, "notary") == 0;
    struct shown shown = { .rows = 0 };
    markup_raw(page, "<section><h2 id=\"signers\">Who can sign</h2>\n");
    page_table(page, "signers", "Who can sign",
               "Role|Threshold|Key|Algorithm|Certificate to|Newest file");
    for (size_t r = 0; root != NULL && r < TUF_TOP_ROLES; r++) {
        write_list(page, audit, tuf_top_role_names[r], &root->roles[r],
                   is_notary && r == TUF_TIMESTAMP ? " (held by the server)" : "", &shown);
    }
    write_delegations(page, audit, &shown);
    page_table_end(page, shown.rows, shown.all, 0);
    write_paths(page, audit);
    markup_raw(page, "</section>\n");
}

/* ---- the matrix ---- */

/* Columns of the matrix: the newest versions that are there. */
struct columns {
    const struct audit_version *items[MATRIX_COLUMNS];
    const struct audit_version *before[MATRIX_COLUMNS];
    size_t count;
    uint64_t left_out;
};

/* Whether the root could be read: it lists keys then. */
static bool is_known(const struct audit_version *version)
{
    return version->roles[TUF_ROOT].threshold > 0;
}

static struct columns choose_columns(const struct audit_role *roots)
{
    struct columns columns = { .count = 0 };
    size_t count = roots == NULL ? 0 : roots->count;
    size_t first = count < MATRIX_COLUMNS ? 0 : count - MATRIX_COLUMNS;
    columns.left_out = first;
    for (size_t i = first; i < count; i++) {
        const struct audit_version *version = &roots->versions[i];
        bool follows =
            i > 0 && version[-1].version + 1 == version->version && is_known(version - 1);
        columns.before[columns.count] = follows ? version - 1 : NULL;
        columns.items[columns.count++] = version;
    }
    return columns;
}

static void write_cell(struct markup *page, const struct columns *columns, size_t c, size_t role,
                       uint32_t key)
{
    const struct audit_version *version = columns->items[c];
    const struct audit_version *before = columns->before[c];
    if (!is_known(version)) {
        markup_raw(page, "<td title=\"version %" PRIu64 ": not known\">?</td>", version->version);
        return;
    }
    bool has = audit_keys_have(version->roles[role].keys, version->roles[role].key_count, key);
    bool had = before != NULL &&
               audit_keys_have(before->roles[role].keys, before->roles[role].key_count, key);
    bool signs = role == TUF_ROOT && audit_keys_have(version->signers, version->signer_count, key);
    const char *mark = has && !had ? "\xE2\x96\xB2"
                       : has       ? "\xE2\x97\x8F"
                       : had       ? "\xE2\x96\xBC"
                                   : "";
    const char *words = has && !had ? "added" : has ? "kept" : had ? "removed" : "";
    if (mark[0] == '\0' && !signs) {
        markup_raw(page, "<td></td>");
        return;
    }
    markup_raw(page, "<td title=\"version %" PRIu64 ": %s%s%s\">%s%s</td>", version->version, words,
               words[0] != '\0' && signs ? ", " : "", signs ? "signed" : "", mark,
               signs ? "\xE2\x9C\x93" : "");
}

static bool is_used(const struct columns *columns, size_t role, uint32_t key)
{
    for (size_t c = 0; c < columns->count; c++) {
        const struct audit_role_keys *keys = &columns->items[c]->roles[role];
        if (audit_keys_have(keys->keys, keys->key_count, key)) {
            return true;
        }
    }
    return false;
}

static void write_thresholds(struct markup *page, const struct columns *columns, bool former)
{
    markup_raw(page, "<tr><th scope=\"row\">signatures by %s keys</th>",
               former ? "the former root's" : "its own");
    for (size_t c = 0; c < columns->count; c++) {
        const struct audit_version *version = columns->items[c];
        const struct audit_version *of = former ? columns->before[c] : version;
        size_t valid = 0;
        for (size_t i = 0; of != NULL && i < version->signer_count; i++) {
            valid += audit_keys_have(of->roles[TUF_ROOT].keys, of->roles[TUF_ROOT].key_count,
                                     version->signers[i]);
        }
        if (of == NULL || of->roles[TUF_ROOT].threshold == 0) {
            markup_raw(page, "<td>-</td>");
        } else {
            markup_raw(page, "<td>%zu of %" PRIu64 "</td>", valid, of->roles[TUF_ROOT].threshold);
        }
    }
    markup_raw(page, "</tr>\n");
}

static void write_matrix_row(struct markup *page, const struct columns *columns, size_t role,
                             uint32_t index, const struct audit_key *key)
{
    markup_raw(page, "<tr><th scope=\"row\">%s <code>", tuf_top_role_names[role]);
    markup_text_first(page, markup_key_id(key), MARKUP_SHORT_ID);
    markup_raw(page, "</code></th>");
    for (size_t c = 0; c < columns->count; c++) {
        write_cell(page, columns, c, role, index);
    }
    markup_raw(page, "</tr>\n");
}

void page_matrix(struct markup *page, const struct audit_report *audit)
{
    const struct audit_history *history = &audit->history;
    const struct columns columns = choose_columns(audit_history_find(history, "root"));
    size_t rows = 0;
    markup_raw(page,
               "<section><h2 id=\"matrix\">Keys by root versions</h2>\n"
               "<p class=\"note\">\xE2\x96\xB2 added, \xE2\x97\x8F kept, \xE2\x96\xBC removed, "
               "\xE2\x9C\x93 its signature on that root is valid, ? that root could not "
               "be read, ! it is not vouched for.%s</p>\n",
               columns.left_out > 0 ? " The newest versions only." : "");
    markup_raw(page,
               "<div class=\"w\" tabindex=\"0\" role=\"region\" aria-label=\"Keys by root "
               "versions\"><table class=\"mx\"><thead><tr><th scope=\"col\">Role and key</th>");
    for (size_t c = 0; c < columns.count; c++) {
        const struct audit_version *version = columns.items[c];
        bool is_vouched = version->trust == AUDIT_VOUCHED;
        markup_raw(page, "<th scope=\"col\" title=\"%s\">%" PRIu64 "%s</th>",
                   audit_trust_name(version->trust), version->version, is_vouched ? "" : " !");
    }
    markup_raw(page, "</tr></thead><tbody>\n");
    write_thresholds(page, &columns, false);
    write_thresholds(page, &columns, true);
    for (size_t role = 0; role < TUF_TOP_ROLES; role++) {
        for (uint32_t key = 0; key < history->key_count; key++) {
            if (is_used(&columns, role, key) && ++rows <= MATRIX_ROWS) {
                write_matrix_row(page, &columns, role, key, &history->keys[key]);
            }
        }
    }
    markup_raw(page, "</tbody></table></div>\n");
    note_more(page, rows > MATRIX_ROWS ? rows - MATRIX_ROWS : 0, " keys of roles");
    markup_raw(page, "</section>\n");
}
