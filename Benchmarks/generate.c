// Writes the documents of a shard, which all differ, as JSON lines to standard output. For Linux.
//
//     cc -O2 -o generate Benchmarks/generate.c
//     ./generate HALVES SHARD LOG
//
// HALVES has two lines for each of N base documents: the first half of its text, and the second, as they
// stand in a string of JSON. SHARD has three numbers: the shard's first document and the next shard's, and
// how many bytes the shard is to have. It ends with the first line that reaches them. Document n is
//
//     the first half of base document a = n S mod N, and the second half of a + 1 + n / N mod N,
//
// where S and N have no common factor. So all documents below N (N - 1) are different pairs of halves. If
// no first half begins with another, and all second halves differ, then all texts differ, too.
//
// A line is added to LOG: the number of documents, their bytes, and the processor time that they took, in
// microseconds of the program and of the system.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { blockBytes = 1 << 16, ringBytes = 1 << 19 };

typedef struct {
  const char *text;
  size_t size;
} Half;

// Blocks that are filled and handed on, one after the other and round again.
static struct {
  char *blocks;
  size_t block, filled;
  int isPipe;
} ring;

static void fail(const char *what, const char *why) {
  fprintf(stderr, "generate: %s: %s\n", what, why);
  exit(1);
}

// Hands on what has been filled. A pipe gets the pages themselves, without a copy, so they may change
// only when they have left it. They have, if what was handed on since is as much as the pipe holds.
static void handOn(void) {
  char *part = ring.blocks + ring.block;
  while (ring.filled) {
    struct iovec pages = {part, ring.filled};
    ssize_t taken = ring.isPipe ? vmsplice(STDOUT_FILENO, &pages, 1, 0) : write(STDOUT_FILENO, part, ring.filled);
    if (taken < 0 && errno == EINTR) continue;
    if (taken < 0) fail("standard output", strerror(errno));
    part += taken;
    ring.filled -= (size_t)taken;
  }
  ring.block = (ring.block + blockBytes) % ringBytes;
  if (ring.isPipe && fcntl(STDOUT_FILENO, F_GETPIPE_SZ) > ringBytes - blockBytes)
    fail("standard output", "the pipe holds too much");
}

static void put(const char *bytes, size_t size) {
  while (size) {
    size_t room = blockBytes - ring.filled, part = size < room ? size : room;
    memcpy(ring.blocks + ring.block + ring.filled, bytes, part);
    ring.filled += part;
    bytes += part;
    size -= part;
    if (ring.filled == blockBytes) handOn();
  }
}

static uint64_t commonFactor(uint64_t a, uint64_t b) { return b ? commonFactor(b, a % b) : a; }

// Finds the halves in the file, and returns how many there are.
static uint64_t readHalves(const char *path, Half **halves) {
  struct stat status;
  int file = open(path, O_RDONLY);
  if (file < 0 || fstat(file, &status)) fail(path, strerror(errno));
  size_t size = (size_t)status.st_size;
  const char *bytes = size ? mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_POPULATE, file, 0) : "";
  if (bytes == MAP_FAILED) fail(path, strerror(errno));
  uint64_t count = 0, room = 0;
  for (const char *at = bytes, *end; at < bytes + size; at = end + 1) {
    end = memchr(at, '\n', (size_t)(bytes + size - at));
    if (!end) fail(path, "the last line has no end");
    if (count == room) *halves = realloc(*halves, (room = 2 * room + 1024) * sizeof(Half));
    if (!*halves) fail(path, strerror(errno));
    (*halves)[count++] = (Half){at, (size_t)(end - at)};
  }
  if (count < 4 || count % 2) fail(path, "there are too few halves, or one is missing");
  return count;
}

int main(int wordCount, char **words) {
  if (wordCount != 4) fail("usage", "generate HALVES SHARD LOG");
  unsigned long long first, end, wanted;
  FILE *shard = fopen(words[2], "r");
  if (!shard || fscanf(shard, "%llu %llu %llu", &first, &end, &wanted) != 3)
    fail(words[2], "there are no three numbers in it");
  Half *halves = NULL;
  uint64_t n = readHalves(words[1], &halves) / 2;

  struct stat status;
  ring.isPipe = !fstat(STDOUT_FILENO, &status) && S_ISFIFO(status.st_mode);
  ring.blocks = mmap(NULL, ringBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (ring.blocks == MAP_FAILED) fail("memory", strerror(errno));

  // Steps of the golden ratio visit base documents in an order in which neighbours are far apart.
  uint64_t stride = (uint64_t)((double)n * 0.6180339887498949);
  while (commonFactor(stride, n) != 1) stride++;
  uint64_t document = first, written = 0;
  uint64_t a = (uint64_t)((unsigned __int128)document * stride % n);
  for (; written < wanted; document++, a = (a + stride) % n) {
    uint64_t round = document / n;
    if (document == end || round + 1 >= n) fail(words[2], "there are too few halves for so many different documents");
    Half head = halves[2 * a], tail = halves[2 * ((a + 1 + round) % n) + 1];
    put("{\"text\": \"", 10);
    put(head.text, head.size);
    put(tail.text, tail.size);
    put("\"}\n", 3);
    written += 10 + head.size + tail.size + 3;
  }
  handOn();

  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  char line[200];
  int length = snprintf(line, sizeof line, "%llu %llu %lld %lld\n", (unsigned long long)(document - first),
    (unsigned long long)written, (long long)used.ru_utime.tv_sec * 1000000 + used.ru_utime.tv_usec,
    (long long)used.ru_stime.tv_sec * 1000000 + used.ru_stime.tv_usec);
  int log = open(words[3], O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (log < 0 || write(log, line, (size_t)length) != length) fail(words[3], strerror(errno));
  return 0;
}
