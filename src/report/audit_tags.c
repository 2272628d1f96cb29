/* SPDX-License-Identifier: Apache-2.0 */
/* Which tags each role speaks for, and which of them it moved. */
#include "report/audit_lines.h"

#include <inttypes.h>

#define SHORT_DIGEST_BYTES 19 /* "sha256:" and twelve digits; whole in the JSON */

static bool is_moved(const struct audit_tag_change *change)
{
    return change->before.alg != DIGEST_NONE && change->after.alg != DIGEST_NONE;
}

static enum assay_status append_move(const struct audit_tag_change *change, struct buf *out,
                                     struct assay_error *err)
{
    char before[DIGEST_TEXT_BYTES];
    char after[DIGEST_TEXT_BYTES];
    digest_format(&change->before, before);
    digest_format(&change->after, after);
    return audit_append_line(out, 4, err, "%s moved in version %" PRIu64 ": %.*s... to %.*s...",
                             change->tag, change->version, SHORT_DIGEST_BYTES, before,
                             SHORT_DIGEST_BYTES, after);
}

static enum assay_status append_role(const struct audit_history *history,
                                     const struct audit_role *role,
                                     const struct audit_version *newest, struct buf *out,
                                     struct assay_error *err)
{
    size_t added = 0;
    size_t moved = 0;
    size_t removed = 0;
    AUTO_BUF moves = BUF_INIT(LIMIT_JSON_STRING_BYTES);
    for (size_t i = 0; i < history->tag_count; i++) {
        const struct audit_tag_change *change = &history->tags[i];
        if (strcmp(role->name, change->role) != 0) {
            continue;
        }
        added += change->before.alg == DIGEST_NONE;
        removed += change->after.alg == DIGEST_NONE;
        if (is_moved(change) && moved++ < AUDIT_LINES_MOST) {
            TRY(append_move(change, &moves, err));
        }
    }
    TRY(audit_append_line(out, 2, err,
                          "%s %" PRIu64 ": %" PRIu64 " tags; over time %zu added, %zu moved, "
                          "%zu removed",
                          role->name, newest->version, newest->target_count, added, moved,
                          removed));
    TRY(buf_append(out, buf_slice(&moves), err));
    return audit_append_more(out, AUDIT_LINES_MOST, moved, err);
}

enum assay_status audit_append_tags(const struct audit_history *history, struct buf *out,
                                    struct assay_error *err)
{
    size_t count = 0;
    for (size_t i = 0; i < history->role_count; i++) {
        const struct audit_role *role = &history->roles[i];
        const struct audit_version *newest = audit_role_newest(role);
        if (newest == NULL ||
            !slice_has_prefix(slice_from_string(role->name), SLICE_LITERAL("targets"))) {
            continue;
        }
        if (count == 0) {
            TRY(audit_append_heading(out, "Tags", err));
        }
        if (count++ < AUDIT_LINES_MOST) {
            TRY(append_role(history, role, newest, out, err));
        }
    }
    TRY(audit_append_more(out, AUDIT_LINES_MOST, count, err));
    return history->tags_left_out == 0
               ? ASSAY_OK
               : audit_append_line(out, 2, err, "%" PRIu64 " changes of tags are not counted here",
                                   history->tags_left_out);
}
