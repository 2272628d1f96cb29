/* SPDX-License-Identifier: Apache-2.0 */
/* Raw values: what anybody needs to check the report again. */
#include "report/audit_html.h"

#include <inttypes.h>

#define FILES_MOST 4000 /* rows, of all roles */

static void write_keys(struct markup *page, const struct audit_history *history)
{
    size_t first = history->key_count < PAGE_ROWS ? 0 : history->key_count - PAGE_ROWS;
    markup_raw(page, "<details open><summary>Keys</summary>\n");
    page_table(page, "keys", "Keys",
               "Id as listed|Canonical id|SPKI|Algorithm|Certificate's name|From|To");
    for (size_t i = first; i < history->key_count; i++) {
        const struct audit_key *key = &history->keys[i];
        markup_raw(page, "<tr><td><code>");
        markup_text(page, key->id);
        markup_raw(page, "</code></td><td><code>");
        markup_text(page, key->canonical_id[0] == '\0' ? "-" : key->canonical_id);
        markup_raw(page, "</code></td><td><code>");
        markup_digest(page, &key->identity);
        markup_raw(page, "</code></td><td class=\"nw\">");
        markup_text(page, key->algorithm);
        markup_raw(page, "</td><td>");
        markup_text(page, key->common_name[0] == '\0' ? "-" : key->common_name);
        markup_raw(page, "</td><td>");
        if (key->not_after_unix_s > 0) {
            markup_time(page, key->not_before_unix_s);
            markup_raw(page, "</td><td>");
            markup_time(page, key->not_after_unix_s);
        } else {
            markup_raw(page, "-</td><td>-");
        }
        markup_raw(page, "</td></tr>\n");
    }
    page_table_end(page, history->key_count - first, history->key_count, 0);
    markup_raw(page, "</details>\n");
}

static void write_file(struct markup *page, const struct audit_role *role,
                       const struct audit_version *version)
{
    markup_raw(page, "<tr><td>");
    markup_text(page, role->name);
    markup_raw(page, "</td><td>%" PRIu64 "</td><td>%s</td><td><code>", version->version,
               audit_trust_name(version->trust));
    markup_digest(page, &version->sha256);
    markup_raw(page, "</code></td><td>%" PRIu64 "</td><td>", version->length);
    markup_claim(page, &version->published);
    markup_raw(page, "</td><td>");
    if (version->expires_unix_s > 0) {
        markup_time(page, version->expires_unix_s);
    }
    markup_raw(page, "</td><td>");
    markup_text(page, version->failure == NULL ? "" : version->failure);
    markup_raw(page, "</td></tr>\n");
}

static void write_files(struct markup *page, const struct audit_history *history)
{
    uint64_t all = 0;
    size_t shown = 0;
    markup_raw(page, "<details open><summary>Files</summary>\n");
    page_table(page, "files", "Files",
               "Role|Version|Trust|SHA-256|Bytes|Published|Expires|What stands against it");
    for (size_t r = 0; r < history->role_count; r++) {
        const struct audit_role *role = &history->roles[r];
        size_t first = role->count < PAGE_ROWS ? 0 : role->count - PAGE_ROWS;
        all += role->count;
        for (size_t i = first; i < role->count && shown < FILES_MOST; i++) {
            write_file(page, role, &role->versions[i]);
            shown++;
        }
    }
    page_table_end(page, shown, all, 0);
    markup_raw(page, "</details>\n");
}

void page_raw(struct markup *page, const struct audit_report *audit)
{
    markup_raw(page, "<section><h2 id=\"raw\">Raw values</h2>\n");
    write_keys(page, &audit->history);
    write_files(page, &audit->history);
    markup_raw(page, "</section>\n");
}
