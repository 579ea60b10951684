// Starts an MCP server and measures it, always with one client and tools/call.
//
//   driver calls CALLS FLIGHT_CALLS BIG_CALLS COMMAND...
//     One call of 300 bytes after the other; then FLIGHT_CALLS with 64 in flight; then BIG_CALLS of 1 MB with 4 in
//     flight. Prints the median and the 99th percentile in microseconds, the calls a second, and the megabytes a second
//     in each direction.
//   driver start TIMES COMMAND...
//     Starts it TIMES times and prints the median of the microseconds from there to the first byte that it answers.
//   driver pace RATE SECONDS COMMAND...
//     RATE calls a second, a hundredth of them every 10 ms. Prints how many were answered.
//   driver ask COMMAND...
//     One call for each line that it reads, however long the answer takes. Prints a line for each answer.
//
// Or says what was wrong and ends with 1.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 300, IN_FLIGHT = 64, BIG_LINE = 1000000, BIG_IN_FLIGHT = 4, WARM_UP = 500, FIRST_ID = 1000001 };
static int to_server, from_server;
static char input[4 << 20];
static size_t filled, used, searched;

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

/// A whole line that was read already, or NULL; its end becomes a NUL.
static char *next_line(size_t *length) {
  char *line = input + used, *end = memchr(input + searched, '\n', filled - searched);
  searched = filled;
  if (!end) return NULL;
  *end = 0;
  *length = (size_t)(end - line);
  used = searched = (size_t)(end - input) + 1;
  return line;
}

static void read_more(void) {
  if (used > 0) {
    memmove(input, input + used, filled - used);
    filled -= used;
    searched -= used;
    used = 0;
  }
  if (filled == sizeof input) fail("an endless line", "");
  ssize_t count;
  do count = read(from_server, input + filled, sizeof input - filled);
  while (count < 0 && errno == EINTR);
  if (count <= 0) fail("the server has ended", count < 0 ? strerror(errno) : "");
  filled += (size_t)count;
}

/// Whether a line is an answer and not a notification; what tells stands at its beginning.
static bool is_answer(const char *line) { return strstr(line, "\"result\"") || strstr(line, "\"error\""); }

/// The next answer; notifications are passed over.
static char *receive(size_t *length) {
  for (;;) {
    char *line = next_line(length);
    if (!line) read_more();
    else if (is_answer(line)) return line;
  }
}

static long id_of(const char *line) {
  const char *id = strstr(line, "\"id\":");
  return id ? strtol(id + 5, NULL, 10) : -1;
}

static void check(const char *line, size_t length, long id, size_t least) {
  if (id_of(line) != id) fail("an answer to something else", line);
  if (!strstr(line, "\"text\":\"xxxx") || strstr(line + length - (length < 20 ? length : 20), "\"isError\":true"))
    fail("a call was refused", line);
  if (length < least) fail("an answer was cut short", line);
}

/// Writes the call with this id, its line end included, where `line` has the x of its text already.
static void make_call(char *line, size_t size, long id) {
  static const char end[] = "\"}}}\n";
  int n = snprintf(line, 200, "{\"jsonrpc\":\"2.0\",\"id\":%ld,\"method\":\"tools/call\","
                   "\"params\":{\"name\":\"echo\",\"arguments\":{\"text\":\"", id);
  line[n] = 'x';
  memcpy(line + size + 1 - strlen(end), end, strlen(end));
}

static int by_size(const void *left, const void *right) {
  int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
  return (a > b) - (a < b);
}

static pid_t start(char **command) {
  int in[2], out[2];
  if (pipe(in) || pipe(out)) fail("no pipe", strerror(errno));
  filled = used = searched = 0;
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
  return pid;
}

