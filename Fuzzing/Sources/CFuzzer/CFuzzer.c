// Only a header: what it declares is in libclang_rt.fuzzer_no_main.
#include "CFuzzer.h"
