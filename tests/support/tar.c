/* SPDX-License-Identifier: Apache-2.0 */
/* Ustar archives: of layers, and of saved images. */
#include "repo.h"

#define TAR_BLOCK 512

static const uint8_t zeros[2 * TAR_BLOCK];

static void put_octal(uint8_t *at, size_t digits, size_t value)
{
    for (size_t i = digits; i > 0; i--) {
        at[i - 1] = (uint8_t)('0' + (value & 7));
        value >>= 3;
    }
}

void tar_add(struct text *out, const char *name, struct slice content)
{
    uint8_t header[TAR_BLOCK] = { 0 };
    size_t len = strlen(name);
    if (len >= 100) {
        die("%s: too long for a name in a tar", name);
    }
    memcpy(header, name, len);
    put_octal(header + 100, 7, 0644); /* mode */
    put_octal(header + 108, 7, 0);    /* owner */
    put_octal(header + 116, 7, 0);    /* group */
    put_octal(header + 124, 11, content.len);
    put_octal(header + 136, 11, 0); /* time */
    header[156] = '0';              /* a regular file */
    memcpy(header + 257, "ustar\00000", 8);
    memset(header + 148, ' ', 8);
    size_t sum = 0;
    for (size_t i = 0; i < TAR_BLOCK; i++) {
        sum += header[i];
    }
    put_octal(header + 148, 6, sum);
    header[154] = '\0';
    text_add(out, slice_of(header, sizeof(header)));
    text_add(out, content);
    text_add(out, slice_of(zeros, (TAR_BLOCK - content.len % TAR_BLOCK) % TAR_BLOCK));
}

void tar_end(struct text *out)
{
    text_add(out, slice_of(zeros, sizeof(zeros)));
}

/* Unpacked layers and config by their digests, and manifest.json: the form that all tools read. */
void repo_write_docker_archive(struct repo *repo, const char *out, const char *architecture,
                               const char *reference)
{
    struct pool *pool = repo->pool;
    const struct repo_file *config = repo_file(repo, pool_printf(pool, "config-%s", architecture));
    const char *config_name =
        pool_printf(pool, "%s.json", pool_hex(pool, sha256_raw(pool, config->bytes)));
    struct text tar = { .pool = pool };
    const char *layers = "";
    for (unsigned i = 0; i < 2; i++) {
        struct slice plain = repo_file(repo, pool_printf(pool, "layer-%u", i))->plain;
        const char *name = pool_printf(pool, "%s.tar", pool_hex(pool, sha256_raw(pool, plain)));
        tar_add(&tar, name, plain);
        layers = pool_printf(pool, "%s%s\"%s\"", layers, i == 0 ? "" : ",", name);
    }
    tar_add(&tar, config_name, config->bytes);
    tar_add(&tar, "manifest.json",
            slice_from_string(
                pool_printf(pool, "[{\"Config\":\"%s\",\"RepoTags\":[\"%s\"],\"Layers\":[%s]}]\n",
                            config_name, reference, layers)));
    tar_end(&tar);
    file_save(out, text_slice(&tar));
}