static const char hello[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
  "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"driver\",\"version\":\"1\"}}}\n";

static void shake_hands(void) {
  static const char ready[] = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n";
  static const char list[] = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\",\"params\":{}}\n";
  size_t length;
  send_bytes(hello, strlen(hello));
  char *answer = receive(&length);
  if (id_of(answer) != 1 || !strstr(answer, "\"protocolVersion\"")) fail("no handshake", answer);
  send_bytes(ready, strlen(ready));
  send_bytes(list, strlen(list));
  answer = receive(&length);
  if (id_of(answer) != 2 || !strstr(answer, "\"echo\"")) fail("no list of tools", answer);
}

static void measure_latency(long *id, long calls, double *median, double *percentile) {
  char line[LINE + 1];
  memset(line, 'x', sizeof line);
  int64_t *times = calloc((size_t)calls, sizeof *times);
  if (!times) fail("no memory", "");
  for (long call = calls < WARM_UP ? -calls / 4 : -WARM_UP; call < calls; call++) {
    make_call(line, LINE, *id);
    int64_t begin = now();
    send_bytes(line, sizeof line);
    size_t length;
    char *answer = receive(&length);
    int64_t end = now();
    check(answer, length, (*id)++, LINE - 100);
    if (call >= 0) times[call] = end - begin;
  }
  qsort(times, (size_t)calls, sizeof *times, by_size);
  *median = (double)times[calls / 2] / 1000;
  *percentile = (double)times[calls * 99 / 100] / 1000;
  free(times);
}

/// So many calls of a size with so many in flight, in seconds; never waits in a write, for the server does.
static double measure_flight(long *id, long calls, size_t size, long in_flight) {
  size_t room = (size_t)in_flight * (size + 1), pending = 0, written = 0;
  char *lines = malloc(room);
  if (!lines) fail("no memory", "");
  memset(lines, 'x', room);
  fcntl(to_server, F_SETFL, O_NONBLOCK);
  long sent = 0, received = 0, first = *id, free_places = in_flight;
  // Answers may overtake each other: their ids' sum tells that each came once.
  int64_t expected = 0, found = 0, begin = now();
  while (received < calls) {
    if (written == pending) {
      written = pending = 0;
      for (; free_places > 0 && sent < calls; free_places--, sent++) {
        expected += sent;
        make_call(lines + pending, size, (*id)++);
        pending += size + 1;
      }
    }
    if (written < pending) {
      ssize_t count = write(to_server, lines + written, pending - written);
      if (count > 0) written += (size_t)count;
      else if (count < 0 && errno != EAGAIN && errno != EINTR) fail("the server does not read", strerror(errno));
    }
    struct pollfd ends[2] = {{.fd = from_server, .events = POLLIN}, {.fd = to_server, .events = POLLOUT}};
    // Where all is written, reading may wait by itself.
    if (written < pending) {
      poll(ends, 2, -1);
      if (!(ends[0].revents & (POLLIN | POLLHUP))) continue;
    }
    read_more();
    size_t length;
    for (char *line; (line = next_line(&length));) {
      if (!is_answer(line)) continue;
      long answered = id_of(line);
      if (answered < first) continue;
      check(line, length, answered, size - 100);
      found += answered - first;
      received++;
      free_places++;
    }
  }
  double seconds = (double)(now() - begin) / 1e9;
  if (expected != found) fail("an answer came twice or never", "");
  fcntl(to_server, F_SETFL, 0);
  free(lines);
  return seconds;
}

static long number(const char *word, long least) {
  long value = strtol(word, NULL, 10);
  if (value < least) fail("too few", word);
  return value;
}

static void measure_calls(char **words) {
  long calls = number(words[0], 100), flight_calls = number(words[1], IN_FLIGHT), big_calls = number(words[2], 0);
  long id = FIRST_ID;
  start(words + 3);
  shake_hands();
  double median, percentile, megabytes = 0;
  measure_latency(&id, calls, &median, &percentile);
  double rate = (double)flight_calls / measure_flight(&id, flight_calls, LINE, IN_FLIGHT);
  if (big_calls > 0)
    megabytes = (double)big_calls * BIG_LINE / 1e6 / measure_flight(&id, big_calls, BIG_LINE, BIG_IN_FLIGHT);
  close(to_server);
  while (wait(NULL) > 0) {}
  printf("%.2f %.2f %.0f %.0f\n", median, percentile, rate, megabytes);
}

static void measure_start(char **words) {
  long times = number(words[0], 1);
  int64_t *took = calloc((size_t)times, sizeof *took);
  if (!took) fail("no memory", "");
  for (long time = 0; time < times; time++) {
    int64_t begin = now();
    start(words + 1);
    send_bytes(hello, strlen(hello));
    read_more();
    took[time] = now() - begin;
    close(to_server);
    close(from_server);
    while (wait(NULL) > 0) {}
  }
  qsort(took, (size_t)times, sizeof *took, by_size);
  printf("%.0f\n", (double)took[times / 2] / 1000);
  free(took);
}

static void keep_pace(char **words) {
  static char lines[1000][LINE + 1];
  long rate = number(words[0], 100), slots = number(words[1], 1) * 100, id = FIRST_ID, answered = 0;
  if (rate > 100000) fail("too fast", words[0]);
  memset(lines, 'x', sizeof lines);
  start(words + 2);
  shake_hands();
  int64_t begin = now();
  for (long slot = 0; slot <= slots; slot++) {
    long due = slot < slots ? rate * (slot + 1) / 100 - rate * slot / 100 : 0;
    for (long call = 0; call < due; call++) make_call(lines[call], LINE, id++);
    send_bytes(lines[0], (size_t)due * sizeof *lines);
    // After the last slot until every answer is there.
    int64_t end = slot < slots ? begin + (slot + 1) * 10000000 : INT64_MAX;
    for (int64_t left; (left = end - now()) > 0 && (slot < slots || answered < id - FIRST_ID);) {
      struct pollfd ready = {.fd = from_server, .events = POLLIN};
      if (poll(&ready, 1, slot < slots ? (int)((left + 999999) / 1000000) : 10000) <= 0) continue;
      read_more();
      size_t length;
      for (char *line; (line = next_line(&length));) answered += is_answer(line) != 0;
    }
  }
  close(to_server);
  while (wait(NULL) > 0) {}
  printf("%ld\n", answered);
}

static void make_calls_when_told(char **words) {
  char line[LINE + 1], told[16];
  memset(line, 'x', sizeof line);
  start(words);
  shake_hands();
  for (long id = FIRST_ID; fgets(told, sizeof told, stdin); id++) {
    make_call(line, LINE, id);
    send_bytes(line, sizeof line);
    size_t length;
    char *answer = receive(&length);
    check(answer, length, id, LINE - 100);
    puts("answered");
    fflush(stdout);
  }
  close(to_server);
  while (wait(NULL) > 0) {}
}

int main(int count, char **words) {
  signal(SIGPIPE, SIG_IGN);
  alarm(300);
  if (count >= 6 && strcmp(words[1], "calls") == 0) measure_calls(words + 2);
  else if (count >= 4 && strcmp(words[1], "start") == 0) measure_start(words + 2);
  else if (count >= 5 && strcmp(words[1], "pace") == 0) keep_pace(words + 2);
  else if (count >= 3 && strcmp(words[1], "ask") == 0) make_calls_when_told(words + 2);
  else fail("usage: driver calls CALLS FLIGHT_CALLS BIG_CALLS COMMAND... | start TIMES COMMAND... | "
            "pace RATE SECONDS COMMAND... | ask COMMAND...", "");
}
