/* SPDX-License-Identifier: Apache-2.0 */
#include "tuf/update_parts.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>

/* Remembers a root that the machine is about to borrow; bytes is taken. */
static enum assay_status chain_push(struct tuf_update *update, uint64_t version, struct buf *bytes,
                                    struct assay_error *err)
{
    TRY(mem_grow(&update->chain, update->chain_count, &update->chain_cap, sizeof(*update->chain),
                 err));
    struct root_file *root = &update->chain[update->chain_count];
    *root = (struct root_file){ .version = version, .outcome = TUF_FILE_FOUND };
    buf_move(&root->bytes, bytes);
    update->chain_count++;
    return ASSAY_OK;
}

/* The machine refused it, or it was only tried: forget it again. */
static void chain_pop(struct tuf_update *update)
{
    update->chain_count--;
    buf_clear(&update->chain[update->chain_count].bytes);
}

static enum assay_status take_anchor(struct tuf_update *update, struct buf *bytes,
                                     const struct tuf_pin *pin, struct assay_error *err)
{
    TRY(chain_push(update, 0, bytes, err));
    struct root_file *root = &update->chain[update->chain_count - 1];
    enum assay_status status =
        tuf_trusted_set_anchor(update->trusted, buf_slice(&root->bytes), pin, err);
    if (status != ASSAY_OK) {
        chain_pop(update);
        return status;
    }
    root->version = tuf_trusted_root_version(update->trusted);
    return ASSAY_OK;
}

static enum assay_status take_root(struct tuf_update *update, struct buf *bytes,
                                   struct assay_error *err)
{
    uint64_t version = tuf_trusted_root_version(update->trusted) + 1;
    TRY(chain_push(update, version, bytes, err));
    struct root_file *root = &update->chain[update->chain_count - 1];
    enum assay_status status = tuf_trusted_add_root(update->trusted, buf_slice(&root->bytes), err);
    if (status != ASSAY_OK) {
        chain_pop(update);
        return error_context(err, status, "root version %" PRIu64, version);
    }
    return ASSAY_OK;
}

static enum assay_status known_from_state(struct tuf_update *update, struct assay_error *err)
{
    const struct tuf_pin *pin = update->options.pin;
    const struct tuf_pin *used = pin->kind == TUF_PIN_NONE ? NULL : pin;
    /* what --root vouched for in another run, or a pin that is gone, vouches for nothing now */
    if (used == NULL && update->before->anchor != TUF_ANCHOR_TOFU) {
        return FAIL(
            err, ASSAY_NO_ROOT_PINNED,
            "the root of %s was pinned when it was verified before, and no pin is there now",
            update->options.gun);
    }
    for (size_t i = 0; i < update->before->root_count; i++) {
        const struct tuf_stored_root *stored = &update->before->roots[i];
        AUTO_BUF bytes = BUF_INIT(LIMIT_ROOT_BYTES);
        TRY(tuf_store_read(update->options.store, &stored->sha256, LIMIT_ROOT_BYTES, &bytes, err));
        if (i == 0) {
            TRY_IN(take_anchor(update, &bytes, used, err), err, "stored root version %" PRIu64,
                   stored->version);
        } else {
            TRY(take_root(update, &bytes, err));
        }
    }
    return ASSAY_OK;
}

enum assay_status update_known_roots(struct tuf_update *update, struct assay_error *err)
{
    if (update->before != NULL && update->before->root_count > 0) {
        return known_from_state(update, err);
    }
    if (update->options.pin->kind == TUF_PIN_ROOT) {
        AUTO_BUF bytes = BUF_INIT(LIMIT_ROOT_BYTES);
        TRY(buf_append(&bytes, buf_slice(&update->options.pin->bytes), err));
        TRY_IN(take_anchor(update, &bytes, update->options.pin, err), err, "the pinned root file");
    }
    return ASSAY_OK;
}

