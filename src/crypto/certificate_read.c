/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate's DER (RFC 5280 section 4.1). What is left to OpenSSL is still walked, so that no
 * field can stand where the walk does not see it. */
#include "crypto/certificate.h"

#include "base/text.h"
#include "base/time.h"
#include "crypto/der.h"

#define OID_COMMON_NAME SLICE_LITERAL("\x55\x04\x03")

static enum assay_status malformed(struct assay_error *err, const char *expected)
{
    return FAIL(err, ASSAY_CERTIFICATE, "certificate: expected %s", expected);
}

/* ---- Names ---- */

struct common_names {
    size_t count;
    struct slice plain; /* the last one, empty when it is not plain */
};

/* Of the types that OpenSSL takes with any bytes in them; UTF-8 it looks into as we do. */
static bool is_text(enum der_tag tag)
{
    return tag == DER_UTF8_STRING || tag == DER_PRINTABLE_STRING || tag == DER_IA5_STRING ||
           tag == DER_T61_STRING || tag == DER_NUMERIC_STRING;
}

/* BMPString and its like are refused: two bytes a character, and NULs in plain names. */
static bool name_is_plain(enum der_tag tag, struct slice bytes)
{
    if (tag == DER_NUMERIC_STRING) {
        return false;
    }
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t c = bytes.ptr[i];
        if (c < 0x20 || c == 0x7F || (tag != DER_UTF8_STRING && c > 0x7F)) {
            return false;
        }
    }
    return bytes.len > 0 && bytes.len <= LIMIT_CERTIFICATE_CN_BYTES && text_is_utf8(bytes);
}

static bool read_attribute(struct slice attribute, struct common_names *names,
                           struct certificate *out)
{
    struct slice type;
    struct slice value = SLICE_EMPTY;
    if (!der_take_oid(&attribute, &type)) {
        return false;
    }
    uint8_t first = der_peek(attribute);
    enum der_tag tag = (enum der_tag)first;
    bool known = is_text(tag);
    if (known && (!der_take(&attribute, tag, &value) || attribute.len != 0)) {
        return false;
    }
    if (!known || (tag == DER_UTF8_STRING && !text_is_utf8(value))) {
        out->is_plain = false;
    }
    if (slice_equal(type, OID_COMMON_NAME)) {
        names->count++;
        names->plain = known && name_is_plain(tag, value) ? value : SLICE_EMPTY;
    }
    return true;
}

static bool read_name(struct slice *in, struct common_names *names, struct certificate *out)
{
    struct slice name;
    struct slice set;
    struct slice attribute;
    if (!der_take(in, DER_SEQUENCE, &name)) {
        return false;
    }
    while (name.len > 0) {
        if (!der_take(&name, DER_SET, &set)) {
            return false;
        }
        do {
            if (!der_take(&set, DER_SEQUENCE, &attribute) ||
                !read_attribute(attribute, names, out)) {
                return false;
            }
        } while (set.len > 0);
    }
    return true;
}

/* ---- Dates ---- */

/* With seconds and Z (RFC 5280 section 4.1.2.5); OpenSSL reads more forms, and libc's calendar
 * looks at the environment. Two digits of a year are of 1950 to 2049. */
static bool read_time(struct slice *in, int64_t *out_unix_s)
{
    char iso[] = "20YY-MM-DDTHH:MM:SSZ";
    static const size_t places[] = { 0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18 };
    struct slice text;
    size_t skipped = 0;
    if (der_take(in, DER_UTC_TIME, &text)) {
        skipped = 2;
    } else if (!der_take(in, DER_GENERALIZED_TIME, &text)) {
        return false;
    }
    size_t digits = ARRAY_LEN(places) - skipped;
    if (text.len != digits + 1 || text.ptr[digits] != 'Z') {
        return false;
    }
    if (skipped > 0 && text.ptr[0] >= '5') {
        iso[0] = '1';
        iso[1] = '9';
    }
    for (size_t i = 0; i < digits; i++) {
        iso[places[skipped + i]] = (char)text.ptr[i];
    }
    return time_parse(slice_from_string(iso), out_unix_s, NULL) == ASSAY_OK;
}

static bool read_dates(struct slice *in, struct certificate *out)
{
    struct slice dates;
    return der_take(in, DER_SEQUENCE, &dates) && read_time(&dates, &out->not_before_unix_s) &&
           read_time(&dates, &out->not_after_unix_s) && dates.len == 0;
}

/* ---- Key ---- */

