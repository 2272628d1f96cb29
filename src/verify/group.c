/* SPDX-License-Identifier: Apache-2.0 */
/* All images of one repository: one update of its trust data, one commit of its state. */
#include "base/mem.h"
#include "verify/session_internal.h"

/* What a group needs while it runs. */
struct group {
    struct assay_session *session;
    struct job **jobs;
    size_t count;
    struct worker_net net;
    struct content_cache *cache;
    struct pin_choice pin;
    struct server_choice server;
    struct trust_repo *repo;
    struct trace trace; /* of the update, shared by all */
    struct net_get *gets;
    struct net_response *answers;
    struct job **asked; /* whose request stands at the same place in gets */
    size_t get_count;
};

static void fail_all(struct group *group, const struct assay_error *err)
{
    for (size_t i = 0; i < group->count; i++) {
        if (group->jobs[i]->ready) {
            job_fail(group->jobs[i], err);
        }
    }
}

/* A job's network: none where metadata and image are both local, or under --offline. */
static bool is_offline(const struct group *group)
{
    const struct assay_options *options = &group->session->options;
    if (options->offline) {
        return true;
    }
    for (size_t i = 0; i < group->count; i++) {
        const char *locator = NULL;
        if (!source_transport_find(group->jobs[i]->asked, &locator)->is_local) {
            return false;
        }
    }
    return options->trust_dir != NULL || options->bundle != NULL;
}

static const struct oci_reference *first_reference(const struct group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        if (group->jobs[i]->ready) {
            return &group->jobs[i]->reference;
        }
    }
    return NULL;
}

/* Room beside the metadata files of the first flight. */
#define COMPANIONS_MAX (LIMIT_FLIGHT - 8)

static bool has_same_tag(const struct job *a, const struct job *b)
{
    return a->reference.tag != NULL && b->reference.tag != NULL &&
           strcmp(a->reference.tag, b->reference.tag) == 0;
}

/* Plans the requests for the manifests that jobs name, from *next on, as many as fit. */
static enum assay_status plan_manifests(struct group *group, size_t *next, size_t most,
                                        struct assay_error *err)
{
    group->get_count = 0;
    for (; *next < group->count && group->get_count < most; (*next)++) {
        struct job *job = group->jobs[*next];
        struct job *last = group->get_count == 0 ? NULL : group->asked[group->get_count - 1];
        if (job->ready && !job->source->is_local && last != NULL && has_same_tag(last, job)) {
            job->twin = last->twin; /* one request serves both */
            last->twin = job;
        } else if (job->ready && !job->source->is_local) {
            TRY(source_registry_request(job->source, &group->gets[group->get_count], err));
            group->asked[group->get_count++] = job;
        }
    }
    return ASSAY_OK;
}

static enum assay_status make_room(struct group *group, struct assay_error *err)
{
    group->gets = mem_alloc(LIMIT_FLIGHT, sizeof(*group->gets));
    group->answers = mem_alloc(LIMIT_FLIGHT, sizeof(*group->answers));
    group->asked = mem_alloc(LIMIT_FLIGHT, sizeof(struct job *));
    return group->gets == NULL || group->answers == NULL || group->asked == NULL
               ? FAIL_NO_MEMORY(err)
               : ASSAY_OK;
}

/* A copy for another source; where memory is out it asks for itself. */
static void hand_copy(struct source *source, const struct net_response *answer)
{
    struct net_response copy = *answer;
    copy.challenge_count = 0; /* stay with the answer */
    copy.body = (struct buf)BUF_INIT(LIMIT_MANIFEST_BYTES + LIMIT_ERROR_BODY_BYTES);
    if (buf_append(&copy.body, buf_slice(&answer->body), NULL) == ASSAY_OK) {
        source_registry_answer(source, &copy);
    }
    net_response_clear(&copy);
}

