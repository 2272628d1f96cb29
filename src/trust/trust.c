/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/trust.h"

#include "base/attr.h"

static const struct trust_format *const formats[] = { &trust_format_notary };

const struct trust_format *trust_format_at(size_t index)
{
    return index < ARRAY_LEN(formats) ? formats[index] : NULL;
}
