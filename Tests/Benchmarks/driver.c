// Starts an MCP server and measures it: `driver CALLS FLIGHT_CALLS COMMAND...`
//
// First one tools/call after the other, each a line of 300 bytes; then FLIGHT_CALLS with 64 in flight. Prints the median
// and the 99th percentile in microseconds and the calls a second, or says what was wrong and ends with 1.
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 300, IN_FLIGHT = 64, WARM_UP = 500, FIRST_ID = 1000001 };
static int to_server, from_server;
static char input[1 << 20];
static size_t filled, used;

static void fail(const char *reason, const char *detail) {
  fprintf(stderr, "driver: %s%s%.300s\n", reason, *detail ? ": " : "", detail);
  exit(1);
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void send_bytes(const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(to_server, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("the server does not read", strerror(errno));
    bytes += written;
    count -= (size_t)written;
  }
}

/// A whole line that was read already, or NULL.
static char *next_line(void) {
  char *line = input + used, *end = memchr(line, '\n', filled - used);
  if (!end) return NULL;
  *end = 0;
  used = (size_t)(end - input) + 1;
  return line;
}

static void read_more(void) {
  memmove(input, input + used, filled - used);
  filled -= used;
  used = 0;
  if (filled == sizeof input) fail("an endless line", "");
  ssize_t count;
  do count = read(from_server, input + filled, sizeof input - filled);
  while (count < 0 && errno == EINTR);
  if (count <= 0) fail("the server has ended", count < 0 ? strerror(errno) : "");
  filled += (size_t)count;
}

/// The next answer; notifications are passed over.
static char *receive(void) {
  for (;;) {
    char *line = next_line();
    if (!line) read_more();
    else if (strstr(line, "\"result\"") || strstr(line, "\"error\"")) return line;
  }
}

static long id_of(const char *line) {
  const char *id = strstr(line, "\"id\":");
  return id ? strtol(id + 5, NULL, 10) : -1;
}

static void check(const char *line, long id) {
  if (id_of(line) != id) fail("an answer to something else", line);
  if (strstr(line, "\"isError\":true") || !strstr(line, "\"text\":\"xxxx")) fail("a call was refused", line);
}

/// Writes the call with this id, its line end included.
static void make_call(char *line, long id) {
  int n = snprintf(line, LINE + 1, "{\"jsonrpc\":\"2.0\",\"id\":%ld,\"method\":\"tools/call\","
                   "\"params\":{\"name\":\"echo\",\"arguments\":{\"text\":\"", id);
  static const char end[] = "\"}}}";
  size_t body = LINE - (size_t)n - strlen(end);
  memset(line + n, 'x', body);
  memcpy(line + n + body, end, strlen(end));
  line[LINE] = '\n';
}

static int by_size(const void *left, const void *right) {
  int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
  return (a > b) - (a < b);
}

static void start(char **command) {
  int in[2], out[2];
  if (pipe(in) || pipe(out)) fail("no pipe", strerror(errno));
  pid_t pid = fork();
  if (pid < 0) fail("no child", strerror(errno));
  if (pid == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    close(in[0]), close(in[1]), close(out[0]), close(out[1]);
    execvp(command[0], command);
    fprintf(stderr, "driver: %s: %s\n", command[0], strerror(errno));
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  to_server = in[1];
  from_server = out[0];
}

static void shake_hands(void) {
  static const char hello[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
    "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"driver\",\"version\":\"1\"}}}\n";
  static const char ready[] = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n";
  static const char list[] = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\",\"params\":{}}\n";
  send_bytes(hello, strlen(hello));
  char *answer = receive();
  if (id_of(answer) != 1 || !strstr(answer, "\"protocolVersion\"")) fail("no handshake", answer);
  send_bytes(ready, strlen(ready));
  send_bytes(list, strlen(list));
  answer = receive();
  if (id_of(answer) != 2 || !strstr(answer, "\"echo\"")) fail("no list of tools", answer);
}

static void measure_latency(long *id, long calls, double *median, double *percentile) {
  char line[LINE + 1];
  int64_t *times = calloc((size_t)calls, sizeof *times);
  if (!times) fail("no memory", "");
  for (long call = -WARM_UP; call < calls; call++) {
    make_call(line, *id);
    int64_t begin = now();
    send_bytes(line, sizeof line);
    char *answer = receive();
    int64_t end = now();
    check(answer, (*id)++);
    if (call >= 0) times[call] = end - begin;
  }
  qsort(times, (size_t)calls, sizeof *times, by_size);
  *median = (double)times[calls / 2] / 1000;
  *percentile = (double)times[calls * 99 / 100] / 1000;
  free(times);
}

static double measure_rate(long *id, long calls) {
  static char lines[IN_FLIGHT * (LINE + 1)];
  long sent = 0, received = 0, first = *id;
  // Answers may overtake each other: their ids' sum tells that each came once.
  int64_t expected = 0, found = 0, begin = now();
  long room = IN_FLIGHT;
  while (received < calls) {
    size_t count = 0;
    for (; room > 0 && sent < calls; room--, sent++) {
      expected += sent;
      make_call(lines + count, (*id)++);
      count += LINE + 1;
    }
    send_bytes(lines, count);
    for (char *line = receive(); line; line = next_line()) {
      long answered = id_of(line);
      if (answered < first) continue;
      check(line, answered);
      found += answered - first;
      received++;
      room++;
    }
  }
  if (expected != found) fail("an answer came twice or never", "");
  return (double)calls / ((double)(now() - begin) / 1e9);
}

int main(int count, char **words) {
  if (count < 4) fail("usage: driver CALLS FLIGHT_CALLS COMMAND...", "");
  long calls = strtol(words[1], NULL, 10), flight_calls = strtol(words[2], NULL, 10), id = FIRST_ID;
  if (calls < 100 || flight_calls < IN_FLIGHT) fail("too few calls", "");
  signal(SIGPIPE, SIG_IGN);
  alarm(120);
  start(words + 3);
  shake_hands();
  double median, percentile;
  measure_latency(&id, calls, &median, &percentile);
  double rate = measure_rate(&id, flight_calls);
  close(to_server);
  while (wait(NULL) > 0) {}
  printf("%.2f %.2f %.0f\n", median, percentile, rate);
}
