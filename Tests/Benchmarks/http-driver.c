// A client of an MCP server over HTTP that measures it, always with tools/call in sessions of 2025-11-25.
//
//   http-driver calls PORT PATH CALLS FLIGHT_CALLS CONNECTIONS
//     One call of 300 bytes after the other on one connection that is kept; then FLIGHT_CALLS on CONNECTIONS of them, one
//     at a time on each, each with a session of its own. Prints the median and the 99th percentile in microseconds, and
//     the calls a second.
//   http-driver idle PORT PATH STREAMS SESSIONS
//     Opens STREAMS streams of events, GETs that belong to so many sessions, and prints a line when all are open. Then
//     waits for the end of its input.
//
// Or says what was wrong and ends with 1.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BODY = 300, ROOM = 16 << 10, WARM_UP = 500, MOST_SESSIONS = 200 };

struct connection {
  int fd;
  char session[200];
  char bytes[ROOM + 1];
  size_t filled;
};

static struct sockaddr_in place = {.sin_family = AF_INET};
static const char *path;

static void fail(const char *reason, const char *detail) {
  fprintf(stderr, "http-driver: %s%s%.600s\n", reason, *detail ? ": " : "", detail);
  exit(1);
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int join(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  if (fd < 0 || connect(fd, (struct sockaddr *)&place, sizeof place)) fail("no connection", strerror(errno));
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

static void send_all(int fd, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) fail("the server does not read", strerror(errno));
    bytes += sent;
    count -= (size_t)sent;
  }
}

static void post(struct connection *one, const char *body, size_t count) {
  char request[2048];
  int n = snprintf(request, sizeof request,
                   "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: application/json, text/event-stream\r\n"
                   "Content-Type: application/json\r\nContent-Length: %zu\r\n%s%s%s\r\n%.*s",
                   path, ntohs(place.sin_port), count, *one->session ? "MCP-Protocol-Version: 2025-11-25\r\nMcp-Session-Id: " : "",
                   one->session, *one->session ? "\r\n" : "", (int)count, body);
  send_all(one->fd, request, (size_t)n);
}

/// Whether a whole answer is there, with a length, in chunks, or without a body.
static bool is_whole(struct connection *one) {
  char *end = strstr(one->bytes, "\r\n\r\n");
  if (!end) return false;
  *end = 0;
  const char *length = strcasestr(one->bytes, "\ncontent-length:");
  bool is_chunked = strcasestr(one->bytes, "\ntransfer-encoding: chunked") != NULL;
  *end = '\r';
  size_t head = (size_t)(end + 4 - one->bytes);
  if (length) return one->filled >= head + strtoul(length + 16, NULL, 10);
  return !is_chunked || (one->filled >= head + 5 && memcmp(one->bytes + one->filled - 5, "0\r\n\r\n", 5) == 0);
}

/// Reads once; whether the answer is whole now.
static bool read_some(struct connection *one) {
  if (one->filled == ROOM) fail("an endless answer", one->bytes);
  ssize_t got = recv(one->fd, one->bytes + one->filled, ROOM - one->filled, 0);
  if (got < 0 && errno == EINTR) return false;
  if (got <= 0) fail("the server has hung up", got < 0 ? strerror(errno) : one->bytes);
  one->filled += (size_t)got;
  one->bytes[one->filled] = 0;
  return is_whole(one);
}

static void ask(struct connection *one, const char *body, const char *wanted) {
  one->filled = 0;
  post(one, body, strlen(body));
  while (!read_some(one)) {}
  if (strncmp(one->bytes, "HTTP/1.1 2", 10) != 0 || !strstr(one->bytes, wanted)) fail("an odd answer", one->bytes);
}

static void shake_hands(struct connection *one) {
  one->fd = join();
  *one->session = 0;
  ask(one, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
      "\"capabilities\":{},\"clientInfo\":{\"name\":\"driver\",\"version\":\"1\"}}}", "\"protocolVersion\"");
  const char *id = strcasestr(one->bytes, "\nmcp-session-id:");
  if (!id) fail("no session", one->bytes);
  id += strlen("\nmcp-session-id:");
  id += strspn(id, " ");
  snprintf(one->session, sizeof one->session, "%.*s", (int)strcspn(id, "\r"), id);
  ask(one, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}", "");
  ask(one, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\",\"params\":{}}", "\"echo\"");
}

/// Ends a session, which few servers keep for nobody; what comes of it is of no interest.
static void say_goodbye(struct connection *one) {
  char request[1024];
  int n = snprintf(request, sizeof request,
                   "DELETE %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nMCP-Protocol-Version: 2025-11-25\r\n"
                   "Mcp-Session-Id: %s\r\n\r\n", path, ntohs(place.sin_port), one->session);
  send_all(one->fd, request, (size_t)n);
  one->filled = 0;
  while (!read_some(one)) {}
}

