/* SPDX-License-Identifier: Apache-2.0 */
/* What a compose file leads to: Dockerfiles, included files and .env files. */
#include "compose_case.h"

#include "base/attr.h"

#include <criterion/criterion.h>

TestSuite(scan_compose_build, .timeout = 60);

#define FILE_LINE "=== compose.yaml\n"
#define SERVICE   FILE_LINE "services:\n  web:\n"
#define ENV_LINE  "=== .env\n"
#define BASE      "=== Dockerfile\nFROM base\n"
#define FOUND     "Dockerfile:1:6 base base *\n"

static const struct compose_case places[] = {
    { "the short form", SERVICE "    build: .\n" BASE, FOUND },
    { "a directory", SERVICE "    build: ./a/\n=== a/Dockerfile\nFROM base\n", "a/" FOUND },
    { "a directory above",
      "=== b/compose.yaml\nservices:\n  web: {build: a/../x}\n"
      "=== b/x/Dockerfile\nFROM base\n",
      "b/x/" FOUND },
    { "the long form", SERVICE "    build: {context: a}\n=== a/Dockerfile\nFROM base\n",
      "a/" FOUND },
    { "no context", SERVICE "    build: {args: {A: b}}\n" BASE, FOUND },
    { "another Dockerfile",
      SERVICE "    build: {context: a, dockerfile: b/D}\n=== a/b/D\nFROM base\n",
      "a/b/D:1:6 base base *\n" },
    { "one beside the context",
      SERVICE "    build: {context: a, dockerfile: ../D}\n=== D\nFROM base\n",
      "D:1:6 base base *\n" },
    { "in lower case", SERVICE "    build: .\n=== dockerfile\nFROM base\n",
      "dockerfile:1:6 base base *\n" },
    { "names from .env",
      SERVICE "    build: {context: $C, dockerfile: $D}\n=== a/X\nFROM base\n" ENV_LINE
              "C=a\nD=X\n",
      "a/X:1:6 base base *\n" },
    { "two services of one Dockerfile",
      FILE_LINE "services:\n  a: {build: .}\n  b: {build: .}\n" BASE, FOUND },
    { "a context that is not known", SERVICE "    build: $C\n", "compose.yaml:3:12 $C ?\n" },
    { "a Dockerfile that is not known", SERVICE "    build: {dockerfile: $D}\n",
      "compose.yaml:3:25 $D ?\n" },
    { "a repository", SERVICE "    build: https://example.com/a.git\n",
      "compose.yaml:3:12 https://example.com/a.git ?\n" },
    { "a repository by ssh", SERVICE "    build: {context: 'git@example.com:a.git'}\n",
      "compose.yaml:3:23 git@example.com:a.git ?\n" },
    { "a repository without scheme", SERVICE "    build: github.com/a/b\n",
      "compose.yaml:3:12 github.com/a/b ?\n" },
    { "a Dockerfile from elsewhere", SERVICE "    build: {dockerfile: 'https://example.com/D'}\n",
      "compose.yaml:3:26 https://example.com/D ?\n" },
    { "no Dockerfile", SERVICE "    build: a\n", "compose.yaml:3:12! file-io\n" },
    { "not the one that is named", SERVICE "    build: {dockerfile: D}\n" BASE,
      "compose.yaml:3:25! file-io\n" },
    { "no context and no Dockerfile", SERVICE "    build: {}\n", "compose.yaml:3:12! file-io\n" },
    { "outside", SERVICE "    build: /a\n", "compose.yaml:3:12! file-link\n" },
    { "at home", SERVICE "    build: ~/a\n", "compose.yaml:3:12! file-link\n" },
    { "a Dockerfile outside", SERVICE "    build: {dockerfile: /D}\n",
      "compose.yaml:3:25! file-link\n" },
    { "a list", SERVICE "    build: [a]\n" BASE, FOUND "compose.yaml:3:12! file-syntax\n" },
    { "cache_from does not run", SERVICE "    build: {cache_from: [x], tags: [y]}\n" BASE, FOUND },
    { "extended, without a context: beside the file that extends",
      SERVICE "    extends: {file: a/c.yml, service: s}\n"
              "=== a/c.yml\nservices:\n  s: {build: {dockerfile: D}}\n=== D\nFROM base\n"
              "=== a/D\nFROM other\n",
      "D:1:6 base base *\n" },
    { "extended, without anything",
      SERVICE "    extends: {file: a/c.yml, service: s}\n"
              "=== a/c.yml\nservices:\n  s: {build: {args: {}}}\n",
      "a/c.yml:2:14! file-io\n" },
    { "merged with what it extends",
      SERVICE "    extends: {file: a/c.yml, service: s}\n    build: {args: {T: 2}}\n"
              "=== a/c.yml\nservices:\n  s:\n    build:\n      context: .\n      dockerfile: D\n"
              "      args: {T: 1, U: 1}\n=== a/D\nARG T\nARG U\nFROM a:${T}\nFROM a:${U}\n",
      "a/D:3:6 a:${T} a:2\na/D:4:6 a:${U} a:1\n" },
};