/* The fetched file for a version; one that was found before one that was not, since root.json may
 * stand in for a missing N.root.json. */
static struct root_file *fetched_find(struct tuf_update *update, uint64_t version)
{
    struct root_file *other = NULL;
    for (size_t i = 0; i < update->fetched_count; i++) {
        if (update->fetched[i].version != version) {
            continue;
        }
        if (update->fetched[i].outcome == TUF_FILE_FOUND) {
            return &update->fetched[i];
        }
        other = &update->fetched[i];
    }
    return other;
}

static enum assay_status fetched_push(struct tuf_update *update, uint64_t version,
                                      struct tuf_file *file, struct assay_error *err)
{
    TRY(mem_grow(&update->fetched, update->fetched_count, &update->fetched_cap,
                 sizeof(*update->fetched), err));
    struct root_file *root = &update->fetched[update->fetched_count++];
    *root = (struct root_file){ .version = version, .outcome = file->outcome };
    root->error = file->error;
    buf_move(&root->bytes, &file->bytes);
    return ASSAY_OK;
}

/* Asks for count roots from first on, in one flight. */
static enum assay_status fetch_batch(struct tuf_update *update, uint64_t first, size_t count,
                                     struct assay_error *err)
{
    struct tuf_file files[LIMIT_ROOT_BATCH];
    for (size_t i = 0; i < count; i++) {
        files[i] =
            (struct tuf_file){ .max_bytes = LIMIT_ROOT_BYTES, .bytes = BUF_INIT(LIMIT_ROOT_BYTES) };
        (void)snprintf(files[i].name, sizeof(files[i].name), "%" PRIu64 ".root", first + i);
    }
    struct tuf_remote *remote = update->options.remote;
    enum assay_status status = remote->get(remote, files, count, err);
    for (size_t i = 0; i < count; i++) {
        if (status == ASSAY_OK) {
            status = fetched_push(update, first + i, &files[i], err);
        }
        tuf_file_clear(&files[i]);
    }
    return status;
}

static enum assay_status count_step(struct tuf_update *update, struct assay_error *err)
{
    if (update->steps >= LIMIT_ROOT_STEPS) {
        return FAIL(err, ASSAY_ROOT_LIMIT,
                    "more than %d root versions in one update, the last one taken in is %" PRIu64,
                    LIMIT_ROOT_STEPS, tuf_trusted_root_version(update->trusted));
    }
    update->steps++;
    return ASSAY_OK;
}

/* root.json is not there, or could not be had: what that means depends on what is known. */
static enum assay_status no_root(const struct tuf_update *update, struct assay_error *err)
{
    const struct tuf_file *root = &update->flight[FLIGHT_ROOT];
    const char *gun = update->options.gun;
    const char *where = update->options.remote->where;
    bool promised =
        update->options.pin_is_exact || (update->before != NULL && update->before->generation > 0);
    if (root->outcome == TUF_FILE_FAILED) {
        return error_pass(err, &root->error);
    }
    if (promised) {
        return FAIL(err, ASSAY_TRUST_DATA_GONE,
                    "%s has no root for %s, though a pin or the stored state says there is one",
                    where, gun);
    }
    if (root->outcome == TUF_FILE_NEVER_SIGNED) {
        return FAIL(err, ASSAY_NO_TRUST_DATA, "%s says that it has no trust data for %s", where,
                    gun);
    }
    return FAIL(err, ASSAY_NOT_FOUND, "%s does not have root.json for %s", where, gun);
}

