/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates have one text: exactly one PEM form around exactly one DER form. */
#include "maker.h"

#include "base/limits.h"

#include <criterion/criterion.h>

TestSuite(pem, .timeout = 60);

#define GUN "registry.example.com/acme/app"

#define BEGIN "-----BEGIN CERTIFICATE-----\n"
#define END   "-----END CERTIFICATE-----\n"

static enum assay_status status_of_pem(const struct buf *pem)
{
    return maker_status(KEY_TYPE_ECDSA_X509, buf_slice(pem));
}

/* good with the first occurrence of a text replaced by another. */
static void replace(const struct buf *good, const char *old, const char *new, struct buf *out)
{
    const char *at = strstr(buf_text(good), old);
    cr_assert_not_null(at, "%s", old);
    size_t before = (size_t)(at - buf_text(good));
    buf_reset(out);
    maker_append(out, slice_first(buf_slice(good), before));
    maker_append(out, slice_from_string(new));
    maker_append(out, slice_from(buf_slice(good), before + strlen(old)));
}

static void make_pem(const char *name, struct buf *out)
{
    AUTO_PKEY *pkey = maker_ec("P-256");
    AUTO_X509 *x509 = maker_certificate(&(struct maker_certificate){ .pkey = pkey, .cn = name });
    maker_pem(x509, out);
}

Test(pem, has_one_form)
{
    AUTO_BUF good = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
    make_pem(GUN, &good);
    cr_assert_eq(status_of_pem(&good), ASSAY_OK);
    static const struct {
        const char *name;
        const char *old;
        const char *new;
    } cases[] = {
        { "text before", BEGIN, "hello\n" BEGIN },
        { "empty line before", BEGIN, "\n" BEGIN },
        { "space before", BEGIN, " " BEGIN },
        { "text after", END, END "hello\n" },
        { "empty line after", END, END "\n" },
        { "NUL for the last line feed", END, "-----END CERTIFICATE-----" },
        { "no last line feed", END, "-----END CERTIFICATE-----" },
        { "no end", END, "" },
        { "no begin", BEGIN, "" },
        { "CRLF", BEGIN, "-----BEGIN CERTIFICATE-----\r\n" },
        { "CR alone", BEGIN, "-----BEGIN CERTIFICATE-----\r" },
        { "space behind the label", BEGIN, "-----BEGIN CERTIFICATE----- \n" },
        { "other label", BEGIN, "-----BEGIN X509 CERTIFICATE-----\n" },
        { "trusted label", BEGIN, "-----BEGIN TRUSTED CERTIFICATE-----\n" },
        { "key label", BEGIN, "-----BEGIN PUBLIC KEY-----\n" },
        { "lower case", BEGIN, "-----begin certificate-----\n" },
        { "other end", END, "-----END PUBLIC KEY-----\n" },
        { "header", BEGIN, BEGIN "Subject: me\n\n" },
        { "encrypted", BEGIN,
          BEGIN
          "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00000000000000000000000000000000\n\n" },
        { "empty line in the body", BEGIN, BEGIN "\n" },
        { "space in the body", BEGIN "M", BEGIN " M" },
        { "short line", BEGIN "MI", BEGIN "MI\n" },
        { "not base64", BEGIN "MI", BEGIN "M-" },
        { "padding inside", BEGIN "MI", BEGIN "M=" },
        { "not DER", BEGIN "MI", BEGIN "NI" },
        { "empty block before", BEGIN, BEGIN END BEGIN },
        { "empty block after", END, END BEGIN END },
        { "cut block after", END, END BEGIN },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        replace(&good, cases[i].old, cases[i].new, &pem);
        cr_expect_eq(status_of_pem(&pem), ASSAY_CERTIFICATE, "%s", cases[i].name);
    }
    for (size_t len = 0; len < good.len; len++) {
        cr_expect_eq(maker_status(KEY_TYPE_ECDSA_X509, slice_first(buf_slice(&good), len)),
                     ASSAY_CERTIFICATE, "first %zu bytes", len);
    }
}

