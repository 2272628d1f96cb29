/* SPDX-License-Identifier: Apache-2.0 */
/* The public entry points: many images, grouped by repository, judged side by side. */
#include "base/list.h"
#include "base/mem.h"
#include "verify/session_internal.h"

#include <pthread.h>

/* Where a job belongs: registry images of one repository share an update; a local source, whose
 * name shows only when it is opened, is a group of its own. */
struct place {
    struct job *job;
    char *name; /* NULL: alone */
    char *tag;  /* NULL: none */
    size_t index;
};

struct run {
    struct assay_session *session;
    struct place *places; /* sorted: groups stand together */
    struct job **sorted;
    size_t *starts; /* of each group, and the end */
    size_t group_count;
    int64_t now_unix_s;
    atomic_size_t next;
};

/* Those of one tag stand together: they share a request. */
static int compare_tags(const char *a, const char *b)
{
    return a == NULL || b == NULL ? (a == NULL) - (b == NULL) : strcmp(a, b);
}

static int compare_places(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;
    if (x->name != NULL && y->name != NULL) {
        int order = strcmp(x->name, y->name);
        order = order != 0 ? order : compare_tags(x->tag, y->tag);
        if (order != 0) {
            return order;
        }
    } else if (x->name != NULL || y->name != NULL) {
        return x->name != NULL ? -1 : 1;
    }
    return size_compare(x->index, y->index);
}

static bool same_group(const struct place *a, const struct place *b)
{
    return a->name != NULL && b->name != NULL &&
           slice_equal(slice_from_string(a->name), slice_from_string(b->name));
}

static enum assay_status place_job(struct place *place, struct job *job, size_t index,
                                   struct assay_error *err)
{
    const char *locator = NULL;
    struct oci_reference reference = { 0 };
    struct assay_error ignored = ERROR_INIT;
    *place = (struct place){ .job = job, .index = index };
    if (!source_transport_find(job->asked, &locator)->is_local &&
        oci_reference_parse(locator, &reference, &ignored) == ASSAY_OK) {
        bool has_tag = reference.tag != NULL;
        place->name = mem_copy_string(reference.name);
        place->tag = has_tag ? mem_copy_string(reference.tag) : NULL;
        oci_reference_clear(&reference);
        return place->name == NULL || (has_tag && place->tag == NULL) ? FAIL_NO_MEMORY(err)
                                                                      : ASSAY_OK;
    }
    return ASSAY_OK;
}

static enum assay_status sort_jobs(struct run *run, struct job *jobs, size_t count,
                                   struct assay_error *err)
{
    run->places = mem_alloc(count, sizeof(*run->places));
    run->sorted = mem_alloc(count, sizeof(struct job *));
    run->starts = mem_alloc(count + 1, sizeof(*run->starts));
    if (run->places == NULL || run->sorted == NULL || run->starts == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < count; i++) {
        TRY(place_job(&run->places[i], &jobs[i], i, err));
    }
    list_sort(run->places, count, sizeof(*run->places), compare_places);
    for (size_t i = 0; i < count; i++) {
        run->sorted[i] = run->places[i].job;
        if (i == 0 || !same_group(&run->places[i - 1], &run->places[i])) {
            run->starts[run->group_count++] = i;
        }
    }
    run->starts[run->group_count] = count;
    return ASSAY_OK;
}

static void run_clear(struct run *run, size_t count)
{
    for (size_t i = 0; run->places != NULL && i < count; i++) {
        mem_free(run->places[i].name);
        mem_free(run->places[i].tag);
    }
    mem_free(run->places);
    mem_free(run->sorted);
    mem_free(run->starts);
}

static void *work(void *arg)
{
    struct run *run = arg;
    for (;;) {
        size_t group = atomic_fetch_add(&run->next, 1);
        if (group >= run->group_count) {
            return NULL;
        }
        group_run(run->session, run->sorted + run->starts[group],
                  run->starts[group + 1] - run->starts[group], run->now_unix_s);
    }
}

/* One thread a job slot; this thread is one of them, so that a failure to start others only costs
 * time. A fetcher that the caller gave belongs to this thread alone, and so does a collection. */
static void run_groups(struct run *run)
{
    pthread_t threads[LIMIT_JOBS];
    size_t started = 0;
    size_t wanted = session_threads(run->session);
    if (run->session->env.fetcher != NULL || run->session->collect != NULL) {
        wanted = 1;
    }
    wanted = wanted < run->group_count ? wanted : run->group_count;
    while (started + 1 < wanted && pthread_create(&threads[started], NULL, work, run) == 0) {
        started++;
    }
    (void)work(run);
    for (size_t i = 0; i < started; i++) {
        (void)pthread_join(threads[i], NULL);
    }
}