/* One root on the way down to the anchor: at hand, or fetched with a batch of those before it. */
static enum assay_status root_on_the_way(struct tuf_update *update, uint64_t version,
                                         struct root_file **out, struct assay_error *err)
{
    *out = fetched_find(update, version);
    if (*out == NULL) {
        uint64_t batch = version < LIMIT_ROOT_BATCH ? version : LIMIT_ROOT_BATCH;
        TRY(fetch_batch(update, version - batch + 1, (size_t)batch, err));
        *out = fetched_find(update, version);
    }
    if (*out != NULL && (*out)->outcome == TUF_FILE_FAILED) {
        return error_pass(err, &(*out)->error);
    }
    if (*out == NULL || (*out)->outcome != TUF_FILE_FOUND) {
        return FAIL(err, ASSAY_ROOT_CHAIN_MISSING,
                    "%s lacks root version %" PRIu64 ", wanted to reach the pinned root",
                    update->options.remote->where, version);
    }
    return ASSAY_OK;
}

/* The newest root that carries the pinned fingerprint, downward from root.json. */
static enum assay_status search_anchor(struct tuf_update *update, struct assay_error *err)
{
    const struct tuf_pin *pin = update->options.pin;
    struct tuf_file *newest = &update->flight[FLIGHT_ROOT];
    uint64_t version = 0;
    bool carries = false;
    TRY_IN(tuf_root_peek(update->options.dialect, buf_slice(&newest->bytes), &pin->fingerprint,
                         &version, &carries, err),
           err, "root.json");
    TRY(fetched_push(update, version, newest, err));
    struct root_file *root = NULL;
    TRY(root_on_the_way(update, version, &root, err));
    while (!carries) {
        if (version <= 1) {
            return FAIL(err, ASSAY_PIN_MISMATCH,
                        "no root version of %s has a root key with the pinned fingerprint",
                        update->options.gun);
        }
        version--;
        TRY(count_step(update, err));
        TRY(root_on_the_way(update, version, &root, err));
        uint64_t claimed = 0;
        TRY_IN(tuf_root_peek(update->options.dialect, buf_slice(&root->bytes), &pin->fingerprint,
                             &claimed, &carries, err),
               err, "root version %" PRIu64, version);
    }
    return take_anchor(update, &root->bytes, pin, err);
}

/* Nothing is pinned: the root stands on its own signatures, and the user is asked. */
static enum assay_status accept_anchor(struct tuf_update *update, struct assay_error *err)
{
    const struct tuf_update_options *options = &update->options;
    if (!options->tofu && options->accept_root == NULL) {
        return FAIL(err, ASSAY_NO_ROOT_PINNED, "no root of trust is pinned for %s", options->gun);
    }
    TRY(take_anchor(update, &update->flight[FLIGHT_ROOT].bytes, NULL, err));
    update->accepted_first_use = true;
    if (options->tofu) {
        return ASSAY_OK;
    }
    AUTO_BUF fingerprint = BUF_INIT(LIMIT_JSON_STRING_BYTES);
    TRY(tuf_root_fingerprint(update->trusted, &fingerprint, err));
    const struct buf *root = &update->chain[0].bytes;
    if (options->accept_root(options->accept_root_ctx, options->gun, buf_text(&fingerprint),
                             root->ptr, root->len) == 0) {
        return FAIL(err, ASSAY_NO_ROOT_PINNED, "the root of %s was not accepted (%s)", options->gun,
                    buf_text(&fingerprint));
    }
    return ASSAY_OK;
}

static enum assay_status find_anchor(struct tuf_update *update, struct assay_error *err)
{
    if (update->flight[FLIGHT_ROOT].outcome != TUF_FILE_FOUND) {
        return no_root(update, err);
    }
    switch (update->options.pin->kind) {
    case TUF_PIN_FINGERPRINT:
        return search_anchor(update, err);
    case TUF_PIN_CA:
        return take_anchor(update, &update->flight[FLIGHT_ROOT].bytes, update->options.pin, err);
    case TUF_PIN_NONE:
        return accept_anchor(update, err);
    case TUF_PIN_ROOT:
        break; /* taken in before the flight */
    }
    return FAIL(err, ASSAY_INTERNAL, "a pinned root file was not taken in");
}

/* What root.json claims to be, and its bytes as a candidate for that version. A root.json that
 * cannot be read claims nothing: the chain is followed without it. */
