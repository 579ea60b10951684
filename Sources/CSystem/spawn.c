#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// posix_spawn cannot ask for a signal at the parent's death, so this does what it does inside: the child runs on a stack
// of its own in the parent's memory while the parent is held (CLONE_VM | CLONE_VFORK), makes system calls only, and
// leaves the number of an error where the parent finds it. It goes round libc's wrappers, whose sanitizer versions
// write to the shared memory.

enum { STACK = 64 * 1024 };

struct plan {
  struct csys_program *request;
  int error, stage;
  pid_t parent, pid;
  char *inner_stack;
  struct rlimit files;
  bool restores_files;
};

static struct rlimit original_files;
static _Atomic bool files_were_raised;

// ThreadSanitizer keeps books on forks that a child in the same memory would spoil; under it the child has a copy, and
// only stacks and plan are shared.
enum {
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
  MEMORY = 0
#else
  MEMORY = CLONE_VM
#endif
#else
  MEMORY = CLONE_VM
#endif
};

#if defined(__clang__)
#define UNCHECKED __attribute__((no_sanitize("address", "thread", "undefined"), no_stack_protector))
#else
#define UNCHECKED
#endif

// What the kernel's rt_sigaction takes; zero everywhere is SIG_DFL on every architecture.
struct kernel_sigaction {
  void *handler;
  unsigned long flags;
  void *restorer;
  unsigned long mask;
};

UNCHECKED static int fail(struct plan *plan, int stage) {
  plan->error = errno;
  plan->stage = stage;
  syscall(SYS_exit_group, 127);
  return 127;
}

UNCHECKED static void reset_signals(void) {
  struct kernel_sigaction standard = {0};
  for (int signal = 1; signal <= 64; signal++) {
    if (signal != SIGKILL && signal != SIGSTOP) syscall(SYS_rt_sigaction, signal, &standard, NULL, 8);
  }
  unsigned long none = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, 8);
}

UNCHECKED static int arrange_stdio(const int stdio[3]) {
  int moved[3];
  // First out of the way, so that no number is overwritten before it was used.
  for (int index = 0; index < 3; index++) {
    moved[index] = (int)syscall(SYS_fcntl, stdio[index], F_DUPFD_CLOEXEC, 3);
    if (moved[index] < 0) return -1;
  }
  for (int index = 0; index < 3; index++) {
    if (syscall(SYS_dup3, moved[index], index, 0) < 0) return -1;
  }
  return (int)syscall(SYS_close_range, 3, ~0U, 0);
}

UNCHECKED static int run(void *argument) {
  struct plan *plan = argument;
  struct csys_program *request = plan->request;
  if (request->detached) {
    if (syscall(SYS_setsid) < 0) return fail(plan, CSYS_STAGE_SETUP);
  } else {
    if (syscall(SYS_setpgid, 0, 0) < 0) return fail(plan, CSYS_STAGE_SETUP);
  }
  if (request->death_signal != 0) {
    if (syscall(SYS_prctl, PR_SET_PDEATHSIG, request->death_signal, 0, 0, 0) < 0) return fail(plan, CSYS_STAGE_SETUP);
    // The parent may have died before that, and then nobody will say so.
    if (syscall(SYS_getppid) != plan->parent) syscall(SYS_exit_group, 127);
  }
  if (request->file_mask >= 0) syscall(SYS_umask, request->file_mask);
  if (plan->restores_files) syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &plan->files, NULL);
  if (request->directory) {
    if (syscall(SYS_chdir, request->directory) < 0) return fail(plan, CSYS_STAGE_DIRECTORY);
  } else if (request->directory_fd >= 0) {
    if (syscall(SYS_fchdir, request->directory_fd) < 0) return fail(plan, CSYS_STAGE_DIRECTORY);
  }
  if (arrange_stdio(request->stdio) < 0) return fail(plan, CSYS_STAGE_SETUP);
  reset_signals();

  char **arguments = request->arguments + 1;
  arguments[0] = request->name;
  int error = ENOENT;
  for (const char *const *candidate = request->candidates; *candidate; candidate++) {
    syscall(SYS_execve, *candidate, arguments, request->environment);
    if (errno == ENOEXEC) {
      // A script without its first line is the shell's, as execvp has it.
      request->arguments[0] = (char *)"/bin/sh";
      request->arguments[1] = (char *)*candidate;
      syscall(SYS_execve, "/bin/sh", request->arguments, request->environment);
      errno = ENOEXEC;
    }
    // A program that may not be run is worth more than one that is not there.
    if (errno != ENOENT && errno != ENOTDIR) error = errno;
    if (errno != ENOENT && errno != ENOTDIR && errno != EACCES && errno != ESTALE) break;
  }
  errno = error;
  return fail(plan, CSYS_STAGE_EXEC);
}

/// Starts the real child and leaves it to process 1.
UNCHECKED static int run_between(void *argument) {
  struct plan *plan = argument;
  pid_t pid = clone(run, plan->inner_stack + STACK, MEMORY | CLONE_VFORK | SIGCHLD, plan);
  if (pid < 0) return fail(plan, CSYS_STAGE_FORK);
  plan->pid = pid;
  syscall(SYS_exit_group, 0);
  return 0;
}

