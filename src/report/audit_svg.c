/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The timeline: a lane for each role, in it a row for each version, from its publication to its
 * expiry; below, the root keys with a dot for each root that lists them.
 *
 * The axis is time where times are known and apart. Where everything happened within an hour, or
 * nobody says when, it is the snapshots, whose order is signed.
 */
#include "report/audit_svg.h"

#include "base/time.h"

#include <inttypes.h>
#include <stdio.h>

#define WIDTH        1000
#define RIGHT        16
#define PLOT         (WIDTH - DRAWING_LEFT - RIGHT)
#define TOP          34
#define LANE_GAP     14
#define LANE_MOST    140 /* height of the rows of one lane */
#define ROW_MOST     10  /* height of one row */
#define ROWS_MOST    200 /* of one lane: beyond it several versions share a row */
#define LANES_MOST   24
#define NAME_BYTES   22 /* of a lane's name */
#define TICKS        6
#define MARGIN_SHARE 12 /* of the axis is behind now */
#define TOGETHER_S   3600

const char markup_colours[] =
    ":root{--bg:#fff;--fg:#1b1f24;--dim:#5b6570;--line:#d4d9df;--soft:#f3f5f7;--bar:#3a6ea5;"
    "--bar-edge:#274e78;--bad:#b42318;--warn:#9a6700;--ok:#1a7f37;--now:#6e40c9}"
    "@media(prefers-color-scheme:dark){:root{--bg:#14171b;--fg:#e6e9ec;--dim:#9aa4af;"
    "--line:#343b44;--soft:#1d2127;--bar:#5b93cf;--bar-edge:#8fb8e6;--bad:#ff7b72;--warn:#d8a52b;"
    "--ok:#56d364;--now:#bc8cff}}"
    "@media print{:root{--bg:#fff;--fg:#1b1f24;--dim:#5b6570;--line:#d4d9df;--soft:#f3f5f7;"
    "--bar:#3a6ea5;--bar-edge:#274e78;--bad:#b42318;--warn:#9a6700;--ok:#1a7f37;--now:#6e40c9}}";

static const char style[] =
    ".t{font:12px system-ui,sans-serif;fill:var(--fg)}.t .d{fill:var(--dim);font-size:11px}"
    ".t .g{stroke:var(--line)}.t .n{stroke:var(--now);stroke-dasharray:4 3}"
    ".t .b{fill:var(--bar);stroke:var(--bar-edge);stroke-width:.6}"
    ".t .e{fill:url(#guess)}.t .u{fill:none;stroke:var(--dim);stroke-dasharray:3 2}"
    ".t .i{fill:url(#bad);stroke:var(--bad)}.t .x{fill:url(#bad);stroke:var(--bad);stroke-width:1}"
    ".t .k{stroke:var(--bar-edge);stroke-width:2}.t .s{fill:var(--bar-edge);stroke:var(--bar-edge)}"
    ".t .h{fill:var(--bg);stroke:var(--bar-edge);stroke-width:1.5}"
    ".t .k.q{stroke:var(--dim);stroke-dasharray:3 3}.t .s.q{fill:var(--dim);stroke:var(--dim)}"
    ".t .h.q{stroke:var(--dim);stroke-dasharray:2 1}";

static const char patterns[] =
    "<defs><pattern id=\"guess\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
    "patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" style=\"fill:var(--soft)\"/>"
    "<line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\" style=\"stroke:var(--bar)\" stroke-width=\"3\"/>"
    "</pattern><pattern id=\"bad\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" "
    "patternTransform=\"rotate(-45)\"><rect width=\"5\" height=\"5\" style=\"fill:var(--bg)\"/>"
    "<line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"5\" style=\"stroke:var(--bad)\" stroke-width=\"3\"/>"
    "</pattern></defs>";

/* ---- the axis ---- */