static void call(struct connection *one, long id) {
  static const char end[] = "\"}}}";
  char body[BODY + 1];
  int n = snprintf(body, sizeof body, "{\"jsonrpc\":\"2.0\",\"id\":%ld,\"method\":\"tools/call\","
                   "\"params\":{\"name\":\"echo\",\"arguments\":{\"text\":\"", id);
  memset(body + n, 'x', sizeof body - (size_t)n);
  memcpy(body + BODY - strlen(end), end, sizeof end);
  one->filled = 0;
  post(one, body, BODY);
}

static void check(struct connection *one, long id) {
  char wanted[40];
  snprintf(wanted, sizeof wanted, "\"id\":%ld", id);
  if (strncmp(one->bytes, "HTTP/1.1 200", 12) != 0 || !strstr(one->bytes, wanted) ||
      !strstr(one->bytes, "\"text\":\"xxxx") || strstr(one->bytes, "\"isError\":true"))
    fail("a call was refused", one->bytes);
}

static int by_size(const void *left, const void *right) {
  int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
  return (a > b) - (a < b);
}

static long number(const char *word, long least, long most) {
  long value = strtol(word, NULL, 10);
  if (value < least || value > most) fail("too few or too many", word);
  return value;
}

static void measure_calls(char **words) {
  long calls = number(words[0], 100, 10000000), flight_calls = number(words[1], 1, 100000000);
  long count = number(words[2], 1, MOST_SESSIONS), id = 1000001;
  struct connection *all = calloc((size_t)count, sizeof *all);
  int64_t *times = calloc((size_t)calls, sizeof *times);
  if (!all || !times) fail("no memory", "");
  shake_hands(all);
  for (long turn = calls < WARM_UP ? -calls / 4 : -WARM_UP; turn < calls; turn++, id++) {
    int64_t begin = now();
    call(all, id);
    while (!read_some(all)) {}
    int64_t end = now();
    check(all, id);
    if (turn >= 0) times[turn] = end - begin;
  }
  qsort(times, (size_t)calls, sizeof *times, by_size);
  for (long index = 1; index < count; index++) shake_hands(all + index);
  int loop = epoll_create1(0);
  long *ids = calloc((size_t)count, sizeof *ids), sent = 0, answered = 0;
  if (!ids) fail("no memory", "");
  int64_t begin = 0;
  // The first calls of each connection are not counted.
  long uncounted = flight_calls / 2 < count * 20 ? flight_calls / 2 : count * 20;
  for (long index = 0; index < count; index++) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)index};
    epoll_ctl(loop, EPOLL_CTL_ADD, all[index].fd, &event);
    call(all + index, ids[index] = id++);
    sent++;
  }
  while (answered < flight_calls + uncounted) {
    struct epoll_event events[64];
    int ready = epoll_wait(loop, events, 64, -1);
    for (int index = 0; index < ready; index++) {
      struct connection *one = all + events[index].data.u64;
      if (!read_some(one)) continue;
      check(one, ids[events[index].data.u64]);
      if (++answered == uncounted) begin = now();
      if (sent++ < flight_calls + uncounted) call(one, ids[events[index].data.u64] = id++);
    }
  }
  double seconds = (double)(now() - begin) / 1e9;
  for (long index = 0; index < count; index++) say_goodbye(all + index);
  printf("%.2f %.2f %.0f\n", (double)times[calls / 2] / 1000, (double)times[calls * 99 / 100] / 1000,
         (double)flight_calls / seconds);
}

static void hold_streams(char **words) {
  static struct connection sessions[MOST_SESSIONS];
  long count = number(words[0], 1, 100000), session_count = number(words[1], 1, MOST_SESSIONS);
  struct rlimit limit = {(rlim_t)count + 100, (rlim_t)count + 100};
  if (setrlimit(RLIMIT_NOFILE, &limit)) fail("not so many descriptors are allowed", strerror(errno));
  for (long index = 0; index < session_count; index++) shake_hands(sessions + index);
  for (long index = 0; index < count; index++) {
    struct connection *session = sessions + index % session_count;
    char request[1024], answer[1024];
    int fd = join();
    int n = snprintf(request, sizeof request,
                     "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/event-stream\r\n"
                     "MCP-Protocol-Version: 2025-11-25\r\nMcp-Session-Id: %s\r\n\r\n",
                     path, ntohs(place.sin_port), session->session);
    send_all(fd, request, (size_t)n);
    ssize_t got = recv(fd, answer, sizeof answer - 1, 0);
    answer[got > 0 ? got : 0] = 0;
    if (strncmp(answer, "HTTP/1.1 200", 12) != 0) fail("no stream", answer);
  }
  puts("open");
  fflush(stdout);
  while (getchar() != EOF) {}
}

int main(int count, char **words) {
  signal(SIGPIPE, SIG_IGN);
  alarm(300);
  if (count < 5) fail("usage: http-driver calls PORT PATH CALLS FLIGHT_CALLS CONNECTIONS | idle PORT PATH STREAMS SESSIONS", "");
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  place.sin_port = htons((uint16_t)number(words[2], 1, 65535));
  path = words[3];
  if (count == 7 && strcmp(words[1], "calls") == 0) measure_calls(words + 4);
  else if (count == 6 && strcmp(words[1], "idle") == 0) hold_streams(words + 4);
  else fail("neither calls nor idle", words[1]);
}
