/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that run batches by themselves. Batches come back in the order in which they were given;
 * one that nobody began can be taken back. */
#include "audit/roots_parts.h"

#include "base/mem.h"

#include <pthread.h>

struct root_crew {
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t change;
    struct root_batch *batches[LIMIT_JOBS + 1]; /* out, a ring in the order of giving */
    size_t head;
    size_t count;
    size_t room;
    bool stops;
    pthread_t threads[LIMIT_JOBS];
    size_t thread_count;
};

static struct root_batch *waiting(const struct root_crew *crew)
{
    for (size_t i = 0; i < crew->count; i++) {
        struct root_batch *batch = crew->batches[(crew->head + i) % ARRAY_LEN(crew->batches)];
        if (batch->state == ROOT_BATCH_WAITS) {
            return batch;
        }
    }
    return NULL;
}

static void *work(void *ctx)
{
    struct root_crew *crew = ctx;
    (void)pthread_mutex_lock(&crew->lock);
    while (!crew->stops) {
        struct root_batch *batch = waiting(crew);
        if (batch == NULL) {
            (void)pthread_cond_wait(&crew->change, &crew->lock);
            continue;
        }
        batch->state = ROOT_BATCH_RUNS;
        (void)pthread_mutex_unlock(&crew->lock);
        root_batch_run(batch);
        (void)pthread_mutex_lock(&crew->lock);
        batch->state = ROOT_BATCH_DONE;
        (void)pthread_cond_broadcast(&crew->change);
    }
    (void)pthread_mutex_unlock(&crew->lock);
    return NULL;
}

enum assay_status root_crew_new(size_t threads, struct root_crew **out, struct assay_error *err)
{
    *out = NULL;
    if (threads < 2) {
        return ASSAY_OK;
    }
    struct root_crew *crew = mem_alloc(1, sizeof(*crew));
    if (crew == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    if (pthread_mutex_init(&crew->lock, NULL) != 0) {
        mem_free(crew);
        return FAIL_NO_MEMORY(err);
    }
    if (pthread_cond_init(&crew->change, NULL) != 0) {
        (void)pthread_mutex_destroy(&crew->lock);
        mem_free(crew);
        return FAIL_NO_MEMORY(err);
    }
    size_t wanted = threads < LIMIT_JOBS ? threads : LIMIT_JOBS;
    while (crew->thread_count < wanted &&
           pthread_create(&crew->threads[crew->thread_count], NULL, work, crew) == 0) {
        crew->thread_count++;
    }
    crew->room = crew->thread_count + 1;
    *out = crew;
    return ASSAY_OK;
}

void root_crew_free(struct root_crew *crew)
{
    if (crew == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&crew->lock);
    crew->stops = true;
    (void)pthread_cond_broadcast(&crew->change);
    (void)pthread_mutex_unlock(&crew->lock);
    for (size_t i = 0; i < crew->thread_count; i++) {
        (void)pthread_join(crew->threads[i], NULL);
    }
    (void)pthread_cond_destroy(&crew->change);
    (void)pthread_mutex_destroy(&crew->lock);
    mem_free(crew);
}

size_t root_crew_room(const struct root_crew *crew)
{
    return crew == NULL ? 1 : crew->room;
}

void root_crew_give(struct root_crew *crew, struct root_batch *batch)
{
    (void)pthread_mutex_lock(&crew->lock);
    crew->batches[(crew->head + crew->count) % ARRAY_LEN(crew->batches)] = batch;
    crew->count++;
    (void)pthread_cond_broadcast(&crew->change);
    (void)pthread_mutex_unlock(&crew->lock);
}

struct root_batch *root_crew_take(struct root_crew *crew, bool is_wanted)
{
    (void)pthread_mutex_lock(&crew->lock);
    struct root_batch *batch = crew->batches[crew->head];
    bool has_hands = crew->thread_count > 0;
    while (batch->state == ROOT_BATCH_RUNS ||
           (batch->state == ROOT_BATCH_WAITS && is_wanted && has_hands)) {
        (void)pthread_cond_wait(&crew->change, &crew->lock);
    }
    crew->head = (crew->head + 1) % ARRAY_LEN(crew->batches);
    crew->count--;
    (void)pthread_mutex_unlock(&crew->lock);
    return batch;
}
