/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/text.h"
#include "gate/judging.h"

#include <inttypes.h>
#include <stdio.h>

#define MESSAGE_BYTES 1024

struct gate_place gate_place_of(const struct gate *gate, size_t image)
{
    return (struct gate_place){ gate->images[image].found->spot, image,
                                gate->images[image].reference };
}

enum assay_status gate_show(struct gate *gate, const char *text, const char **out,
                            struct assay_error *err)
{
    char safe[4 * LIMIT_REFERENCE_BYTES];
    text_sanitise(slice_from_string(text), safe, sizeof(safe));
    return arena_copy_text(&gate->arena, slice_from_string(safe), out, err);
}

void gate_origin(const struct policy_origin *origin, char out[GATE_ORIGIN_BYTES])
{
    bool is_default = origin->file == NULL || origin->file[0] == '\0';
    out[0] = '\0';
    if (!is_default) {
        (void)snprintf(out, GATE_ORIGIN_BYTES, " (%.150s, scope %.150s)", origin->file,
                       origin->scope == NULL ? "" : origin->scope);
    }
}

static enum assay_status append(struct gate *gate, const struct gate_finding *finding,
                                struct assay_error *err)
{
    if (gate->finding_count >= LIMIT_GATE_FINDINGS) {
        return FAIL(err, ASSAY_FILE_LIMIT, "more than %lu findings", LIMIT_GATE_FINDINGS);
    }
    TRY(mem_grow(&gate->findings, gate->finding_count, &gate->finding_cap, sizeof(*finding), err));
    gate->findings[gate->finding_count++] = *finding;
    return ASSAY_OK;
}

enum assay_status gate_add(struct gate *gate, const struct gate_place *place, enum gate_rule rule,
                           enum assay_status status, const char *remedy, struct assay_error *err,
                           const char *format, ...)
{
    const struct gate_rule_row *row = gate_rule_row(rule);
    char message[MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    text_format(message, sizeof(message), format, args);
    va_end(args);
    struct gate_finding finding = {
        .rule = rule, .level = row->level, .spot = place->spot, .image = place->image
    };
    if (row->level == GATE_ERROR) {
        /* an error that ends the run with success would be none */
        finding.status = error_raised(status == ASSAY_OK ? row->status : status);
    }
    TRY(gate_show(gate, place->reference, &finding.reference, err));
    TRY(gate_show(gate, remedy == NULL || remedy[0] == '\0' ? row->remedy : remedy, &finding.remedy,
                  err));
    TRY(arena_copy_text(&gate->arena, slice_from_string(message), &finding.message, err));
    return append(gate, &finding, err);
}

enum assay_status gate_repeat(struct gate *gate, size_t begin, size_t end, size_t image,
                              struct assay_error *err)
{
    for (size_t i = begin; i < end; i++) {
        struct gate_finding finding = gate->findings[i];
        finding.spot = gate->images[image].found->spot;
        finding.image = image;
        TRY(append(gate, &finding, err));
    }
    return ASSAY_OK;
}

/* ---- order ---- */

static int compare_places(const void *a, const void *b, void *ctx)
{
    const struct gate_finding *x = a;
    const struct gate_finding *y = b;
    const size_t *ranks = ctx;
    const size_t pairs[][2] = { { ranks[x->spot.file], ranks[y->spot.file] },
                                { x->spot.line, y->spot.line },
                                { x->spot.column, y->spot.column },
                                { x->rule, y->rule },
                                { x->image, y->image } };
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        int order = size_compare(pairs[i][0], pairs[i][1]);
        if (order != 0) {
            return order;
        }
    }
    return strcmp(x->message, y->message);
}

void gate_sort_findings(struct gate *gate, size_t *ranks)
{
    list_sort_with(gate->findings, gate->finding_count, sizeof(*gate->findings), compare_places,
                   ranks);
}

/* ---- fingerprints ---- */

/* What stays the same when a digest, a tag or a line changes. */
struct identity {
    struct gate_finding *finding;
    const char *file;
    struct slice name;
};

/* Without tag and digest; what cannot be read as a reference stays whole. */
static struct slice name_of(const struct gate_finding *finding)
{
    struct slice text = slice_from_string(finding->reference);
    struct slice name = slice_first(text, slice_find(text, '@'));
    size_t slash = slice_find_last(name, '/');
    size_t colon = slice_find_last(name, ':');
    bool has_tag = colon < name.len && (slash == name.len || colon > slash);
    bool is_raw = finding->rule == GATE_UNRESOLVED_RULE || finding->rule == GATE_MALFORMED_RULE;
    return is_raw ? text : has_tag ? slice_first(name, colon) : name;
}

/* The path below the root of the sources, however the user came to it: 'gate .', 'gate deploy' and
 * 'gate deploy/Dockerfile' find the same. What lies elsewhere is named as the user did, for its
 * place differs from machine to machine. */
static const char *identity_of(const struct scan_file *file)
{
    return file->place[0] == '\0' || file->place[0] == '/' ? file->name : file->place;
}

static int compare_identities(const void *a, const void *b)
{
    const struct identity *x = a;
    const struct identity *y = b;
    int order = size_compare(x->finding->rule, y->finding->rule);
    if (order == 0) {
        order = strcmp(x->file, y->file);
    }
    if (order == 0) {
        order = slice_compare(x->name, y->name);
    }
    /* findings are in order already */
    return order != 0 ? order
                      : (x->finding > y->finding ? 1 : 0) - (x->finding < y->finding ? 1 : 0);
}

static bool is_same(const struct identity *a, const struct identity *b)
{
    return a->finding->rule == b->finding->rule && strcmp(a->file, b->file) == 0 &&
           slice_equal(a->name, b->name);
}

static enum assay_status set_fingerprint(const struct identity *identity, size_t ordinal,
                                         struct assay_error *err)
{
    AUTO_BUF text = BUF_INIT(MIB);
    struct digest digest;
    char hex[DIGEST_TEXT_BYTES];
    /* a NUL cannot stand in any part: two identities never give one text */
    TRY(buf_append_string(&text, gate_rule_row(identity->finding->rule)->id, err));
    TRY(buf_append_byte(&text, 0, err));
    TRY(buf_append_string(&text, identity->file, err));
    TRY(buf_append_byte(&text, 0, err));
    TRY(buf_append(&text, identity->name, err));
    TRY(buf_append_byte(&text, 0, err));
    TRY(buf_printf(&text, err, "%zu", ordinal));
    TRY(digest_compute(DIGEST_SHA256, buf_slice(&text), &digest, err));
    digest_hex(&digest, hex);
    (void)snprintf(identity->finding->fingerprint, DIGEST_HEX_BYTES, "%.64s", hex);
    return ASSAY_OK;
}

enum assay_status gate_set_fingerprints(const struct gate *gate, struct assay_error *err)
{
    size_t count = gate->finding_count;
    AUTO_MEM struct identity *identities = mem_alloc(count + 1, sizeof(*identities));
    size_t ordinal = 0;
    if (identities == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < count; i++) {
        identities[i].finding = &gate->findings[i];
        identities[i].file = identity_of(&gate->scan->files[gate->findings[i].spot.file]);
        identities[i].name = name_of(&gate->findings[i]);
    }
    list_sort(identities, count, sizeof(*identities), compare_identities);
    for (size_t i = 0; i < count; i++) {
        ordinal = i > 0 && is_same(&identities[i - 1], &identities[i]) ? ordinal + 1 : 0;
        TRY(set_fingerprint(&identities[i], ordinal, err));
    }
    return ASSAY_OK;
}
