/* A disk that fails when a test wants it to, under a program that knows nothing of it:
   preloaded, it is what SQLite writes and syncs through. Go's own files go past it. The file
   that HOTSHARD_DISK names is shared with the test: its first byte says how the disk does,
   and the number behind it counts what has failed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WELL, BROKEN, UNSYNCED, FULL, STALLED }; /* as crash_base_test.go numbers them */

static struct shared {
  volatile unsigned char mode;
  volatile unsigned failed;
} *disk;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("HOTSHARD_DISK");
  int fd = path ? open(path, O_RDWR) : -1;
  void *p = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *disk, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (p != MAP_FAILED) disk = p;
}

/* fails says whether a write, or a sync, of a file is to fail, and waits while all stalls. */
static int fails(int fd, int sync) {
  struct stat about;
  int counted = 0;
  if (!disk || disk->mode == WELL || fstat(fd, &about) || !S_ISREG(about.st_mode)) return 0;
  while (disk->mode == STALLED) {
    if (!counted++) __sync_fetch_and_add(&disk->failed, 1);
    usleep(1000);
  }
  switch (disk->mode) {
    case BROKEN: errno = EIO; break;
    case UNSYNCED: if (!sync) return 0; errno = EIO; break;
    case FULL: if (sync) return 0; errno = ENOSPC; break;
    default: return 0;
  }
  __sync_fetch_and_add(&disk->failed, 1);
  return 1;
}

#define REAL(name) \
  static __typeof__(name) *real; \
  if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *b, size_t n) { REAL(write); return fails(fd, 0) ? -1 : real(fd, b, n); }
ssize_t pwrite(int fd, const void *b, size_t n, off_t at) { REAL(pwrite); return fails(fd, 0) ? -1 : real(fd, b, n, at); }
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t at) { REAL(pwrite64); return fails(fd, 0) ? -1 : real(fd, b, n, at); }
int fsync(int fd) { REAL(fsync); return fails(fd, 1) ? -1 : real(fd); }
int fdatasync(int fd) { REAL(fdatasync); return fails(fd, 1) ? -1 : real(fd); }
