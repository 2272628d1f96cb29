/* SPDX-License-Identifier: Apache-2.0 */
#include "certificate_peer.h"

#include <openssl/x509v3.h>
#include <time.h>

/* Takes over the bytes that OpenSSL encoded. */
static bool is_encoded_as(struct slice der, unsigned char *encoded, int len)
{
    bool same = len >= 0 && slice_equal(der, slice_of(encoded, (size_t)len));
    OPENSSL_free(encoded);
    return same;
}

static bool same_form(const X509 *theirs, struct slice der)
{
    unsigned char *again = NULL;
    int len = i2d_X509(theirs, &again);
    return is_encoded_as(der, again, len);
}

static bool same_key(const X509 *theirs, struct slice spki)
{
    unsigned char *again = NULL;
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(theirs), &again);
    return is_encoded_as(spki, again, len);
}

static bool same_time(const ASN1_TIME *theirs, int64_t ours_unix_s)
{
    struct tm tm;
    return ASN1_TIME_to_tm(theirs, &tm) == 1 && (int64_t)timegm(&tm) == ours_unix_s;
}

static bool same_name(const X509 *theirs, struct slice ours)
{
    const X509_NAME *subject = X509_get_subject_name(theirs);
    int first = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (ours.len == 0) {
        return true; /* theirs may be one that we do not take */
    }
    if (first < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, first) >= 0) {
        return false;
    }
    const ASN1_STRING *text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, first));
    unsigned char *utf8 = NULL;
    int len = ASN1_STRING_to_UTF8(&utf8, text);
    return is_encoded_as(ours, utf8, len);
}

static bool same_algorithm(X509 *theirs, bool ours_is_good)
{
    const X509_ALGOR *outside = NULL;
    X509_get0_signature(NULL, &outside, theirs);
    int digest = NID_undef;
    int key = NID_undef;
    bool known = X509_get_signature_info(theirs, &digest, &key, NULL, NULL) == 1;
    bool is_sha2 = digest == NID_sha256 || digest == NID_sha384 || digest == NID_sha512;
    return X509_ALGOR_cmp(outside, X509_get0_tbs_sigalg(theirs)) == 0 &&
           ours_is_good == (known && (is_sha2 || key == NID_ED25519));
}

static const char *find_difference(X509 *theirs, const struct certificate *ours)
{
    uint32_t flags = X509_get_extension_flags(theirs);
    if (!same_form(theirs, ours->der)) {
        return "form";
    }
    if (ours->is_ca != ((flags & EXFLAG_CA) != 0)) {
        return "CA";
    }
    if (ours->has_good_extensions && (flags & EXFLAG_INVALID) != 0) {
        return "extensions";
    }
    if (!same_time(X509_get0_notBefore(theirs), ours->not_before_unix_s) ||
        !same_time(X509_get0_notAfter(theirs), ours->not_after_unix_s)) {
        return "dates";
    }
    if (!same_name(theirs, ours->common_name)) {
        return "common name";
    }
    if (!same_key(theirs, ours->spki)) {
        return "key";
    }
    return same_algorithm(theirs, ours->is_signed_well) ? NULL : "algorithm";
}

const char *certificate_difference(const struct certificate *ours)
{
    const unsigned char *pos = ours->der.ptr;
    X509 *theirs = d2i_X509(NULL, &pos, (long)ours->der.len);
    if (theirs == NULL) {
        return "OpenSSL refuses it";
    }
    const char *difference =
        pos == ours->der.ptr + ours->der.len ? find_difference(theirs, ours) : "end";
    X509_free(theirs);
    return difference;
}
