#ifndef GATEHOUSE_CRE2_H
#define GATEHOUSE_CRE2_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
#define GH_NOEXCEPT noexcept
extern "C" {
#else
#define GH_NOEXCEPT
#endif
#pragma clang assume_nonnull begin

/// A compiled RE2 pattern, which any number of threads may search with at once.
typedef struct gh_re2 gh_re2;

/// Compiles a pattern of UTF-8 text.
///
/// Null if the pattern is wrong or needs more than `max_memory` bytes; `message` then holds why, cut to `capacity` bytes with its NUL.
gh_re2 *_Nullable gh_re2_compile(const char *pattern, size_t length, size_t max_memory, char *message, size_t capacity)
    GH_NOEXCEPT;

/// Whether the pattern matches somewhere in a UTF-8 text; the time is linear in the text.
bool gh_re2_search(const gh_re2 *pattern, const char *_Nullable text, size_t length) GH_NOEXCEPT;

/// How many steps the compiled pattern has.
int gh_re2_size(const gh_re2 *pattern) GH_NOEXCEPT;

void gh_re2_free(gh_re2 *_Nullable pattern) GH_NOEXCEPT;

#pragma clang assume_nonnull end
#ifdef __cplusplus
}
#endif
#endif
