/* SPDX-License-Identifier: Apache-2.0 */
/* The one form of a certificate, part by part. What is accepted is compared with OpenSSL. */
#include "certificates.h"

#include <criterion/criterion.h>
#include <stddef.h>

TestSuite(certificate_read, .timeout = 60);

static enum assay_status read_parts(const struct parts *parts, struct certificate *out,
                                    struct buf *der, const char *name)
{
    parts_put(parts, der);
    return certificates_compare(buf_slice(der), out, name);
}

enum verdict {
    PLAIN,
    ASKED,
    REFUSED
};

#define PART(name) offsetof(struct parts, name)
#define DER(text)                                                                                  \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }

struct part_case {
    const char *name;
    size_t part;
    struct slice value;
    enum verdict verdict;
};

static const struct part_case framed[] = {
    { "as it is", PART(rest), DER(""), PLAIN },
    { "version 1", PART(version), DER(""), PLAIN },
    { "version 2", PART(version), DER("\xA0\x03\x02\x01\x01"), PLAIN },
    { "version 1, said", PART(version), DER("\xA0\x03\x02\x01\x00"), REFUSED },
    { "version 4", PART(version), DER("\xA0\x03\x02\x01\x03"), REFUSED },
    { "version 258", PART(version), DER("\xA0\x04\x02\x02\x01\x02"), REFUSED },
    { "version -1", PART(version), DER("\xA0\x03\x02\x01\xFF"), REFUSED },
    { "version, long", PART(version), DER("\xA0\x04\x02\x02\x00\x02"), REFUSED },
    { "version, more", PART(version), DER("\xA0\x05\x02\x01\x02\x05\x00"), REFUSED },
    { "version, empty", PART(version), DER("\xA0\x00"), REFUSED },
    { "version, bare", PART(version), DER("\x02\x01\x02"), REFUSED },
    { "serial 0", PART(serial), DER("\x02\x01\x00"), PLAIN },
    { "serial -1", PART(serial), DER("\x02\x01\xFF"), PLAIN },
    { "serial 255", PART(serial), DER("\x02\x02\x00\xFF"), PLAIN },
    { "serial -256", PART(serial), DER("\x02\x02\xFF\x00"), PLAIN },
    { "serial, long", PART(serial), DER("\x02\x02\x00\x7F"), REFUSED },
    { "serial, long and negative", PART(serial), DER("\x02\x02\xFF\x80"), REFUSED },
    { "serial, empty", PART(serial), DER("\x02\x00"), REFUSED },
    { "serial, missing", PART(serial), DER(""), REFUSED },
    { "serial, long length", PART(serial), DER("\x02\x81\x01\x05"), REFUSED },
    { "serial, no length", PART(serial), DER("\x02\x80\x05\x00\x00"), REFUSED },
    { "SHA-384 inside only", PART(algorithm),
      DER("\x30\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x03"), REFUSED },
    { "SHA-384 outside only", PART(algorithm_outside),
      DER("\x30\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x03"), REFUSED },
    { "NULL outside only", PART(algorithm_outside),
      DER("\x30\x0C\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x02\x05\x00"), REFUSED },
    { "no algorithm inside", PART(algorithm), DER(""), REFUSED },
    { "no algorithm outside", PART(algorithm_outside), DER(""), REFUSED },
    { "no bits of a signature", PART(signature), DER("\x03\x01\x00"), PLAIN },
    { "half a byte of signature", PART(signature), DER("\x03\x02\x04\x10"), REFUSED },
    { "a signature without count", PART(signature), DER("\x03\x00"), REFUSED },
    { "no signature", PART(signature), DER(""), REFUSED },
    { "behind the signature", PART(signature), DER("\x03\x01\x00\x05\x00"), REFUSED },
    { "behind the key", PART(rest), DER("\x05\x00"), REFUSED },
    { "a unique id", PART(rest), DER("\x81\x02\x00\x01"), ASKED },
    { "another unique id", PART(rest), DER("\x82\x02\x00\x01"), ASKED },
    { "two unique ids", PART(rest), DER("\x81\x02\x00\x01\x82\x02\x00\x01"), ASKED },
    { "unique ids in the wrong order", PART(rest), DER("\x82\x02\x00\x01\x81\x02\x00\x01"),
      REFUSED },
    { "a unique id twice", PART(rest), DER("\x81\x02\x00\x01\x81\x02\x00\x01"), REFUSED },
    { "a unique id without count", PART(rest), DER("\x81\x00"), REFUSED },
    { "a unique id too long", PART(rest), DER("\x82\x05\x00\x01"), REFUSED },
};

