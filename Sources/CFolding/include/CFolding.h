// Unicode's folding of names, behind one function; pure.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Writes the NFKC case folding of UTF-8 text, without what is ignorable in names (zero-width characters, soft hyphens).
///
/// Answers its length, or -1 where the text is not UTF-8 or the room is too small; three bytes for each of the text's are
/// always enough but for a few characters that unfold into whole phrases.
ptrdiff_t cfolding_fold(const uint8_t *text, size_t count, uint8_t *folded, size_t capacity);

#pragma clang assume_nonnull end
