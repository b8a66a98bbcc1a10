// Makes one call of a program fail. Preloaded into dsel by test_faults.py, test_mounts.py and test_two_runs.py; Linux
// with glibc only.
//
//   FAULT_CALL    open, read, write, fsync, rename, link, mkdir, lock, stat or allocate
//   FAULT_NUMBER  which of those calls, from 1
//   FAULT_ERRNO   what it fails with; 0 makes a read or a write short: one byte is transferred
//   FAULT_LASTS   if set, all later calls of the kind fail as well, as on a disk that is full; short ones then
//                 transfer 1,000 bytes
//   FAULT_FOLDER  only files in there count, those opened by a relative path, and standard input and output:
//                 the Swift runtime reads files of its own
//   FAULT_HANGS   if set, the call doesn't return at all, as a lock on NFS whose lock service is gone
//   FAULT_STOPS   if set, the call doesn't fail: before it, the process is stopped until a SIGCONT comes
//   FAULT_REPORT  a file that is created when the fault happens
//
// Of allocations, those of the C and C++ libraries count, and dsel's own calls of malloc and realloc: all whose failure
// dsel can see. Swift's objects come from Swift's runtime, which ends the process where there is no memory for them.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DESCRIPTORS 1024

static atomic_int calls;
static atomic_bool is_ours[DESCRIPTORS];

static int number(const char *name) {
  const char *value = getenv(name);
  return value ? atoi(value) : 0;
}

static bool is_our_path(const char *path) {
  const char *folder = getenv("FAULT_FOLDER");
  return path[0] != '/' || (folder && strncmp(path, folder, strlen(folder)) == 0);
}

static bool is_our_descriptor(int descriptor) {
  return descriptor == STDIN_FILENO || descriptor == STDOUT_FILENO
         || (descriptor > STDERR_FILENO && descriptor < DESCRIPTORS && is_ours[descriptor]);
}

// Counts a call, and tells whether it is to fail.
static bool fails(const char *call) {
  const char *chosen = getenv("FAULT_CALL");
  if (!chosen || strcmp(chosen, call) != 0) return false;
  int count = atomic_fetch_add(&calls, 1) + 1;
  int first = number("FAULT_NUMBER");
  if (count < first || (count > first && !getenv("FAULT_LASTS"))) return false;
  const char *report = getenv("FAULT_REPORT");
  if (report) {
    int descriptor = (int)syscall(SYS_openat, AT_FDCWD, report, O_WRONLY | O_CREAT, 0600);
    if (descriptor >= 0) syscall(SYS_close, descriptor);
  }
  while (getenv("FAULT_HANGS")) pause();
  if (getenv("FAULT_STOPS")) {
    kill(getpid(), SIGSTOP);
    return false;
  }
  errno = number("FAULT_ERRNO");
  return true;
}

static int open_file(const char *path, int flags, mode_t mode) {
  bool ours = is_our_path(path);
  if (ours && fails("open")) return -1;
  int descriptor = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
  if (descriptor >= 0 && descriptor < DESCRIPTORS) is_ours[descriptor] = ours;
  return descriptor;
}

#define OPEN(name)                                                    \
  int name(const char *path, int flags, ...) {                        \
    va_list arguments;                                                \
    va_start(arguments, flags);                                       \
    bool creates = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE; \
    mode_t mode = creates ? va_arg(arguments, mode_t) : 0;            \
    va_end(arguments);                                                \
    return open_file(path, flags, mode);                              \
  }
OPEN(open)
OPEN(open64)

int mkstemp(char *template) {
  if (is_our_path(template) && fails("open")) return -1;
  int (*next)(char *) = dlsym(RTLD_NEXT, "mkstemp");
  int descriptor = next(template);
  if (descriptor >= 0 && descriptor < DESCRIPTORS) is_ours[descriptor] = is_our_path(template);
  return descriptor;
}

