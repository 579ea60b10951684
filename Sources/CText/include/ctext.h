#ifndef GATEHOUSE_CTEXT_H
#define GATEHOUSE_CTEXT_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Searches over bytes that look at 16 or 32 at a time. Each takes bytes from `start` to before `end`, reads nothing
// outside of them, and answers `end` where it finds nothing.

/// Where plain text of a JSON string ends: at a quote, a backslash, a control character or a byte that is not ASCII.
size_t ctext_plain_end(const uint8_t *bytes, size_t start, size_t end);

/// Where the first quote or backslash is.
size_t ctext_quote_or_backslash(const uint8_t *bytes, size_t start, size_t end);

/// Where the first byte is that is a quote or below: outside of strings, where a string begins or a blank stands.
size_t ctext_quote_or_blank(const uint8_t *bytes, size_t start, size_t end);

/// Where the first line feed is.
size_t ctext_line_feed(const uint8_t *bytes, size_t start, size_t end);

/// What comes after the last line feed between them; `start` if there is none.
size_t ctext_line_start(const uint8_t *bytes, size_t start, size_t end);

/// Writes two lower-case hexadecimal digits for each byte.
void ctext_hexadecimal(const uint8_t *bytes, size_t count, uint8_t *digits);

#pragma clang assume_nonnull end

#endif
