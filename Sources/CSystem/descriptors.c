#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int csys_pipe(int ends[_Nonnull 2]) { return pipe2(ends, O_CLOEXEC); }
int csys_duplicate(int fd) { return fcntl(fd, F_DUPFD_CLOEXEC, 3); }
int csys_grow_pipe(int fd, int bytes) {
  int size = fcntl(fd, F_GETPIPE_SZ);
  return size > 0 && size < bytes && fcntl(fd, F_SETPIPE_SZ, bytes) > 0;
}
int csys_unread(int fd) {
  int count = 0;
  return ioctl(fd, FIONREAD, &count) < 0 ? 0 : count;
}

int csys_status_flags(int fd) { return fcntl(fd, F_GETFL); }

int csys_set_nonblocking(int fd) {
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0) return -1;
  return fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

int csys_replace(int fd, int number) {
  if (fd == number) return fcntl(fd, F_SETFD, 0);
  return dup2(fd, number);
}

int csys_flock_exclusive(int fd) {
  int result;
  do result = flock(fd, LOCK_EX | LOCK_NB);
  while (result < 0 && errno == EINTR);
  return result;
}

int csys_open(const char *path, int flags, mode_t mode) {
  int fd;
  do fd = open(path, flags | O_CLOEXEC | O_NOCTTY, mode);
  while (fd < 0 && errno == EINTR);
  return fd;
}

int csys_exchange(const char *one, const char *other) {
  return renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE);
}

int csys_rename_new(const char *from, const char *to) {
  return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

int csys_open_directory(void) { return open(".", O_PATH | O_DIRECTORY | O_CLOEXEC); }

int csys_kind(int fd) {
  struct stat status;
  if (fstat(fd, &status) < 0) return -1;
  switch (status.st_mode & S_IFMT) {
    case S_IFREG: return CSYS_KIND_FILE;
    case S_IFIFO: return CSYS_KIND_FIFO;
    case S_IFSOCK: return CSYS_KIND_SOCKET;
    case S_IFCHR: return CSYS_KIND_CHARACTER;
    default: return CSYS_KIND_OTHER;
  }
}

static void copy(const struct stat *status, struct csys_file *answer) {
  *answer = (struct csys_file){
      .device = status->st_dev,
      .inode = status->st_ino,
      .size = (uint64_t)status->st_size,
      .modified_seconds = status->st_mtim.tv_sec,
      .modified_nanoseconds = status->st_mtim.tv_nsec,
      .changed_seconds = status->st_ctim.tv_sec,
      .changed_nanoseconds = status->st_ctim.tv_nsec,
      .mode = status->st_mode,
      .user = status->st_uid,
      .group = status->st_gid,
  };
}

int csys_stat(const char *path, bool follow, struct csys_file *answer) {
  struct stat status;
  if ((follow ? stat(path, &status) : lstat(path, &status)) < 0) return -1;
  copy(&status, answer);
  return 0;
}

int csys_fstat(int fd, struct csys_file *answer) {
  struct stat status;
  if (fstat(fd, &status) < 0) return -1;
  copy(&status, answer);
  return 0;
}

bool csys_is_directory(uint32_t mode) { return S_ISDIR(mode); }
bool csys_is_regular(uint32_t mode) { return S_ISREG(mode); }
bool csys_is_link(uint32_t mode) { return S_ISLNK(mode); }

// MARK: Files in memory

uint8_t *_Nullable csys_map(int fd, size_t size) {
  // A page without room on the disk would end the process when it is written to.
  int failure;
  do failure = posix_fallocate(fd, 0, (off_t)size);
  while (failure == EINTR);
  if (failure != 0) {
    errno = failure;
    return NULL;
  }
  void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  return bytes == MAP_FAILED ? NULL : bytes;
}

int csys_reserve(int fd, int64_t start, int64_t size) {
  int failure;
  do failure = fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)start, (off_t)size);
  while (failure != 0 && errno == EINTR);
  return failure;
}

void csys_unmap(uint8_t *bytes, size_t size) { (void)munmap(bytes, size); }

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

void csys_prepare(uint8_t *bytes, size_t size) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), start = (uintptr_t)bytes & ~(page - 1);
  (void)madvise((void *)start, (uintptr_t)bytes + size - start, MADV_POPULATE_WRITE);
}

void csys_store_last(uint8_t *place, uint64_t word) { __atomic_store_n((uint64_t *)(void *)place, word, __ATOMIC_RELEASE); }

// MARK: inotify

int csys_inotify(void) { return inotify_init1(IN_CLOEXEC | IN_NONBLOCK); }

int csys_inotify_add(int inotify, const char *path, int what) {
  uint32_t mask = IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_MASK_ADD;
  // Not IN_MODIFY: a writer that has not closed its file is in the midst of it, and may call `write` all day.
  if (what == CSYS_FOLDER_FILES) mask |= IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_DELETE;
  if (what != CSYS_FOLDER_ITSELF) mask |= IN_CREATE | IN_MOVED_TO;
  return inotify_add_watch(inotify, path, mask);
}

int csys_inotify_remove(int inotify, int watch) { return inotify_rm_watch(inotify, watch); }

size_t csys_inotify_next(const uint8_t *bytes, size_t count, struct csys_inotify_event *event) {
  struct inotify_event raw;
  if (count < sizeof raw) return 0;
  memcpy(&raw, bytes, sizeof raw);
  if (raw.len > count - sizeof raw) return 0;
  event->watch = raw.wd;
  // A name that is gone may come back at once: so do some editors replace a file.
  event->is_settled = (raw.mask & (IN_CLOSE_WRITE | IN_MOVED_TO | IN_ATTRIB)) != 0;
  event->is_gone = (raw.mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) != 0;
  event->is_overflow = (raw.mask & IN_Q_OVERFLOW) != 0;
  event->name_start = sizeof raw;
  event->name_length = strnlen((const char *)bytes + sizeof raw, raw.len);
  return sizeof raw + raw.len;
}

// MARK: The rest

static int64_t microseconds(clockid_t clock) {
  struct timespec time = {0};
  clock_gettime(clock, &time);
  return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

int64_t csys_wall_microseconds(void) { return microseconds(CLOCK_REALTIME); }
int64_t csys_steady_microseconds(void) { return microseconds(CLOCK_BOOTTIME); }

const char *csys_error_text(int code) {
  const char *text = strerrordesc_np(code);
  return text ? text : "unknown error";
}

char *_Nullable *_Nullable csys_environment(void) { return environ; }

int csys_home(char *buffer, size_t capacity) {
  char space[16384];
  struct passwd entry, *found = NULL;
  if (getpwuid_r(getuid(), &entry, space, sizeof space, &found) != 0 || !found || !found->pw_dir) return -1;
  if (strlen(found->pw_dir) >= capacity) return -1;
  strcpy(buffer, found->pw_dir);
  return 0;
}