static enum assay_status note_claim(struct tuf_update *update, struct assay_error *err)
{
    struct tuf_file *newest = &update->flight[FLIGHT_ROOT];
    if (newest->outcome == TUF_FILE_FAILED) {
        return no_root(update, err);
    }
    if (newest->outcome != TUF_FILE_FOUND) {
        return ASSAY_OK;
    }
    struct assay_error ignored = ERROR_INIT;
    bool carries = false;
    if (tuf_root_peek(update->options.dialect, buf_slice(&newest->bytes), NULL,
                      &update->newest_claimed, &carries, &ignored) != ASSAY_OK) {
        update->newest_claimed = 0;
        return ignored.status == ASSAY_NO_MEMORY ? FAIL_NO_MEMORY(err) : ASSAY_OK;
    }
    return fetched_push(update, update->newest_claimed, newest, err);
}

/* The file for the next version: from what is at hand, else a batch as far as root.json claims,
 * else, where root.json lags behind the chain, the next one alone. */
static enum assay_status next_root(struct tuf_update *update, uint64_t wanted,
                                   struct root_file **out, struct assay_error *err)
{
    *out = fetched_find(update, wanted);
    if (*out == NULL && update->newest_claimed != wanted - 1) {
        uint64_t more = 1;
        if (update->newest_claimed > wanted) {
            more = update->newest_claimed - wanted; /* the claimed one itself is at hand */
        }
        TRY(fetch_batch(update, wanted,
                        more < LIMIT_ROOT_BATCH ? (size_t)more : (size_t)LIMIT_ROOT_BATCH, err));
        *out = fetched_find(update, wanted);
    }
    if (*out != NULL && (*out)->outcome == TUF_FILE_FAILED) {
        return error_pass(err, &(*out)->error);
    }
    return ASSAY_OK;
}

/* Follows the chain until no next root is there. */
static enum assay_status follow_chain(struct tuf_update *update, bool from_state,
                                      struct assay_error *err)
{
    for (;;) {
        uint64_t wanted = tuf_trusted_root_version(update->trusted) + 1;
        struct root_file *root = NULL;
        TRY(next_root(update, wanted, &root, err));
        if (root == NULL || root->outcome != TUF_FILE_FOUND) {
            break;
        }
        TRY(count_step(update, err));
        TRY(take_root(update, &root->bytes, err));
        root->outcome = TUF_FILE_ABSENT; /* its bytes moved into the chain */
    }
    uint64_t reached = tuf_trusted_root_version(update->trusted);
    /* With stored roots the snapshot decides whether the last one is right. A first run could not
     * know better, so it names the gap. */
    if (!from_state && update->newest_claimed > reached) {
        return FAIL(err, ASSAY_ROOT_CHAIN_MISSING,
                    "%s lacks root version %" PRIu64 "; root.json claims to be version %" PRIu64,
                    update->options.remote->where, reached + 1, update->newest_claimed);
    }
    return ASSAY_OK;
}

enum assay_status update_walk_roots(struct tuf_update *update, struct assay_error *err)
{
    bool from_state = update->before != NULL && update->before->root_count > 0;
    if (update->chain_count == 0) {
        TRY(find_anchor(update, err));
        update->newest_claimed = tuf_trusted_root_version(update->trusted);
        for (size_t i = 0; i < update->fetched_count; i++) {
            if (update->fetched[i].version > update->newest_claimed) {
                update->newest_claimed = update->fetched[i].version;
            }
        }
    } else {
        if (update->flight_count > FLIGHT_NEXT_ROOT) {
            TRY(fetched_push(update, tuf_trusted_root_version(update->trusted) + 1,
                             &update->flight[FLIGHT_NEXT_ROOT], err));
        }
        TRY(note_claim(update, err));
    }
    TRY(follow_chain(update, from_state, err));
    return tuf_trusted_close_roots(update->trusted, err);
}
