#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

int csys_processors(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  // On machines with more of them than fit in.
  return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

int csys_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static struct epoll_event wanted(uint32_t interest, uint64_t key) {
  struct epoll_event event = {.data.u64 = key};
  if (interest & CSYS_READABLE) event.events |= EPOLLIN | EPOLLRDHUP;
  if (interest & CSYS_WRITABLE) event.events |= EPOLLOUT;
  if (interest & CSYS_ONCE) event.events |= EPOLLET;
  return event;
}

int csys_epoll_add(int epoll, int fd, uint32_t interest, uint64_t key) {
  struct epoll_event event = wanted(interest, key);
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int csys_epoll_change(int epoll, int fd, uint32_t interest, uint64_t key) {
  struct epoll_event event = wanted(interest, key);
  return epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
}

int csys_epoll_remove(int epoll, int fd) { return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL); }

int csys_epoll_wait(int epoll, struct csys_event *events, int capacity, int timeout) {
  struct epoll_event raw[64];
  if (capacity > 64) capacity = 64;
  int count = epoll_wait(epoll, raw, capacity, timeout);
  for (int index = 0; index < count; index++) {
    uint32_t bits = raw[index].events, readiness = 0;
    if (bits & (EPOLLIN | EPOLLRDHUP)) readiness |= CSYS_READABLE;
    if (bits & EPOLLOUT) readiness |= CSYS_WRITABLE;
    if (bits & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) readiness |= CSYS_ENDING;
    // Whoever waits finds out by reading or writing what exactly happened.
    if (bits & (EPOLLHUP | EPOLLERR)) readiness |= CSYS_READABLE | CSYS_WRITABLE | CSYS_HANGUP;
    events[index].key = raw[index].data.u64;
    events[index].readiness = readiness;
  }
  return count;
}

int csys_timerfd(void) { return timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK); }

int csys_timerfd_set(int fd, int64_t due) {
  // Zero would disarm it.
  if (due < 1) due = 1;
  struct itimerspec time = {.it_value = {.tv_sec = due / 1000000, .tv_nsec = due % 1000000 * 1000}};
  return timerfd_settime(fd, TFD_TIMER_ABSTIME, &time, NULL);
}

void csys_timerfd_clear(int fd) {
  uint64_t count;
  while (read(fd, &count, sizeof count) < 0 && errno == EINTR) {
  }
}

int csys_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void csys_eventfd_raise(int fd) {
  int saved = errno;
  uint64_t one = 1;
  // It fails only when the counter is full, and then it is readable already.
  while (write(fd, &one, sizeof one) < 0 && errno == EINTR) {
  }
  errno = saved;
}

void csys_eventfd_clear(int fd) {
  uint64_t count;
  while (read(fd, &count, sizeof count) < 0 && errno == EINTR) {
  }
}

static _Atomic bool is_taken;
static _Thread_local bool is_here;

int csys_loop_enter(void) {
  bool expected = false;
  if (!atomic_compare_exchange_strong(&is_taken, &expected, true)) {
    errno = EBUSY;
    return -1;
  }
  is_here = true;
  return 0;
}

void csys_loop_leave(void) {
  is_here = false;
  atomic_store(&is_taken, false);
}

bool csys_loop_is_here(void) { return is_here; }
