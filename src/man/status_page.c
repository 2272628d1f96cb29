/* SPDX-License-Identifier: Apache-2.0 */
/* Writes assay-status(7) from the tables of statuses and rules; run at build time. */
#include <assay/status.h>
#include <stdio.h>

static const struct {
    const char *id;
    enum assay_class class;
    const char *sentence;
    const char *remedy;
} statuses[] = {
#define X(number, name, id, class, sentence, remedy) { id, ASSAY_CLASS_##class, sentence, remedy },
#include <assay/status.def>
#undef X
};

static const struct {
    const char *id;
    const char *sentence;
    const char *source;
} rules[] = {
#define X(name, id, sentence, source) { id, sentence, source },
#include "base/rules.def"
#undef X
};

static const char *class_word(enum assay_class class)
{
    switch (class) {
    case ASSAY_CLASS_TRUSTED:
        return "trusted";
    case ASSAY_CLASS_REJECTED:
        return "rejected";
    case ASSAY_CLASS_USAGE:
        return "usage";
    case ASSAY_CLASS_UNSIGNED:
        return "unsigned";
    case ASSAY_CLASS_UNDECIDED:
        return "undecided";
    case ASSAY_CLASS_NOTHING:
        return "nothing";
    case ASSAY_CLASS_INTERNAL:
        return "internal";
    case ASSAY_CLASS_INTERRUPTED:
    case ASSAY_CLASS_TERMINATED:
        break;
    }
    return "interrupted";
}

/* A zero-width character keeps the beginning of a line from being a request. */
static void print_sentence(const char *text)
{
    if (text[0] != '\0') {
        (void)printf("\\&%s\n", text);
    }
}

int main(void)
{
    (void)fputs(".\\\" SPDX-License-Identifier: Apache-2.0\n"
                ".Dd November 25, 2026\n"
                ".Dt ASSAY-STATUS 7\n"
                ".Os\n"
                ".Sh NAME\n"
                ".Nm assay-status\n"
                ".Nd the outcomes that assay reports, and the rules that it checks\n"
                ".Sh DESCRIPTION\n"
                "Every outcome of\n"
                ".Xr assay 1\n"
                "has a stable id, shown in the text and JSON output, and a class that gives the\n"
                "exit code.\n"
                ".Bl -tag -width Ds\n",
                stdout);
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        (void)printf(".It Li %s\n", statuses[i].id);
        print_sentence(statuses[i].sentence);
        print_sentence(statuses[i].remedy);
        (void)printf("Exit code %d, %s.\n", (int)statuses[i].class, class_word(statuses[i].class));
    }
    (void)fputs(".El\n"
                ".Sh RULES\n"
                "What\n"
                ".Fl -explain\n"
                "and the\n"
                ".Dq checks\n"
                "of the JSON output name, with the specification that asks for it:\n"
                ".Bl -tag -width Ds\n",
                stdout);
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        (void)printf(".It Li %s\n\\&%s\n\\&(%s)\n", rules[i].id, rules[i].sentence,
                     rules[i].source);
    }
    (void)fputs(".El\n.Sh SEE ALSO\n.Xr assay 1 ,\n.Xr assay-help 1\n", stdout);
    return fflush(stdout) == 0 && ferror(stdout) == 0 ? 0 : 1;
}