#define ARGS "=== Dockerfile\nARG T\nFROM a:${T}\n"
#define WITH "Dockerfile:2:6 a:${T} "

/* docker-compose 1.29.2 (config) passes 3.10 on as 3.1, 010 as 8, 0x1f as 31, +1 as 1 and 1_0 as
 * 10, and what others of them do differs: none of these can be told. */
static const struct compose_case arguments[] = {
    { "in a mapping", SERVICE "    build: {args: {T: x}}\n" ARGS, WITH "a:x\n" },
    { "in a list", SERVICE "    build: {args: [T=x]}\n" ARGS, WITH "a:x\n" },
    { "with a value that holds '='", SERVICE "    build: {args: [T=x=y]}\n" ARGS, WITH "a:x=y\n" },
    { "with variables", SERVICE "    build: {args: {T: '${V}'}}\n" ARGS ENV_LINE "V=x\n",
      WITH "a:x\n" },
    { "in a list with variables", SERVICE "    build: {args: ['T=${V}']}\n" ARGS ENV_LINE "V=x\n",
      WITH "a:x\n" },
    { "another name", SERVICE "    build: {args: {U: x}}\n" ARGS, WITH "?\n" },
    { "from .env", SERVICE "    build: {args: {T: }}\n" ARGS ENV_LINE "T=x\n", WITH "a:x\n" },
    { "from .env in a list", SERVICE "    build: {args: [T]}\n" ARGS ENV_LINE "T=x\n",
      WITH "a:x\n" },
    { "not in .env: the default holds",
      SERVICE "    build: {args: [T]}\n=== Dockerfile\nARG T=d\nFROM a:${T}\n", WITH "a:d\n" },
    { "of what is not set: the default does not hold",
      SERVICE "    build: {args: {T: $V}}\n=== Dockerfile\nARG T=d\nFROM a:${T}\n", WITH "?\n" },
    { "the reader of the Dockerfile", SERVICE "    build: {args: {BUILDKIT_SYNTAX: $V}}\n" BASE,
      FOUND "compose.yaml:3:37 $V ?\n" },
    { "known, and then not",
      SERVICE "    extends: base\n    build: {args: {T: $V}}\n"
              "  base: {build: {context: ., args: {T: x}}}\n" ARGS,
      WITH "a:x\n" WITH "?\n" },
    { "a name that is not known", SERVICE "    build: {args: ['$N=x']}\n=== Dockerfile\nFROM a\n",
      "Dockerfile:1:6 a a *\ncompose.yaml:3:21 $N=x ?\n" },
    { "a number", SERVICE "    build: {args: {T: 20}}\n" ARGS, WITH "a:20\n" },
    { "a fraction", SERVICE "    build: {args: {T: 3.11}}\n" ARGS, WITH "a:3.11\n" },
    { "one that is passed on as 3.1", SERVICE "    build: {args: {T: 3.10}}\n" ARGS, WITH "?\n" },
    { "but not in quotes", SERVICE "    build: {args: {T: '3.10'}}\n" ARGS, WITH "a:3.10\n" },
    { "nor in a list", SERVICE "    build: {args: [T=3.10]}\n" ARGS, WITH "a:3.10\n" },
    { "nor by a variable", SERVICE "    build: {args: {T: $V}}\n" ARGS ENV_LINE "V=3.10\n",
      WITH "a:3.10\n" },
    { "octal", SERVICE "    build: {args: {T: 010}}\n" ARGS, WITH "?\n" },
    { "hexadecimal", SERVICE "    build: {args: {T: 0x1f}}\n" ARGS, WITH "?\n" },
    { "an exponent", SERVICE "    build: {args: {T: 1e3}}\n" ARGS, WITH "?\n" },
    { "a sign", SERVICE "    build: {args: {T: +1}}\n" ARGS, WITH "?\n" },
    { "digits in groups", SERVICE "    build: {args: {T: 1_0}}\n" ARGS, WITH "?\n" },
    { "a date", SERVICE "    build: {args: {T: 2024-01-02}}\n" ARGS, WITH "?\n" },
    { "no number", SERVICE "    build: {args: {T: 3.10-alpine}}\n" ARGS, WITH "a:3.10-alpine\n" },
    { "a version", SERVICE "    build: {args: {T: 1.2.30}}\n" ARGS, WITH "a:1.2.30\n" },
    { "a commit", SERVICE "    build: {args: {T: 12ab34}}\n" ARGS, WITH "a:12ab34\n" },
    { "a value in a list", SERVICE "    build: {args: {T: [x]}}\n" ARGS,
      WITH "?\ncompose.yaml:3:23! file-syntax\n" },
    { "args that are text", SERVICE "    build: {args: T=x}\n" ARGS,
      WITH "?\ncompose.yaml:3:19! file-syntax\n" },
};

