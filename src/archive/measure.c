/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/measure.h"

#include "archive/measure_layer.h"
#include "base/list.h"
#include "base/mem.h"

#include <limits.h>
#include <pthread.h>

#define MAX_OPEN    (LIMIT_MEASURE_SLOTS / MEASURE_SLOTS)
#define STACK_BYTES (256 * KIB) /* a step needs 20 KiB; stacks count in the peak */
#define SMALL_BYTES LIMIT_MEASURE_SLOT

struct engine {
    const struct measure_options *options;
    struct measure_layer *layers; /* the longest first */
    size_t count;
    unsigned threads;
    bool is_paired; /* two layers may be hashed at once, on one core */
    uint64_t left;  /* of all layers, about */
    size_t opened;  /* of layers, in order */
    size_t open_count;
    size_t done_count;
    uint64_t unpacked_bytes;
    pthread_mutex_t mutex; /* guards all of this but what a step works on */
    pthread_cond_t change;
    enum assay_status status; /* not ASSAY_OK: everybody stops */
    struct assay_error error;
};

/* ---- choosing the next step; the mutex is held ---- */

static unsigned waiting(const struct measure_layer *layer)
{
    return layer->head - layer->tail;
}

/* Eight layers are four and four, and not six and two: the last ones have company, too. */
static size_t most_open(const struct engine *engine)
{
    size_t groups = (engine->count + MAX_OPEN - 1) / MAX_OPEN;
    return (engine->count + groups - 1) / groups;
}

static void open_more(struct engine *engine)
{
    while (engine->opened < engine->count && engine->open_count < most_open(engine)) {
        struct measure_layer *layer = &engine->layers[engine->opened++];
        enum assay_status status = measure_layer_open(layer, engine->options->max_layer_bytes,
                                                      engine->is_paired, &engine->error);
        if (status != ASSAY_OK) {
            engine->status = status;
            return;
        }
        engine->open_count++;
    }
}

static bool can_fill(const struct measure_layer *layer)
{
    return layer->is_open && !layer->is_filling && !layer->is_filled &&
           waiting(layer) < MEASURE_SLOTS;
}

static bool can_hash(const struct measure_layer *layer)
{
    return layer->is_open && !layer->is_hashing && waiting(layer) > 0;
}

/* So that it waits for no hash, and the one who fills it hashes what is in its core's cache. */
static bool can_fill_first(const struct measure_layer *layer)
{
    return can_fill(layer) && waiting(layer) == 0;
}

/* Of those that can, the one that has most left: it decides when everything ends. */
static struct measure_layer *most_left(struct engine *engine,
                                       bool (*can)(const struct measure_layer *layer))
{
    struct measure_layer *best = NULL;
    for (size_t i = 0; i < engine->opened; i++) {
        struct measure_layer *layer = &engine->layers[i];
        if (can(layer) && (best == NULL || layer->left > best->left)) {
            best = layer;
        }
    }
    return best;
}

/* Reading is cheap, so that a raw layer is filled only when nothing waits to be hashed; unpacking
 * is what a packed layer waits for, so that it is kept going while there is room. */
static bool is_fill_better(const struct measure_layer *fill, const struct measure_layer *hash)
{
    if (fill == NULL || hash == NULL) {
        return fill != NULL;
    }
    bool is_raw = fill->is_started && fill->job->out->compression == COMPRESSION_NONE;
    return is_raw ? waiting(fill) == 0 : waiting(fill) <= 1 || waiting(hash) < MEASURE_SLOTS;
}

/* Two layers at once take five eighths of the time that they take one after the other, or less; but
 * each takes longer than alone. So they are paired where there are more of them than threads, and a
 * layer goes alone if, at that rate, the other threads will have done everything else before it
 * ends. */
static bool may_pair(const struct engine *engine, const struct measure_layer *layer)
{
    uint64_t rest = engine->left - layer->left;
    unsigned others = engine->threads - 1;
    return engine->is_paired && engine->open_count > engine->threads &&
           (others == 0 || layer->left / 5 <= rest / 8 / others);
}