static enum assay_status judge_all(struct assay_session *session, struct job *jobs, size_t count,
                                   struct assay_error *err)
{
    struct run run = { .session = session };
    enum assay_status status = session_now(session, &run.now_unix_s, err);
    if (status == ASSAY_OK) {
        status = session_open_bundle(session, err);
    }
    if (status == ASSAY_OK) {
        status = sort_jobs(&run, jobs, count, err);
    }
    if (status == ASSAY_OK) {
        session_progress_run(&session->progress, count);
        run_groups(&run);
    }
    run_clear(&run, count);
    return status;
}

/* What the references mean together. */
static enum assay_status check_references(const struct assay_session *session,
                                          const char *const *references, size_t count,
                                          struct assay_error *err)
{
    size_t from_stdin = 0;
    for (size_t i = 0; i < count; i++) {
        from_stdin += source_reads_stdin(references[i]) ? 1 : 0;
    }
    if (session->options.as != NULL && count > 1) {
        return FAIL(err, ASSAY_USAGE, "--as names one source, %zu were given", count);
    }
    if (from_stdin > 1) {
        return FAIL(err, ASSAY_USAGE, "standard input holds one archive, %zu sources read it",
                    from_stdin);
    }
    return ASSAY_OK;
}

/* The verdicts, and the status of the worst. */
static enum assay_status conclude(struct job *jobs, size_t count, enum assay_status status,
                                  const struct assay_error *err)
{
    enum assay_status worst = ASSAY_OK;
    for (size_t i = 0; i < count; i++) {
        if (status != ASSAY_OK) {
            job_fail(&jobs[i], err);
        } else if (jobs[i].passed) {
            error_clear(&jobs[i].verdict->error);
        }
        enum assay_status mine = jobs[i].verdict->error.status;
        enum assay_class class = assay_status_class(worst);
        if (assay_class_worst(class, assay_status_class(mine)) != class) {
            worst = mine;
        }
    }
    return worst;
}

/* given: of the only reference, or NULL. */
static enum assay_status verify_all(struct assay_session *session, const char *const *references,
                                    size_t count, struct source *given, struct assay_verdict **out)
{
    AUTO_MEM struct job *jobs = mem_alloc(count, sizeof(*jobs));
    struct assay_error err = ERROR_INIT;
    bool complete = jobs != NULL;
    for (size_t i = 0; i < count; i++) {
        out[i] = complete ? verdict_new(references[i]) : NULL;
        complete = out[i] != NULL;
        if (complete) {
            jobs[i] = (struct job){ .asked = references[i],
                                    .verdict = out[i],
                                    .source = given,
                                    .source_is_borrowed = given != NULL };
        }
    }
    if (!complete) {
        return ASSAY_NO_MEMORY;
    }
    enum assay_status status = check_references(session, references, count, &err);
    if (status == ASSAY_OK) {
        status = judge_all(session, jobs, count, &err);
    }
    return conclude(jobs, count, status, &err);
}

enum assay_status assay_verify_many(struct assay_session *session, const char *const *references,
                                    size_t count, struct assay_verdict **out)
{
    if (count == 0) {
        return ASSAY_NOTHING;
    }
    if (out == NULL || count > LIMIT_REFERENCES) {
        return ASSAY_USAGE;
    }
    for (size_t i = 0; i < count; i++) {
        out[i] = NULL;
    }
    if (session == NULL || references == NULL) {
        return ASSAY_USAGE;
    }
    for (size_t i = 0; i < count; i++) {
        if (references[i] == NULL) {
            return ASSAY_USAGE;
        }
    }
    return verify_all(session, references, count, NULL, out);
}

enum assay_status session_verify_source(struct assay_session *session, const char *reference,
                                        struct source *source, struct assay_verdict **out)
{
    return verify_all(session, &reference, 1, source, out);
}

enum assay_status assay_verify(struct assay_session *session, const char *reference,
                               struct assay_verdict **out, struct assay_error *error)
{
    struct assay_verdict *verdict = NULL;
    if (out != NULL) {
        *out = NULL;
    }
    if (session == NULL || reference == NULL) {
        return FAIL(error, ASSAY_USAGE, "session and reference must not be NULL");
    }
    enum assay_status status = assay_verify_many(session, &reference, 1, &verdict);
    if (verdict == NULL) {
        (void)FAIL_NO_MEMORY(error);
    } else if (error != NULL && status != ASSAY_OK) {
        *error = verdict->error;
    }
    if (out != NULL) {
        *out = verdict;
    } else {
        assay_verdict_free(verdict);
    }
    return status;
}
