// Relays an MCP server over plain pipes: `relay COMMAND...`
//
// One process, one epoll, both directions, nothing looked at: the cheapest that can stand between a client and a server
// and hand the bytes on itself. It never waits in a write.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHUNK = 1 << 16 };

/// One direction: what was read and not yet written stands from `head` to `tail`.
struct way {
  int from, to;
  bool waits;
  size_t head, tail;
  char bytes[CHUNK];
};
static struct way ways[2];
static int poller;

static void fail(const char *what) {
  fprintf(stderr, "relay: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void want(int operation, int descriptor, uint32_t events, struct way *way) {
  struct epoll_event event = {.events = events, .data.ptr = way};
  if (epoll_ctl(poller, operation, descriptor, &event)) fail("epoll_ctl");
}

static void close_way(struct way *way) {
  close(way->from);
  close(way->to);
  way->from = way->to = -1;
}

/// Writes what is held; reads no more until all of it is gone.
static void drain(struct way *way) {
  while (way->head < way->tail) {
    ssize_t count = write(way->to, way->bytes + way->head, way->tail - way->head);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) {
      if (way->waits) return;
      way->waits = true;
      want(EPOLL_CTL_DEL, way->from, 0, way);
      want(EPOLL_CTL_ADD, way->to, EPOLLOUT, way);
      return;
    }
    if (count < 0) return close_way(way);
    way->head += (size_t)count;
  }
  way->head = way->tail = 0;
  if (!way->waits) return;
  way->waits = false;
  want(EPOLL_CTL_DEL, way->to, 0, way);
  want(EPOLL_CTL_ADD, way->from, EPOLLIN, way);
}

static void fill(struct way *way) {
  ssize_t count = read(way->from, way->bytes, CHUNK);
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count <= 0) return close_way(way);
  way->tail = (size_t)count;
  drain(way);
}

int main(int count, char **words) {
  int in[2], out[2];
  if (count < 2) return 2;
  if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) fail("pipe");
  pid_t pid = fork();
  if (pid < 0) fail("fork");
  if (pid == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    execvp(words[1], words + 1);
    fail(words[1]);
  }
  close(in[0]);
  close(out[1]);
  ways[0].from = 0, ways[0].to = in[1];
  ways[1].from = out[0], ways[1].to = 1;
  poller = epoll_create1(EPOLL_CLOEXEC);
  if (poller < 0) fail("epoll");
  for (int index = 0; index < 2; index++) {
    fcntl(ways[index].from, F_SETFL, O_NONBLOCK);
    fcntl(ways[index].to, F_SETFL, O_NONBLOCK);
    want(EPOLL_CTL_ADD, ways[index].from, EPOLLIN, &ways[index]);
  }
  while (ways[1].from >= 0) {
    struct epoll_event events[4];
    int ready = epoll_wait(poller, events, 4, -1);
    for (int index = 0; index < ready; index++) {
      struct way *way = events[index].data.ptr;
      if (way->from < 0) continue;
      if (way->waits) drain(way);
      else fill(way);
    }
  }
  while (wait(NULL) > 0) {}
}
