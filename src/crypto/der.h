/* SPDX-License-Identifier: Apache-2.0 */
/* The few DER values that keys, certificates and signatures are made of. Only the one encoding that
 * DER allows is read, so what was read needs no encoding again to compare. */
#ifndef CRYPTO_DER_H
#define CRYPTO_DER_H

#include "base/slice.h"

enum der_tag {
    DER_BOOLEAN = 0x01,
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_NULL = 0x05,
    DER_OID = 0x06,
    DER_UTF8_STRING = 0x0C,
    DER_NUMERIC_STRING = 0x12,
    DER_PRINTABLE_STRING = 0x13,
    DER_T61_STRING = 0x14,
    DER_IA5_STRING = 0x16,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_IMPLICIT_0 = 0x80, /* [0] to [2] instead of a primitive value's own tag */
    DER_IMPLICIT_1 = 0x81,
    DER_IMPLICIT_2 = 0x82,
    DER_EXPLICIT_0 = 0xA0, /* [0] and [3] around a whole value */
    DER_EXPLICIT_3 = 0xA3
};

/* The tag of the next value, 0 at the end. */
uint8_t der_peek(struct slice in);
/* Takes one value with this tag off the front of *in; false, with both untouched, when there is
 * none, or its length is indefinite, not minimal or longer than what is there. */
bool der_take(struct slice *in, enum der_tag tag, struct slice *value);
/* As der_take, for an OBJECT IDENTIFIER whose numbers are whole and minimal. */
bool der_take_oid(struct slice *in, struct slice *oid);
/* As der_take, for a minimal INTEGER of either sign. */
bool der_take_integer(struct slice *in, struct slice *value);
/* As der_take, for an INTEGER that is not negative and minimal; *magnitude has no leading zeros,
 * and is empty for 0. */
bool der_take_unsigned(struct slice *in, struct slice *magnitude);
/* As der_take, for a BIT STRING of whole bytes. */
bool der_take_bits(struct slice *in, struct slice *bytes);

/* "SEQUENCE { INTEGER r, INTEGER s }" of two unsigned numbers of at most 66 bytes each: the form in
 * which OpenSSL wants an ECDSA signature. Returns the length. */
#define DER_SIGNATURE_BYTES (3 + 2 * (2 + 1 + 66))
size_t der_put_signature(struct slice r, struct slice s, uint8_t out[DER_SIGNATURE_BYTES]);
/* Whether it is this form and nothing else; each number is positive and has at most so many bytes.
 */
bool der_is_signature(struct slice der, size_t number_bytes);

#endif