#define CONTEXTS "    build:\n      additional_contexts:\n"

static const struct compose_case contexts[] = {
    { "an image in a mapping", SERVICE CONTEXTS "        base: docker-image://b:1\n" BASE,
      "Dockerfile:1:6 base b:1\ncompose.yaml:5:30 b:1 b:1 *\n" },
    { "an image in a list", SERVICE CONTEXTS "        - base=docker-image://b:1\n" BASE,
      "Dockerfile:1:6 base b:1\ncompose.yaml:5:31 b:1 b:1 *\n" },
    { "in quotes", SERVICE CONTEXTS "        - 'base=docker-image://b:1'\n" BASE,
      "Dockerfile:1:6 base b:1\ncompose.yaml:5:32 b:1 b:1 *\n" },
    { "with a variable",
      SERVICE CONTEXTS "        base: docker-image://b:$T\n" BASE ENV_LINE "T=1\n",
      "Dockerfile:1:6 base b:1\ncompose.yaml:5:30 b:$T b:1\n" },
    { "as a variable", SERVICE CONTEXTS "        base: $I\n" BASE ENV_LINE "I=docker-image://b\n",
      "Dockerfile:1:6 base b\ncompose.yaml:5:15 $I b\n" },
    { "in a list as a variable",
      SERVICE CONTEXTS "        - base=$I\n" BASE ENV_LINE "I=docker-image://b\n",
      "Dockerfile:1:6 base b\ncompose.yaml:5:11 base=$I b\n" },
    { "not known", SERVICE CONTEXTS "        base: $I\n" BASE, "compose.yaml:5:15 $I ?\n" },
    { "no value", SERVICE CONTEXTS "        - base\n" BASE, "compose.yaml:5:11 base ?\n" },
    { "another service", SERVICE CONTEXTS "        base: service:other\n" BASE, "" },
    { "a directory", SERVICE CONTEXTS "        base: ./b\n" BASE, "" },
    { "another name", SERVICE CONTEXTS "        other: ./b\n" BASE, FOUND },
};

