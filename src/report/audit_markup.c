/* SPDX-License-Identifier: Apache-2.0 */
#include "report/audit_markup.h"

#include "base/time.h"

void markup_time(struct markup *markup, int64_t unix_s)
{
    char text[TIME_TEXT_BYTES];
    time_format(unix_s, text);
    markup_text(markup, text);
}

void markup_claim(struct markup *markup, const struct audit_time *time)
{
    if (time->source == AUDIT_SOURCE_NONE) {
        markup_text(markup, "not known");
        return;
    }
    markup_text(markup, "~");
    markup_time(markup, time->unix_s);
    markup_raw(markup, " (%s)", audit_source_name(time->source));
}

void markup_digest(struct markup *markup, const struct digest *digest)
{
    char text[DIGEST_TEXT_BYTES] = "-";
    if (digest->alg != DIGEST_NONE) {
        digest_format(digest, text);
    }
    markup_text(markup, text);
}

const char *markup_key_id(const struct audit_key *key)
{
    return key->canonical_id[0] == '\0' ? key->id : key->canonical_id;
}

enum assay_status report_audit_svg(const struct report_audit *what, struct buf *out,
                                   struct assay_error *err)
{
    struct markup markup = { .out = out, .err = err };
    markup_raw(&markup, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    markup_timeline(&markup, what->audit);
    markup_raw(&markup, "\n");
    return markup.status;
}