int drawing_place(const struct drawing *drawing, int64_t value)
{
    if (value <= drawing->from || drawing->to <= drawing->from) {
        return DRAWING_LEFT;
    }
    if (value >= drawing->to) {
        return DRAWING_LEFT + PLOT;
    }
    return DRAWING_LEFT + (int)((value - drawing->from) * PLOT / (drawing->to - drawing->from));
}

static void choose_axis(struct drawing *drawing)
{
    const struct audit_history *history = &drawing->audit->history;
    int64_t first = INT64_MAX;
    int64_t last = 0;
    int64_t snapshots = 0;
    int64_t lowest = INT64_MAX;
    for (size_t r = 0; r < history->role_count; r++) {
        for (size_t i = 0; i < history->roles[r].count; i++) {
            const struct audit_version *version = &history->roles[r].versions[i];
            int64_t time = version->published.unix_s;
            bool known = version->published.source != AUDIT_SOURCE_NONE;
            first = known && time < first ? time : first;
            last = known && time > last ? time : last;
            int64_t snapshot = (int64_t)version->first_snapshot;
            snapshots = snapshot > snapshots ? snapshot : snapshots;
            lowest = snapshot > 0 && snapshot < lowest ? snapshot : lowest;
        }
    }
    drawing->by_time = last - first > TOGETHER_S || (snapshots == 0 && last > 0);
    drawing->from = drawing->by_time ? first : snapshots == 0 ? 0 : lowest;
    int64_t end = drawing->audit->now_unix_s > last ? drawing->audit->now_unix_s : last;
    drawing->now = drawing->by_time ? drawing->audit->now_unix_s : snapshots + 1;
    drawing->to = drawing->by_time ? end + (end - first) / MARGIN_SHARE + 1 : snapshots + 1;
}

static void draw_ticks(const struct drawing *drawing, int bottom)
{
    struct markup *markup = drawing->markup;
    int64_t before = -1;
    for (int i = 0; i <= TICKS; i++) {
        int64_t value = drawing->from + (drawing->to - drawing->from) * i / TICKS;
        bool is_beyond =
            !drawing->by_time && value == drawing->to; /* no snapshot has that number */
        if (value == before || is_beyond) {
            continue;
        }
        before = value;
        int x = drawing_place(drawing, value);
        char text[TIME_TEXT_BYTES];
        markup_raw(markup, "<line class=\"g\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>", x,
                   TOP - 8, x, bottom);
        if (drawing->by_time) {
            time_format(value, text);
            text[10] = '\0';
        } else {
            (void)snprintf(text, sizeof(text), "snapshot %" PRId64, value);
        }
        markup_raw(markup, "<text class=\"d\" x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>", x,
                   TOP - 14,
                   !drawing->by_time ? "middle"
                   : i == 0          ? "start"
                   : i == TICKS      ? "end"
                                     : "middle",
                   text);
    }
    if (drawing->by_time) {
        int x = drawing_place(drawing, drawing->audit->now_unix_s);
        markup_raw(markup,
                   "<line class=\"n\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"><title>%s</title>"
                   "</line>",
                   x, TOP - 8, x, bottom, drawing->audit->has_at ? "the time judged" : "now");
    }
}

/* ---- lanes ---- */

/* Where a version begins; one that nobody dates stands where the one before it does. */
int64_t drawing_begins(const struct drawing *drawing, const struct audit_role *role, size_t i)
{
    for (size_t at = i + 1; at > 0; at--) {
        const struct audit_version *version = &role->versions[at - 1];
        if (drawing->by_time && version->published.source != AUDIT_SOURCE_NONE) {
            return version->published.unix_s;
        }
        if (!drawing->by_time && version->first_snapshot > 0) {
            return (int64_t)version->first_snapshot;
        }
    }
    return drawing->from;
}

static int64_t ends(const struct drawing *drawing, const struct audit_role *role, size_t i)
{
    if (drawing->by_time) {
        int64_t end = role->versions[i].expires_unix_s;
        return end > 0 ? end : drawing_begins(drawing, role, i);
    }
    return i + 1 < role->count ? drawing_begins(drawing, role, i + 1) : drawing->to;
}

