#ifndef CFUZZ_H
#define CFUZZ_H
#include <stddef.h>
#include <stdint.h>

typedef int (*fuzz_check)(const uint8_t *_Nullable bytes, size_t count);

/// Runs libFuzzer with the words of a command line; each input is given to `check`.
int fuzz_run(int count, char *_Nullable *_Nonnull words, fuzz_check _Nonnull check);

#endif
