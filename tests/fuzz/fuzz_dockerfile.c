/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a Dockerfile holds, what is found in it stands where it is said to, and resolves or says
 * why it does not. */
#include "harness.h"

#include "scan/scan.h"

static void check_spot(const struct scan_spot *spot, struct slice file)
{
    INVARIANT(spot->offset <= file.len && spot->length <= file.len - spot->offset);
    INVARIANT(spot->line == 0 || spot->column > 0);
}

static void check_reference(const struct scan_reference *reference, struct slice file)
{
    const struct scan_spot *spot = &reference->spot;
    check_spot(spot, file);
    INVARIANT((reference->text == NULL) == (reference->problem != NULL));
    INVARIANT(reference->text == NULL || reference->text[0] != '\0');
    if (reference->is_rewritable) {
        struct slice bytes = slice_first(slice_from(file, spot->offset), spot->length);
        INVARIANT(slice_is(bytes, reference->text) && slice_is(bytes, reference->written));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const args[] = { "A=1", "B=x/y:2", "B=z" };
    static const char *const contexts[] = { "c=docker-image://d:1", "e=./e" };
    static const struct scan_options options = { .build_args = args,
                                                 .build_arg_count = 3,
                                                 .build_contexts = contexts,
                                                 .build_context_count = 2 };
    struct scan scan;
    struct scan_input input = { .text = slice_of(data, size), .directory = "" };
    scan_init(&scan, NULL, &options);
    INVARIANT(scan_add_file(&scan, "Dockerfile", "Dockerfile", &input.file, NULL) == ASSAY_OK);
    INVARIANT(scan_dockerfile(&scan, &input, NULL, NULL) == ASSAY_OK);
    INVARIANT(scan_finish(&scan, NULL) == ASSAY_OK);
    for (size_t i = 0; i < scan.reference_count; i++) {
        check_reference(&scan.references[i], input.text);
    }
    for (size_t i = 0; i < scan.problem_count; i++) {
        check_spot(&scan.problems[i].spot, input.text);
    }
    scan_clear(&scan);
    return 0;
}
