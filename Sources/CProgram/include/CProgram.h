#ifndef DSEL_CPROGRAM_H
#define DSEL_CPROGRAM_H

/// The arguments that the program was started with, the program's name first.
///
/// Swift's own `CommandLine` reads them from /proc, which isn't mounted everywhere. These come from
/// the C library, which hands them to every function that runs before `main`. NULL where it
/// doesn't: musl.
char *const *dsel_arguments(void);
int dsel_argument_count(void);

/// The commit that a package was built from. Empty in all other builds.
///
/// `scripts/package.sh` links a `dsel_commit_text` that replaces the empty one.
extern const char dsel_commit_text[];
const char *dsel_commit(void);

/// The environment, for programs that this one starts. Swift 6 refuses the C library's own variable,
/// which any thread may change: dsel never does.
char **dsel_environment(void);

#endif
