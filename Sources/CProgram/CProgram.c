#include "CProgram.h"

// Also defines __GLIBC__.
#include <stdlib.h>

static int argument_count;
static char **arguments;

/// Runs before `main`. glibc's and macOS's loaders pass what `main` gets; only these two are known
/// to.
#if defined(__GLIBC__) || defined(__APPLE__)
__attribute__((constructor)) static void keep_arguments(int count, char **values) {
  argument_count = count;
  arguments = values;
}
#endif

char *const *dsel_arguments(void) { return arguments; }
int dsel_argument_count(void) { return argument_count; }

__attribute__((weak)) const char dsel_commit_text[] = "";

const char *dsel_commit(void) { return dsel_commit_text; }

extern char **environ;

char **dsel_environment(void) { return environ; }