#define NAME(type, tag, text) DER("\x30\x0D\x31\x0B\x30\x09\x06\x03" type tag "\x02" text)
#define CN                    "\x55\x04\x03"
#define O                     "\x55\x04\x0A"

static const struct part_case named[] = {
    { "no name", PART(subject), DER("\x30\x00"), PLAIN },
    { "missing", PART(subject), DER(""), REFUSED },
    { "another name", PART(subject), NAME(O, "\x0C", "ab"), PLAIN },
    { "PrintableString", PART(subject), NAME(CN, "\x13", "ab"), PLAIN },
    { "UTF8String", PART(subject), NAME(CN, "\x0C", "\xC3\xA9"), PLAIN },
    { "not UTF-8", PART(subject),
      NAME(CN, "\x0C",
           "\xC3"
           "a"),
      REFUSED },
    { "not UTF-8 in another name", PART(issuer),
      NAME(O, "\x0C",
           "\xC3"
           "a"),
      REFUSED },
    { "NumericString", PART(subject), NAME(CN, "\x12", "12"), PLAIN },
    { "BMPString", PART(subject), NAME(CN, "\x1E", "\0a"), ASKED },
    { "BMPString of half a pair", PART(subject), NAME(CN, "\x1E", "\xD8\x00"), REFUSED },
    { "a number", PART(subject), NAME(CN, "\x02", "\x01\x02"), REFUSED },
    { "a sequence", PART(subject), NAME(CN, "\x30", "\x05\x00"), ASKED },
    { "a type of no number", PART(subject), NAME("\x80\x04\x03", "\x0C", "ab"), REFUSED },
    { "a type cut off", PART(subject), NAME("\x55\x04\x83", "\x0C", "ab"), REFUSED },
    { "no type", PART(subject),
      DER("\x30\x08\x31\x06\x30\x04\x0C\x02"
          "ab"),
      REFUSED },
    { "no value", PART(subject), DER("\x30\x09\x31\x07\x30\x05\x06\x03" CN), REFUSED },
    { "behind the value", PART(subject),
      DER("\x30\x0E\x31\x0C\x30\x0A\x06\x03" CN "\x0C\x01"
          "a\x05\x00"),
      REFUSED },
    { "a value too long", PART(subject),
      DER("\x30\x0C\x31\x0A\x30\x08\x06\x03" CN "\x0C\x02"
          "a"),
      REFUSED },
    { "an empty set", PART(subject), DER("\x30\x02\x31\x00"), REFUSED },
    { "no set", PART(subject),
      DER("\x30\x0A\x30\x08\x06\x03" CN "\x0C\x01"
          "a"),
      REFUSED },
    { "two in a set", PART(subject),
      DER("\x30\x16\x31\x14\x30\x08\x06\x03" CN "\x0C\x01"
          "a"
          "\x30\x08\x06\x03" O "\x0C\x01"
          "a"),
      PLAIN },
    { "no issuer", PART(issuer), DER(""), REFUSED },
    { "an issuer without set", PART(issuer),
      DER("\x30\x0A\x30\x08\x06\x03" CN "\x0C\x01"
          "a"),
      REFUSED },
};

#define UTC(text)         "\x17\x0D" text
#define GENERALIZED(text) "\x18\x0F" text
#define BEGIN             UTC("200101000000Z")
#define DATES(end)        DER("\x30\x1E" BEGIN end)
#define LONG_DATES(end)   DER("\x30\x20" BEGIN end)

