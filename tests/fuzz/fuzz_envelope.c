/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever the file, what is hashed and parsed of it is canonical, and signatures are bounded. */
#include "harness.h"

#include "tuf/envelope.h"
#include "json/canonical.h"

static void read_envelope(struct slice bytes, const struct tuf_dialect *dialect)
{
    struct assay_error err = ERROR_INIT;
    AUTO_UNVERIFIED file = { .signature_count = 0 };
    AUTO_BUF whole = BUF_INIT(MIB);
    enum assay_status status = tuf_envelope_read(bytes, dialect, LIMIT_JSON_NODES, &file, &err);
    enum assay_status made = json_canonicalise(bytes, LIMIT_JSON_NODES, &whole, NULL);
    INVARIANT(err.status == status);
    if (status != ASSAY_OK) {
        INVARIANT(assay_status_class(status) == ASSAY_CLASS_REJECTED);
        INVARIANT(file.message.bytes.len == 0 && file.signature_count == 0);
        INVARIANT(made == ASSAY_OK || made == status);
        return;
    }
    INVARIANT(made == ASSAY_OK);
    struct json_reader reader;
    struct slice span = SLICE_EMPTY;
    json_reader_init_form(&reader, file.message.bytes, JSON_FORM_CANONICAL, LIMIT_JSON_NODES);
    INVARIANT(json_skip(&reader, &span, NULL) == ASSAY_OK);
    INVARIANT(slice_equal(span, file.message.bytes));
    INVARIANT(file.signature_count <= LIMIT_SIGNATURES);
    for (size_t i = 0; i < file.signature_count; i++) {
        INVARIANT(file.signatures[i].bytes.len <= LIMIT_SIGNATURE_BYTES);
        for (size_t j = 0; j < i; j++) {
            INVARIANT(!slice_equal(file.signatures[i].keyid, file.signatures[j].keyid));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_envelope(slice_of(data, size), &tuf_dialect_notary);
    read_envelope(slice_of(data, size), &tuf_dialect_tuf);
    return 0;
}