static const struct compose_case inlines[] = {
    { "a block", SERVICE "    build:\n      dockerfile_inline: |\n        # x\n        FROM a\n",
      "compose.yaml:6:1 a a\n" },
    { "folded", SERVICE "    build:\n      dockerfile_inline: >\n        FROM a\n",
      "compose.yaml:4:26 a a\n" },
    { "quoted", SERVICE "    build:\n      dockerfile_inline: \"FROM a\\nRUN b | c\"\n",
      "compose.yaml:4:26 a a\n" },
    { "plain", SERVICE "    build: {dockerfile_inline: FROM a}\n", "compose.yaml:3:32 a a\n" },
    { "with arguments",
      SERVICE "    build:\n      args: {T: x}\n      dockerfile_inline: |\n        ARG T\n"
              "        FROM a:$${T}\n",
      "compose.yaml:7:1 a:${T} a:x\n" },
    { "with a name that is not set",
      SERVICE "    build:\n      dockerfile_inline: |\n        FROM a:${T}\n",
      "compose.yaml:4:26 FROM a:${T}\n ?\n" },
    { "the Dockerfile is not used", SERVICE "    build: {dockerfile_inline: FROM a}\n" BASE,
      "compose.yaml:3:32 a a\n" },
    { "both are named",
      SERVICE "    build: {dockerfile_inline: FROM a, dockerfile: Dockerfile}\n" BASE,
      FOUND "compose.yaml:3:32 a a\n" },
    { "the context is elsewhere",
      SERVICE "    build: {dockerfile_inline: FROM a, context: 'https://x.example/a'}\n",
      "compose.yaml:3:32 a a\n" },
    { "malformed", SERVICE "    build:\n      dockerfile_inline: |\n        RUN a\n",
      "compose.yaml:5:1! file-syntax\ncompose.yaml:5:1! file-syntax\n" },
};

