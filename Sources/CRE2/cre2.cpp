#include "cre2.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

struct gh_re2 {
  RE2 pattern;
  gh_re2(const re2::StringPiece &text, const RE2::Options &options) : pattern(text, options) {}
};

// No exception may leave these functions, for their caller cannot catch it: running out of memory ends the process.

gh_re2 *gh_re2_compile(
    const char *pattern, size_t length, size_t max_memory, char *message, size_t capacity) noexcept {
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingUTF8);
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(static_cast<int64_t>(max_memory));
  std::unique_ptr<gh_re2> compiled(new (std::nothrow) gh_re2(re2::StringPiece(pattern, length), options));
  if (compiled && compiled->pattern.ok()) return compiled.release();
  if (capacity > 0) {
    const char *why = compiled ? compiled->pattern.error().c_str() : "out of memory";
    const size_t count = std::min(std::strlen(why), capacity - 1);
    std::memcpy(message, why, count);
    message[count] = '\0';
  }
  return nullptr;
}

// RE2 has no failure to tell of here: where its fast automaton needs too much memory, it goes on with one that is slow and
// needs little.
bool gh_re2_search(const gh_re2 *pattern, const char *text, size_t length) noexcept {
  return pattern->pattern.Match(re2::StringPiece(text, length), 0, length, RE2::UNANCHORED, nullptr, 0);
}

int gh_re2_size(const gh_re2 *pattern) noexcept { return pattern->pattern.ProgramSize(); }

void gh_re2_free(gh_re2 *pattern) noexcept { delete pattern; }
