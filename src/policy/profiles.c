/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/profiles.h"
#include "policy/policy.h"

const char *policy_profile(const char *name)
{
    size_t i = 0;
    while (policy_profiles[i].name != NULL && strcmp(policy_profiles[i].name, name) != 0) {
        i++;
    }
    return policy_profiles[i].text;
}

const char *policy_profile_name(size_t index)
{
    size_t i = 0;
    while (i < index && policy_profiles[i].name != NULL) {
        i++;
    }
    return policy_profiles[i].name;
}