// How many of a call's bytes are transferred: all, or fewer where the call is to be short; -1 if it fails.
static ssize_t allowed(const char *call, int descriptor, size_t size) {
  if (!is_our_descriptor(descriptor) || !fails(call)) return (ssize_t)size;
  if (errno != 0) return -1;
  size_t most = getenv("FAULT_LASTS") ? 1000 : 1;
  return (ssize_t)(size < most ? size : most);
}

ssize_t read(int descriptor, void *buffer, size_t size) {
  ssize_t count = allowed("read", descriptor, size);
  return count < 0 ? count : syscall(SYS_read, descriptor, buffer, (size_t)count);
}

static ssize_t read_at(int descriptor, void *buffer, size_t size, off_t offset) {
  ssize_t count = allowed("read", descriptor, size);
  return count < 0 ? count : syscall(SYS_pread64, descriptor, buffer, (size_t)count, offset);
}
ssize_t pread(int descriptor, void *buffer, size_t size, off_t offset) {
  return read_at(descriptor, buffer, size, offset);
}
ssize_t pread64(int descriptor, void *buffer, size_t size, off64_t offset) {
  return read_at(descriptor, buffer, size, offset);
}

ssize_t write(int descriptor, const void *buffer, size_t size) {
  ssize_t count = allowed("write", descriptor, size);
  return count < 0 ? count : syscall(SYS_write, descriptor, buffer, (size_t)count);
}

int fsync(int descriptor) {
  if (is_our_descriptor(descriptor) && fails("fsync")) return -1;
  return (int)syscall(SYS_fsync, descriptor);
}

int rename(const char *from, const char *to) {
  if (is_our_path(from) && fails("rename")) return -1;
  return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  if (is_our_path(from) && fails("link")) return -1;
  return (int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
}

int mkdir(const char *path, mode_t mode) {
  if (is_our_path(path) && fails("mkdir")) return -1;
  return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int flock(int descriptor, int operation) {
  if (is_our_descriptor(descriptor) && fails("lock")) return -1;
  return (int)syscall(SYS_flock, descriptor, operation);
}

int stat(const char *restrict path, struct stat *restrict status) {
  if (is_our_path(path) && fails("stat")) return -1;
  int (*next)(const char *, struct stat *) = dlsym(RTLD_NEXT, "stat");
  return next(path, status);
}

int fstat(int descriptor, struct stat *status) {
  if (is_our_descriptor(descriptor) && fails("stat")) return -1;
  int (*next)(int, struct stat *) = dlsym(RTLD_NEXT, "fstat");
  return next(descriptor, status);
}

int access(const char *path, int mode) {
  if (is_our_path(path) && fails("stat")) return -1;
  return (int)syscall(SYS_faccessat, AT_FDCWD, path, mode);
}

// Whether the code at `address` is one of the libraries', or the program's own.
static bool is_counted_caller(void *address) {
  static _Thread_local bool is_looking;
  const char *chosen = getenv("FAULT_CALL");
  if (is_looking || !chosen || strcmp(chosen, "allocate") != 0) return false;
  is_looking = true;
  Dl_info info;
  bool known = dladdr(address, &info) != 0 && info.dli_fname;
  is_looking = false;
  if (!known) return false;
  const char *slash = strrchr(info.dli_fname, '/');
  const char *file = slash ? slash + 1 : info.dli_fname;
  const char *names[] = {"dsel", "libzstd.", "libsimdjson.", "libxxhash.", "libisal."};
  for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
    if (strncmp(file, names[index], strlen(names[index])) == 0) return true;
  }
  return false;
}

#define COUNTED is_counted_caller(__builtin_return_address(0)) && fails("allocate")

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

void *malloc(size_t size) { return COUNTED ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return COUNTED ? NULL : __libc_calloc(count, size); }
void *realloc(void *block, size_t size) { return COUNTED ? NULL : __libc_realloc(block, size); }

// C++: operator new and new[] that return null where there is no memory.
void *_ZnwmRKSt9nothrow_t(size_t size, const void *tag) {
  (void)tag;
  return COUNTED ? NULL : __libc_malloc(size);
}
void *_ZnamRKSt9nothrow_t(size_t size, const void *tag) {
  (void)tag;
  return COUNTED ? NULL : __libc_malloc(size);
}
