// The system calls that Swift's Glibc module lacks or that only C can make safely, behind names of ours.
//
// Every function that can fail answers -1 and sets errno, unless it says otherwise.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#pragma clang assume_nonnull begin

// MARK: epoll, eventfd

/// `CSYS_ENDING`: the peer writes no more, and what there is to read has an end. `CSYS_ONCE` is asked for only: to be told
/// of a change once, not for as long as it lasts.
enum { CSYS_READABLE = 1, CSYS_WRITABLE = 2, CSYS_HANGUP = 4, CSYS_ENDING = 8, CSYS_ONCE = 16 };

struct csys_event {
  uint64_t key;
  uint32_t readiness;
};

int csys_epoll_create(void);
int csys_epoll_add(int epoll, int fd, uint32_t interest, uint64_t key);
int csys_epoll_change(int epoll, int fd, uint32_t interest, uint64_t key);
int csys_epoll_remove(int epoll, int fd);
/// Waits up to `timeout` milliseconds, -1 for ever, and answers how many events it wrote.
int csys_epoll_wait(int epoll, struct csys_event *events, int capacity, int timeout);

/// How many processors this process may run on; -1 where nobody can tell.
int csys_processors(void);

/// A descriptor that becomes readable at a time, told in microseconds since boot; it stays so until it is set again.
int csys_timerfd(void);
int csys_timerfd_set(int fd, int64_t due);
void csys_timerfd_clear(int fd);

int csys_eventfd(void);
void csys_eventfd_raise(int fd);
void csys_eventfd_clear(int fd);

/// Marks the calling thread as the one that runs the loop; -1 if another one is marked.
int csys_loop_enter(void);
void csys_loop_leave(void);
bool csys_loop_is_here(void);

// MARK: Descriptors

/// Both ends close on exec.
int csys_pipe(int ends[_Nonnull 2]);
int csys_duplicate(int fd);
int csys_set_nonblocking(int fd);
/// Makes a pipe hold `bytes`, if it is one that holds less; answers whether it did.
int csys_grow_pipe(int fd, int bytes);
/// How many bytes a pipe holds that nobody has read yet, by either end; 0 where that cannot be told.
int csys_unread(int fd);
int csys_status_flags(int fd);
/// Puts /dev/null or another descriptor in the place of a number, which stays open on exec.
int csys_replace(int fd, int number);
int csys_flock_exclusive(int fd);
int csys_open(const char *path, int flags, mode_t mode);
/// Puts each of two files in the other's place in one step; ENOENT where one is missing, EINVAL where the file system cannot.
int csys_exchange(const char *one, const char *other);
/// Moves a file to where there must be none.
int csys_rename_new(const char *from, const char *to);
/// The working folder, to be passed on: it need be neither readable nor still in its place.
int csys_open_directory(void);

enum { CSYS_KIND_FILE, CSYS_KIND_FIFO, CSYS_KIND_SOCKET, CSYS_KIND_CHARACTER, CSYS_KIND_OTHER };
int csys_kind(int fd);

struct csys_file {
  uint64_t device, inode, size;
  int64_t modified_seconds, modified_nanoseconds, changed_seconds, changed_nanoseconds;
  uint32_t mode, user, group;
};
int csys_stat(const char *path, bool follow, struct csys_file *answer);
int csys_fstat(int fd, struct csys_file *answer);
bool csys_is_directory(uint32_t mode);
bool csys_is_regular(uint32_t mode);
bool csys_is_link(uint32_t mode);

// MARK: Files in memory

/// Gives a file `size` bytes that the disk has room for, and maps them to be shared; null where that fails.
uint8_t *_Nullable csys_map(int fd, size_t size);
void csys_unmap(uint8_t *bytes, size_t size);
/// Has the disk keep room for so many bytes from a place on, which do not count as the file's; 0 if it does.
int csys_reserve(int fd, int64_t start, int64_t size);
/// Has the pages of a part of such memory ready to be written to; where the system cannot, that costs time later.
void csys_prepare(uint8_t *bytes, size_t size);
/// Writes a word after everything that was written before it: whoever finds it there finds the rest, too.
void csys_store_last(uint8_t *place, uint64_t word);

// MARK: Unix sockets