static const struct compose_case includes[] = {
    { "a path", FILE_LINE "include: [a/c.yml]\n=== a/c.yml\nservices: {a: {image: a}}\n",
      "a/c.yml:1:23 a a *\n" },
    { "a mapping",
      FILE_LINE "include:\n  - path: a/c.yml\n=== a/c.yml\nservices: {a: {image: a}}\n",
      "a/c.yml:1:23 a a *\n" },
    { "several paths",
      FILE_LINE "include:\n  - path: [a.yml, b.yml]\n=== a.yml\nservices: {a: {image: a}}\n"
                "=== b.yml\nservices: {b: {image: b}}\n",
      "a.yml:1:23 a a *\nb.yml:1:23 b b *\n" },
    { "with services of its own",
      FILE_LINE "include: [a.yml]\nservices: {b: {image: b}}\n"
                "=== a.yml\nservices: {a: {image: a}}\n",
      "a.yml:1:23 a a *\ncompose.yaml:2:23 b b *\n" },
    { "in a chain",
      FILE_LINE "include: [a/a.yml]\n=== a/a.yml\ninclude: [b/b.yml]\n"
                "=== a/b/b.yml\nservices: {b: {build: .}}\n=== a/b/Dockerfile\nFROM base\n",
      "a/b/" FOUND },
    { "its own .env",
      FILE_LINE "include: [a/c.yml]\n=== a/c.yml\nservices: {a: {image: 'a:$T'}}\n"
                "=== a/.env\nT=2\n",
      "a/c.yml:1:24 a:$T a:2\n" },
    { "outer names win",
      FILE_LINE "include: [a/c.yml]\n=== a/c.yml\nservices: {a: {image: 'a:$T$U'}}\n"
                "=== a/.env\nT=2\nU=2\n" ENV_LINE "T=1\n",
      "a/c.yml:1:24 a:$T$U a:12\n" },
    { "inner names stay inside",
      FILE_LINE "include: [a/c.yml]\nservices: {b: {image: 'b:$T'}}\n"
                "=== a/c.yml\nservices: {a: {image: a}}\n=== a/.env\nT=2\n",
      "a/c.yml:1:23 a a *\ncompose.yaml:2:24 b:$T ?\n" },
    { "an env_file",
      FILE_LINE "include:\n  - path: a/c.yml\n    env_file: x.env\n"
                "=== a/c.yml\nservices: {a: {image: 'a:$T'}}\n=== a/.env\nT=2\n=== x.env\nT=3\n",
      "a/c.yml:1:24 a:$T a:3\n" },
    { "the last env_file wins",
      FILE_LINE "include:\n  - path: c.yml\n    env_file: [x.env, y.env]\n"
                "=== c.yml\nservices: {a: {image: 'a:$T$U$V'}}\n=== x.env\nT=3\nU=3\n"
                "=== y.env\nU=4\nV=${T}\n",
      "c.yml:1:24 a:$T$U$V a:343\n" },
    { "no env_file",
      FILE_LINE "include:\n  - path: a/c.yml\n    env_file: /dev/null\n"
                "=== a/c.yml\nservices: {a: {image: 'a:$T'}}\n=== a/.env\nT=2\n",
      "a/c.yml:1:24 a:$T ?\n" },
    { "a project_directory",
      FILE_LINE "include:\n  - path: a/c.yml\n    project_directory: p\n"
                "=== a/c.yml\nservices: {a: {build: x, image: 'a:$T'}}\n=== a/.env\nT=1\n"
                "=== p/.env\nT=2\n=== p/x/Dockerfile\nFROM base\n",
      "a/c.yml:1:34 a:$T a:2\np/x/" FOUND },
    { "a project_directory in another",
      FILE_LINE "include:\n  - path: a.yml\n    project_directory: p\n"
                "=== a.yml\ninclude:\n  - path: b.yml\n    project_directory: q\n"
                "=== p/b.yml\nservices: {b: {build: .}}\n=== p/q/Dockerfile\nFROM base\n",
      "p/q/" FOUND },
    { "extends from a project_directory",
      FILE_LINE "include:\n  - path: a/c.yml\n    project_directory: p\n"
                "=== a/c.yml\nservices: {a: {extends: {file: d.yml, service: d}}}\n"
                "=== p/d.yml\nservices: {d: {image: d}}\n",
      "p/d.yml:1:23 d d *\n" },
    { "names from .env",
      FILE_LINE "include: ['$P']\n=== a.yml\nservices: {a: {image: a}}\n" ENV_LINE "P=a.yml\n",
      "a.yml:1:23 a a *\n" },
    { "a path that is not known", FILE_LINE "include: ['$P']\n", "compose.yaml:1:12 $P ?\n" },
    { "a project_directory that is not known",
      FILE_LINE "include:\n  - path: a.yml\n    project_directory: $P\n=== a.yml\nservices: {}\n",
      "compose.yaml:3:24 $P ?\n" },
    { "an env_file that is not known",
      FILE_LINE "include:\n  - path: a.yml\n    env_file: $P\n=== a.yml\nservices: {}\n",
      "compose.yaml:3:15 $P ?\n" },
    { "from elsewhere", FILE_LINE "include: ['oci://example.com/a']\n",
      "compose.yaml:1:12 oci://example.com/a ?\n" },
    { "not there", FILE_LINE "include: [a.yml]\nservices: {b: {image: b}}\n",
      "compose.yaml:2:23 b b *\ncompose.yaml:1:11! file-io\n" },
    { "outside", FILE_LINE "include: [/a.yml]\n", "compose.yaml:1:11! file-link\n" },
    { "a project_directory outside",
      FILE_LINE "include:\n  - path: a.yml\n    project_directory: /p\n    env_file: /dev/null\n"
                "=== a.yml\nservices: {a: {build: .}}\n",
      "a.yml:1:23! file-link\n" },
    { "an env_file that is not there",
      FILE_LINE "include:\n  - path: a.yml\n    env_file: x\n=== a.yml\nservices: {}\n",
      "compose.yaml:3:15! file-io\n" },
    { "no list", FILE_LINE "include: a.yml\n", "compose.yaml:1:10! file-syntax\n" },
    { "no path", FILE_LINE "include: [{}]\n", "compose.yaml:1:11! file-syntax\n" },
    { "a path in a list of lists", FILE_LINE "include: [{path: [[a]]}]\n",
      "compose.yaml:1:19! file-syntax\n" },
    { "itself", FILE_LINE "include: [compose.yaml]\nservices: {b: {image: b}}\n",
      "compose.yaml:2:23 b b *\ncompose.yaml:1:11! file-syntax\n" },
    { "in a circle",
      FILE_LINE "include: [a.yml]\n=== a.yml\ninclude: [b.yml]\n=== b.yml\ninclude: [a.yml]\n",
      "b.yml:1:11! file-syntax\n" },
    { "one file on two ways is no circle",
      FILE_LINE "include: [a.yml, b.yml]\n=== a.yml\ninclude: [b.yml]\n"
                "=== b.yml\nservices: {b: {image: b}}\n",
      "b.yml:1:23 b b *\n" },
};