/* Only its frame: the key of an intermediate certificate is never used. */
static bool read_spki(struct slice *in, struct certificate *out)
{
    struct slice whole = *in;
    struct slice info;
    struct slice algorithm;
    struct slice oid;
    struct slice bits;
    if (!der_take(in, DER_SEQUENCE, &info) || !der_take(&info, DER_SEQUENCE, &algorithm) ||
        !der_take_oid(&algorithm, &oid) || !der_take_bits(&info, &bits) || info.len != 0) {
        return false;
    }
    struct slice parameters;
    bool has_plain_parameters =
        algorithm.len == 0 || der_take_oid(&algorithm, &oid) ||
        (der_take(&algorithm, DER_NULL, &parameters) && parameters.len == 0);
    if (!has_plain_parameters) { /* a curve or a group in full */
        out->is_plain = false;
        (void)der_take(&algorithm, DER_SEQUENCE, &parameters);
    }
    if (algorithm.len != 0) {
        return false;
    }
    out->spki = slice_first(whole, whole.len - in->len);
    return true;
}

/* ---- Extensions ---- */

/* Whether the value has the form below, which OpenSSL is sure to take. */

/* SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL } */
static bool take_basic_constraints(struct slice value, struct certificate *out)
{
    struct slice constraints;
    struct slice is_ca;
    struct slice path_len;
    if (!der_take(&value, DER_SEQUENCE, &constraints) || value.len != 0) {
        return false;
    }
    if (der_take(&constraints, DER_BOOLEAN, &is_ca)) {
        if (!slice_is(is_ca, "\xFF")) {
            return false;
        }
        out->is_ca = true;
    }
    return constraints.len == 0 ||
           (der_take_unsigned(&constraints, &path_len) && constraints.len == 0);
}

/* BIT STRING of one or two bytes that ends in a one. */
static bool take_key_usage(struct slice value, struct certificate *out UNUSED)
{
    struct slice bits;
    if (!der_take(&value, DER_BIT_STRING, &bits) || value.len != 0 || bits.len < 2 ||
        bits.len > 3 || bits.ptr[0] > 7) {
        return false;
    }
    unsigned int last_one = 1U << bits.ptr[0];
    return (bits.ptr[bits.len - 1] & (2 * last_one - 1)) == last_one;
}

/* SEQUENCE OF OBJECT IDENTIFIER */
static bool take_extended_key_usage(struct slice value, struct certificate *out UNUSED)
{
    struct slice usages;
    struct slice usage;
    if (!der_take(&value, DER_SEQUENCE, &usages) || value.len != 0 || usages.len == 0) {
        return false;
    }
    while (usages.len > 0) {
        if (!der_take_oid(&usages, &usage)) {
            return false;
        }
    }
    return true;
}

/* OCTET STRING */
static bool take_subject_key_id(struct slice value, struct certificate *out UNUSED)
{
    struct slice id;
    return der_take(&value, DER_OCTET_STRING, &id) && value.len == 0;
}

/* SEQUENCE { [0] IMPLICIT OCTET STRING }; it may hold more, but hardly does. */
static bool take_authority_key_id(struct slice value, struct certificate *out UNUSED)
{
    struct slice ids;
    struct slice id;
    return der_take(&value, DER_SEQUENCE, &ids) && value.len == 0 &&
           der_take(&ids, DER_IMPLICIT_0, &id) && ids.len == 0;
}

static const struct extension_form {
    struct slice oid;
    bool (*take)(struct slice value, struct certificate *out);
} extension_forms[] = {
    { { (const uint8_t *)"\x55\x1d\x0e", 3 }, take_subject_key_id },
    { { (const uint8_t *)"\x55\x1d\x0f", 3 }, take_key_usage },
    { { (const uint8_t *)"\x55\x1d\x13", 3 }, take_basic_constraints },
    { { (const uint8_t *)"\x55\x1d\x23", 3 }, take_authority_key_id },
    { { (const uint8_t *)"\x55\x1d\x25", 3 }, take_extended_key_usage },
};

static bool has_plain_form(struct slice oid, struct slice value, struct certificate *out)
{
    for (size_t i = 0; i < ARRAY_LEN(extension_forms); i++) {
        if (slice_equal(oid, extension_forms[i].oid)) {
            return extension_forms[i].take(value, out);
        }
    }
    return false;
}

static bool read_extension(struct slice extension, struct slice *oid, struct certificate *out)
{
    struct slice critical;
    struct slice value;
    if (!der_take_oid(&extension, oid)) {
        return false;
    }
    /* An explicit FALSE is not DER, but common once. */
    if (der_take(&extension, DER_BOOLEAN, &critical) && !slice_is(critical, "\xFF")) {
        out->is_plain = false;
    }
    if (!der_take(&extension, DER_OCTET_STRING, &value) || extension.len != 0) {
        return false;
    }
    if (!has_plain_form(*oid, value, out)) {
        out->is_plain = false;
    }
    return true;
}