static const struct part_case dated[] = {
    { "in UTC", PART(dates), DATES(UTC("491231235959Z")), PLAIN },
    { "of the last century", PART(dates), DATES(UTC("500101000000Z")), PLAIN },
    { "on a leap day", PART(dates), DATES(UTC("240229000000Z")), PLAIN },
    { "with four digits", PART(dates), LONG_DATES(GENERALIZED("20500101000000Z")), PLAIN },
    { "early with four digits", PART(dates), LONG_DATES(GENERALIZED("19491231235959Z")), PLAIN },
    { "at the end of time", PART(dates), LONG_DATES(GENERALIZED("99991231235959Z")), PLAIN },
    { "in year 0", PART(dates), LONG_DATES(GENERALIZED("00000101000000Z")), REFUSED },
    { "on no leap day", PART(dates), DATES(UTC("230229000000Z")), REFUSED },
    { "in month 13", PART(dates), DATES(UTC("201301000000Z")), REFUSED },
    { "at 24 o'clock", PART(dates), DATES(UTC("200101240000Z")), REFUSED },
    { "in second 60", PART(dates), DATES(UTC("200101000060Z")), REFUSED },
    { "in small z", PART(dates), DATES(UTC("200101000000z")), REFUSED },
    { "with a letter", PART(dates), DATES(UTC("20010100000aZ")), REFUSED },
    { "without seconds", PART(dates),
      DER("\x30\x1C" BEGIN "\x17\x0B"
          "2001010000Z"),
      REFUSED },
    { "with an offset", PART(dates),
      DER("\x30\x22" BEGIN "\x17\x11"
          "200101000000+0100"),
      REFUSED },
    { "with a fraction", PART(dates),
      DER("\x30\x22" BEGIN "\x18\x11"
          "20500101000000.5Z"),
      REFUSED },
    { "in two digits too few", PART(dates),
      DATES("\x18\x0D"
            "500101000000Z"),
      REFUSED },
    { "in two digits too many", PART(dates),
      LONG_DATES("\x17\x0F"
                 "20500101000000Z"),
      REFUSED },
    { "as text", PART(dates),
      DATES("\x13\x0D"
            "200101000000Z"),
      REFUSED },
    { "one only", PART(dates), DER("\x30\x0F" BEGIN), REFUSED },
    { "three", PART(dates), DER("\x30\x2D" BEGIN BEGIN BEGIN), REFUSED },
    { "none", PART(dates), DER(""), REFUSED },
};

static const struct part_case keyed[] = {
    { "Ed25519", PART(spki), DER("\x30\x0A\x30\x05\x06\x03\x2B\x65\x70\x03\x01\x00"), PLAIN },
    { "NULL behind the algorithm", PART(spki),
      DER("\x30\x0C\x30\x07\x06\x03\x2B\x65\x70\x05\x00\x03\x01\x00"), PLAIN },
    { "a sequence behind the algorithm", PART(spki),
      DER("\x30\x0C\x30\x07\x06\x03\x2B\x65\x70\x30\x00\x03\x01\x00"), ASKED },
    { "a long NULL", PART(spki),
      DER("\x30\x0D\x30\x08\x06\x03\x2B\x65\x70\x05\x01\x00\x03\x01\x00"), REFUSED },
    { "a sequence and more", PART(spki),
      DER("\x30\x0E\x30\x09\x06\x03\x2B\x65\x70\x30\x00\x05\x00\x03\x01\x00"), REFUSED },
    { "a text behind the algorithm", PART(spki),
      DER("\x30\x0C\x30\x07\x06\x03\x2B\x65\x70\x34\x00\x03\x01\x00"), REFUSED },
    { "two values behind the algorithm", PART(spki),
      DER("\x30\x0E\x30\x09\x06\x03\x2B\x65\x70\x05\x00\x05\x00\x03\x01\x00"), REFUSED },
    { "behind the bits", PART(spki),
      DER("\x30\x0C\x30\x05\x06\x03\x2B\x65\x70\x03\x01\x00\x05\x00"), REFUSED },
    { "half a byte", PART(spki), DER("\x30\x0B\x30\x05\x06\x03\x2B\x65\x70\x03\x02\x04\x10"),
      REFUSED },
    { "no bits", PART(spki), DER("\x30\x07\x30\x05\x06\x03\x2B\x65\x70"), REFUSED },
    { "no algorithm", PART(spki), DER("\x30\x05\x30\x00\x03\x01\x00"), REFUSED },
    { "none", PART(spki), DER(""), REFUSED },
};

