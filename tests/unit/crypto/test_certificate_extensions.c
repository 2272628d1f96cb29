/* SPDX-License-Identifier: Apache-2.0 */
/* The extensions of a certificate, one by one. What is accepted is compared with OpenSSL. */
#include "certificates.h"

#include <criterion/criterion.h>

TestSuite(certificate_extensions, .timeout = 60);

enum verdict {
    PLAIN,
    ASKED,
    BAD,
    REFUSED
}; /* BAD: it loads, but is no root certificate */

#define DER(text)                                                                                  \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }

static const struct {
    const char *name;
    uint8_t id; /* 2.5.29.id */
    struct slice value;
    enum verdict verdict;
    bool is_ca;
} values[] = {
    { "no constraints", 19, DER("\x30\x00"), PLAIN, false },
    { "CA", 19, DER("\x30\x03\x01\x01\xFF"), PLAIN, true },
    { "CA, path 0", 19, DER("\x30\x06\x01\x01\xFF\x02\x01\x00"), PLAIN, true },
    { "CA, path 128", 19, DER("\x30\x07\x01\x01\xFF\x02\x02\x00\x80"), PLAIN, true },
    { "CA, path -1", 19, DER("\x30\x06\x01\x01\xFF\x02\x01\xFF"), BAD, true },
    { "path alone", 19, DER("\x30\x03\x02\x01\x00"), PLAIN, false },
    { "not a CA, said", 19, DER("\x30\x03\x01\x01\x00"), ASKED, false },
    { "CA as 1", 19, DER("\x30\x03\x01\x01\x01"), ASKED, true },
    { "CA of two bytes", 19, DER("\x30\x04\x01\x02\xFF\xFF"), BAD, false },
    { "constraints without sequence", 19, DER("\x01\x01\xFF"), BAD, false },
    { "no value", 19, DER(""), BAD, false },
    { "usage", 15, DER("\x03\x02\x07\x80"), PLAIN, false },
    { "usages", 15, DER("\x03\x02\x01\x06"), PLAIN, false },
    { "usages of two bytes", 15, DER("\x03\x03\x07\x80\x80"), PLAIN, false },
    { "usage 8 alone", 15, DER("\x03\x03\x07\x00\x80"), PLAIN, false },
    { "usage and a zero", 15, DER("\x03\x02\x06\x80"), ASKED, false },
    { "usage below the count", 15, DER("\x03\x02\x07\xC0"), ASKED, false },
    { "no usage", 15, DER("\x03\x01\x00"), BAD, false },
    { "usage zero", 15, DER("\x03\x02\x00\x00"), BAD, false },
    { "usage, 8 unused", 15, DER("\x03\x02\x08\x80"), BAD, false },
    { "purpose", 37, DER("\x30\x0A\x06\x08\x2B\x06\x01\x05\x05\x07\x03\x03"), PLAIN, false },
    { "purposes", 37, DER("\x30\x0C\x06\x08\x2B\x06\x01\x05\x05\x07\x03\x03\x06\x00"), BAD, false },
    { "no purpose", 37, DER("\x30\x00"), ASKED, false },
    { "a purpose that is a number", 37, DER("\x30\x03\x02\x01\x01"), BAD, false },
    { "key id", 14, DER("\x04\x02\x01\x02"), PLAIN, false },
    { "empty key id", 14, DER("\x04\x00"), PLAIN, false },
    { "key id as bits", 14, DER("\x03\x02\x00\x02"), BAD, false },
    { "authority", 35, DER("\x30\x04\x80\x02\x01\x02"), PLAIN, false },
    { "authority by serial", 35, DER("\x30\x03\x82\x01\x02"), ASKED, false },
    { "nothing of the authority", 35, DER("\x30\x00"), ASKED, false },
    { "authority as text", 35, DER("\x13\x02\x01\x02"), BAD, false },
    { "other names", 17,
      DER("\x30\x03\x82\x01"
          "a"),
      ASKED, false },
    { "other names, malformed", 17,
      DER("\x30\x03\x82\x02"
          "a"),
      BAD, false },
    { "points", 31, DER("\x30\x00"), ASKED, false },
    { "points, malformed", 31, DER("\x30\x01\x30"), BAD, false },
    { "constraints of names, malformed", 30, DER("\x04\x00"), BAD, false },
    { "unknown", 111, DER("\x00\x01\x02"), ASKED, false },
};

/* SEQUENCE { OID, what, OCTET STRING value } */
static void put_extension(struct slice oid, struct slice what, struct slice value, struct buf *out)
{
    AUTO_BUF inner = BUF_INIT(MAKER_MAX_BYTES);
    maker_der(0x06, oid, &inner);
    maker_append(&inner, what);
    maker_der(0x04, value, &inner);
    maker_der(0x30, buf_slice(&inner), out);
}

static enum assay_status read_extensions(struct slice extensions, struct certificate *out,
                                         const char *name)
{
    AUTO_BUF der = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF rest = BUF_INIT(MAKER_MAX_BYTES);
    struct parts parts = parts_good();
    parts_put_extensions(extensions, &rest);
    parts.rest = buf_slice(&rest);
    parts_put(&parts, &der);
    enum assay_status status = certificates_compare(buf_slice(&der), out, name);
    out->der = out->spki = out->common_name = SLICE_EMPTY; /* it ends here */
    return status;
}

