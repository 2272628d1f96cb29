/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands: what help lists is what is here. */
#include "cli/cli.h"

#define PLACE_OPTIONS (OPT_BIT(OPT_CONFIG) | OPT_BIT(OPT_STATE_DIR))
#define TRUST_OPTIONS                                                                              \
    (OPT_BIT(OPT_TRUST_SERVER) | OPT_BIT(OPT_TRUST_DIR) | OPT_BIT(OPT_ROOT) | OPT_BIT(OPT_OFFLINE))
#define BUNDLE_OPTIONS                                                                             \
    (PLACE_OPTIONS | TRUST_OPTIONS | NET_OPTIONS | OPT_BIT(OPT_TOFU) | OPT_BIT(OPT_PLATFORM) |     \
     OPT_BIT(OPT_AS) | OPT_BIT(OPT_AT) | OPT_BIT(OPT_TO) | OPT_BIT(OPT_EXPLAIN) |                  \
     OPT_BIT(OPT_OUTPUT))
#define NET_OPTIONS                                                                                \
    (OPT_BIT(OPT_PLAIN_HTTP) | OPT_BIT(OPT_INSECURE_TLS) | OPT_BIT(OPT_AUTHFILE) |                 \
     OPT_BIT(OPT_TIMEOUT))
#define JUDGE_OPTIONS                                                                              \
    (PLACE_OPTIONS | TRUST_OPTIONS | NET_OPTIONS | OPT_BIT(OPT_TOFU) | OPT_BIT(OPT_PLATFORM) |     \
     OPT_BIT(OPT_LAYERS) | OPT_BIT(OPT_JOBS) | OPT_BIT(OPT_OUTPUT))

