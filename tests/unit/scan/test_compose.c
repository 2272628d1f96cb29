/* SPDX-License-Identifier: Apache-2.0 */
/* Services, their texts, and what they extend. */
#include "compose_case.h"

#include "base/attr.h"

#include <criterion/criterion.h>

TestSuite(scan_compose, .timeout = 60);

#define FILE_LINE "=== compose.yaml\n"
#define SERVICE   FILE_LINE "services:\n  web:\n"
#define ENV_LINE  "=== .env\n"

static const struct compose_case images[] = {
    { "plain", SERVICE "    image: app:1\n", "compose.yaml:3:12 app:1 app:1 *\n" },
    { "quoted", SERVICE "    image: 'app:1'\n", "compose.yaml:3:13 app:1 app:1 *\n" },
    { "twice quoted", SERVICE "    image: \"app:1\"\n", "compose.yaml:3:13 app:1 app:1 *\n" },
    { "escaped", SERVICE "    image: \"ap\\x70:1\"\n", "compose.yaml:3:12 app:1 app:1\n" },
    { "folded", SERVICE "    image: >-\n      app:1\n", "compose.yaml:3:12 app:1 app:1\n" },
    { "tagged", SERVICE "    image: !!str app:1\n", "compose.yaml:3:18 app:1 app:1 *\n" },
    { "flow", FILE_LINE "services: {web: {image: 'app:1'}}\n",
      "compose.yaml:1:26 app:1 app:1 *\n" },
    { "after other letters", FILE_LINE "x-\xC3\xA4: &b {image: app:1}\nservices: {web: *b}\n",
      "compose.yaml:1:17 app:1 app:1 *\n" },
    { "in order", FILE_LINE "services:\n  b: {image: b}\n  a: {image: a}\n",
      "compose.yaml:2:14 b b *\ncompose.yaml:3:14 a a *\n" },
    { "carriage returns", FILE_LINE "services:\r\n  web:\r\n    image: app:1\r\n",
      "compose.yaml:3:12 app:1 app:1 *\n" },
    { "platform", SERVICE "    image: app\n    platform: linux/arm64\n",
      "compose.yaml:3:12 app app * linux/arm64\n" },
    { "a platform that is not known", SERVICE "    image: app\n    platform: ${P}\n",
      "compose.yaml:3:12 app app *\n" },
    { "profiles do not hide", SERVICE "    image: app\n    profiles: [debug]\n",
      "compose.yaml:3:12 app app *\n" },
    { "no image", SERVICE "    ports: ['80']\n", "" },
    { "an image that is null", SERVICE "    image:\n", "" },
    { "an image that is taken away", SERVICE "    image: !reset null\n", "" },
    { "an empty image", SERVICE "    image: ''\n", "compose.yaml:3:12  \n" },
    { "elsewhere is no image",
      FILE_LINE "x-a: {image: a}\nservices:\n  web:\n    image: app\n    environment: {image: b}\n"
                "    deploy: {image: c}\n    develop: {watch: [{image: d}]}\n"
                "    labels: [image=e]\nconfigs: {c: {image: f}}\nnetworks: {n: {image: g}}\n",
      "compose.yaml:4:12 app app *\n" },
    { "nothing", FILE_LINE "services:\n", "" },
    { "only a comment", FILE_LINE "# services: {web: {image: app}}\n", "" },
    { "a service that is null", FILE_LINE "services:\n  web:\n", "" },
    { "several documents", FILE_LINE "services: {a: {image: a}}\n---\nservices: {b: {image: b}}\n",
      "compose.yaml:1:23 a a *\ncompose.yaml:3:23 b b *\n" },
    { "the oldest form", FILE_LINE "web:\n  image: app\ndb:\n  image: db\n",
      "compose.yaml:2:10 app app *\ncompose.yaml:4:10 db db *\n" },
    { "not the oldest form", FILE_LINE "volumes:\n  data:\nx-a: {image: a}\n", "" },
};

