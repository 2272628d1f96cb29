/* SPDX-License-Identifier: Apache-2.0 */
#include "report/audit_svg.h"

#include <inttypes.h>

#define KEYS_MOST 24
#define DOT_APART 6 /* pixels: closer ones would hide each other */

/* What nothing vouches for must not look as if something did. */
static const char *mark_of(const struct audit_version *version)
{
    return version->trust == AUDIT_VOUCHED ? "" : " q";
}

static void draw_dot(const struct drawing *drawing, const struct audit_role *roots, size_t i,
                     uint32_t key, int y)
{
    const struct audit_version *version = &roots->versions[i];
    bool signs = audit_keys_have(version->signers, version->signer_count, key);
    markup_raw(drawing->markup,
               "<circle class=\"%s%s\" cx=\"%d\" cy=\"%d\" r=\"3\"><title>root version %" PRIu64
               ": %s%s</title></circle>",
               signs ? "s" : "h", mark_of(version),
               drawing_place(drawing, drawing_begins(drawing, roots, i)), y, version->version,
               signs ? "signed by this key" : "lists this key, which did not sign",
               version->trust == AUDIT_VOUCHED ? "" : "; not vouched for");
}

/* A line while the key is listed; where it only signs as the former one, there is a dot alone. */
static void draw_key(struct drawing *drawing, const struct audit_role *roots, uint32_t key)
{
    struct markup *markup = drawing->markup;
    int y = drawing->y + DRAWING_ROW / 2;
    int drawn = -1;
    markup_raw(markup, "<g><text class=\"d\" x=\"4\" y=\"%d\">", y + 4);
    markup_text_first(markup, markup_key_id(&drawing->audit->history.keys[key]), MARKUP_SHORT_ID);
    markup_raw(markup, "</text>");
    for (size_t i = 0; i < roots->count; i++) {
        const struct audit_version *version = &roots->versions[i];
        const struct audit_role_keys *keys = &version->roles[TUF_ROOT];
        bool lists = audit_keys_have(keys->keys, keys->key_count, key);
        bool signs = audit_keys_have(version->signers, version->signer_count, key);
        int x = drawing_place(drawing, drawing_begins(drawing, roots, i));
        int until = i + 1 < roots->count
                        ? drawing_place(drawing, drawing_begins(drawing, roots, i + 1))
                        : drawing_place(drawing, drawing->now);
        if (lists && until > x) {
            markup_raw(markup, "<line class=\"k%s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>",
                       mark_of(version), x, y, until, y);
        }
        if ((lists || signs) && (drawn < 0 || x - drawn >= DOT_APART)) {
            draw_dot(drawing, roots, i, key, y);
            drawn = x;
        }
    }
    markup_raw(markup, "</g>\n");
    drawing->y += DRAWING_ROW;
}

/* The newest KEYS_MOST keys that root ever had, in the order in which they came. */
void drawing_keys(struct drawing *drawing)
{
    const struct audit_history *history = &drawing->audit->history;
    const struct audit_role *roots = audit_history_find(history, "root");
    uint32_t keys[KEYS_MOST];
    size_t count = 0;
    uint64_t all = 0;
    for (size_t i = roots == NULL ? 0 : roots->count; i > 0; i--) {
        const struct audit_role_keys *listed = &roots->versions[i - 1].roles[TUF_ROOT];
        for (size_t k = 0; k < listed->key_count; k++) {
            if (audit_keys_have(keys, count, listed->keys[k])) {
                continue;
            }
            all++;
            if (count < KEYS_MOST) {
                keys[count++] = listed->keys[k];
            }
        }
    }
    if (count == 0) {
        return;
    }
    markup_raw(
        drawing->markup,
        "<text x=\"4\" y=\"%d\">root keys</text><text class=\"d\" x=\"%d\" y=\"%d\">a dot "
        "where a root lists the key: full where it signed, one for roots close together%s</text>\n",
        drawing->y + 9, DRAWING_LEFT, drawing->y + 9,
        all > count ? "; the newest only, all are in the data" : "");
    drawing->y += DRAWING_ROW;
    for (size_t i = count; i > 0; i--) {
        draw_key(drawing, roots, keys[i - 1]);
    }
}
