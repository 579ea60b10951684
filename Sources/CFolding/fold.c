#include "CFolding.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

ptrdiff_t cfolding_fold(const uint8_t *text, size_t count, uint8_t *folded, size_t capacity) {
  utf8proc_uint8_t *mapped = NULL;
  const utf8proc_option_t options =
      UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
  const utf8proc_ssize_t length = utf8proc_map(text, (utf8proc_ssize_t)count, &mapped, options);
  if (length < 0) return -1;
  const ptrdiff_t answer = (size_t)length <= capacity ? (ptrdiff_t)length : -1;
  if (answer > 0) memcpy(folded, mapped, (size_t)length);
  free(mapped);
  return answer;
}
