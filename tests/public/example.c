/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole use of the library: is this image what its publisher signed?
 *
 *   example STATE-DIR sha256:ROOT-KEY TRUST-DIR REFERENCE SOURCE
 *
 * Prints the signed digest and exits 0 only when it is. TRUST-DIR is a directory of metadata; leave
 * trust_dir out, and the library asks the registry's trust server. SOURCE is the image, here
 * "oci:DIR"; a registry's is the reference itself.
 */
#include <assay/assay.h>
#include <stdio.h>

static int fail(const struct assay_error *error)
{
    enum assay_class class = assay_status_class(assay_error_status(error));
    (void)fprintf(stderr, "%s: %s\n  %s\n", assay_status_id(assay_error_status(error)),
                  assay_error_message(error), assay_error_remedy(error));
    return (int)class;
}

int main(int argc, char **argv)
{
    struct assay_options options = ASSAY_OPTIONS_INIT;
    struct assay_session *session = NULL;
    struct assay_verdict *verdict = NULL;
    struct assay_error *error = assay_error_new();
    int code = ASSAY_CLASS_INTERNAL;

    if (error == NULL || argc != 6) {
        assay_error_free(error);
        return error == NULL ? ASSAY_CLASS_INTERNAL : ASSAY_CLASS_USAGE;
    }
    options.state_dir = argv[1];
    options.root = argv[2];
    options.trust_dir = argv[3];
    options.as = argv[4];

    if (assay_session_new(&options, &session, error) != ASSAY_OK ||
        assay_verify(session, argv[5], &verdict, error) != ASSAY_OK) {
        code = fail(error);
    } else {
        code = printf("%s\n", assay_verdict_digest(verdict)) > 0 && fflush(stdout) == 0
                   ? ASSAY_CLASS_TRUSTED
                   : ASSAY_CLASS_UNDECIDED;
    }

    assay_verdict_free(verdict);
    assay_session_free(session);
    assay_error_free(error);
    return code;
}