static const struct compose_case anchors[] = {
    { "an anchored image", FILE_LINE "services:\n  a: {image: &i app:1}\n  b: {image: *i}\n",
      "compose.yaml:2:17 app:1 app:1 *\n" },
    { "one that is built by another",
      FILE_LINE "services:\n  a:\n    image: &i app\n    build: {dockerfile_inline: FROM scratch}\n"
                "  b: {image: *i}\n",
      "compose.yaml:3:15 app app *\n" },
    { "a merged service",
      FILE_LINE "x-base: &base\n  image: app:1\nservices:\n  a:\n    <<: *base\n",
      "compose.yaml:2:10 app:1 app:1 *\n" },
    { "its own image wins",
      FILE_LINE "x-base: &base\n  image: app:1\nservices:\n  a:\n    <<: *base\n    image: b\n",
      "compose.yaml:6:12 b b *\n" },
    { "merged and platforms differ",
      FILE_LINE "x-base: &b {image: app}\nservices:\n  a: {<<: *b, platform: linux/arm64}\n"
                "  b: {<<: *b, platform: linux/amd64}\n",
      "compose.yaml:1:20 app app * linux/amd64\ncompose.yaml:1:20 app app * linux/arm64\n" },
};

static const struct compose_case variables[] = {
    { "from .env", SERVICE "    image: app:${TAG}\n" ENV_LINE "TAG=1\n",
      "compose.yaml:3:12 app:${TAG} app:1\n" },
    { "without braces", SERVICE "    image: app:$TAG\n" ENV_LINE "TAG=1\n",
      "compose.yaml:3:12 app:$TAG app:1\n" },
    { "a default", SERVICE "    image: app:${TAG:-2}\n",
      "compose.yaml:3:12 app:${TAG:-2} app:2\n" },
    { "a default that is not needed", SERVICE "    image: app:${TAG:-2}\n" ENV_LINE "TAG=1\n",
      "compose.yaml:3:12 app:${TAG:-2} app:1\n" },
    { "an empty value", SERVICE "    image: app${X}\n" ENV_LINE "X=\n",
      "compose.yaml:3:12 app${X} app\n" },
    { "not set", SERVICE "    image: app:${TAG}\n", "compose.yaml:3:12 app:${TAG} ?\n" },
    { "another is set", SERVICE "    image: app:${TAG}\n" ENV_LINE "TAGS=1\n",
      "compose.yaml:3:12 app:${TAG} ?\n" },
    { "made of what is not set", SERVICE "    image: app:${TAG}\n" ENV_LINE "TAG=${OTHER}\n",
      "compose.yaml:3:12 app:${TAG} ?\n" },
    { "a message", SERVICE "    image: app:${TAG:?is needed}\n",
      "compose.yaml:3:12 app:${TAG:?is needed} ?\n" },
    { "malformed", SERVICE "    image: app:${TAG\n" ENV_LINE "TAG=1\n",
      "compose.yaml:3:12 app:${TAG ?\n" },
    { "two dollars", SERVICE "    image: app:$${TAG}\n" ENV_LINE "TAG=1\n",
      "compose.yaml:3:12 app:$${TAG} app:${TAG}\n" },
    { "keys have none", FILE_LINE "services:\n  ${A}:\n    image: app\n" ENV_LINE "A=b\n",
      "compose.yaml:3:12 app app *\n" },
    { "an .env of another directory",
      "=== a/compose.yaml\nservices: {web: {image: app:$TAG}}\n" ENV_LINE "TAG=1\n",
      "a/compose.yaml:1:25 app:$TAG ?\n" },
    { "a service's env_file sets none",
      SERVICE "    image: app:$TAG\n    env_file: web.env\n=== web.env\nTAG=1\n",
      "compose.yaml:3:12 app:$TAG ?\n" },
};

