/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "found.h"

#include <criterion/criterion.h>

TestSuite(scan_kubernetes, .timeout = 60);

/* Every kind that Kubernetes runs, in flow style: what leads to the pod's specification. */
struct kind_row {
    const char *api;
    const char *kind;
    const char *before;
    const char *behind;
};

static const struct kind_row kinds[] = {
    { "v1", "Pod", "spec: {", "}" },
    { "v1", "PodTemplate", "template: {spec: {", "}}" },
    { "v1", "ReplicationController", "spec: {template: {spec: {", "}}}" },
    { "apps/v1", "ReplicaSet", "spec: {template: {spec: {", "}}}" },
    { "apps/v1", "Deployment", "spec: {template: {spec: {", "}}}" },
    { "apps/v1beta2", "Deployment", "spec: {template: {spec: {", "}}}" },
    { "extensions/v1beta1", "Deployment", "spec: {template: {spec: {", "}}}" },
    { "extensions/v1beta1", "DaemonSet", "spec: {template: {spec: {", "}}}" },
    { "extensions/v1beta1", "ReplicaSet", "spec: {template: {spec: {", "}}}" },
    { "apps/v1", "StatefulSet", "spec: {template: {spec: {", "}}}" },
    { "apps/v1", "DaemonSet", "spec: {template: {spec: {", "}}}" },
    { "batch/v1", "Job", "spec: {template: {spec: {", "}}}" },
    { "batch/v1", "CronJob", "spec: {jobTemplate: {spec: {template: {spec: {", "}}}}}" },
    { "batch/v1beta1", "CronJob", "spec: {jobTemplate: {spec: {template: {spec: {", "}}}}}" },
    { "serving.knative.dev/v1", "Service", "spec: {template: {spec: {", "}}}" },
    { "serving.knative.dev/v1", "Configuration", "spec: {template: {spec: {", "}}}" },
    { "serving.knative.dev/v1", "Revision", "spec: {", "}" },
};

#define POD                                                                                        \
    "\n  containers: [{name: c, image: a:1}],\n  initContainers: [{name: i, image: b:1}],\n"       \
    "  ephemeralContainers: [{name: e, image: c:1}],\n"                                            \
    "  volumes: [{name: v, image: {reference: d:1}}, {name: w, emptyDir: {}}]\n"

static void check_kind(const struct kind_row *kind, const char *format, const char *found_format)
{
    AUTO_BUF file = BUF_INIT(4 * KIB);
    AUTO_BUF found = BUF_INIT(4 * KIB);
    cr_assert_eq(buf_printf(&file, NULL, "apiVersion: %s\nkind: %s\nmetadata: {name: n}\n%s%s%s\n",
                            kind->api, kind->kind, kind->before, format, kind->behind),
                 ASSAY_OK);
    const char *rest = found_format;
    for (const char *at = strchr(rest, '@'); at != NULL; at = strchr(rest, '@')) {
        cr_assert_eq(buf_append(&found, slice_of(rest, (size_t)(at - rest)), NULL), ASSAY_OK);
        cr_assert_eq(buf_append_string(&found, kind->kind, NULL), ASSAY_OK);
        rest = at + 1;
    }
    cr_assert_eq(buf_append_string(&found, rest, NULL), ASSAY_OK);
    struct found_row row = { buf_text(&file), buf_text(&found) };
    found_check(scan_kubernetes, &row, 1, NULL);
}

Test(scan_kubernetes, kinds)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        check_kind(&kinds[i], POD,
                   "5:33 a:1 (@ n, container c)\n6:37 b:1 (@ n, init container i)\n"
                   "7:42 c:1 (@ n, ephemeral container e)\n8:42 d:1 (@ n, volume v)\n");
        check_kind(&kinds[i], "hostNetwork: true", "");
    }
}

