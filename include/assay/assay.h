/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libassay: proves that a container image is what its publisher signed.
 *
 *   struct assay_options options = ASSAY_OPTIONS_INIT;
 *   options.state_dir = "/var/lib/app/assay";
 *   options.root = "sha256:...";                     the publisher's root key
 *   assay_session_new(&options, &session, error);
 *   if (assay_verify(session, "registry.example.com/app:1.0", &verdict, error) == ASSAY_OK)
 *       run(assay_verdict_digest(verdict));
 *
 * See verify.h; tests/public/example.c is the whole program.
 */
#ifndef ASSAY_ASSAY_H
#define ASSAY_ASSAY_H

#include <assay/error.h>
#include <assay/status.h>
#include <assay/verify.h>
#include <assay/version.h>

#endif