static const struct compose_case uses[] = {
    { "pulled first", SERVICE "    image: app\n    build: .\n=== Dockerfile\nFROM base\n",
      "Dockerfile:1:6 base base *\ncompose.yaml:3:12 app app *\n" },
    { "built by policy",
      SERVICE "    image: app\n    pull_policy: build\n    build: .\n"
              "=== Dockerfile\nFROM base\n",
      "Dockerfile:1:6 base base *\ncompose.yaml:3:12 app app * built\n" },
    { "never pulled",
      SERVICE "    image: app\n    pull_policy: never\n    build: .\n"
              "=== Dockerfile\nFROM base\n",
      "Dockerfile:1:6 base base *\ncompose.yaml:3:12 app app * built\n" },
    { "pulled by policy",
      SERVICE "    image: app\n    pull_policy: always\n    build: .\n"
              "=== Dockerfile\nFROM base\n",
      "Dockerfile:1:6 base base *\ncompose.yaml:3:12 app app *\n" },
    { "pulled when missing",
      SERVICE "    image: app\n    pull_policy: missing\n    build: .\n"
              "=== Dockerfile\nFROM base\n",
      "Dockerfile:1:6 base base *\ncompose.yaml:3:12 app app *\n" },
    { "by a policy that is not known",
      SERVICE "    image: app\n    pull_policy: $P\n    build: .\n=== Dockerfile\nFROM base\n",
      "Dockerfile:1:6 base base *\ncompose.yaml:3:12 app app *\n" },
    { "no build section", SERVICE "    image: app\n    pull_policy: build\n    build:\n",
      "compose.yaml:3:12 app app *\n" },
    { "an image as a volume",
      SERVICE "    image: app\n    volumes:\n      - type: image\n        source: data:1\n"
              "        target: /d\n",
      "compose.yaml:3:12 app app *\ncompose.yaml:6:17 data:1 data:1 *\n" },
    { "other volumes",
      SERVICE "    volumes:\n      - data:/d\n      - {type: volume, source: data}\n"
              "      - {type: bind, source: ./x}\n      - {source: app}\n",
      "" },
    { "a volume of a type that is not known", SERVICE "    volumes: [{type: $T, source: app}]\n",
      "compose.yaml:3:22 $T ?\n" },
    { "steps before it",
      SERVICE "    image: app\n    pre_start:\n      - command: x\n        image: tool:1\n"
              "      - command: y\n",
      "compose.yaml:3:12 app app *\ncompose.yaml:6:16 tool:1 tool:1 *\n" },
};

