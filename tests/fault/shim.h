/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands between the store and the system (linker option --wrap): counts the calls, fails or kills
 * at one of them, and writes down what changes the file system. Set by the environment:
 *
 *   FAULT_AT=N        the N-th call, from 1
 *   FAULT_ERRNO=E     fails with this errno instead of being made
 *   FAULT_KILL=1      the process is killed just before it
 *   FAULT_SHORT=1     every read and write moves one byte
 *   FAULT_SWALLOW=N   the N-th fsync says 0 and does nothing
 *   FAULT_TRACE=FILE  where the calls are written down, one a line
 */
#ifndef SHIM_H
#define SHIM_H

/* Between the two, calls count. */
void shim_begin(void);
void shim_end(void);
/* A line of its own in the trace. */
void shim_note(const char *text);

#endif