/* The shape of these must hold: what has another one is a problem, or not resolved. */
Test(scan_kubernetes, kinds_are_strict)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        check_kind(&kinds[i], "\ncontainers: [{name: c}]", "5:14 ? (@ n, container c)\n");
        check_kind(&kinds[i], "\ncontainers: [{image: }]", "5:22 ? (@ n, container)\n");
        check_kind(&kinds[i], "\ncontainers: [{image: ''}]", "5:22 ? (@ n, container)\n");
        check_kind(&kinds[i], "\ncontainers: [{image: [a]}]", "!5:22\n");
        check_kind(&kinds[i], "\ncontainers: [a]", "!5:14\n");
        check_kind(&kinds[i], "\ncontainers: {image: a}", "!5:13\n");
        check_kind(&kinds[i], "\ncontainers: a", "!5:13\n");
        check_kind(&kinds[i], "\ncontainers: null", "");
        check_kind(&kinds[i], "\nvolumes: [{image: a}]", "!5:19\n");
        check_kind(&kinds[i], "\nvolumes: [{image: {pullPolicy: x}}]", "5:19 ? (@ n, volume)\n");
    }
}

#define HEAD "apiVersion: apps/v1\nkind: Deployment\n"
#define JSON_LIST                                                                                   \
    "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\n{\"apiVersion\":\"v1\",\"kind\":"        \
    "\"Pod\",\"spec\":{\"containers\":[\n{\"image\":\"a:1\"}]}},\n{\"apiVersion\":\"v1\",\"kind\":" \
    "\"List\",\"items\":[{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":[\n"      \
    "{\"image\":\"b:1\"}]}}]}]}"

static const struct found_row documents[] = {
    { "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
      "resources: [a.yaml, ../b, 'https://x.example/y?ref=1']\n",
      "3:13 ?a.yaml (Kustomization, resources)\n3:21 ?../b (Kustomization, resources)\n"
      "3:28 ?https://x.example/y?ref=1 (Kustomization, resources)\n" },
    { "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
      "helmCharts: [{name: a}]\n",
      "3:14 ? (Kustomization, helmCharts)\n" },
    /* what kubectl takes for two documents, and YAML for one */
    { "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: a:1}]}\n---#x:\n apiVersion: v1\n"
      " kind: Pod\n spec: {containers: [{image: b:1}]}\n",
      "3:29 a:1 (Pod, container)\n!4:1\n" },
    { "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: a:1}]}\n--- # x\n---\n---\t\n",
      "3:29 a:1 (Pod, container)\n" },
    { "---#x: 1\n", "" },
    { "", "" },
    { "---\n---\n", "" },
    { "a: [1\nb: 2\n", "!2:2\n" },
    { "a: 1\na: 2\n", "!2:1\n" },
    /* no Kubernetes object among the documents */
    { "containers: [{image: a}]\n", "" },
    { "kind: Pod\nspec: {containers: [{image: a}]}\n", "" },
    { "apiVersion: v1\nspec: {containers: [{image: a}]}\n", "" },
    { "apiVersion: v1\nkind: [Pod]\nspec: {containers: [{image: a}]}\n", "" },
    /* one is enough */
    { "apiVersion: v1\nkind: Pod\n---\nspec:\n  containers:\n  - image: a\n",
      "6:12 a (object, container)\n" },
    { "---\napiVersion: v1\nkind: Pod\nspec: {containers: [{image: a}]}\n---\n\n---\n"
      "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: b}]}\n...\n",
      "4:29 a (Pod, container)\n10:29 b (Pod, container)\n" },
    /* places, quotes, anchors */
    { HEAD
      "metadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n"
      "      - name: app\n        image: \"r.io/a:1\" # c\n      - image: 'b'\n        name: x\n",
      "10:17 r.io/a:1 (Deployment web, container app)\n11:17 b (Deployment web, container x)\n" },
    { HEAD "spec: {template: {spec: {containers: [{image: \"\\x61\"}]}}}\n",
      "3:47 ~a (Deployment, container)\n" },
    { HEAD "spec: {template: {spec: {containers: [&c {name: x, image: a}, *c]}}}\n",
      "3:59 a (Deployment, container x)\n" },
    { HEAD "x: &c {image: a}\nspec: {template: {spec: {containers: [{<<: *c, name: x}]}}}\n",
      "3:15 a (Deployment, container x)\n" },
    /* what is still to be filled in */
    { HEAD "spec: {template: {spec: {containers: [{image: \"{{ .Values.image }}\"}]}}}\n",
      "3:48 ?{{ .Values.image }} (Deployment, container)\n" },
    { HEAD "spec: {template: {spec: {containers: [{image: 'a:${TAG}'}]}}}\n",
      "3:48 ?a:${TAG} (Deployment, container)\n" },
    { HEAD "spec: {template: {spec: {containers: [{image: a:$TAG}]}}}\n",
      "3:47 ?a:$TAG (Deployment, container)\n" },
    /* lists */
    { JSON_LIST, "3:11 a:1 (Pod, container)\n5:11 b:1 (Pod, container)\n" },
    { "apiVersion: apps/v1\nkind: DeploymentList\nitems:\n- metadata: {name: n}\n"
      "  spec: {template: {spec: {containers: [{name: c}]}}}\n",
      "5:41 ? (Deployment n, container c)\n" },
    { "apiVersion: v1\nkind: PodList\nitems:\n- spec: {containers: [{image: a}]}\n",
      "4:31 a (Pod, container)\n" },
    { "apiVersion: v1\nkind: List\nitems:\n- spec: {containers: [{image: a}]}\n",
      "4:31 a (object, container)\n" },
    { "apiVersion: v1\nkind: List\nitems: {spec: {containers: [{image: a}]}}\n",
      "3:37 a (List, container)\n" },
    { "apiVersion: v1\nkind: List\nitems: 1\n", "" },
    /* other objects of Kubernetes */
    { "apiVersion: v1\nkind: Service\nspec: {ports: [{port: 80}]}\n", "" },
    { "apiVersion: v1\nkind: ConfigMap\ndata: {image: a, containers: 'image: b'}\n", "" },
    /* a kind of the table outside of its path, and a broken path */
    { "apiVersion: v1\nkind: Pod\ncontainers: [{image: a}]\n", "" },
    { HEAD "spec: []\n", "!3:7\n" },
    { HEAD "spec: {template: {spec: [a]}}\n", "!3:25\n" },
};

Test(scan_kubernetes, documents)
{
    found_check(scan_kubernetes, documents, ARRAY_LEN(documents), NULL);
}

#define OTHER  "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: n}\n"
#define ARGO   "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\n"
#define TEKTON "apiVersion: tekton.dev/v1\nkind: "

static const struct found_row others[] = {
    /* kinds that are not known: pods, wherever they stand */
    { OTHER "spec: {containers: [{name: c, image: a}]}\n", "4:38 a (Thing n, container c)\n" },
    { OTHER "spec: {template: {spec: {initContainers: [{image: a}]}}}\n",
      "4:51 a (Thing n, init container)\n" },
    { OTHER "a: [[{b: {volumes: [{name: v, image: {reference: a}}]}}]]\n",
      "4:50 a (Thing n, volume v)\n" },
    { OTHER "spec: {containers: [{image: {repository: a, tag: b}}]}\n",
      "4:29 ? (Thing n, container)\n" },
    { OTHER "spec: {containers: [{image: $(x)}]}\n", "4:29 ?$(x) (Thing n, container)\n" },
    /* that only look alike */
    { OTHER "spec: {image: a}\n", "" },
    { OTHER
      "spec: {containers: [{name: c}, a, {image: }], volumes: [{image: {x: 1}}, {image: b}]}\n",
      "" },
    { OTHER "properties: {containers: {items: {properties: {image: {type: string}}}}}\n", "" },
    { OTHER "spec: {container: {image: a}, steps: [{image: a}], sidecars: [{image: b}]}\n", "" },
    /* known names of other APIs, as Volcano's Job */
    { "apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nspec: {tasks: [{template: {spec: "
      "{containers: [{image: a}]}}}]}\n",
      "3:56 a (Job, container)\n" },
    { "apiVersion: v2\nkind: Pod\nspec: {containers: [{image: a}]}\n",
      "3:29 a (Pod, container)\n" },
    /* objects within objects */
    { "apiVersion: template.openshift.io/v1\nkind: Template\nobjects:\n- apiVersion: v1\n"
      "  kind: Pod\n  metadata: {name: p}\n  spec: {containers: [{name: c}]}\n",
      "7:23 ? (Pod p, container c)\n" },
    /* Argo Workflows */
    { ARGO
      "spec: {templates: [{container: {image: a}}, {script: {image: b}}, {sidecars: [{name: s, "
      "image: c}]},\n {initContainers: [{image: d}]}, {containerSet: {containers: [{image: e}]}}"
      "]}\n",
      "3:40 a (Workflow, container)\n3:62 b (Workflow, script)\n3:96 c (Workflow, sidecar s)\n"
      "4:28 d (Workflow, init container)\n4:71 e (Workflow, container)\n" },
    { "apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nspec: {workflowSpec: {templates: "
      "[{container: {image: a}}]}}\n",
      "3:55 a (CronWorkflow, container)\n" },
    { ARGO
      "spec: {templates: [{steps: [[{name: a, template: b, inline: {container: {image: c}}}]]}]}"
      "\n",
      "3:81 c (Workflow, container)\n" },
    { ARGO "spec: {templates: [{container: {image: '{{inputs.parameters.i}}'}}]}\n",
      "3:41 ?{{inputs.parameters.i}} (Workflow, container)\n" },
    { ARGO "spec: {steps: [{image: a}]}\n", "" },
    /* Tekton */
    { TEKTON "Task\nspec: {steps: [{name: s, image: a}, {ref: {name: x}}], sidecars: [{image: b}], "
             "stepTemplate: {image: c}}\n",
      "3:33 a (Task, step s)\n3:75 b (Task, sidecar)\n3:102 c (Task, step template)\n" },
    { TEKTON "TaskRun\nspec: {taskSpec: {steps: [{image: a}]}}\n", "3:35 a (TaskRun, step)\n" },
    { TEKTON "Pipeline\nspec: {tasks: [{taskSpec: {steps: [{image: a}]}}], finally: [{taskSpec: "
             "{steps: [{image: b}]}}]}\n",
      "3:44 a (Pipeline, step)\n3:90 b (Pipeline, step)\n" },
    { TEKTON "PipelineRun\nspec: {pipelineSpec: {tasks: [{taskSpec: {steps: [{image: a}]}}]}}\n",
      "3:59 a (PipelineRun, step)\n" },
    { TEKTON "StepAction\nspec: {image: a}\n", "3:15 a (StepAction, step)\n" },
    { TEKTON "Task\nspec: {image: a}\n", "" },
    { TEKTON "Task\nspec: {steps: [{image: $(params.i)}]}\n", "3:24 ?$(params.i) (Task, step)\n" },
    /* Kustomize */
    { "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n"
      "- {name: a, newTag: '1'}\n- {name: a, newName: b, newTag: 2}\n"
      "- {name: a, digest: 'sha256:00'}\n- {name: a, newName: b}\n- {name: a}\n- {newTag: 3}\n",
      "4:22 ~a:1 (Kustomization, images)\n5:33 ~b:2 (Kustomization, images)\n"
      "6:22 ~a@sha256:00 (Kustomization, images)\n7:22 ?b (Kustomization, images)\n!9:3\n" },
    { "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: {images: [{name: a, "
      "newTag: 1}]}\n",
      "3:35 ~a:1 (Kustomization, images)\n" },
    { "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Component\nimages: {}\n", "!3:9\n" },
};

Test(scan_kubernetes, other_kinds)
{
    found_check(scan_kubernetes, others, ARRAY_LEN(others), NULL);
}

static const struct {
    struct found_row row;
    const char *custom;
} customs[] = {
    { { OTHER "spec: {image: a}\n", "4:15 a (Thing n)\n" }, "Thing:spec.image" },
    { { OTHER "spec: {image: a}\n", "" }, "Other:spec.image" },
    { { OTHER "spec: {image: a}\n", "" }, "Thing:spec.images" },
    { { OTHER "spec: {image: a}\n", "" }, "Thing:image" },
    { { OTHER "spec: {x: [{image: a}, {}, {image: b}]}\n", "4:20 a (Thing n)\n4:36 b (Thing n)\n" },
      "Thing:spec.x[].image" },
    { { OTHER "spec: {x: [[a, b], [c]]}\n",
        "4:13 a (Thing n)\n4:16 b (Thing n)\n4:21 c (Thing n)\n" },
      "Thing:spec.x[][]" },
    { { OTHER "spec: {x: a}\n", "!4:11\n" }, "Thing:spec.x[]" },
    { { OTHER "spec: [a]\n", "!4:7\n" }, "Thing:spec.x" },
    { { OTHER "spec: {image: [a]}\n", "!4:15\n" }, "Thing:spec.image" },
    { { OTHER "spec: {image: ~}\n", "" }, "Thing:spec.image" },
    { { OTHER "spec: {image: ''}\n", "4:15 ? (Thing n)\n" }, "Thing:spec.image" },
    { { OTHER "spec: {image: $X}\n", "4:15 ?$X (Thing n)\n" }, "Thing:spec.image" },
    { { "apiVersion: v1\nkind: Pod\nspec: {x: a, containers: [{image: b}]}\n",
        "3:11 a (Pod)\n3:35 b (Pod, container)\n" },
      "Pod:spec.x" },
};

Test(scan_kubernetes, custom_paths)
{
    for (size_t i = 0; i < ARRAY_LEN(customs); i++) {
        found_check(scan_kubernetes, &customs[i].row, 1, customs[i].custom);
    }
}

Test(scan_kubernetes, malformed_custom_paths_are_refused)
{
    static const char *const good[] = { "K:a", "K:a.b", "K:a[]", "K:a[][].b[].c-d/e" };
    static const char *const bad[] = { "",       "K",     "K:",       ":a",   "K:a.",   "K:.a",
                                       "K:a..b", "K:[]",  "K:a[",     "K:a]", "K:a[0]", "K:a[]b",
                                       "K:a b",  "K:a.*", "K:a[].[]", "K: a", "K:a\n" };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        cr_expect_eq(scan_check_custom(good[i], NULL), ASSAY_OK, "%s", good[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        cr_expect_eq(scan_check_custom(bad[i], NULL), ASSAY_USAGE, "%s", bad[i]);
    }
}

/* "K:a[]...[]" of so many steps. */
static enum assay_status check_steps(size_t count)
{
    AUTO_BUF text = BUF_INIT(4 * KIB);
    cr_assert_eq(buf_append_string(&text, "K:a", NULL), ASSAY_OK);
    for (size_t i = 1; i < count; i++) {
        cr_assert_eq(buf_append_string(&text, "[]", NULL), ASSAY_OK);
    }
    return scan_check_custom(buf_text(&text), NULL);
}

Test(scan_kubernetes, custom_paths_are_bounded)
{
    char text[LIMIT_CUSTOM_BYTES + 1] = "K:";
    memset(text + 2, 'a', LIMIT_CUSTOM_BYTES - 3);
    cr_expect_eq(scan_check_custom(text, NULL), ASSAY_OK);
    text[LIMIT_CUSTOM_BYTES - 1] = 'a';
    cr_expect_eq(scan_check_custom(text, NULL), ASSAY_USAGE);
    cr_expect_eq(check_steps(LIMIT_CUSTOM_STEPS), ASSAY_OK);
    cr_expect_eq(check_steps(LIMIT_CUSTOM_STEPS + 1), ASSAY_USAGE);
}

/* Aliases lead deeper than any file may be nested. */
Test(scan_kubernetes, aliases_may_lead_deep)
{
    AUTO_BUF text = BUF_INIT(64 * KIB);
    AUTO_BUF found = BUF_INIT(4 * KIB);
    static const struct scan_options options;
    struct scan scan;
    cr_assert_eq(buf_append_string(&text, OTHER "a0: &a0 {containers: [{image: x}]}\n", NULL),
                 ASSAY_OK);
    for (size_t i = 1; i < 200; i++) {
        cr_assert_eq(buf_printf(&text, NULL, "a%zu: &a%zu {a: [[[[*a%zu]]]]}\n", i, i, i - 1),
                     ASSAY_OK);
    }
    struct scan_input input = { .text = buf_slice(&text) };
    scan_init(&scan, NULL, &options);
    size_t file = 0;
    cr_assert_eq(scan_add_file(&scan, "k", "k", &file, NULL), ASSAY_OK);
    cr_assert_eq(scan_kubernetes(&scan, &input, NULL), ASSAY_OK);
    found_show(&scan, input.text, &found);
    cr_expect_str_eq(buf_text(&found), "4:31 x (Thing n, container)\n");
    scan_clear(&scan);
}