Test(pem, lines_are_64_wide)
{
    AUTO_BUF good = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
    make_pem(GUN, &good);
    /* The same base64 in lines of 76, of 63, and in one. */
    static const size_t widths[] = { 76, 63, 65, 4096, 64 };
    for (size_t i = 0; i < ARRAY_LEN(widths); i++) {
        struct slice body = slice_from(buf_slice(&good), strlen(BEGIN));
        body = slice_first(body, body.len - strlen(END));
        buf_reset(&pem);
        maker_append(&pem, SLICE_LITERAL(BEGIN));
        size_t column = 0;
        for (size_t pos = 0; pos < body.len; pos++) {
            if (body.ptr[pos] == '\n') {
                continue;
            }
            if (column == widths[i]) {
                maker_append(&pem, SLICE_LITERAL("\n"));
                column = 0;
            }
            maker_append(&pem, slice_of(&body.ptr[pos], 1));
            column++;
        }
        maker_append(&pem, SLICE_LITERAL("\n" END));
        cr_expect_eq(status_of_pem(&pem), widths[i] == 64 ? ASSAY_OK : ASSAY_CERTIFICATE,
                     "lines of %zu", widths[i]);
    }
}

/* An empty line before the end can only hide behind a full last line. */
Test(pem, empty_line_behind_a_full_one)
{
    AUTO_BUF good = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
    char name[64] = "a";
    size_t full = 0;
    while (strlen(name) < sizeof(name) - 1) {
        buf_reset(&good);
        make_pem(name, &good);
        cr_expect_eq(status_of_pem(&good), ASSAY_OK, "%s", name);
        struct slice body = slice_first(buf_slice(&good), good.len - strlen(END) - 1);
        full += body.len - slice_find_last(body, '\n') == 65;
        replace(&good, END, "\n" END, &pem);
        cr_expect_eq(status_of_pem(&pem), ASSAY_CERTIFICATE, "%s", name);
        strcat(name, "a");
    }
    cr_assert_gt(full, 0);
}

Test(pem, is_bounded)
{
    AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
    maker_append(&pem, SLICE_LITERAL(BEGIN));
    for (size_t i = 0; i < 16384; i++) {
        maker_append(
            &pem,
            SLICE_LITERAL("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"));
    }
    maker_append(&pem, SLICE_LITERAL(END));
    cr_assert_gt(pem.len, MIB);
    cr_expect_eq(status_of_pem(&pem), ASSAY_CERTIFICATE);
}

/* What stands behind the certificate inside the block, or is encoded loosely, is not DER. */
Test(pem, der_has_one_form)
{
    AUTO_PKEY *pkey = maker_ec("P-256");
    AUTO_X509 *x509 = maker_certificate(&(struct maker_certificate){ .pkey = pkey, .cn = GUN });
    unsigned char *der = NULL;
    int der_len = i2d_X509(x509, &der);
    cr_assert_gt(der_len, 256); /* 30 82 hi lo ... */
    AUTO_BUF loose = BUF_INIT(MAKER_MAX_BYTES);
    AUTO_BUF pem = BUF_INIT(MAKER_MAX_BYTES);
    for (size_t i = 0; i < 3; i++) {
        static const enum assay_status expected[] = { ASSAY_OK, ASSAY_CERTIFICATE,
                                                      ASSAY_CERTIFICATE };
        buf_reset(&loose);
        maker_append(&loose, slice_of(der, (size_t)der_len));
        if (i == 1) {
            maker_append(&loose, SLICE_LITERAL("\0"));
        } else if (i == 2) { /* the outer length in one byte more than it needs */
            buf_reset(&loose);
            maker_append(&loose, SLICE_LITERAL("\x30\x83\x00"));
            maker_append(&loose, slice_from(slice_of(der, (size_t)der_len), 2));
        }
        buf_reset(&pem);
        maker_put_pem(buf_slice(&loose), &pem);
        cr_expect_eq(status_of_pem(&pem), expected[i], "form %zu", i);
    }
    OPENSSL_free(der);
}