/* ---- steps; the mutex is given up while they work ---- */

static void close_if_done(struct engine *engine, struct measure_layer *layer)
{
    /* is_filled belongs to whoever fills, so that it is looked at only when nobody does */
    if (layer->is_filling || !layer->is_filled || layer->is_hashing || waiting(layer) > 0) {
        return;
    }
    measure_layer_close(layer);
    engine->left -= layer->left; /* it may have ended early */
    engine->open_count--;
    engine->done_count++;
}

static void limit_total(struct engine *engine, struct measure_layer *layer, uint64_t made)
{
    struct measured *out = layer->job->out;
    engine->unpacked_bytes += made;
    if (engine->unpacked_bytes > engine->options->max_total_bytes &&
        out->unpack_status == ASSAY_OK) {
        out->unpack_status =
            FAIL(&out->unpack_error, ASSAY_BOMB, "the image unpacks to more than %llu bytes",
                 (unsigned long long)engine->options->max_total_bytes);
        layer->pending = SLICE_EMPTY; /* its stored bytes wait in a slot already */
    }
}

static void fill_step(struct engine *engine, struct measure_layer *layer)
{
    uint64_t before = layer->job->out->unpacked_bytes;
    size_t taken = 0;
    layer->is_filling = true;
    (void)pthread_mutex_unlock(&engine->mutex);
    measure_layer_fill(layer, &taken);
    env_progress_advance(engine->options->env, taken);
    (void)pthread_mutex_lock(&engine->mutex);
    const struct measure_slot *slot = &layer->slots[layer->head % MEASURE_SLOTS];
    layer->is_filling = false;
    taken = taken < layer->left ? taken : layer->left;
    layer->left -= taken;
    engine->left -= taken;
    limit_total(engine, layer, layer->job->out->unpacked_bytes - before);
    if (slot->len > 0 || slot->packed_len > 0) {
        layer->head++;
    }
    close_if_done(engine, layer);
    (void)pthread_cond_broadcast(&engine->change);
}

static void hash_done(struct engine *engine, struct measure_layer *layer)
{
    layer->is_hashing = false;
    layer->tail++;
    close_if_done(engine, layer);
}

/* Another layer to be hashed at the same time: one that waits for it, or else one that is filled
 * for it. NULL where there is none. */
static struct measure_layer *find_partner(struct engine *engine)
{
    struct measure_layer *ready = most_left(engine, can_hash);
    struct measure_layer *fill = ready == NULL ? most_left(engine, can_fill_first) : NULL;
    if (fill != NULL) {
        fill_step(engine, fill);
        return can_hash(fill) ? fill : NULL;
    }
    return ready;
}

static void hash_step(struct engine *engine, struct measure_layer *layer)
{
    struct measure_layer *other = NULL;
    layer->is_hashing = true; /* from here on nobody else takes it */
    if (may_pair(engine, layer)) {
        other = find_partner(engine);
    }
    if (other != NULL) {
        other->is_hashing = true;
    }
    (void)pthread_mutex_unlock(&engine->mutex);
    measure_layer_hash(layer, other);
    (void)pthread_mutex_lock(&engine->mutex);
    hash_done(engine, layer);
    if (other != NULL) {
        hash_done(engine, other);
    }
    (void)pthread_cond_broadcast(&engine->change);
}

/* What a thread just filled is still in its core's cache: where there are layers enough for all
 * threads, it is best hashed by the same one at once. */
static bool is_hot(const struct engine *engine, const struct measure_layer *layer)
{
    return can_hash(layer) && waiting(layer) == 1 && engine->open_count >= engine->threads;
}

