/* SPDX-License-Identifier: Apache-2.0 */
#include "report/docker_rows.h"

#include "base/list.h"
#include "base/mem.h"

#define RANK_RELEASES   0
#define RANK_TARGETS    1
#define RANK_DELEGATION 2
#define TARGETS_PREFIX  "targets/"

void docker_rows_clear(struct docker_rows *rows)
{
    mem_free(rows->roles);
    mem_free(rows->entries);
    mem_free(rows->signers);
    *rows = (struct docker_rows){ 0 };
}

/* The role's name without "targets/"; NULL when it is not a signer (the four roles, releases). */
static const char *signer_name(const struct tuf_role_view *role)
{
    size_t len = strlen(TARGETS_PREFIX);
    if (strncmp(role->name, TARGETS_PREFIX, len) != 0 || strcmp(role->name, ROLE_RELEASES) == 0) {
        return NULL;
    }
    return role->name + len;
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static size_t count_leading(struct slice text, bool (*holds)(uint8_t byte))
{
    size_t count = 0;
    while (count < text.len && holds(text.ptr[count])) {
        count++;
    }
    return count;
}

static bool is_zero(uint8_t byte)
{
    return byte == '0';
}

/* Compares the numbers at the head of both texts and moves behind them. */
static int compare_numbers(struct slice *a, struct slice *b)
{
    size_t zeros_a = count_leading(*a, is_zero);
    size_t zeros_b = count_leading(*b, is_zero);
    struct slice rest_a = slice_from(*a, zeros_a);
    struct slice rest_b = slice_from(*b, zeros_b);
    struct slice number_a = slice_first(rest_a, count_leading(rest_a, is_digit));
    struct slice number_b = slice_first(rest_b, count_leading(rest_b, is_digit));
    *a = slice_from(rest_a, number_a.len);
    *b = slice_from(rest_b, number_b.len);
    if (number_a.len != number_b.len) {
        return number_a.len < number_b.len ? -1 : 1;
    }
    int order = slice_compare(number_a, number_b);
    return order != 0 ? order : size_compare(zeros_a, zeros_b);
}

int docker_natural_order(struct slice a, struct slice b)
{
    while (a.len > 0 && b.len > 0) {
        bool digit_a = is_digit(a.ptr[0]);
        bool digit_b = is_digit(b.ptr[0]);
        if (digit_a != digit_b) {
            return digit_a ? -1 : 1;
        }
        if (digit_a) {
            int order = compare_numbers(&a, &b);
            if (order != 0) {
                return order;
            }
            continue;
        }
        if (a.ptr[0] != b.ptr[0]) {
            return a.ptr[0] < b.ptr[0] ? -1 : 1;
        }
        a = slice_from(a, 1);
        b = slice_from(b, 1);
    }
    return size_compare(a.len, b.len);
}

static int compare_entries(const void *left, const void *right)
{
    const struct docker_entry *a = (const struct docker_entry *)left;
    const struct docker_entry *b = (const struct docker_entry *)right;
    int order = docker_natural_order(a->tag, b->tag);
    return order != 0 ? order : size_compare(a->rank, b->rank);
}

static enum assay_status collect_roles(const struct tuf_trusted *trusted, struct docker_rows *rows,
                                       struct assay_error *err)
{
    size_t cap = 0;
    for (size_t i = 0;; i++) {
        TRY(mem_grow(&rows->roles, i, &cap, sizeof(*rows->roles), err));
        if (!tuf_trusted_role_at(trusted, i, &rows->roles[i])) {
            return ASSAY_OK;
        }
        rows->role_count++;
    }
}

static int compare_signers(const void *left, const void *right)
{
    const struct docker_signer *a = (const struct docker_signer *)left;
    const struct docker_signer *b = (const struct docker_signer *)right;
    return strcmp(a->name, b->name);
}

static enum assay_status collect_signers(struct docker_rows *rows, struct assay_error *err)
{
    rows->signers = mem_alloc(rows->role_count + 1, sizeof(*rows->signers));
    if (rows->signers == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    for (size_t i = 0; i < rows->role_count; i++) {
        const char *name = signer_name(&rows->roles[i]);
        if (name != NULL) {
            rows->signers[rows->signer_count++] = (struct docker_signer){ name, &rows->roles[i] };
        }
    }
    list_sort(rows->signers, rows->signer_count, sizeof(*rows->signers), compare_signers);
    return ASSAY_OK;
}

const struct tuf_role_view *docker_rows_role(const struct docker_rows *rows, const char *name)
{
    for (size_t i = 0; i < rows->role_count; i++) {
        if (strcmp(rows->roles[i].name, name) == 0) {
            return &rows->roles[i];
        }
    }
    return NULL;
}

static size_t rank_of(const struct tuf_role_view *role, size_t index)
{
    if (strcmp(role->name, "targets") == 0) {
        return RANK_TARGETS;
    }
    return signer_name(role) == NULL ? RANK_RELEASES : RANK_DELEGATION + index;
}

static enum assay_status collect_entries(const struct report_docker *what, size_t role,
                                         struct docker_rows *rows, struct assay_error *err)
{
    const struct tuf_role_view *view = &rows->roles[role];
    size_t count = view->loaded ? tuf_trusted_target_count(what->trusted, view->name) : 0;
    if (count == 0) {
        return ASSAY_OK;
    }
    struct docker_entry *grown =
        mem_resize(rows->entries, rows->entry_count + count, sizeof *grown);
    if (grown == NULL) {
        return FAIL_NO_MEMORY(err);
    }
    rows->entries = grown;
    for (size_t i = 0; i < count; i++) {
        struct tuf_target target;
        TRY(tuf_trusted_target_at(what->trusted, view->name, i, &target, err));
        if (what->tag != NULL && !slice_is(target.name, what->tag)) {
            continue;
        }
        rows->entries[rows->entry_count++] = (struct docker_entry){
            .tag = target.name,
            .sha256 = target.sha256,
            .role = role,
            .rank = rank_of(view, role),
        };
    }
    return ASSAY_OK;
}

enum assay_status docker_rows_make(const struct report_docker *what, struct docker_rows *out,
                                   struct assay_error *err)
{
    *out = (struct docker_rows){ 0 };
    TRY(collect_roles(what->trusted, out, err));
    TRY(collect_signers(out, err));
    for (size_t role = 0; role < out->role_count; role++) {
        TRY(collect_entries(what, role, out, err));
    }
    list_sort(out->entries, out->entry_count, sizeof(*out->entries), compare_entries);
    return ASSAY_OK;
}

/* The entries of one tag lie in entries[first..end). */
static void fill_row(const struct docker_rows *rows, size_t first, size_t end,
                     const struct docker_entry *entry, struct docker_row *row)
{
    row->tag = entry->tag;
    row->sha256 = &entry->sha256;
    row->signer_count = 0;
    for (size_t i = first; i < end && row->signer_count < LIMIT_DELEGATIONS; i++) {
        const char *signer = signer_name(&rows->roles[rows->entries[i].role]);
        if (signer != NULL && digest_equal(&rows->entries[i].sha256, &entry->sha256)) {
            row->signers[row->signer_count++] = signer;
        }
    }
}

/* The rows of the tag whose entries lie in entries[first..end). */
static enum assay_status emit_tag(const struct docker_rows *rows, size_t first, size_t end,
                                  enum assay_status (*each)(void *ctx, const struct docker_row *row,
                                                            struct assay_error *err),
                                  void *ctx, struct assay_error *err)
{
    struct docker_row row;
    const struct docker_entry *head = &rows->entries[first];
    for (size_t i = first; i < end && rows->entries[i].rank <= RANK_TARGETS; i++) {
        /* targets says the same as targets/releases: one row */
        if (i > first && digest_equal(&rows->entries[i].sha256, &head->sha256)) {
            continue;
        }
        fill_row(rows, first, end, &rows->entries[i], &row);
        TRY(each(ctx, &row, err));
    }
    return ASSAY_OK;
}

enum assay_status docker_rows_each(const struct docker_rows *rows,
                                   enum assay_status (*each)(void *ctx,
                                                             const struct docker_row *row,
                                                             struct assay_error *err),
                                   void *ctx, struct assay_error *err)
{
    size_t end = 0;
    for (size_t first = 0; first < rows->entry_count; first = end) {
        end = first + 1;
        while (end < rows->entry_count &&
               slice_equal(rows->entries[end].tag, rows->entries[first].tag)) {
            end++;
        }
        TRY(emit_tag(rows, first, end, each, ctx, err));
    }
    return ASSAY_OK;
}