static void wait_for(pid_t pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
}

int csys_start(struct csys_program *request, pid_t *pid, int *pidfd, int *stage) {
  *pid = -1;
  *pidfd = -1;
  *stage = CSYS_STAGE_FORK;
  const size_t size = 2 * STACK + sizeof(struct plan);
  char *stacks = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (stacks == MAP_FAILED) return errno;
  struct plan *plan = (struct plan *)(void *)(stacks + 2 * STACK);
  plan->request = request;
  plan->stage = CSYS_STAGE_FORK;
  plan->parent = getpid();
  plan->inner_stack = stacks + STACK;
  if (atomic_load(&files_were_raised)) {
    plan->files = original_files;
    plan->restores_files = true;
  }

  // No handler of ours may run in the child, which shares our memory.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t started;
  int fd = -1;
  if (request->detached) {
    started = clone(run_between, stacks + STACK, MEMORY | CLONE_VFORK | SIGCHLD, plan);
  } else {
    started = clone(run, stacks + STACK, MEMORY | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, plan, &fd);
  }
  int fork_error = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  const struct plan outcome = *plan;
  munmap(stacks, size);
  if (started < 0) return fork_error;

  if (request->detached || outcome.error != 0) {
    wait_for(started);
    if (fd >= 0) close(fd);
  }
  if (outcome.error != 0) {
    *stage = outcome.stage;
    return outcome.error;
  }
  *pid = request->detached ? outcome.pid : started;
  *pidfd = fd;
  return 0;
}

// MARK: Whoever ends a group when its gate was killed

struct watch {
  pid_t group, parent;
};

/// Runs in a copy of the parent's memory, where threads that are not here may hold any lock: system calls only.
UNCHECKED static int run_guard(void *argument) {
  const struct watch watch = *(struct watch *)argument;
  static const char name[] = "gatehouse-guard";
  syscall(SYS_prctl, PR_SET_NAME, name, 0, 0, 0);
  // So that what is sent to the parent's group does not reach it.
  syscall(SYS_setsid);
  int parent = (int)syscall(SYS_pidfd_open, watch.parent, 0);
  if (parent >= 0 && syscall(SYS_getppid) == watch.parent) {
    // The client's descriptors are among them.
    if (parent > 0) syscall(SYS_close_range, 0, parent - 1, 0);
    syscall(SYS_close_range, parent + 1, ~0U, 0);
    struct pollfd wanted = {.fd = parent, .events = POLLIN};
    while (syscall(SYS_ppoll, &wanted, 1, NULL, NULL, 8) < 0 && errno == EINTR) {
    }
  }
  if (syscall(SYS_kill, -watch.group, SIGTERM) == 0) {
    for (int turn = 0; turn < 50; turn++) {
      struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
      syscall(SYS_ppoll, NULL, 0, &pause, NULL, 8);
      if (syscall(SYS_kill, -watch.group, 0) < 0) break;
    }
    syscall(SYS_kill, -watch.group, SIGKILL);
  }
  syscall(SYS_exit_group, 0);
  return 0;
}

int csys_guard_group(pid_t group, pid_t *pid, int *pidfd) {
  if (group <= 1) {
    errno = EINVAL;
    return -1;
  }
  char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack == MAP_FAILED) return -1;
  struct watch watch = {.group = group, .parent = getpid()};
  // All signals stay blocked in it.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t started = clone(run_guard, stack + STACK, CLONE_PIDFD | SIGCHLD, &watch, pidfd);
  int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  munmap(stack, STACK);
  errno = error;
  if (started < 0) return -1;
  *pid = started;
  return 0;
}

void csys_reap_if_ended(pid_t pid) {
  int status;
  (void)waitpid(pid, &status, WNOHANG);
}

int csys_exit_status(int pidfd, bool *signalled, int *status) {
  siginfo_t info = {0};
  int result;
  do result = waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG | WNOWAIT);
  while (result < 0 && errno == EINTR);
  if (result < 0) return -1;
  if (info.si_pid == 0) return 1;
  *signalled = info.si_code != CLD_EXITED;
  *status = info.si_status;
  return 0;
}

int csys_reap(int pidfd) {
  siginfo_t info = {0};
  int result;
  do result = waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED);
  while (result < 0 && errno == EINTR);
  return result;
}

int csys_kill_group(pid_t group, int signal) {
  // Never 0 (ourselves), 1 or -1 (everyone).
  if (group <= 1) {
    errno = EINVAL;
    return -1;
  }
  return kill(-group, signal);
}

void csys_raise_file_limit(void) {
  struct rlimit limit;
  if (atomic_load(&files_were_raised) || getrlimit(RLIMIT_NOFILE, &limit) < 0) return;
  if (limit.rlim_cur >= limit.rlim_max) return;
  original_files = limit;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0) atomic_store(&files_were_raised, true);
}
