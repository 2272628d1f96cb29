/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/der.h"

uint8_t der_peek(struct slice in)
{
    return in.len == 0 ? 0 : in.ptr[0];
}

/* The length behind a tag, and how many bytes of it there are; 0 when it is not DER. */
static size_t der_length(struct slice in, size_t *length)
{
    if (in.len == 0) {
        return 0;
    }
    size_t first = in.ptr[0];
    if (first < 0x80) {
        *length = first;
        return 1;
    }
    size_t count = first & 0x7FU; /* 0 is the indefinite form */
    if (count == 0 || count > sizeof(uint32_t) || count > in.len - 1) {
        return 0;
    }
    size_t value = 0;
    for (size_t i = 1; i <= count; i++) {
        value = value << 8 | in.ptr[i];
    }
    if (value < 0x80 || in.ptr[1] == 0) {
        return 0;
    }
    *length = value;
    return 1 + count;
}

bool der_take(struct slice *in, enum der_tag tag, struct slice *value)
{
    if (der_peek(*in) != (uint8_t)tag) {
        return false;
    }
    size_t length = 0;
    struct slice rest = slice_from(*in, 1);
    size_t header = der_length(rest, &length);
    if (header == 0 || length > rest.len - header) {
        return false;
    }
    rest = slice_from(rest, header);
    *value = slice_first(rest, length);
    *in = slice_from(rest, length);
    return true;
}

bool der_take_oid(struct slice *in, struct slice *oid)
{
    struct slice rest = *in;
    struct slice value;
    if (!der_take(&rest, DER_OID, &value) || value.len == 0) {
        return false;
    }
    bool starts = true; /* a number, of seven bits a byte; each byte but its last has the top bit */
    for (size_t i = 0; i < value.len; i++) {
        if (starts && value.ptr[i] == 0x80) {
            return false;
        }
        starts = value.ptr[i] < 0x80;
    }
    if (!starts) {
        return false;
    }
    *oid = value;
    *in = rest;
    return true;
}

bool der_take_integer(struct slice *in, struct slice *value)
{
    struct slice rest = *in;
    struct slice found;
    if (!der_take(&rest, DER_INTEGER, &found) || found.len == 0) {
        return false;
    }
    if (found.len > 1 && ((found.ptr[0] == 0 && found.ptr[1] < 0x80) ||
                          (found.ptr[0] == 0xFF && found.ptr[1] >= 0x80))) {
        return false;
    }
    *value = found;
    *in = rest;
    return true;
}

bool der_take_unsigned(struct slice *in, struct slice *magnitude)
{
    struct slice rest = *in;
    struct slice value;
    if (!der_take_integer(&rest, &value) || value.ptr[0] >= 0x80) {
        return false;
    }
    *magnitude = slice_from(value, value.ptr[0] == 0);
    *in = rest;
    return true;
}

bool der_take_bits(struct slice *in, struct slice *bytes)
{
    struct slice rest = *in;
    struct slice value;
    if (!der_take(&rest, DER_BIT_STRING, &value) || value.len == 0 || value.ptr[0] != 0) {
        return false;
    }
    *bytes = slice_from(value, 1);
    *in = rest;
    return true;
}

/* Appends an INTEGER; number has at most 66 bytes, so its length fits into one byte. Zero is the
 * padding alone. */
static size_t der_put_unsigned(struct slice number, uint8_t *out)
{
    while (number.len > 0 && number.ptr[0] == 0) {
        number = slice_from(number, 1);
    }
    size_t padding = number.len == 0 || number.ptr[0] >= 0x80;
    out[0] = DER_INTEGER;
    out[1] = (uint8_t)(padding + number.len);
    out[2] = 0;
    if (number.len > 0) {
        memcpy(out + 2 + padding, number.ptr, number.len);
    }
    return 2 + padding + number.len;
}

size_t der_put_signature(struct slice r, struct slice s, uint8_t out[DER_SIGNATURE_BYTES])
{
    uint8_t numbers[DER_SIGNATURE_BYTES];
    size_t len = der_put_unsigned(r, numbers);
    len += der_put_unsigned(s, numbers + len);
    size_t header = 0;
    out[header++] = DER_SEQUENCE;
    if (len >= 0x80) {
        out[header++] = 0x81;
    }
    out[header++] = (uint8_t)len;
    memcpy(out + header, numbers, len);
    return header + len;
}

bool der_is_signature(struct slice der, size_t number_bytes)
{
    struct slice numbers;
    struct slice r;
    struct slice s;
    return der_take(&der, DER_SEQUENCE, &numbers) && der.len == 0 &&
           der_take_unsigned(&numbers, &r) && der_take_unsigned(&numbers, &s) && numbers.len == 0 &&
           r.len > 0 && r.len <= number_bytes && s.len > 0 && s.len <= number_bytes;
}