/* Hands the manifests to their sources; each forgets its answer. */
static void hand_out(struct group *group)
{
    for (size_t i = 0; i < group->get_count; i++) {
        for (const struct job *twin = group->asked[i]->twin; twin != NULL; twin = twin->twin) {
            hand_copy(twin->source, &group->answers[i]);
        }
        source_registry_answer(group->asked[i]->source, &group->answers[i]);
        net_response_clear(&group->answers[i]);
        group->answers[i] = (struct net_response){ 0 };
    }
    group->get_count = 0;
}

/* The manifests that did not fit into the first flight, or had none to travel with. */
static enum assay_status fetch_rest(struct group *group, size_t next, struct assay_error *err)
{
    while (next < group->count) {
        TRY(plan_manifests(group, &next, LIMIT_FLIGHT, err));
        if (group->get_count > 0) {
            TRY(net_session_get(group->net.net, group->gets, group->answers, group->get_count,
                                err));
            hand_out(group);
        }
    }
    return ASSAY_OK;
}

static enum assay_status open_repo(struct group *group, const struct oci_reference *reference,
                                   int64_t now_unix_s, struct assay_error *err)
{
    struct trust_options options;
    TRY(pin_choose(group->session, reference->name, &group->pin, err));
    TRY(server_choose(group->session, reference, &group->server, err));
    TRY(trust_options_fill(group->session, &group->net, &group->pin, &group->server, now_unix_s,
                           &options, err));
    if (trust_needs_server(&options)) {
        TRY(server_required(&group->server, reference, err));
    }
    size_t next = 0;
    TRY(make_room(group, err));
    if (group->net.net != NULL && trust_needs_server(&options)) {
        TRY(plan_manifests(group, &next, COMPANIONS_MAX, err));
    }
    options.trace = &group->trace;
    options.companions = group->gets;
    options.companion_responses = group->answers;
    options.companion_count = group->get_count;
    TRY(trust_format_at(0)->open(reference->name, &options, &group->repo, err));
    hand_out(group);
    /* what a bundle holds is not asked for */
    bool wants_rest = group->net.net != NULL && options.bundle == NULL;
    return wants_rest ? fetch_rest(group, next, err) : ASSAY_OK;
}

/* What all verdicts of the repository share. */
static enum assay_status share(const struct group *group, struct assay_verdict *verdict,
                               struct assay_error *err)
{
    AUTO_BUF fingerprint = BUF_INIT(LIMIT_JSON_STRING_BYTES);
    TRY(mem_set_string(&verdict->trust_server, trust_repo_where(group->repo), err));
    TRY(trust_repo_fingerprint(group->repo, &fingerprint, err));
    TRY(mem_set_string(&verdict->root_fingerprint, buf_text(&fingerprint), err));
    const char *note = NULL;
    for (size_t i = 0; (note = trust_repo_note(group->repo, i)) != NULL; i++) {
        TRY(verdict_note(verdict, err, "%s", note));
    }
    return ASSAY_OK;
}

/* State is durable, or nothing is trusted; a record that lost a check proves nothing. */
static void conclude(struct group *group)
{
    struct assay_error commit_error = ERROR_INIT;
    enum assay_status commit = trust_repo_commit(group->repo, &commit_error);
    const struct assay_options *options = &group->session->options;
    const char *kept =
        options->has_at || options->stateless ? "not kept, as asked" : "stored durably";
    for (size_t i = 0; i < group->count; i++) {
        struct job *job = group->jobs[i];
        struct assay_error err = commit_error;
        if (!job->ready) {
            continue;
        }
        trace_add(&job->verdict->trace, RULE_STATE, commit == ASSAY_OK, "state", "%s",
                  commit != ASSAY_OK ? commit_error.message : kept);
        if (job->passed && commit != ASSAY_OK) {
            job_fail(job, &err);
        }
        if (share(group, job->verdict, &err) != ASSAY_OK ||
            (job->passed && job->verdict->trace.lost)) {
            (void)FAIL(&err, ASSAY_NO_MEMORY, "the record of the checks is not complete");
            job_fail(job, &err);
        }
    }
}

/* ---- into a bundle ---- */

static enum assay_status collect_file(void *ctx, const char *name, struct slice bytes,
                                      struct assay_error *err)
{
    return bundle_writer_metadata(ctx, name, bytes, err);
}