/* Takes steps until nothing is left to do; waits where others are at work. */
static void *work(void *ctx)
{
    struct engine *engine = ctx;
    (void)pthread_mutex_lock(&engine->mutex);
    while (engine->status == ASSAY_OK && engine->done_count < engine->count) {
        engine->status = env_check_interrupted(engine->options->env, &engine->error);
        open_more(engine);
        struct measure_layer *fill = most_left(engine, can_fill);
        struct measure_layer *hash = most_left(engine, can_hash);
        if (engine->status != ASSAY_OK) {
            break;
        }
        if (is_fill_better(fill, hash)) {
            fill_step(engine, fill);
            if (is_hot(engine, fill)) {
                hash_step(engine, fill);
            }
        } else if (hash != NULL) {
            hash_step(engine, hash);
        } else {
            (void)pthread_cond_wait(&engine->change, &engine->mutex);
        }
    }
    (void)pthread_cond_broadcast(&engine->change);
    (void)pthread_mutex_unlock(&engine->mutex);
    return NULL;
}

/* ---- threads ---- */

/* No more than can be at work: two for each open layer, one where there is little to do. */
static unsigned threads_wanted(const struct engine *engine)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < engine->count && bytes <= SMALL_BYTES; i++) {
        bytes += engine->layers[i].left;
    }
    size_t most = 2 * (engine->count < MAX_OPEN ? engine->count : MAX_OPEN);
    size_t wanted = engine->options->threads < most ? engine->options->threads : most;
    return bytes <= SMALL_BYTES ? 1 : (unsigned)wanted;
}

/* The caller's thread works too; where the machine gives no more, fewer do. */
static void run_threads(struct engine *engine)
{
    pthread_t threads[2 * MAX_OPEN];
    pthread_attr_t attributes;
    unsigned made = 0;
    unsigned wanted = engine->threads - 1;
    bool have_attributes = wanted > 0 && pthread_attr_init(&attributes) == 0;
    if (have_attributes && pthread_attr_setstacksize(&attributes, STACK_BYTES) != 0) {
        wanted = 0;
    }
    while (have_attributes && made < wanted &&
           pthread_create(&threads[made], &attributes, work, engine) == 0) {
        made++;
    }
    (void)work(engine);
    for (unsigned i = 0; i < made; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    if (have_attributes) {
        (void)pthread_attr_destroy(&attributes);
    }
}

static int by_length(const void *a, const void *b)
{
    const struct measure_layer *left = a;
    const struct measure_layer *right = b;
    return (left->left < right->left) - (left->left > right->left);
}

static bool has_two_digests(const struct measure_job *job)
{
    return job->stored_alg != DIGEST_NONE && job->unpacked_alg != DIGEST_NONE;
}

enum assay_status measure_run(struct measure_job *jobs, size_t count,
                              const struct measure_options *options, struct assay_error *err)
{
    struct engine engine = { .options = options,
                             .count = count,
                             .mutex = PTHREAD_MUTEX_INITIALIZER,
                             .change = PTHREAD_COND_INITIALIZER,
                             .error = ERROR_INIT };
    if (count == 0) {
        return ASSAY_OK;
    }
    engine.layers = mem_alloc(count, sizeof(*engine.layers));
    if (engine.layers == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < count; i++) {
        engine.layers[i].job = &jobs[i];
        engine.layers[i].left = jobs[i].bytes;
        engine.left += jobs[i].bytes;
    }
    engine.threads = threads_wanted(&engine);
    engine.is_paired =
        !options->is_unpaired && digest_can_pair() && (count > 1 || has_two_digests(jobs));
    list_sort(engine.layers, count, sizeof(*engine.layers), by_length);
    env_progress_begin(options->env, NULL, options->is_part ? 0 : engine.left);
    run_threads(&engine);
    env_progress_end(options->env);
    for (size_t i = 0; i < count; i++) {
        measure_layer_clear(&engine.layers[i]);
    }
    mem_free(engine.layers);
    return engine.status == ASSAY_OK ? ASSAY_OK : error_pass(err, &engine.error);
}
