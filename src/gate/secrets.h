/* SPDX-License-Identifier: Apache-2.0 */
/* What looks like a secret: variables whose name says so, and values of a form that only secrets
 * have. No value is ever handed out. */
#ifndef GATE_SECRETS_H
#define GATE_SECRETS_H

#include "base/slice.h"

/* "a GitHub token", or NULL: the form of the first secret that stands in the text. Static. */
const char *secret_form(struct slice text);
/* Whether a variable of this name and value is one, by its name. */
bool secret_is_variable(struct slice name, struct slice value);
/* The name of the first variable or option in a command that is one, by its name; a part of text,
 * empty where there is none. */
struct slice secret_in_command(struct slice text);

#endif
