/* SPDX-License-Identifier: Apache-2.0 */
#include "certificates.h"

#include "../../support/certificate_peer.h"

#include <criterion/criterion.h>

struct parts parts_good(void)
{
    return (struct parts){
        .version = SLICE_LITERAL("\xA0\x03\x02\x01\x02"),
        .serial = SLICE_LITERAL("\x02\x01\x05"),
        .algorithm = SLICE_LITERAL("\x30\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x02"),
        .issuer = SLICE_LITERAL("\x30\x0C\x31\x0A\x30\x08\x06\x03\x55\x04\x03\x0C\x01"
                                "I"),
        .dates = SLICE_LITERAL("\x30\x1E\x17\x0D"
                               "200101000000Z\x17\x0D"
                               "300101000000Z"),
        .subject = SLICE_LITERAL("\x30\x0C\x31\x0A\x30\x08\x06\x03\x55\x04\x03\x0C\x01"
                                 "S"),
        /* P-256 with its generator as point */
        .spki =
            SLICE_LITERAL("\x30\x59\x30\x13\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01\x06\x08\x2A\x86\x48"
                          "\xCE\x3D\x03\x01\x07\x03\x42\x00\x04"
                          "\x6B\x17\xD1\xF2\xE1\x2C\x42\x47\xF8\xBC\xE6\xE5\x63\xA4\x40\xF2"
                          "\x77\x03\x7D\x81\x2D\xEB\x33\xA0\xF4\xA1\x39\x45\xD8\x98\xC2\x96"
                          "\x4F\xE3\x42\xE2\xFE\x1A\x7F\x9B\x8E\xE7\xEB\x4A\x7C\x0F\x9E\x16"
                          "\x2B\xCE\x33\x57\x6B\x31\x5E\xCE\xCB\xB6\x40\x68\x37\xBF\x51\xF5"),
        .algorithm_outside = SLICE_LITERAL("\x30\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x02"),
        .signature = SLICE_LITERAL("\x03\x03\x00\x01\x02"),
    };
}

void parts_put(const struct parts *parts, struct buf *out)
{
    AUTO_BUF signed_part = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF whole = BUF_INIT(MAKER_MAX_BYTES);
    const struct slice inside[] = { parts->version, parts->serial,  parts->algorithm, parts->issuer,
                                    parts->dates,   parts->subject, parts->spki,      parts->rest };
    for (size_t i = 0; i < ARRAY_LEN(inside); i++) {
        maker_append(&signed_part, inside[i]);
    }
    maker_der(0x30, buf_slice(&signed_part), &whole);
    maker_append(&whole, parts->algorithm_outside);
    maker_append(&whole, parts->signature);
    buf_reset(out);
    maker_der(0x30, buf_slice(&whole), out);
}

void parts_put_extensions(struct slice extensions, struct buf *out)
{
    AUTO_BUF list = BUF_INIT(MAKER_MAX_BYTES);
    maker_der(0x30, extensions, &list);
    buf_reset(out);
    maker_der(0xA3, buf_slice(&list), out);
}

enum assay_status certificates_compare(struct slice der, struct certificate *out, const char *name)
{
    enum assay_status status = certificate_read(der, out, NULL);
    if (status != ASSAY_OK) {
        cr_assert_eq(status, ASSAY_CERTIFICATE, "%s", name);
        return status;
    }
    const char *difference = certificate_difference(out);
    cr_assert_null(difference, "%s: %s", name, difference);
    return ASSAY_OK;
}