static bool read_extensions(struct slice *in, struct certificate *out)
{
    struct slice whole;
    struct slice list;
    struct slice extension;
    struct slice seen[LIMIT_EXTENSIONS];
    size_t count = 0;
    if (!der_take(in, DER_EXPLICIT_3, &whole) || !der_take(&whole, DER_SEQUENCE, &list) ||
        whole.len != 0) {
        return false;
    }
    do {
        if (count == LIMIT_EXTENSIONS || !der_take(&list, DER_SEQUENCE, &extension) ||
            !read_extension(extension, &seen[count], out)) {
            return false;
        }
        for (size_t i = 0; i < count; i++) {
            if (slice_equal(seen[i], seen[count])) {
                out->has_good_extensions = false;
                out->is_plain = false; /* which of them says whether it is a CA is OpenSSL's say */
            }
        }
        count++;
    } while (list.len > 0);
    return true;
}

/* ---- The whole ---- */

/* The contents of an AlgorithmIdentifier: ECDSA, RSA and Ed25519. */
static const struct slice good_algorithms[] = {
    { (const uint8_t *)"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02", 10 },
    { (const uint8_t *)"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03", 10 },
    { (const uint8_t *)"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04", 10 },
    { (const uint8_t *)"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00", 13 },
    { (const uint8_t *)"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c\x05\x00", 13 },
    { (const uint8_t *)"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d\x05\x00", 13 },
    { (const uint8_t *)"\x06\x03\x2b\x65\x70", 5 },
};

static void read_algorithm(struct slice algorithm, struct certificate *out)
{
    for (size_t i = 0; i < ARRAY_LEN(good_algorithms); i++) {
        out->is_signed_well = out->is_signed_well || slice_equal(algorithm, good_algorithms[i]);
    }
    if (!out->is_signed_well) {
        out->is_plain = false;
    }
}

/* Version 1 is said by saying nothing. */
static bool read_version(struct slice *in, unsigned int *version)
{
    struct slice whole;
    struct slice number;
    *version = 1;
    if (der_peek(*in) != DER_EXPLICIT_0) {
        return true;
    }
    if (!der_take(in, DER_EXPLICIT_0, &whole) || !der_take_unsigned(&whole, &number) ||
        whole.len != 0 || number.len != 1 || number.ptr[0] > 2) {
        return false;
    }
    *version = number.ptr[0] + 1U;
    return true;
}

/* What stands behind the key depends on the version. */
static enum assay_status read_rest(struct slice rest, unsigned int version, struct certificate *out,
                                   struct assay_error *err)
{
    struct slice unique_id;
    if (version >= 2 &&
        (der_take(&rest, DER_IMPLICIT_1, &unique_id) || der_peek(rest) == DER_IMPLICIT_2)) {
        out->is_plain = false;
        (void)der_take(&rest, DER_IMPLICIT_2, &unique_id);
    }
    if (version == 3 && rest.len > 0 && !read_extensions(&rest, out)) {
        return malformed(err, "extensions in DER");
    }
    if (rest.len != 0) {
        return malformed(err, "no more than its version allows");
    }
    return ASSAY_OK;
}

static enum assay_status read_signed_part(struct slice part, struct slice *algorithm,
                                          struct certificate *out, struct assay_error *err)
{
    unsigned int version = 0;
    struct slice serial;
    struct common_names of_issuer = { 0 };
    struct common_names of_subject = { 0 };
    if (!read_version(&part, &version)) {
        return malformed(err, "version 1, 2 or 3");
    }
    if (!der_take_integer(&part, &serial) || !der_take(&part, DER_SEQUENCE, algorithm)) {
        return malformed(err, "a serial number and a signature algorithm");
    }
    if (!read_name(&part, &of_issuer, out)) {
        return malformed(err, "the issuer's name");
    }
    if (!read_dates(&part, out)) {
        return malformed(err, "two dates in UTC with seconds");
    }
    if (!read_name(&part, &of_subject, out)) {
        return malformed(err, "the subject's name");
    }
    if (!read_spki(&part, out)) {
        return malformed(err, "a public key");
    }
    out->common_name = of_subject.count == 1 ? of_subject.plain : SLICE_EMPTY;
    return read_rest(part, version, out, err);
}

enum assay_status certificate_read(struct slice der, struct certificate *out,
                                   struct assay_error *err)
{
    *out = (struct certificate){ .der = der, .is_plain = true, .has_good_extensions = true };
    struct slice whole;
    struct slice part;
    struct slice algorithm;
    struct slice algorithm_inside;
    struct slice signature;
    if (!der_take(&der, DER_SEQUENCE, &whole) || der.len != 0 ||
        !der_take(&whole, DER_SEQUENCE, &part) || !der_take(&whole, DER_SEQUENCE, &algorithm) ||
        !der_take_bits(&whole, &signature) || whole.len != 0) {
        return malformed(err, "X.509 in DER and nothing behind it");
    }
    TRY(read_signed_part(part, &algorithm_inside, out, err));
    if (!slice_equal(algorithm, algorithm_inside)) {
        return malformed(err, "the algorithm of its signature, the same in both places");
    }
    read_algorithm(algorithm, out);
    return out->is_plain ? ASSAY_OK : certificate_ask_openssl(out, err);
}
