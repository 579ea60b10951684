#include "CFuzz.h"

// libFuzzer's own main; its library brings it along.
int LLVMFuzzerRunDriver(int *count, char ***words, fuzz_check check);

int fuzz_run(int count, char **words, fuzz_check check) { return LLVMFuzzerRunDriver(&count, &words, check); }