static void expect_verdict(struct slice extensions, enum verdict verdict, bool is_ca,
                           const char *name)
{
    struct certificate found;
    enum assay_status status = read_extensions(extensions, &found, name);
    cr_expect_eq(status, verdict == REFUSED ? ASSAY_CERTIFICATE : ASSAY_OK, "%s", name);
    if (status == ASSAY_OK) {
        cr_expect_eq(found.is_plain, verdict == PLAIN, "%s", name);
        cr_expect_eq(found.has_good_extensions, verdict != BAD, "%s", name);
        cr_expect_eq(found.is_ca, is_ca, "%s", name);
    }
}

Test(certificate_extensions, values_of_those_we_know)
{
    static const struct slice critical[] = { DER(""), DER("\x01\x01\xFF") };
    AUTO_BUF extension = BUF_INIT(MAKER_MAX_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        const uint8_t oid[] = { 0x55, 0x1D, values[i].id };
        for (size_t j = 0; j < ARRAY_LEN(critical); j++) {
            buf_reset(&extension);
            put_extension(slice_of(oid, sizeof(oid)), critical[j], values[i].value, &extension);
            expect_verdict(buf_slice(&extension), values[i].verdict, values[i].is_ca,
                           values[i].name);
        }
    }
}

Test(certificate_extensions, their_frame)
{
    static const struct {
        const char *name;
        struct slice extensions;
        enum verdict verdict;
    } cases[] = {
        { "one", DER("\x30\x09\x06\x03\x55\x1D\x0E\x04\x02\x04\x00"), PLAIN },
        { "none", DER(""), REFUSED },
        { "a critical one", DER("\x30\x0C\x06\x03\x55\x1D\x0E\x01\x01\xFF\x04\x02\x04\x00"),
          PLAIN },
        { "FALSE, said", DER("\x30\x0C\x06\x03\x55\x1D\x0E\x01\x01\x00\x04\x02\x04\x00"), ASKED },
        { "TRUE as 1", DER("\x30\x0C\x06\x03\x55\x1D\x0E\x01\x01\x01\x04\x02\x04\x00"), ASKED },
        { "TRUE of no byte", DER("\x30\x0B\x06\x03\x55\x1D\x0E\x01\x00\x04\x02\x04\x00"), REFUSED },
        { "TRUE twice", DER("\x30\x0F\x06\x03\x55\x1D\x0E\x01\x01\xFF\x01\x01\xFF\x04\x02\x04\x00"),
          REFUSED },
        { "no value", DER("\x30\x05\x06\x03\x55\x1D\x0E"), REFUSED },
        { "no type", DER("\x30\x04\x04\x02\x04\x00"), REFUSED },
        { "a type of no number", DER("\x30\x09\x06\x03\x55\x1D\x80\x04\x02\x04\x00"), REFUSED },
        { "behind the value", DER("\x30\x0B\x06\x03\x55\x1D\x0E\x04\x02\x04\x00\x05\x00"),
          REFUSED },
        { "behind the last", DER("\x30\x09\x06\x03\x55\x1D\x0E\x04\x02\x04\x00\x05\x00"), REFUSED },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        expect_verdict(cases[i].extensions, cases[i].verdict, false, cases[i].name);
    }
}

#define KEY_ID_1 "\x30\x0A\x06\x03\x55\x1D\x0E\x04\x03\x04\x01\x01"
#define KEY_ID_2 "\x30\x0A\x06\x03\x55\x1D\x0E\x04\x03\x04\x01\x02"
#define UNKNOWN  "\x30\x07\x06\x03\x55\x1D\x6F\x04\x00"
#define CA_TRUE  "\x30\x0C\x06\x03\x55\x1D\x13\x04\x05\x30\x03\x01\x01\xFF"
#define CA_FALSE "\x30\x09\x06\x03\x55\x1D\x13\x04\x02\x30\x00"

Test(certificate_extensions, none_twice)
{
    static const struct {
        struct slice extensions;
        enum verdict verdict;
        bool is_ca;
    } cases[] = {
        { DER(KEY_ID_1 CA_TRUE), PLAIN, true },        { DER(KEY_ID_1 KEY_ID_2), BAD, false },
        { DER(KEY_ID_1 CA_TRUE KEY_ID_1), BAD, true }, { DER(CA_TRUE CA_FALSE), BAD, false },
        { DER(CA_FALSE CA_TRUE), BAD, false },         { DER(UNKNOWN), ASKED, false },
        { DER(UNKNOWN UNKNOWN), BAD, false },          { DER(UNKNOWN CA_TRUE UNKNOWN), BAD, true },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        expect_verdict(cases[i].extensions, cases[i].verdict, cases[i].is_ca, "twice");
    }
}

Test(certificate_extensions, are_bounded)
{
    AUTO_BUF extensions = BUF_INIT(MAKER_MAX_BYTES);
    for (size_t count = 1; count <= LIMIT_EXTENSIONS + 1; count++) {
        const uint8_t oid[] = { 0x55, (uint8_t)count };
        put_extension(slice_of(oid, sizeof(oid)), SLICE_EMPTY, SLICE_EMPTY, &extensions);
        expect_verdict(buf_slice(&extensions), count <= LIMIT_EXTENSIONS ? ASKED : REFUSED, false,
                       "many");
    }
}
