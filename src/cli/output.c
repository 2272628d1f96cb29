/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define MESSAGE_BYTES 4096

static enum assay_status fail_output(struct assay_error *err, const char *what)
{
    return FAIL(err, ASSAY_OUTPUT, "%s: %s", what, strerror(errno));
}

enum assay_status output_result(struct slice bytes, struct assay_error *err)
{
    if (bytes.len > 0 && fd_write_all(STDOUT_FILENO, bytes, NULL) != ASSAY_OK) {
        return fail_output(err, "standard output");
    }
    return ASSAY_OK;
}

enum assay_status output_close(struct assay_error *err)
{
    return close(STDOUT_FILENO) == 0 ? ASSAY_OK : fail_output(err, "standard output");
}

void output_message_bytes(struct slice bytes)
{
    enum assay_status ignored = fd_write_all(STDERR_FILENO, bytes, NULL);
    (void)ignored;
}

void output_message(const char *format, ...)
{
    char text[MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (len > 0) {
        output_message_bytes(slice_from_string(text));
    }
}

static const char *const format_names[OUTPUT_FORMATS] = {
    [OUTPUT_TEXT] = "text",         [OUTPUT_JSON] = "json",     [OUTPUT_HTML] = "html",
    [OUTPUT_SVG] = "svg",           [OUTPUT_JSONL] = "jsonl",   [OUTPUT_SARIF] = "sarif",
    [OUTPUT_JUNIT] = "junit",       [OUTPUT_GITHUB] = "github", [OUTPUT_GITLAB] = "gitlab",
    [OUTPUT_MARKDOWN] = "markdown",
};

static enum assay_status refuse_format(const char *text, unsigned allowed, struct assay_error *err)
{
    AUTO_BUF names = BUF_INIT(KIB);
    for (size_t i = 0; i < OUTPUT_FORMATS; i++) {
        if ((allowed & OUTPUT_BIT(i)) != 0) {
            bool is_last = allowed >> (i + 1) == 0;
            const char *before = names.len == 0 ? "" : is_last ? " or " : ", ";
            TRY(buf_printf(&names, err, "%s%s", before, format_names[i]));
        }
    }
    return FAIL(err, ASSAY_USAGE, "--output: '%s' is not %s", text, buf_text(&names));
}

static enum assay_status parse_output(const char *text, unsigned allowed, struct output *out,
                                      struct assay_error *err)
{
    struct slice whole = slice_from_string(text);
    size_t equals = slice_find(whole, '=');
    struct slice format = slice_first(whole, equals);
    *out = (struct output){ .fd = -1, .path = equals < whole.len ? text + equals + 1 : NULL };
    size_t found = 0;
    while (found < OUTPUT_FORMATS &&
           ((allowed & OUTPUT_BIT(found)) == 0 || !slice_is(format, format_names[found]))) {
        found++;
    }
    if (found == OUTPUT_FORMATS) {
        return refuse_format(text, allowed, err);
    }
    out->format = (enum output_format)found;
    if (out->path != NULL && out->path[0] == '\0') {
        return FAIL(err, ASSAY_USAGE, "--output: no file is named behind '%s'", text);
    }
    return ASSAY_OK;
}

static enum assay_status create_file(struct output *output, struct assay_error *err)
{
    if (output->path == NULL) {
        return ASSAY_OK;
    }
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY;
    output->fd = open(output->path, flags, 0666); /* the umask takes away */
    return output->fd >= 0 ? ASSAY_OK : fail_output(err, output->path);
}

enum assay_status outputs_open(const struct opt_set *options, unsigned allowed,
                               struct output_list *out, struct assay_error *err)
{
    size_t count = opt_count(options, OPT_OUTPUT);
    size_t to_stdout = 0;
    *out = (struct output_list){ 0 };
    if (count > OUTPUT_MAX) {
        return FAIL(err, ASSAY_USAGE, "--output: at most %d are possible", OUTPUT_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        TRY(parse_output(opt_value_at(options, OPT_OUTPUT, i), allowed, &out->items[i], err));
        to_stdout += out->items[i].path == NULL;
        out->count++;
    }
    if (to_stdout > 1) {
        return FAIL(err, ASSAY_USAGE, "--output: only one can go to standard output");
    }
    if (count == 0) {
        out->items[out->count++] = (struct output){ .format = OUTPUT_TEXT, .fd = -1 };
    }
    for (size_t i = 0; i < out->count; i++) {
        TRY(create_file(&out->items[i], err));
    }
    return ASSAY_OK;
}

enum assay_status output_write(struct output *output, struct slice bytes, struct assay_error *err)
{
    if (output->path == NULL) {
        return output_result(bytes, err);
    }
    if (fd_write_all(output->fd, bytes, NULL) != ASSAY_OK) {
        return fail_output(err, output->path);
    }
    int fd = output->fd;
    output->fd = -1;
    return close(fd) == 0 ? ASSAY_OK : fail_output(err, output->path);
}

void outputs_close(struct output_list *outputs)
{
    for (size_t i = 0; i < outputs->count; i++) {
        if (outputs->items[i].path != NULL && outputs->items[i].fd >= 0) {
            (void)unlink(outputs->items[i].path); /* nothing was written to it */
            fd_close_quietly(&outputs->items[i].fd);
        }
    }
}
