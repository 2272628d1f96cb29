/* SPDX-License-Identifier: Apache-2.0 */
/* The canonical form is stable: it is read by the reader, and writing it again changes nothing. */
#include "harness.h"

#include "base/limits.h"
#include "json/canonical.h"
#include "json/reader.h"

static enum assay_status skim(struct slice text, enum json_form form)
{
    struct json_reader reader;
    json_reader_init_form(&reader, text, form, LIMIT_JSON_NODES);
    TRY(json_skip(&reader, NULL, NULL));
    return json_finish(&reader, NULL);
}

static bool holds_control(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < 0x20) {
            return true;
        }
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_of(data, size);
    AUTO_BUF once = BUF_INIT(MIB);
    AUTO_BUF twice = BUF_INIT(MIB);
    if (json_canonicalise(text, LIMIT_JSON_NODES, &once, NULL) != ASSAY_OK) {
        return 0;
    }
    struct slice canonical = buf_slice(&once);
    INVARIANT(canonical.len <= size);
    INVARIANT(skim(canonical, JSON_FORM_CANONICAL) == ASSAY_OK);
    /* Raw control characters are no JSON, so such a form cannot be canonicalised again. */
    enum assay_status wanted = holds_control(canonical) ? ASSAY_JSON_SYNTAX : ASSAY_OK;
    INVARIANT(skim(canonical, JSON_FORM_WIRE) == wanted);
    INVARIANT(json_canonicalise(canonical, LIMIT_JSON_NODES, &twice, NULL) == wanted);
    INVARIANT(wanted != ASSAY_OK || slice_equal(buf_slice(&twice), canonical));
    return 0;
}