static const struct command commands[] = {
    {
        .name = "verify",
        .operands = "REF|SOURCE...",
        .summary = "decide whether images are what their publishers signed",
        .description =
            "Fetches the publisher's signed metadata, follows it from the pinned root of\n"
            "trust to the tag, and compares the image's manifests with the signed digest.\n"
            "Prints one line for each image:\n\n"
            "  TRUSTED  REFERENCE  sha256:...  role=...  expires=...\n"
            "  REJECTED|UNSIGNED|UNDECIDED  REFERENCE  STATUS-ID  sentence\n\n"
            "REF is [docker://][REGISTRY/]NAME[:TAG][@sha256:HEX]. SOURCE is an image on\n"
            "this machine, judged as --as says, or as the full name that it calls itself:\n\n"
            "  docker-archive:FILE[:REF]  as docker save and podman save write it\n"
            "  oci-archive:FILE[:REF]     an OCI layout in one file\n"
            "  oci:DIR[:REF]              an OCI layout\n"
            "  dir:DIR                    as skopeo copy writes it; it has no name\n"
            "  docker-daemon:REF          as the engine of DOCKER_HOST exports it\n"
            "  -                          either archive, from standard input\n\n"
            "FILE may be packed by gzip or zstd, and '-' is standard input there too. All\n"
            "layers of a SOURCE are read and hashed.",
        .options = JUDGE_OPTIONS | OPT_BIT(OPT_BUNDLE) | OPT_BIT(OPT_AT) | OPT_BIT(OPT_AS) |
                   OPT_BIT(OPT_EXPLAIN),
        .min_operands = 1,
        .max_operands = LIMIT_REFERENCES,
        .run = command_verify,
    },
    {
        .name = "pin",
        .operands = "REF... | -w FILE...",
        .summary = "verify, then print or write name:tag@sha256:...",
        .description =
            "Verifies as 'assay verify' does and prints the reference with its signed\n"
            "digest, for use as in: docker pull \"$(assay pin NAME:TAG)\". An image that\n"
            "is not trusted prints nothing, and the exit code says so.\n\n"
            "With --write, FILE is a file that 'assay gate' reads, or a directory. Each tag\n"
            "in it is verified by the trust that the policies of 'assay gate' ask for, and\n"
            "gets its signed digest, in place of an older one if there is one; every other\n"
            "byte stays. What is not trusted, or put together from variables, stays as it\n"
            "is, and the exit code says so. Prints what changed:\n\n"
            "  FILE:LINE  OLD -> NEW\n\n"
            "--check writes nothing; exit code 1 says that something would change.",
        .options = JUDGE_OPTIONS | OPT_BIT(OPT_BUNDLE) | OPT_BIT(OPT_WRITE) | OPT_BIT(OPT_CHECK) |
                   OPT_BIT(OPT_POLICY) | OPT_BIT(OPT_PROJECT) | OPT_BIT(OPT_BUILD_ARG) |
                   OPT_BIT(OPT_BUILD_CONTEXT) | OPT_BIT(OPT_EXCLUDE) | OPT_BIT(OPT_CUSTOM) |
                   OPT_BIT(OPT_DEADLINE),
        .min_operands = 1,
        .max_operands = LIMIT_REFERENCES,
        .run = command_pin,
    },
    {
        .name = "pull",
        .operands = "REF...",
        .summary = "verify, let docker or podman pull by digest, and tag",
        .description =
            "Verifies as 'assay verify' does, lets docker or podman pull the signed digest,\n"
            "tags it back, and verifies the bytes that the engine then has. A tag whose\n"
            "image does not pass is taken away again. Prints what the engine prints, and\n"
            "then one line for each image, as 'assay verify' does.",
        .options = (JUDGE_OPTIONS & ~(OPT_BIT(OPT_OFFLINE) | OPT_BIT(OPT_LAYERS))) |
                   OPT_BIT(OPT_ENGINE) | OPT_BIT(OPT_ALL_TAGS),
        .min_operands = 1,
        .max_operands = LIMIT_REFERENCES,
        .run = command_pull,
    },
    {
        .name = "gate",
        .operands = "PATH|docker://REF|-...",
        .summary = "judge every image that a repository's files name",
        .description =
            "Finds the images that Dockerfiles, compose files, Kubernetes manifests, and\n"
            "GitHub and GitLab workflows would run or build on, judges each by the policies,\n"
            "and reports what is wrong, with file, line and column. '-' is standard input:\n"
            "rendered YAML, or a list with one reference a line.\n\n"
            "Policies are /etc/assay/policy.yaml, the user's assay/policy.yaml, each\n"
            "--policy, and with --project the assay.yaml of the directory; all of them must\n"
            "hold. One that the files under judgement hold is not used without --project.\n\n"
            "--output takes text, json, jsonl, sarif, junit, github, gitlab and markdown,\n"
            "several in one run. --fail-on is error (default) or warning: then warnings are\n"
            "errors. 'assay verify --explain REF' prints the checks of one image.",
        .options = (JUDGE_OPTIONS & ~(OPT_BIT(OPT_TOFU) | OPT_BIT(OPT_LAYERS))) |
                   OPT_BIT(OPT_BUNDLE) | OPT_BIT(OPT_POLICY) | OPT_BIT(OPT_PROJECT) |
                   OPT_BIT(OPT_BUILD_ARG) | OPT_BIT(OPT_BUILD_CONTEXT) | OPT_BIT(OPT_EXCLUDE) |
                   OPT_BIT(OPT_CUSTOM) | OPT_BIT(OPT_SOURCE_ROOT) | OPT_BIT(OPT_DEADLINE) |
                   OPT_BIT(OPT_FAIL_ON),
        .min_operands = 1,
        .max_operands = LIMIT_REFERENCES,
        .run = command_gate,
    },
    {
        .name = "explain",
        .operands = "REF",
        .summary = "say what a reference means and what decides about it",
        .description =
            "Shows, step by step, the full name, tag and digest and what each promises, which\n"
            "trust server, root, state and configuration 'assay verify' would use, and which\n"
            "policy and scope decide each thing that 'assay gate' asks for. Asks no server.",
        .options = PLACE_OPTIONS | TRUST_OPTIONS | OPT_BIT(OPT_BUNDLE) | OPT_BIT(OPT_POLICY) |
                   OPT_BIT(OPT_PROJECT) | OPT_BIT(OPT_OUTPUT),
        .min_operands = 1,
        .max_operands = 1,
        .run = command_explain,
    },
    {
        .name = "policy",
        .operands = "lint FILE... | show [REF] | import FILE",
        .summary = "check, show or take over policies of the gate",
        .description =
            "  lint FILE...  whether each is well-formed, and all can hold together\n"
            "  show [REF]    the policies that hold with their scopes; of a reference all\n"
            "                that is asked for, and which file and scope says so\n"
            "  import FILE   print a policy made from containers' policy.json, or from the\n"
            "                trust_pinning of a notary configuration\n\n"
            "assay-policy(5) describes the file. 'show' takes --policy and --project as\n"
            "'assay gate' does; the project is the working directory.",
        .options = OPT_BIT(OPT_POLICY) | OPT_BIT(OPT_PROJECT) | OPT_BIT(OPT_OUTPUT),
        .min_operands = 1,
        .max_operands = LIMIT_REFERENCES,
        .run = command_policy,
    },
    {
        .name = "inspect",
        .operands = "REF|SOURCE",
        .summary = "show an image's manifests, or a repository's trust data",
        .description =
            "Without --trust: the tree of manifests with platforms, digests and sizes.\n"
            "If anything says whom to trust about it (a pin, a remembered state, a trust\n"
            "server that is named, --trust-dir, --root, --tofu, --at or --as), the image is\n"
            "verified as well; the verdict is the first line and the exit code. Otherwise\n"
            "the line is NOT JUDGED, and exit code 0 says only that the tree was read.\n\n"
            "With --trust: the repository's verified signed tags, signers and keys, in the\n"
            "form of 'docker trust inspect'; with a tag, only that tag, and exit code 3 if\n"
            "it is not signed.",
        .options = PLACE_OPTIONS | TRUST_OPTIONS | NET_OPTIONS | OPT_BIT(OPT_TOFU) |
                   OPT_BIT(OPT_BUNDLE) | OPT_BIT(OPT_AT) | OPT_BIT(OPT_AS) | OPT_BIT(OPT_TRUST) |
                   OPT_BIT(OPT_PRETTY) | OPT_BIT(OPT_OUTPUT),
        .min_operands = 1,
        .max_operands = 1,
        .run = command_inspect,
    },
    {
        .name = "bundle",
        .operands = "create REF... | verify FILE [REF]... | show FILE",
        .summary = "keep in one file what an offline verification needs",
        .description =
            "A bundle holds signed metadata with its chain of roots, manifests and image\n"
            "configs, for 'assay verify --bundle FILE' where there is no network. It is\n"
            "evidence, never a root of trust: the same pin is needed as online.\n\n"
            "  create REF...  verify each image; if all are trusted, write what the\n"
            "                 verdicts rest on, or add it to the bundle that is there\n"
            "  verify FILE    judge the references that it holds, or those named, on the\n"
            "                 bundle alone: no socket is opened, no layer is looked at\n"
            "  show FILE      print what it says that it holds; verifies nothing",
        .options = BUNDLE_OPTIONS,
        .min_operands = 2,
        .max_operands = LIMIT_REFERENCES,
        .run = command_bundle,
    },
    {
        .name = "audit",
        .operands = "REF|DIR|FILE",
        .summary = "report who could sign a repository, and since when",
        .description =
            "Reads every version of a repository's trust data that can be had, verifies the\n"
            "roots one by one from the pinned one and the other roles by the keys that these\n"
            "gave them, and reports keys, thresholds, signers, tags and their changes, and\n"
            "what is weak. Stores nothing.\n\n"
            "  REF   a repository [docker://][REGISTRY/]NAME, from its trust server, or from\n"
            "        --trust-dir, --bundle, or with --offline the stored state\n"
            "  DIR   a directory of metadata, ./ or / in front: of a Notary repository, which\n"
            "        --as names, or the N.root.json files of a plain TUF repository\n"
            "  FILE  a bundle, ./ or / in front\n\n"
            "Exit code 0 says that signatures lead from the pinned root to the newest one;\n"
            "findings count only with --fail-on info, low, medium, high or critical.\n"
            "--output takes html and svg too.",
        .options = PLACE_OPTIONS | TRUST_OPTIONS | NET_OPTIONS | OPT_BIT(OPT_TOFU) |
                   OPT_BIT(OPT_BUNDLE) | OPT_BIT(OPT_AT) | OPT_BIT(OPT_AS) | OPT_BIT(OPT_JOBS) |
                   OPT_BIT(OPT_FAIL_ON) | OPT_BIT(OPT_WARN_BEFORE) | OPT_BIT(OPT_DIFF) |
                   OPT_BIT(OPT_OUTPUT),
        .min_operands = 1,
        .max_operands = 1,
        .run = command_audit,
    },
    {
        .name = "root",
        .operands = "list | show GUN | pin GUN ROOT | remove GUN",
        .summary = "list, show, pin or remove roots of trust",
        .description =
            "GUN is a repository's full name, registry/name; pin and remove also take a\n"
            "prefix that ends in '/*'.\n\n"
            "  list         the pinned roots, and those accepted on first use\n"
            "  show GUN     its pin, and the roots and keys that were verified\n"
            "  pin GUN ROOT pin sha256:HEX (a root key), --root FILE or --ca FILE\n"
            "  remove GUN   forget its pin and everything that was remembered of it",
        .options = PLACE_OPTIONS | OPT_BIT(OPT_ROOT) | OPT_BIT(OPT_CA) | OPT_BIT(OPT_OUTPUT),
        .min_operands = 1,
        .max_operands = 3,
        .run = command_root,
    },
    {
        .name = "version",
        .operands = "",
        .summary = "print the version",
        .description = "Prints the version.",
        .options = OPT_BIT(OPT_OUTPUT),
        .run = command_version,
    },
    {
        .name = "help",
        .operands = "[COMMAND | status | STATUS-ID | RULE-ID]",
        .summary = "explain a command, a status, or a rule of the gate",
        .description = "Explains a command, lists all statuses, or explains a status or a rule of\n"
                       "the gate.",
        .max_operands = 1,
        .run = command_help,
    },
};

const struct command *command_at(size_t index)
{
    return index < ARRAY_LEN(commands) ? &commands[index] : NULL;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}
