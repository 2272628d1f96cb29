/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/kind.h"

/* ---- names ---- */

/* '*' stands for any run; of several possible runs the shortest that fits. No '/' is in name. */
static bool name_matches(struct slice pattern, struct slice name)
{
    size_t at = 0;
    size_t i = 0;
    size_t star = SIZE_MAX; /* behind the last '*' */
    size_t resume = 0;      /* where its run ends so far */
    while (i < name.len) {
        if (at < pattern.len && pattern.ptr[at] == '*') {
            star = ++at;
            resume = i;
        } else if (at < pattern.len && pattern.ptr[at] == name.ptr[i]) {
            at++;
            i++;
        } else if (star != SIZE_MAX) {
            at = star;
            i = ++resume;
        } else {
            return false;
        }
    }
    while (at < pattern.len && pattern.ptr[at] == '*') {
        at++;
    }
    return at == pattern.len;
}

static const struct {
    const char *pattern;
    enum scan_kind kind;
} name_rows[] = {
    /* the first that fits counts */
    { "*.dockerignore", SCAN_KIND_NONE },
    { "Dockerfile", SCAN_KIND_DOCKERFILE },
    { "dockerfile", SCAN_KIND_DOCKERFILE },
    { "Dockerfile.*", SCAN_KIND_DOCKERFILE },
    { "Dockerfile-*", SCAN_KIND_DOCKERFILE },
    { "Dockerfile_*", SCAN_KIND_DOCKERFILE },
    { "*.Dockerfile", SCAN_KIND_DOCKERFILE },
    { "*.dockerfile", SCAN_KIND_DOCKERFILE },
    { "dockerfile.*", SCAN_KIND_DOCKERFILE },
    { "dockerfile-*", SCAN_KIND_DOCKERFILE },
    { "Containerfile", SCAN_KIND_DOCKERFILE },
    { "Containerfile.*", SCAN_KIND_DOCKERFILE },
    { "Containerfile-*", SCAN_KIND_DOCKERFILE },
    { "*.Containerfile", SCAN_KIND_DOCKERFILE },
    { ".env", SCAN_KIND_DOTENV },
    { "compose.yaml", SCAN_KIND_COMPOSE },
    { "compose.yml", SCAN_KIND_COMPOSE },
    { "compose.*.yaml", SCAN_KIND_COMPOSE },
    { "compose.*.yml", SCAN_KIND_COMPOSE },
    { "compose-*.yaml", SCAN_KIND_COMPOSE },
    { "compose-*.yml", SCAN_KIND_COMPOSE },
    { "docker-compose*.yaml", SCAN_KIND_COMPOSE },
    { "docker-compose*.yml", SCAN_KIND_COMPOSE },
    { "podman-compose*.yaml", SCAN_KIND_COMPOSE },
    { "podman-compose*.yml", SCAN_KIND_COMPOSE },
    { "container-compose*.yaml", SCAN_KIND_COMPOSE },
    { "container-compose*.yml", SCAN_KIND_COMPOSE },
    { "kustomization.yaml", SCAN_KIND_KUBERNETES },
    { "kustomization.yml", SCAN_KIND_KUBERNETES },
    { "Kustomization", SCAN_KIND_KUBERNETES },
    { "action.yaml", SCAN_KIND_GITHUB },
    { "action.yml", SCAN_KIND_GITHUB },
    { "*.gitlab-ci.yml", SCAN_KIND_GITLAB },
    { "*.gitlab-ci.yaml", SCAN_KIND_GITLAB },
    { "*.yaml", SCAN_KIND_CONTENT },
    { "*.yml", SCAN_KIND_CONTENT },
    { "*.json", SCAN_KIND_CONTENT },
};

static bool is_yaml_name(struct slice name)
{
    return slice_has_suffix(name, SLICE_LITERAL(".yaml")) ||
           slice_has_suffix(name, SLICE_LITERAL(".yml"));
}

/* directory ends in "/". */
static bool is_workflow_directory(struct slice above, struct slice directory)
{
    return (slice_is(above, ".github/workflows") && directory.len == 0) ||
           (slice_is(above, ".github") && slice_is(directory, "workflows/")) ||
           slice_is(directory, ".github/workflows/") ||
           slice_has_suffix(directory, SLICE_LITERAL("/.github/workflows/"));
}

static bool is_gitlab_directory(struct slice above, struct slice directory)
{
    return slice_is(above, ".gitlab") || slice_has_prefix(directory, SLICE_LITERAL(".gitlab/")) ||
           (directory.len > 0 &&
            memmem(directory.ptr, directory.len, "/.gitlab/", strlen("/.gitlab/")) != NULL);
}

enum scan_kind scan_kind_of_name(const char *above, struct slice path)
{
    struct slice start = slice_from_string(above);
    size_t slash = slice_find_last(path, '/');
    struct slice directory = slash == path.len ? SLICE_EMPTY : slice_first(path, slash + 1);
    struct slice name = slice_from(path, directory.len);
    enum scan_kind kind = SCAN_KIND_NONE;
    for (size_t i = 0; i < ARRAY_LEN(name_rows); i++) {
        if (name_matches(slice_from_string(name_rows[i].pattern), name)) {
            kind = name_rows[i].kind;
            break;
        }
    }
    if (is_yaml_name(name) && is_workflow_directory(start, directory)) {
        return SCAN_KIND_GITHUB;
    }
    if (kind == SCAN_KIND_CONTENT && is_yaml_name(name) && is_gitlab_directory(start, directory)) {
        return SCAN_KIND_GITLAB;
    }
    return kind;
}

/* ---- excludes ---- */

/* The first component that is neither empty nor ".", taken off path; false: there is none. */
static bool take_component(struct slice *path, struct slice *component)
{
    do {
        size_t end = slice_find(*path, '/');
        *component = slice_first(*path, end);
        *path = slice_from(*path, end + 1);
    } while ((component->len == 0 || slice_is(*component, ".")) && path->len > 0);
    return component->len > 0 && !slice_is(*component, ".");
}

static bool excludes(struct slice pattern, struct slice path)
{
    struct slice wanted;
    struct slice name;
    bool any = false;
    while (take_component(&pattern, &wanted)) {
        if (!take_component(&path, &name) || !name_matches(wanted, name)) {
            return false;
        }
        any = true;
    }
    return any;
}

bool scan_is_excluded(const struct scan_options *options, struct slice path)
{
    bool is_excluded = false;
    for (size_t i = 0; i < options->exclude_count; i++) {
        bool matches = excludes(slice_from_string(options->excludes[i]), path);
        if (matches && options->exclude_used != NULL) {
            options->exclude_used[i] = true;
        }
        is_excluded = is_excluded || matches;
    }
    return is_excluded;
}
