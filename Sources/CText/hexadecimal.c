#include "ctext.h"

#if defined(__x86_64__)
#include <emmintrin.h>

// Of numbers below 16 their digits.
static inline __m128i digits_of(__m128i halves) {
  __m128i letters = _mm_and_si128(_mm_cmpgt_epi8(halves, _mm_set1_epi8(9)), _mm_set1_epi8('a' - '0' - 10));
  return _mm_add_epi8(_mm_add_epi8(halves, _mm_set1_epi8('0')), letters);
}

static size_t whole_words(const uint8_t *bytes, size_t count, uint8_t *digits) {
  size_t place = 0;
  for (; count - place >= 16; place += 16) {
    __m128i word = _mm_loadu_si128((const __m128i *)(const void *)(bytes + place)), low = _mm_set1_epi8(15);
    __m128i upper = digits_of(_mm_and_si128(_mm_srli_epi16(word, 4), low));
    __m128i lower = digits_of(_mm_and_si128(word, low));
    __m128i *found = (__m128i *)(void *)(digits + 2 * place);
    _mm_storeu_si128(found, _mm_unpacklo_epi8(upper, lower));
    _mm_storeu_si128(found + 1, _mm_unpackhi_epi8(upper, lower));
  }
  return place;
}
#else
static size_t whole_words(const uint8_t *bytes, size_t count, uint8_t *digits) {
  (void)bytes, (void)count, (void)digits;
  return 0;
}
#endif

void ctext_hexadecimal(const uint8_t *bytes, size_t count, uint8_t *digits) {
  for (size_t place = whole_words(bytes, count, digits); place < count; place++) {
    digits[2 * place] = (uint8_t)"0123456789abcdef"[bytes[place] >> 4];
    digits[2 * place + 1] = (uint8_t)"0123456789abcdef"[bytes[place] & 15];
  }
}