static const char *class_of(const struct drawing *drawing, const struct audit_version *version)
{
    if (version->trust == AUDIT_INVALID || version->trust == AUDIT_ABSENT) {
        return "b i";
    }
    if (version->trust == AUDIT_UNVOUCHED) {
        return "b u";
    }
    bool is_guess = drawing->by_time && (version->published.source == AUDIT_SOURCE_NONE ||
                                         version->published.source == AUDIT_SOURCE_LIFETIME);
    return is_guess ? "b e" : "b";
}

/* Of versions that share a row the one that is trusted least speaks for all. */
static size_t least_trusted(const struct audit_role *role, size_t first, size_t end)
{
    size_t least = first;
    for (size_t i = first; i < end; i++) {
        least = role->versions[i].trust > role->versions[least].trust ? i : least;
    }
    return least;
}

static void draw_title(struct markup *markup, const struct audit_role *role, size_t first,
                       size_t end, size_t least)
{
    const struct audit_version *version = &role->versions[least];
    markup_raw(markup, "<title>");
    markup_text(markup, role->name);
    markup_raw(markup, " version %" PRIu64, role->versions[first].version);
    if (end - first > 1) {
        markup_raw(markup, " to %" PRIu64 "; of these version %" PRIu64,
                   role->versions[end - 1].version, version->version);
    }
    markup_raw(markup, ", %s; published ", audit_trust_name(version->trust));
    markup_claim(markup, &version->published);
    if (version->expires_unix_s > 0) {
        markup_raw(markup, "; expires ");
        markup_time(markup, version->expires_unix_s);
    }
    if (version->failure != NULL && version->failure[0] != '\0') {
        markup_raw(markup, "; ");
        markup_text(markup, version->failure);
    }
    markup_raw(markup, "</title>");
}

static void draw_row(const struct drawing *drawing, const struct audit_role *role, size_t first,
                     size_t end, int y, int height)
{
    size_t least = least_trusted(role, first, end);
    int x = drawing_place(drawing, drawing_begins(drawing, role, first));
    int until = drawing_place(drawing, ends(drawing, role, end - 1));
    int width = until - x < 3 ? 3 : until - x;
    markup_raw(drawing->markup, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\">",
               class_of(drawing, &role->versions[least]), x, y, width, height);
    draw_title(drawing->markup, role, first, end, least);
    markup_raw(drawing->markup, "</rect>\n");
}

/* From the expiry of a root to the publication of the next, where that came later. */
static void draw_gaps(const struct drawing *drawing, const struct audit_role *role, int y,
                      int height)
{
    for (size_t i = 0; i + 1 < role->count && drawing->by_time; i++) {
        const struct audit_version *version = &role->versions[i];
        const struct audit_version *next = &role->versions[i + 1];
        bool is_told = next->published.source != AUDIT_SOURCE_NONE &&
                       next->published.source != AUDIT_SOURCE_LIFETIME;
        if (!is_told || version->trust != AUDIT_VOUCHED || next->trust != AUDIT_VOUCHED ||
            next->published.unix_s <= version->expires_unix_s) {
            continue;
        }
        int x = drawing_place(drawing, version->expires_unix_s);
        int until = drawing_place(drawing, next->published.unix_s);
        markup_raw(drawing->markup,
                   "<rect class=\"x\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"><title>"
                   "gap: version %" PRIu64 " had expired and version %" PRIu64
                   " was not there</title></rect>\n",
                   x, y, until - x < 2 ? 2 : until - x, height, version->version, next->version);
    }
}

