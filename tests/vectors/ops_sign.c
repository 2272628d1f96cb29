/* SPDX-License-Identifier: Apache-2.0 */
/* Operations on signatures. */
#include "runner.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <stdio.h>

static const char order_p256[] = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";

static struct slice unbase64(struct pool *pool, struct slice text)
{
    uint8_t *out = pool_alloc(pool, text.len);
    int len = EVP_DecodeBlock(out, text.ptr, (int)text.len);
    size_t padding = text.len > 1 ? (size_t)(text.ptr[text.len - 1] == '=') +
                                        (size_t)(text.ptr[text.len - 2] == '=')
                                  : 0;
    return slice_of(out, len < 0 ? 0 : (size_t)len - padding);
}

/* n - s, which verifies as well. */
static void negate_s(uint8_t *sig)
{
    BIGNUM *order = NULL;
    BIGNUM *s = BN_bin2bn(sig + 32, 32, NULL);
    if (BN_hex2bn(&order, order_p256) == 0 || s == NULL || BN_sub(s, order, s) == 0 ||
        BN_bn2binpad(s, sig + 32, 32) != 32) {
        die("no high s");
    }
    BN_free(s);
    BN_free(order);
}

/* S + L: the same scalar for who does not check the range. */
static void add_ed_order(uint8_t *sig)
{
    static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                       0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                       0,    0,    0,    0,    0,    0,    0,    0,
                                       0,    0,    0,    0,    0,    0,    0,    0x10 };
    unsigned carry = 0;
    for (size_t i = 0; i < 32; i++) {
        carry += (unsigned)sig[32 + i] + order[i];
        sig[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
}

static void set_order(uint8_t *half)
{
    BIGNUM *order = NULL;
    if (BN_hex2bn(&order, order_p256) == 0 || BN_bn2binpad(order, half, 32) != 32) {
        die("no order");
    }
    BN_free(order);
}

/* The signature in another form; sig has 64 bytes for the forms that name halves. */
static struct slice reform(struct pool *pool, struct slice sig, const char *form)
{
    struct text longer = { .pool = pool };
    text_add(&longer, sig);
    text_add_byte(&longer, 0);
    uint8_t *copy = longer.ptr;
    size_t len = sig.len;
    if (strcmp(form, "shorter") == 0) {
        len--;
    } else if (strcmp(form, "longer") == 0) {
        len++;
    } else if (strcmp(form, "leading-zero") == 0) {
        memmove(copy + 1, copy, len);
        copy[0] = 0;
        len++;
    } else if (strcmp(form, "empty") == 0) {
        len = 0;
    } else if (strcmp(form, "zeros") == 0) {
        memset(copy, 0, len);
    } else if (strcmp(form, "ones") == 0) {
        memset(copy, 0xff, len);
    } else if (strcmp(form, "r-zero") == 0) {
        memset(copy, 0, 32);
    } else if (strcmp(form, "s-zero") == 0) {
        memset(copy + 32, 0, 32);
    } else if (strcmp(form, "r-order") == 0) {
        set_order(copy);
    } else if (strcmp(form, "s-order") == 0) {
        set_order(copy + 32);
    } else if (strcmp(form, "swapped") == 0) {
        memcpy(copy, sig.ptr + 32, 32);
        memcpy(copy + 32, sig.ptr, 32);
    } else if (strcmp(form, "high-s") == 0) {
        negate_s(copy);
    } else if (strcmp(form, "s-plus-order") == 0) {
        add_ed_order(copy);
    } else {
        die("%s: unknown form of a signature", form);
    }
    return slice_of(copy, len);
}

static struct node *signature_at(struct node *signatures, long long index)
{
    struct node *at = signatures->first;
    while (at != NULL && index > 0) {
        at = at->next;
        index--;
    }
    if (at == NULL) {
        die("no such signature");
    }
    return at;
}

static void set_sig(struct pool *pool, struct node *entry, struct slice sig)
{
    (void)node_put(pool, entry, "sig", node_bytes(pool, pool_base64(pool, sig)));
}

/* Signs again: other bytes, another method, another word for it. */
static void sign_again(struct ops *ops, json_t *op, const struct repo_file *file,
                       struct node *entry)
{
    long long index = op_number(op, "index", 0);
    const struct meta_key *key = file->signers[index];
    bool raw = json_is_true(json_object_get(op, "pretty"));
    struct slice message = node_write(ops->pool, file->doc, raw ? NODE_PRETTY : NODE_CANONICAL);
    if (json_object_get(op, "text") != NULL) {
        message = op_bytes(ops->pool, op);
    }
    set_sig(ops->pool, entry,
            key_sign(ops->pool, key->key, op_text(op, "method", key->method), message));
    const char *word = op_text(op, "word", NULL);
    if (word != NULL) {
        (void)node_put(ops->pool, entry, "method", node_string(ops->pool, word));
    }
}

/* Adds COUNT entries with unknown ids, or one by a given key. */
static void add_entries(struct ops *ops, json_t *op, const struct repo_file *file,
                        struct node *signatures)
{
    struct slice message = node_write(ops->pool, file->doc, NODE_CANONICAL);
    json_t *key = json_object_get(op, "key");
    if (key != NULL) {
        (void)node_push(signatures,
                        meta_key_signature(ops->pool, keyspec_make(ops->repo, key), message));
        return;
    }
    for (long long i = 0; i < op_number(op, "count", 1); i++) {
        struct node *entry = node_copy(ops->pool, signatures->first);
        const char *id = pool_printf(ops->pool, "%064llx", (unsigned long long)i);
        (void)node_put(ops->pool, entry, "keyid", node_string(ops->pool, id));
        (void)node_push(signatures, entry);
    }
}

bool op_signature(struct ops *ops, json_t *op, const char *verb, struct repo_file *file,
                  struct node *envelope)
{
    if (strncmp(verb, "sig.", 4) != 0) {
        return false;
    }
    struct pool *pool = ops->pool;
    struct node *signatures = node_member(envelope, "signatures");
    long long index = op_number(op, "index", 0);
    const char *what = verb + 4;
    if (strcmp(what, "add") == 0) {
        add_entries(ops, op, file, signatures);
    } else if (strcmp(what, "dup") == 0) {
        (void)node_push(signatures, node_copy(pool, signature_at(signatures, index)));
    } else if (strcmp(what, "drop") == 0) {
        node_delete(envelope, pool_printf(pool, "/signatures/%lld", index));
    } else if (strcmp(what, "again") == 0) {
        sign_again(ops, op, file, signature_at(signatures, index));
    } else if (strcmp(what, "form") == 0) {
        struct node *entry = signature_at(signatures, index);
        struct slice sig = unbase64(pool, node_member(entry, "sig")->text);
        set_sig(pool, entry, reform(pool, sig, op_text(op, "form", "")));
    } else if (strcmp(what, "from") == 0) {
        struct slice bytes = repo_file(ops->repo, op_text(op, "file", ""))->bytes;
        (void)node_put(pool, envelope, "signatures",
                       node_copy(pool, node_member(node_parse(pool, bytes), "signatures")));
    } else {
        die("%s: unknown operation", verb);
    }
    return true;
}