#define IMAGE FILE_LINE "services: {a: {image: $A}}\n" ENV_LINE
#define TEXT  "compose.yaml:1:23 $A "
#define BAD   TEXT "?\n.env:"

static const struct compose_case names[] = {
    { "plain", IMAGE "A=x\n", TEXT "x\n" },
    { "without an end of line", IMAGE "A=x", TEXT "x\n" },
    { "blanks", IMAGE "\n  A = x \t\n", TEXT "x\n" },
    { "carriage returns", IMAGE "B=y\r\nA=x\r\n", TEXT "x\n" },
    { "a byte order mark",
      IMAGE "\xEF\xBB\xBF"
            "A=x\n",
      TEXT "x\n" },
    { "a comment", IMAGE "# A=y\nA=x # z\n", TEXT "x\n" },
    { "no comment", IMAGE "A=x#z\n", TEXT "x#z\n" },
    { "export", IMAGE "export A=x\n", TEXT "x\n" },
    { "a colon", IMAGE "A: x\n", TEXT "x\n" },
    { "a colon in a value", IMAGE "A=x:1\n", TEXT "x:1\n" },
    { "single quotes", IMAGE "A='x $B' # y\nB=1\n", TEXT "x $B\n" },
    { "double quotes", IMAGE "B=1\nA=\"x:$B\"\n", TEXT "x:1\n" },
    { "escapes", IMAGE "A=\"x\\\"\\$B\\\\\\q\"\n", TEXT "x\"$B\\\\q\n" },
    { "a quote within quotes", IMAGE "A='x\\'y'\n", TEXT "x'y\n" },
    { "several lines", IMAGE "B='x\ny'\nA=z\n", TEXT "z\n" },
    { "variables", IMAGE "B=1\nA=x:${B}\n", TEXT "x:1\n" },
    { "defaults", IMAGE "A=x:${B:-2}\n", TEXT "x:2\n" },
    { "not from a later line", IMAGE "A=x:${B}\nB=1\n", TEXT "?\n" },
    { "the last wins", IMAGE "A=x\nA=y\n", TEXT "y\n" },
    { "a name alone", IMAGE "A\n", TEXT "?\n" },
    { "an empty value", IMAGE "A=\n", TEXT "\n" },
    { "no name", IMAGE "=x\n", BAD "1:1! file-syntax\n" },
    { "a blank in a name", IMAGE "B=1\nA B=x\n", BAD "2:1! file-syntax\n" },
    { "a name in quotes", IMAGE "'A'=x\n", BAD "1:1! file-syntax\n" },
    { "an open quote", IMAGE "A='x\n", BAD "2:1! file-syntax\n" },
    { "text behind a quote", IMAGE "A='x'y\n", BAD "1:1! file-syntax\n" },
    { "an open brace", IMAGE "A=${B\n", BAD "1:1! file-syntax\n" },
    { "what came before counts", IMAGE "A=x\n=y\n", TEXT "x\n.env:2:1! file-syntax\n" },
};

Test(scan_compose_build, finds_dockerfiles)
{
    compose_cases_check(places, ARRAY_LEN(places));
}

Test(scan_compose_build, passes_arguments_on)
{
    compose_cases_check(arguments, ARRAY_LEN(arguments));
}

Test(scan_compose_build, knows_contexts)
{
    compose_cases_check(contexts, ARRAY_LEN(contexts));
}

Test(scan_compose_build, reads_inline_dockerfiles)
{
    compose_cases_check(inlines, ARRAY_LEN(inlines));
}

Test(scan_compose_build, follows_include)
{
    compose_cases_check(includes, ARRAY_LEN(includes));
}

Test(scan_compose_build, reads_env_files)
{
    compose_cases_check(names, ARRAY_LEN(names));
}