static void draw_lane(struct drawing *drawing, const struct audit_role *role)
{
    size_t share = (role->count + ROWS_MOST - 1) / ROWS_MOST;
    size_t rows = (role->count + share - 1) / share;
    int height = LANE_MOST / (int)rows;
    height = height > ROW_MOST ? ROW_MOST : height < 1 ? 1 : height;
    int total = (int)rows * height < ROW_MOST ? ROW_MOST : (int)rows * height;
    bool is_root = strcmp(role->name, "root") == 0;
    markup_raw(drawing->markup, "<g><text x=\"4\" y=\"%d\">", drawing->y + 9);
    bool is_cut = strlen(role->name) > NAME_BYTES;
    markup_text_first(drawing->markup, role->name, is_cut ? NAME_BYTES - 3 : NAME_BYTES);
    markup_raw(drawing->markup, "%s<title>", is_cut ? "..." : "");
    markup_text(drawing->markup, role->name);
    markup_raw(drawing->markup, "</title></text>\n");
    if (is_root) {
        draw_gaps(drawing, role, drawing->y - 2, total + 4);
    }
    for (size_t row = 0; row < rows; row++) {
        size_t first = row * share;
        size_t end = first + share < role->count ? first + share : role->count;
        draw_row(drawing, role, first, end, drawing->y + (int)row * height,
                 height > 3 ? height - 1 : height);
    }
    markup_raw(drawing->markup, "</g>\n");
    drawing->y += total + LANE_GAP;
}

/* ---- all ---- */

static int lane_height(const struct audit_role *role)
{
    size_t share = (role->count + ROWS_MOST - 1) / ROWS_MOST;
    size_t rows = share == 0 ? 0 : (role->count + share - 1) / share;
    int height = rows == 0 ? 0 : LANE_MOST / (int)rows;
    height = height > ROW_MOST ? ROW_MOST : height < 1 ? 1 : height;
    int total = (int)rows * height;
    return rows == 0 ? 0 : (total < ROW_MOST ? ROW_MOST : total) + LANE_GAP;
}

static void draw_body(struct drawing *drawing)
{
    const struct audit_history *history = &drawing->audit->history;
    size_t lanes = 0;
    int bottom = TOP;
    for (size_t i = 0; i < history->role_count && i < LANES_MOST; i++) {
        bottom += lane_height(&history->roles[i]);
    }
    draw_ticks(drawing, bottom);
    drawing->y = TOP + 4;
    for (size_t i = 0; i < history->role_count && lanes < LANES_MOST; i++) {
        if (history->roles[i].count > 0) {
            draw_lane(drawing, &history->roles[i]);
            lanes++;
        }
    }
    if (history->role_count > LANES_MOST) {
        markup_raw(drawing->markup,
                   "<text class=\"d\" x=\"4\" y=\"%d\">and %zu more roles</text>\n", drawing->y + 9,
                   history->role_count - LANES_MOST);
        drawing->y += DRAWING_ROW;
    }
    drawing_keys(drawing);
}

/* The height is known when everything is drawn, and stands in front of it. */
void markup_timeline(struct markup *markup, const struct audit_report *audit)
{
    struct buf body = BUF_INIT(markup->out->max);
    struct markup inner = { .out = &body, .err = markup->err, .status = markup->status };
    struct drawing drawing = { .markup = &inner, .audit = audit };
    choose_axis(&drawing);
    draw_body(&drawing);
    markup->status = inner.status;
    markup_raw(markup,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"t\" role=\"img\" "
               "aria-labelledby=\"tt td\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">",
               WIDTH, drawing.y + 8, WIDTH, drawing.y + 8);
    markup_raw(markup, "<title id=\"tt\">Timeline of ");
    markup_text(markup, audit->gun[0] == '\0' ? audit->where : audit->gun);
    markup_raw(markup,
               "</title><desc id=\"td\">A lane for each role, a row for each version or, "
               "beyond %d, for several, from publication to expiry; below, the root keys."
               "</desc><style>",
               ROWS_MOST);
    markup_fixed(markup, markup_colours);
    markup_fixed(markup, style);
    markup_fixed(markup, "</style>");
    markup_fixed(markup, patterns);
    markup_fixed(markup, "<rect width=\"100%\" height=\"100%\" style=\"fill:var(--bg)\"/>\n");
    if (markup->status == ASSAY_OK) {
        markup->status = buf_append(markup->out, buf_slice(&body), markup->err);
    }
    markup_raw(markup, "</svg>");
    buf_clear(&body);
}