static enum assay_status collect_repo(const struct group *group, struct assay_error *err)
{
    struct bundle_writer *writer = group->session->collect;
    TRY(bundle_writer_repository(writer, trust_repo_gun(group->repo),
                                 trust_repo_server(group->repo), trust_repo_modified(group->repo),
                                 err));
    TRY(trust_repo_files(group->repo, collect_file, writer, err));
    for (size_t i = 0; i < group->count; i++) {
        if (group->jobs[i]->passed) {
            TRY(bundle_writer_reference(writer, group->jobs[i]->reference.text, err));
        }
    }
    return ASSAY_OK;
}

static void collect(struct group *group)
{
    struct assay_error err = ERROR_INIT;
    if (group->session->collect != NULL && collect_repo(group, &err) != ASSAY_OK) {
        fail_all(group, &err);
    }
}

/* Images of one repository come one after the other, and are told one by one; one that is alone is
 * told from the opening of its source on, which may be all there is to wait for. */
static void tell_begin(const struct group *group, const struct job *job, bool is_alone)
{
    if (is_alone == (group->count == 1)) {
        const char *as = group->session->options.as;
        bool has_name = as == NULL || !source_reads_stdin(job->asked);
        env_progress_begin(&group->session->env, has_name ? job->asked : as, 0);
    }
}

static void tell_end(const struct group *group, bool is_alone)
{
    if (is_alone == (group->count == 1)) {
        env_progress_end(&group->session->env);
    }
}

static void judge_one(const struct group *group, struct job *job)
{
    tell_begin(group, job, false);
    job_judge(group->session, group->repo, job);
    tell_end(group, false);
}

static void run(struct group *group, int64_t now_unix_s)
{
    struct assay_error err = ERROR_INIT;
    const struct oci_reference *reference = first_reference(group);
    if (reference == NULL) {
        return;
    }
    enum assay_status status = open_repo(group, reference, now_unix_s, &err);
    for (size_t i = 0; i < group->count; i++) {
        trace_copy(&group->jobs[i]->verdict->trace, &group->trace);
    }
    if (status != ASSAY_OK) {
        fail_all(group, &err);
        return;
    }
    for (size_t i = 0; i < group->count; i++) {
        if (!group->jobs[i]->ready) {
            continue;
        }
        if (env_check_interrupted(&group->session->env, &err) != ASSAY_OK) {
            job_fail(group->jobs[i], &err);
        } else {
            judge_one(group, group->jobs[i]);
        }
    }
    conclude(group);
    collect(group);
}

void group_run(struct assay_session *session, struct job **jobs, size_t count, int64_t now_unix_s)
{
    struct group group = { .session = session, .jobs = jobs, .count = count };
    struct assay_error err = ERROR_INIT;
    if (worker_net_open(session, is_offline(&group), &group.net, &err) != ASSAY_OK) {
        for (size_t i = 0; i < count; i++) {
            job_fail(jobs[i], &err);
        }
        return;
    }
    tell_begin(&group, jobs[0], true);
    group.cache = count > 1 || session->keep_configs ? content_cache_new() : NULL;
    for (size_t i = 0; i < count; i++) {
        jobs[i]->cache = group.cache;
        job_prepare(session, group.net.net, jobs[i]);
    }
    run(&group, now_unix_s);
    tell_end(&group, true);
    for (size_t i = 0; i < count; i++) {
        if (group.net.env.fetcher != NULL) {
            jobs[i]->verdict->flights = group.net.env.fetcher->flights;
        }
        job_clear(jobs[i]);
    }
    for (size_t i = 0; group.answers != NULL && i < LIMIT_FLIGHT; i++) {
        net_response_clear(&group.answers[i]);
    }
    content_cache_free(group.cache);
    mem_free(group.gets);
    mem_free(group.answers);
    mem_free(group.asked);
    trust_repo_free(group.repo);
    pin_choice_clear(&group.pin);
    server_choice_clear(&group.server);
    trace_clear(&group.trace);
    worker_net_close(&group.net);
}
