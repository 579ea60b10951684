#define _GNU_SOURCE
#include "CTerminal.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int cterm_editor_start(const char *path, int line, int tty, int *process) {
  char place[16];
  snprintf(place, sizeof place, "+%d", line);
  // The variables may hold options too, so the shell takes them apart.
  static char shell[] = "/bin/sh", option[] = "-c", name[] = "editor";
  static char command[] = "exec ${VISUAL:-${EDITOR:-vi}} \"$@\"";
  char *arguments[] = {shell, option, command, name, line > 0 ? place : (char *)path, line > 0 ? (char *)path : NULL, NULL};

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  if (posix_spawn_file_actions_init(&actions) != 0) return -1;
  if (posix_spawnattr_init(&attributes) != 0) {
    posix_spawn_file_actions_destroy(&actions);
    return -1;
  }
  // The descriptor does not block, which is nothing for an editor; its own file is opened anew.
  char terminal[32];
  snprintf(terminal, sizeof terminal, "/proc/self/fd/%d", tty);
  int error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, terminal, 2 /* O_RDWR */, 0);
  if (!error) error = posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDOUT_FILENO);
  if (!error) error = posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDERR_FILENO);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = -1;
  if (!error) error = posix_spawn(&pid, shell, &actions, &attributes, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error) return errno = error, -1;
  *process = pid;
  int descriptor = (int)syscall(SYS_pidfd_open, pid, 0);
  if (descriptor < 0) {
    int reason = errno;
    kill(pid, SIGKILL);
    cterm_editor_end(pid);
    errno = reason;
  }
  return descriptor;
}

int cterm_editor_end(int process) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) continue;
  return status;
}