static void expect_cases(const struct part_case *cases, size_t count)
{
    AUTO_BUF der = BUF_INIT(MAKER_MAX_BYTES);
    for (size_t i = 0; i < count; i++) {
        struct parts parts = parts_good();
        struct certificate found;
        memcpy((char *)&parts + cases[i].part, &cases[i].value, sizeof(cases[i].value));
        enum assay_status status = read_parts(&parts, &found, &der, cases[i].name);
        cr_expect_eq(status, cases[i].verdict == REFUSED ? ASSAY_CERTIFICATE : ASSAY_OK, "%s",
                     cases[i].name);
        if (status == ASSAY_OK) {
            cr_expect_eq(found.is_plain, cases[i].verdict == PLAIN, "%s", cases[i].name);
        }
    }
}

Test(certificate_read, the_frame)
{
    expect_cases(framed, ARRAY_LEN(framed));
}

Test(certificate_read, the_names)
{
    expect_cases(named, ARRAY_LEN(named));
}

Test(certificate_read, the_dates)
{
    expect_cases(dated, ARRAY_LEN(dated));
}

Test(certificate_read, the_key)
{
    expect_cases(keyed, ARRAY_LEN(keyed));
}

/* Unique ids and extensions belong to versions. */
Test(certificate_read, what_a_version_allows)
{
    static const struct slice versions[] = { DER(""), DER("\xA0\x03\x02\x01\x01"),
                                             DER("\xA0\x03\x02\x01\x02") };
    static const struct slice rests[] = {
        DER("\x81\x02\x00\x01"), DER("\xA3\x0D\x30\x0B\x30\x09\x06\x03\x55\x1D\x13\x04\x02\x30\x00")
    };
    AUTO_BUF der = BUF_INIT(MAKER_MAX_BYTES);
    for (size_t version = 0; version < ARRAY_LEN(versions); version++) {
        for (size_t rest = 0; rest < ARRAY_LEN(rests); rest++) {
            struct parts parts = parts_good();
            struct certificate found;
            parts.version = versions[version];
            parts.rest = rests[rest];
            cr_expect_eq(read_parts(&parts, &found, &der, "versions"),
                         version > rest ? ASSAY_OK : ASSAY_CERTIFICATE, "version %zu, rest %zu",
                         version + 1, rest);
        }
    }
}

