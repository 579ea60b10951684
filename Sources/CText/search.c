// For memrchr.
#define _GNU_SOURCE
#include "ctext.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

typedef __m128i word;
enum { WORD = sizeof(word) };
#define AVX2 __attribute__((target("avx2")))

// Of each byte that is wanted the highest bit; the compiler makes one instruction of the comparisons with a constant.
static inline uint32_t plain_ends_16(word text) {
  // Compared with a sign: what is not ASCII is negative.
  word low = _mm_cmplt_epi8(text, _mm_set1_epi8(0x20));
  word quote = _mm_cmpeq_epi8(text, _mm_set1_epi8(0x22)), backslash = _mm_cmpeq_epi8(text, _mm_set1_epi8(0x5C));
  return (uint32_t)_mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(quote, backslash)));
}

AVX2 static inline uint32_t plain_ends_32(__m256i text) {
  __m256i low = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), text);
  __m256i quote = _mm256_cmpeq_epi8(text, _mm256_set1_epi8(0x22));
  __m256i backslash = _mm256_cmpeq_epi8(text, _mm256_set1_epi8(0x5C));
  return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(low, _mm256_or_si256(quote, backslash)));
}

static inline uint32_t quotes_or_backslashes_16(word text) {
  word quote = _mm_cmpeq_epi8(text, _mm_set1_epi8(0x22)), backslash = _mm_cmpeq_epi8(text, _mm_set1_epi8(0x5C));
  return (uint32_t)_mm_movemask_epi8(_mm_or_si128(quote, backslash));
}

AVX2 static inline uint32_t quotes_or_backslashes_32(__m256i text) {
  __m256i quote = _mm256_cmpeq_epi8(text, _mm256_set1_epi8(0x22));
  __m256i backslash = _mm256_cmpeq_epi8(text, _mm256_set1_epi8(0x5C));
  return (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(quote, backslash));
}

static inline uint32_t quotes_or_blanks_16(word text) {
  word limit = _mm_set1_epi8(0x22);
  return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(text, limit), limit));
}

AVX2 static inline uint32_t quotes_or_blanks_32(__m256i text) {
  __m256i limit = _mm256_set1_epi8(0x22);
  return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_max_epu8(text, limit), limit));
}

// Whole words first; what is left is looked at as the last word of the bytes, which overlaps with what was seen.
#define SEARCH(name, found, is_wanted)                                                                       \
  AVX2 static size_t name##_avx2(const uint8_t *bytes, size_t start, size_t end) {                           \
    size_t place = start;                                                                                    \
    for (; end - place >= 32; place += 32) {                                                                 \
      uint32_t mask = found##_32(_mm256_loadu_si256((const __m256i *)(const void *)(bytes + place)));        \
      if (mask) return place + (size_t)__builtin_ctz(mask);                                                  \
    }                                                                                                        \
    if (place == end) return end;                                                                            \
    place = end - 32;                                                                                        \
    uint32_t mask = found##_32(_mm256_loadu_si256((const __m256i *)(const void *)(bytes + place)));          \
    return mask ? place + (size_t)__builtin_ctz(mask) : end;                                                 \
  }                                                                                                          \
  size_t name(const uint8_t *bytes, size_t start, size_t end) {                                              \
    if (start >= end) return end;                                                                            \
    if (end - start >= 32 && __builtin_cpu_supports("avx2")) return name##_avx2(bytes, start, end);          \
    size_t place = start;                                                                                    \
    for (; end - place >= WORD; place += WORD) {                                                             \
      uint32_t mask = found##_16(_mm_loadu_si128((const word *)(const void *)(bytes + place)));              \
      if (mask) return place + (size_t)__builtin_ctz(mask);                                                  \
    }                                                                                                        \
    if (place == end) return end;                                                                            \
    if (end - start >= WORD) {                                                                               \
      place = end - WORD;                                                                                    \
      uint32_t mask = found##_16(_mm_loadu_si128((const word *)(const void *)(bytes + place)));              \
      return mask ? place + (size_t)__builtin_ctz(mask) : end;                                               \
    }                                                                                                        \
    for (; place < end; place++) {                                                                           \
      uint8_t byte = bytes[place];                                                                           \
      if (is_wanted) return place;                                                                           \
    }                                                                                                        \
    return end;                                                                                              \
  }

#else

#define SEARCH(name, found, is_wanted)                                          \
  size_t name(const uint8_t *bytes, size_t start, size_t end) {                 \
    for (size_t place = start; place < end; place++) {                          \
      uint8_t byte = bytes[place];                                              \
      if (is_wanted) return place;                                              \
    }                                                                           \
    return end;                                                                 \
  }

#endif

SEARCH(ctext_plain_end, plain_ends, byte < 0x20 || byte >= 0x80 || byte == 0x22 || byte == 0x5C)
SEARCH(ctext_quote_or_backslash, quotes_or_backslashes, byte == 0x22 || byte == 0x5C)
SEARCH(ctext_quote_or_blank, quotes_or_blanks, byte <= 0x22)

size_t ctext_line_feed(const uint8_t *bytes, size_t start, size_t end) {
  const uint8_t *found = start < end ? memchr(bytes + start, 0x0A, end - start) : NULL;
  return found ? (size_t)(found - bytes) : end;
}

size_t ctext_line_start(const uint8_t *bytes, size_t start, size_t end) {
  const uint8_t *found = start < end ? memrchr(bytes + start, 0x0A, end - start) : NULL;
  return found ? (size_t)(found - bytes) + 1 : start;
}