static const struct compose_case extensions[] = {
    { "a service of the same file",
      FILE_LINE "services:\n  a: {image: a}\n  b: {extends: a, platform: linux/arm64}\n",
      "compose.yaml:2:14 a a * linux/arm64\ncompose.yaml:2:14 a a *\n" },
    { "in the long form", FILE_LINE "services:\n  b: {extends: {service: a}}\n  a: {image: a}\n",
      "compose.yaml:3:14 a a *\n" },
    { "of another file",
      SERVICE "    extends:\n      file: base/common.yml\n      service: app\n"
              "=== base/common.yml\nservices:\n  app:\n    image: app:$TAG\n  other: {image: o}\n"
              "=== base/.env\nTAG=2\n" ENV_LINE "TAG=1\n",
      "base/common.yml:3:12 app:$TAG app:1\n" },
    { "whose image is replaced",
      SERVICE "    extends: {file: c.yml, service: app}\n    image: own\n"
              "=== c.yml\nservices:\n  app:\n    image: app\n",
      "compose.yaml:4:12 own own *\n" },
    { "whose image is taken away",
      SERVICE "    extends: {file: c.yml, service: app}\n    image: !reset null\n"
              "=== c.yml\nservices:\n  app:\n    image: app\n",
      "" },
    { "whose build is taken away",
      SERVICE "    extends: {file: c.yml, service: app}\n    build: !reset null\n"
              "=== c.yml\nservices:\n  app:\n    image: app\n    build: .\n",
      "c.yml:3:12 app app *\n" },
    { "in a chain",
      SERVICE "    extends: {file: a/a.yml, service: a}\n"
              "=== a/a.yml\nservices:\n  a: {extends: {file: b/b.yml, service: b}}\n"
              "=== a/b/b.yml\nservices:\n  b: {build: .}\n=== a/b/Dockerfile\nFROM base\n",
      "a/b/Dockerfile:1:6 base base *\n" },
    { "lists grow",
      SERVICE "    extends: {file: c.yml, service: app}\n"
              "    volumes: [{type: image, source: v1}]\n"
              "=== c.yml\nservices:\n  app:\n    volumes: [{type: image, source: v2}]\n"
              "    pre_start: [{image: p}]\n",
      "c.yml:3:37 v2 v2 *\nc.yml:4:25 p p *\ncompose.yaml:4:37 v1 v1 *\n" },
    { "a name from .env",
      SERVICE
      "    extends: {file: $F, service: $S}\n=== c.yml\nservices: {app: {image: app}}\n" ENV_LINE
      "F=c.yml\nS=app\n",
      "c.yml:1:25 app app *\n" },
    { "a name that is not known", SERVICE "    extends: $S\n", "compose.yaml:3:14 $S ?\n" },
    { "a file that is not known", SERVICE "    extends: {file: $F, service: a}\n",
      "compose.yaml:3:21 $F ?\n" },
    { "a file from elsewhere",
      SERVICE "    extends: {file: 'https://example.com/c.yml', service: a}\n",
      "compose.yaml:3:22 https://example.com/c.yml ?\n" },
    { "a file that is not there", SERVICE "    extends: {file: c.yml, service: a}\n",
      "compose.yaml:3:21! file-io\n" },
    { "a file outside", SERVICE "    extends: {file: /c.yml, service: a}\n",
      "compose.yaml:3:21! file-link\n" },
    { "a service that is not there", SERVICE "    extends: b\n",
      "compose.yaml:3:14! file-syntax\n" },
    { "a service that is not in the file",
      SERVICE "    extends: {file: c.yml, service: a}\n=== c.yml\nservices: {b: {image: b}}\n",
      "compose.yaml:3:37! file-syntax\n" },
    { "no service", SERVICE "    extends: {}\n", "compose.yaml:3:14! file-syntax\n" },
    { "a list", SERVICE "    extends: [a]\n", "compose.yaml:3:14! file-syntax\n" },
    { "itself", SERVICE "    extends: web\n    image: app\n",
      "compose.yaml:4:12 app app *\ncompose.yaml:3:14! file-syntax\n" },
    { "in a circle", FILE_LINE "services:\n  a: {extends: b}\n  b: {extends: a}\n",
      "compose.yaml:2:16! file-syntax\ncompose.yaml:3:16! file-syntax\n" },
    { "in a circle of files",
      SERVICE "    extends: {file: c.yml, service: a}\n"
              "=== c.yml\nservices: {a: {extends: {file: compose.yaml, service: web}}}\n",
      "c.yml:1:55! file-syntax\n" },
    { "a file that is malformed",
      SERVICE "    extends: {file: c.yml, service: a}\n    image: app\n=== c.yml\na: [\n",
      "compose.yaml:4:12 app app *\nc.yml:2:1! file-syntax\n" },
};

#define MODELS FILE_LINE "models:\n  llm:\n"

static const struct compose_case models[] = {
    { "plain", MODELS "    model: ai/llm:1\n", "compose.yaml:3:12 ai/llm:1 ai/llm:1 *\n" },
    { "beside services",
      FILE_LINE "services: {web: {image: app, models: [llm]}}\nmodels: {llm: {model: ai/llm}}\n",
      "compose.yaml:1:25 app app *\ncompose.yaml:2:23 ai/llm ai/llm *\n" },
    { "with a variable", MODELS "    model: $R/llm\n" ENV_LINE "R=example.com/a\n",
      "compose.yaml:3:12 $R/llm example.com/a/llm\n" },
    { "with a variable that is not set", MODELS "    model: $R/llm\n",
      "compose.yaml:3:12 $R/llm ?\n" },
    { "without a namespace", MODELS "    model: llm:1\n", "compose.yaml:3:12 llm:1 ?\n" },
    { "an id", MODELS "    model: 0123456789ab\n", "compose.yaml:3:12 0123456789ab ?\n" },
    { "fetched file by file", MODELS "    model: hf.co/a/llm\n",
      "compose.yaml:3:12 hf.co/a/llm ?\n" },
    { "by its long name", MODELS "    model: huggingface.co/a/llm:1\n",
      "compose.yaml:3:12 huggingface.co/a/llm:1 ?\n" },
    { "a host that begins alike", MODELS "    model: hf.co.example.com/a/llm\n",
      "compose.yaml:3:12 hf.co.example.com/a/llm hf.co.example.com/a/llm *\n" },
    { "none", MODELS "    context_size: 1\n  other:\n", "" },
    { "of an included file",
      FILE_LINE "include: [a.yaml]\n=== a.yaml\nmodels: {llm: {model: ai/llm}}\n",
      "a.yaml:1:23 ai/llm ai/llm *\n" },
    { "a service of this name", FILE_LINE "models:\n  image: app\n",
      "compose.yaml:2:10 app app *\n" },
    { "of a provider", SERVICE "    provider: {type: model, options: {model: ai/llm}}\n",
      "compose.yaml:3:46 ai/llm ai/llm *\n" },
    { "several of a provider",
      SERVICE "    provider: {type: model, options: {model: [ai/a, b, ~]}}\n",
      "compose.yaml:3:47 ai/a ai/a *\ncompose.yaml:3:53 b ?\n" },
    { "of a provider that is extended",
      SERVICE "    extends: base\n  base: {provider: {type: model, options: {model: ai/llm}}}\n",
      "compose.yaml:4:51 ai/llm ai/llm *\n" },
    { "a provider of another kind",
      SERVICE "    provider: {type: other, options: {model: ai/llm}}\n", "" },
    { "a provider of a kind that is not known",
      SERVICE "    provider: {type: $T, options: {model: ai/llm}}\n", "compose.yaml:3:22 $T ?\n" },
    { "a provider without options", SERVICE "    provider: {type: model}\n", "" },
    { "in a list", FILE_LINE "models: [{model: a/b}]\n", "compose.yaml:1:9! file-syntax\n" },
    { "one that is text", FILE_LINE "models: {llm: a/b}\n", "compose.yaml:1:15! file-syntax\n" },
    { "an artifact in a list", MODELS "    model: [a/b]\n", "compose.yaml:3:12! file-syntax\n" },
    { "a mapping of a provider", SERVICE "    provider: {type: model, options: {model: {a: b}}}\n",
      "compose.yaml:3:46! file-syntax\n" },
};

