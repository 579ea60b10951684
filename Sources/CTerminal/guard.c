#define _GNU_SOURCE
#include "CTerminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

// Everything a signal handler needs is here and does not move. INVARIANT: between install and remove only `modes`
// changes, and it is atomic.
static struct {
  int tty;
  struct termios saved;
  char restore[512];
  size_t restore_length;
  int wake[2];
  // What is printed to standard error while the screen is ours; shown afterwards.
  int real_error;
  int kept_error;
} guard = {.tty = -1, .wake = {-1, -1}, .real_error = -1, .kept_error = -1};

// True while the terminal has modes of ours.
static atomic_bool modes;

static const int fatal[] = {SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGSYS};
static const int ending[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP};
static const int telling[] = {SIGWINCH, SIGTSTP, SIGCONT};
enum { fatal_count = 7, ending_count = 4, telling_count = 3, longest_error = 64 << 10 };
static struct sigaction before_fatal[fatal_count], before_ending[ending_count], before_telling[telling_count];

// Async-signal-safe. Gives up after a moment if the terminal takes nothing.
static void write_patiently(int fd, const char *bytes, size_t count) {
  int patience = 10;
  while (count > 0) {
    ssize_t written = write(fd, bytes, count);
    if (written > 0) {
      bytes += written;
      count -= (size_t)written;
    } else if (written < 0 && errno == EAGAIN && patience-- > 0) {
      struct pollfd wait = {.fd = fd, .events = POLLOUT};
      poll(&wait, 1, 50);
    } else if (written == 0 || errno != EINTR) {
      return;
    }
  }
}

// Async-signal-safe.
static void give_error_back(void) {
  if (guard.real_error < 0) return;
  dup2(guard.real_error, STDERR_FILENO);
  char bytes[1024];
  off_t place = 0;
  ssize_t count;
  while (place < longest_error && (count = pread(guard.kept_error, bytes, sizeof bytes, place)) > 0) {
    write_patiently(STDERR_FILENO, bytes, (size_t)count);
    place += count;
  }
  lseek(guard.kept_error, 0, SEEK_SET);
  if (ftruncate(guard.kept_error, 0) != 0) return;
}

// Async-signal-safe; does it once.
void cterm_guard_leave(void) {
  int before = errno;
  if (!atomic_exchange(&modes, false)) return;
  write_patiently(guard.tty, guard.restore, guard.restore_length);
  tcsetattr(guard.tty, TCSANOW, &guard.saved);
  give_error_back();
  errno = before;
}

bool cterm_guard_enter(void) {
  struct termios raw = guard.saved;
  cfmakeraw(&raw);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  if (tcsetattr(guard.tty, TCSANOW, &raw) != 0) return false;
  atomic_store(&modes, true);
  if (guard.real_error >= 0) dup2(guard.kept_error, STDERR_FILENO);
  return true;
}

bool cterm_guard_holds(void) { return atomic_load(&modes); }

static void on_fatal(int number) {
  cterm_guard_leave();
  signal(number, SIG_DFL);
  raise(number);  // delivered on return, or the fault happens again: the exit status stays true
}

static void on_telling(int number) {
  int before = errno;
  char byte = (char)number;
  if (write(guard.wake[1], &byte, 1) < 0) errno = before;
  errno = before;
}

// The program ends in order by itself; if it cannot, a second signal ends it at once.
static void on_ending(int number) {
  cterm_guard_leave();
  signal(number, SIG_DFL);
  on_telling(number);
}

static void catch_all(const int *numbers, int count, struct sigaction *before, void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK | SA_RESTART};
  sigemptyset(&action.sa_mask);
  // Whoever started us may have blocked them.
  sigset_t caught;
  sigemptyset(&caught);
  for (int i = 0; i < count; i++) {
    sigaction(numbers[i], &action, &before[i]);
    sigaddset(&caught, numbers[i]);
  }
  pthread_sigmask(SIG_UNBLOCK, &caught, NULL);
}

static void release_all(const int *numbers, int count, const struct sigaction *before) {
  for (int i = 0; i < count; i++) sigaction(numbers[i], &before[i], NULL);
}

bool cterm_guard_install(int tty, const char *restore) {
  static bool has_exit_handler;
  if (guard.tty >= 0 || tcgetattr(tty, &guard.saved) != 0) return false;
  guard.restore_length = strlen(restore);
  if (guard.restore_length >= sizeof guard.restore) return errno = E2BIG, false;
  strcpy(guard.restore, restore);
  if (pipe2(guard.wake, O_CLOEXEC | O_NONBLOCK) != 0) return false;
  guard.tty = tty;
  if (isatty(STDERR_FILENO)) {
    guard.kept_error = memfd_create("messages", MFD_CLOEXEC);
    if (guard.kept_error >= 0) guard.real_error = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  }
  cterm_guard_thread();
  catch_all(fatal, fatal_count, before_fatal, on_fatal);
  catch_all(ending, ending_count, before_ending, on_ending);
  catch_all(telling, telling_count, before_telling, on_telling);
  if (!has_exit_handler) has_exit_handler = atexit(cterm_guard_leave) == 0;
  return true;
}

void cterm_guard_remove(void) {
  cterm_guard_leave();
  if (guard.tty < 0) return;
  tcflush(guard.tty, TCIFLUSH);  // late reports of the terminal are not for the shell
  release_all(fatal, fatal_count, before_fatal);
  release_all(ending, ending_count, before_ending);
  release_all(telling, telling_count, before_telling);
  close(guard.wake[0]);
  close(guard.wake[1]);
  if (guard.real_error >= 0) close(guard.real_error);
  if (guard.kept_error >= 0) close(guard.kept_error);
  guard.wake[0] = guard.wake[1] = guard.real_error = guard.kept_error = guard.tty = -1;
}

int cterm_guard_signals(void) { return guard.wake[0]; }

void cterm_guard_thread(void) {
  static _Thread_local bool has_stack;
  if (has_stack) return;
  enum { size = 64 << 10 };
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) return;
  stack_t stack = {.ss_sp = memory, .ss_size = size};
  has_stack = sigaltstack(&stack, NULL) == 0;
}

void cterm_guard_stop(void) { raise(SIGSTOP); }

int cterm_tty_open(int descriptor) {
  char path[32];
  if (!isatty(descriptor)) return -1;
  snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
  int tty = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  return tty >= 0 ? tty : open("/dev/tty", O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

bool cterm_tty_size(int tty, int *rows, int *columns) {
  struct winsize size;
  if (ioctl(tty, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return false;
  *rows = size.ws_row;
  *columns = size.ws_col;
  return true;
}