Test(certificate_read, only_the_subjects_only_common_name_counts)
{
    static const struct {
        struct slice subject;
        const char *name;
    } cases[] = {
        { NAME(CN, "\x0C", "ab"), "ab" },
        { NAME(CN, "\x13", "ab"), "ab" },
        { NAME(CN, "\x14", "ab"), "ab" },
        { NAME(CN, "\x16", "ab"), "ab" },
        { NAME(CN, "\x12", "12"), "" },
        { NAME(CN, "\x1E", "\0a"), "" },
        { NAME(CN, "\x14", "a\xE9"), "" },
        { NAME(CN, "\x0C", "a\n"), "" },
        { NAME(CN, "\x0C", "a\x7F"), "" },
        { NAME(O, "\x0C", "ab"), "" },
        { DER("\x30\x00"), "" },
        { DER("\x30\x16\x31\x14\x30\x08\x06\x03" O "\x0C\x01"
              "o\x30\x08\x06\x03" CN "\x0C\x01"
              "c"),
          "c" },
        { DER("\x30\x18\x31\x0A\x30\x08\x06\x03" O "\x0C\x01"
              "o\x31\x0A\x30\x08\x06\x03" CN "\x0C\x01"
              "c"),
          "c" },
        { DER("\x30\x16\x31\x14\x30\x08\x06\x03" CN "\x0C\x01"
              "a\x30\x08\x06\x03" CN "\x0C\x01"
              "b"),
          "" },
        { DER("\x30\x18\x31\x0A\x30\x08\x06\x03" CN "\x0C\x01"
              "a\x31\x0A\x30\x08\x06\x03" CN "\x0C\x01"
              "b"),
          "" },
        { DER("\x30\x19\x31\x0B\x30\x09\x06\x03" CN "\x1E\x02"
              "\0a\x31\x0A\x30\x08\x06\x03" CN "\x0C\x01"
              "b"),
          "" },
    };
    AUTO_BUF der = BUF_INIT(MAKER_MAX_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct parts parts = parts_good();
        struct certificate found;
        parts.subject = cases[i].subject;
        cr_expect_eq(read_parts(&parts, &found, &der, "names"), ASSAY_OK, "name %zu", i);
        cr_expect(slice_is(found.common_name, cases[i].name), "name %zu", i);
    }
}

/* ---- Signature algorithms ---- */

Test(certificate_read, algorithms_of_the_signature)
{
    static const struct {
        const char *name;
        struct slice algorithm;
        enum verdict verdict;
        bool is_good;
    } cases[] = {
        { "ECDSA, SHA-256", DER("\x30\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x02"), PLAIN, true },
        { "ECDSA, SHA-512", DER("\x30\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x04"), PLAIN, true },
        { "ECDSA, SHA-224", DER("\x30\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x01"), ASKED, false },
        { "ECDSA, SHA-1", DER("\x30\x09\x06\x07\x2A\x86\x48\xCE\x3D\x04\x01"), ASKED, false },
        { "ECDSA and NULL", DER("\x30\x0C\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x02\x05\x00"), ASKED,
          true },
        { "RSA, SHA-256", DER("\x30\x0D\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B\x05\x00"),
          PLAIN, true },
        { "RSA, SHA-256, no NULL", DER("\x30\x0B\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B"),
          ASKED, true },
        { "RSA, SHA-1", DER("\x30\x0D\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x05\x05\x00"), ASKED,
          false },
        { "RSA, MD5", DER("\x30\x0D\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x04\x05\x00"), ASKED,
          false },
        { "RSA-PSS without parameters", DER("\x30\x0B\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0A"),
          ASKED, false },
        { "Ed25519", DER("\x30\x05\x06\x03\x2B\x65\x70"), PLAIN, true },
        { "Ed448", DER("\x30\x05\x06\x03\x2B\x65\x71"), ASKED, false },
        { "unknown", DER("\x30\x05\x06\x03\x2B\x65\x00"), ASKED, false },
        { "no number", DER("\x30\x05\x06\x03\x2B\x65\x80"), REFUSED, false },
        { "a long NULL", DER("\x30\x0E\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B\x05\x01\x00"),
          REFUSED, false },
        { "more", DER("\x30\x0F\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B\x05\x00\x05\x00"),
          REFUSED, false },
        { "none", DER("\x30\x00"), REFUSED, false },
    };
    AUTO_BUF der = BUF_INIT(MAKER_MAX_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct parts parts = parts_good();
        struct certificate found;
        parts.algorithm = parts.algorithm_outside = cases[i].algorithm;
        enum assay_status status = read_parts(&parts, &found, &der, cases[i].name);
        cr_expect_eq(status, cases[i].verdict == REFUSED ? ASSAY_CERTIFICATE : ASSAY_OK, "%s",
                     cases[i].name);
        if (status == ASSAY_OK) {
            cr_expect_eq(found.is_plain, cases[i].verdict == PLAIN, "%s", cases[i].name);
            cr_expect_eq(found.is_signed_well, cases[i].is_good, "%s", cases[i].name);
        }
    }
}