static const struct compose_case malformed[] = {
    { "no YAML", FILE_LINE "services: [\n", "compose.yaml:2:1! file-syntax\n" },
    { "a key twice", FILE_LINE "services:\n  a: {image: a}\n  a: {image: b}\n",
      "compose.yaml:3:3! file-syntax\n" },
    { "a list", FILE_LINE "- image: app\n", "compose.yaml:1:1! file-syntax\n" },
    { "services in a list", FILE_LINE "services:\n  - image: app\n",
      "compose.yaml:2:3! file-syntax\n" },
    { "a service that is text", FILE_LINE "services:\n  web: app\n",
      "compose.yaml:2:8! file-syntax\n" },
    { "an image in a list", SERVICE "    image: [app]\n", "compose.yaml:3:12! file-syntax\n" },
    { "an image in a mapping", SERVICE "    image: {a: app}\n",
      "compose.yaml:3:12! file-syntax\n" },
    { "a platform in a list", SERVICE "    image: app\n    platform: [linux/amd64]\n",
      "compose.yaml:3:12 app app *\ncompose.yaml:4:15! file-syntax\n" },
    { "volumes that are text", SERVICE "    volumes: x\n", "compose.yaml:3:14! file-syntax\n" },
    { "a source in a list", SERVICE "    volumes: [{type: image, source: [a]}]\n",
      "compose.yaml:3:37! file-syntax\n" },
    { "what is well counts all the same", FILE_LINE "services:\n  a: text\n  b: {image: b}\n",
      "compose.yaml:3:14 b b *\ncompose.yaml:2:6! file-syntax\n" },
};

Test(scan_compose, finds_images)
{
    compose_cases_check(images, ARRAY_LEN(images));
}

Test(scan_compose, follows_anchors_and_merge_keys)
{
    compose_cases_check(anchors, ARRAY_LEN(anchors));
}

Test(scan_compose, fills_in_variables)
{
    compose_cases_check(variables, ARRAY_LEN(variables));
}

Test(scan_compose, tells_what_is_pulled)
{
    compose_cases_check(uses, ARRAY_LEN(uses));
}

Test(scan_compose, follows_extends)
{
    compose_cases_check(extensions, ARRAY_LEN(extensions));
}

Test(scan_compose, finds_models)
{
    compose_cases_check(models, ARRAY_LEN(models));
}

Test(scan_compose, says_where_a_file_is_malformed)
{
    compose_cases_check(malformed, ARRAY_LEN(malformed));
}
