/* SPDX-License-Identifier: Apache-2.0 */
/* The only home of compiler attributes. */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

#define MUST_CHECK         __attribute__((warn_unused_result))
#define CLEANUP(fn)        __attribute__((cleanup(fn)))
#define PRINTF(fmt, args)  __attribute__((format(printf, fmt, args)))
#define MALLOC_OF(free_fn) __attribute__((malloc, warn_unused_result))
#define UNUSED             __attribute__((unused))
#define ALWAYS_INLINE      __attribute__((always_inline)) inline
/* Code for CPUs that have these features: whoever calls it has looked. */
#define TARGET(features) __attribute__((target(features)))

/* Hands an owned pointer over: yields it and leaves NULL behind, so that cleanup does nothing. */
#define STEAL(pointer)                                                                             \
    __extension__({                                                                                \
        __typeof__(pointer) *steal_from = &(pointer);                                              \
        __typeof__(pointer) steal_value = *steal_from;                                             \
        *steal_from = NULL;                                                                        \
        steal_value;                                                                               \
    })

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

#endif