/// Makes a non-blocking stream socket that listens at a path with mode 0600 from its first moment.
int csys_unix_listen(const char *path, int backlog);
int csys_unix_connect(const char *path);
int csys_accept(int listener);
int csys_socket_pair(int ends[_Nonnull 2]);
int csys_peer(int fd, pid_t *pid, uid_t *uid, gid_t *gid);
size_t csys_longest_socket_path(void);
/* At a numeric address, of version 4 or 6; port 0 is any that is free. */
int csys_tcp_listen(const char *host, int port, int backlog);
bool csys_is_address(const char *host);
bool csys_is_loopback(const char *host);
int csys_tcp_port(int fd);
/* Writes the address of the other end; answers how many bytes it has, 0 where it has none. */
int csys_tcp_peer(int fd, unsigned char bytes[_Nonnull 16]);
/* Writes the address of this end as text; false where it has none. */
bool csys_tcp_here(int fd, char text[_Nonnull 64]);
void csys_tcp_no_delay(int fd);
/* To a numeric address; it is there when the descriptor can be written to and has no error. */
int csys_tcp_connect(const char *host, int port);
int csys_socket_error(int fd);
/* Whether a connection is there, and nothing has come over it. */
bool csys_is_silent(int fd);

enum { CSYS_MOST_DESCRIPTORS = 8 };
/// Never blocks, never raises SIGPIPE.
ssize_t csys_send(int fd, const void *bytes, size_t count);
ssize_t csys_receive(int fd, void *bytes, size_t count);
ssize_t csys_send_descriptors(int fd, const void *bytes, size_t count, const int *fds, int fd_count);
/// Received descriptors close on exec; those that do not fit are closed.
ssize_t csys_receive_descriptors(int fd, void *bytes, size_t count, int *fds, int *fd_count);

// MARK: Children

struct csys_program {
  /// The program files to try, in order, ended by a null.
  const char *_Nullable const *_Nonnull candidates;
  /// Two free places, then the arguments without the program's name, ended by a null; the first argument is `name`.
  char *_Nullable *_Nonnull arguments;
  char *_Nonnull name;
  char *_Nullable const *_Nonnull environment;
  const char *_Nullable directory;
  int directory_fd;
  int stdio[3];
  /// Sent to the child when the calling thread ends; 0 for none.
  int death_signal;
  /// The child's umask; -1 for the caller's.
  int file_mask;
  /// In a session of its own, as a child of process 1 that this process need not wait for.
  bool detached;
};

enum { CSYS_STAGE_FORK, CSYS_STAGE_SETUP, CSYS_STAGE_DIRECTORY, CSYS_STAGE_EXEC };

/// Answers 0, or the errno of what failed and in `stage` where.
int csys_start(struct csys_program *request, pid_t *pid, int *pidfd, int *stage);
/// Answers 0 and the status, 1 while the process runs, or -1. The process stays to be reaped.
int csys_exit_status(int pidfd, bool *signalled, int *status);
/// Waits for the process, which must have been killed or ended before.
int csys_reap(int pidfd);
int csys_kill_group(pid_t group, int signal);
/// Starts a process that ends a group when this one has died: asks it, and half a second later kills it. It holds nothing
/// open and heeds no signal but SIGKILL, which it is sent, and then reaped, when it is not needed any more.
int csys_guard_group(pid_t group, pid_t *pid, int *pidfd);
/// Reaps a child that has ended, if it has.
void csys_reap_if_ended(pid_t pid);
void csys_raise_file_limit(void);

// MARK: Signals

/// The descriptor that becomes readable when a watched signal came.
int csys_signals_open(void);
int csys_signals_watch(int signal);
int csys_signals_default(int signal);
int csys_signals_ignore(int signal);
/// Takes the signals that came since the last time: bit n for signal n.
uint64_t csys_signals_take(void);

// MARK: Memory

/// Gives back what is free on the heap; with `forget` also the code that is in memory, of which most was for the start.
void csys_trim_memory(bool forget);

// MARK: inotify

int csys_inotify(void);
/// What to hear of in a folder: files written, made, renamed and removed; only names that appear; only its own end.
enum { CSYS_FOLDER_FILES, CSYS_FOLDER_NAMES, CSYS_FOLDER_ITSELF };
/// Adds to what is heard of a folder that is watched already.
int csys_inotify_add(int inotify, const char *path, int what);
int csys_inotify_remove(int inotify, int watch);

struct csys_inotify_event {
  int watch;
  bool is_settled, is_gone, is_overflow;
  /// Where in the bytes the name of what changed stands; no length for the folder itself.
  size_t name_start, name_length;
};
/// Reads the next event from bytes read from the descriptor; answers how many of them it used, 0 at the end.
size_t csys_inotify_next(const uint8_t *bytes, size_t count, struct csys_inotify_event *event);

// MARK: The rest

int64_t csys_wall_microseconds(void);
/// Time since boot, suspension included.
int64_t csys_steady_microseconds(void);
const char *csys_error_text(int code);
char *_Nullable *_Nullable csys_environment(void);
/// The name and home of the calling user from the user database, cut to the buffer; 0 or -1.
int csys_home(char *buffer, size_t capacity);

#pragma clang assume_nonnull end
