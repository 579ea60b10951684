#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>

// A handler that raises an eventfd works whatever thread the signal reaches; a signalfd would need the signal blocked in
// every thread, those of libraries and of the language's runtime included.
static _Atomic uint64_t pending;
static _Atomic int wake = -1;

static void note(int signal) {
  int saved = errno;
  atomic_fetch_or(&pending, UINT64_C(1) << signal);
  int fd = atomic_load(&wake);
  if (fd >= 0) csys_eventfd_raise(fd);
  errno = saved;
}

int csys_signals_open(void) {
  if (atomic_load(&wake) < 0) atomic_store(&wake, csys_eventfd());
  return atomic_load(&wake);
}

static int install(int signal, void (*handler)(int)) {
  if (signal < 1 || signal > 63) {
    errno = EINVAL;
    return -1;
  }
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  return sigaction(signal, &action, NULL);
}

int csys_signals_watch(int signal) { return install(signal, note); }
int csys_signals_default(int signal) { return install(signal, SIG_DFL); }
int csys_signals_ignore(int signal) { return install(signal, SIG_IGN); }

uint64_t csys_signals_take(void) {
  int fd = atomic_load(&wake);
  if (fd >= 0) csys_eventfd_clear(fd);
  return atomic_exchange(&pending, 0);
}
