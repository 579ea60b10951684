// An MCP server over HTTP that does nothing but answer: the cheapest there can be, so that what stands between shows.
//
//   http-server
//     Listens on a free port of 127.0.0.1 and prints it. One thread, connections are kept, answers are JSON, and a call's
//     answer is the same each time but for its id.
//
// It believes that each request comes from a client that keeps to the protocol, with a `Content-Length`.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 1024, ROOM = 64 << 10 };
static struct { char bytes[ROOM + 1]; size_t filled; } connections[MOST];
static char text[201];
static long sessions;

static void send_all(int fd, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return;
    bytes += sent;
    count -= (size_t)sent;
  }
}

static void reply(int fd, const char *status, const char *fields, const char *body) {
  char answer[4096];
  int n = snprintf(answer, sizeof answer, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n%s\r\n%s",
                   status, strlen(body), fields, body);
  send_all(fd, answer, (size_t)n);
}

static void respond(int fd, const char *head, const char *body) {
  char answer[2048], fields[64] = "";
  if (strncmp(head, "POST ", 5) != 0) return reply(fd, "405 Method Not Allowed", "", "");
  const char *id = strstr(body, "\"id\":"), *method = strstr(body, "\"method\":\"");
  if (!id || !method) return reply(fd, "202 Accepted", "", "");
  method += strlen("\"method\":\"");
  int n = snprintf(answer, sizeof answer, "{\"jsonrpc\":\"2.0\",\"id\":%.*s,\"result\":", (int)strcspn(id + 5, ",}"), id + 5);
  size_t room = sizeof answer - (size_t)n;
  if (strncmp(method, "tools/call\"", 11) == 0) {
    snprintf(answer + n, room, "{\"content\":[{\"type\":\"text\",\"text\":\"%s\"}],\"isError\":false}}", text);
  } else if (strncmp(method, "initialize\"", 11) == 0) {
    snprintf(fields, sizeof fields, "Mcp-Session-Id: session-%ld\r\n", ++sessions);
    snprintf(answer + n, room, "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},"
             "\"serverInfo\":{\"name\":\"echo\",\"version\":\"1\"}}}");
  } else if (strncmp(method, "tools/list\"", 11) == 0) {
    snprintf(answer + n, room, "{\"tools\":[{\"name\":\"echo\",\"description\":\"Returns a text.\",\"inputSchema\":"
             "{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"}}}}]}}");
  } else if (strncmp(method, "ping\"", 5) == 0) {
    snprintf(answer + n, room, "{}}");
  } else {
    snprintf(answer + n - strlen("\"result\":"), room, "\"error\":{\"code\":-32601,\"message\":\"method not found\"}}");
  }
  reply(fd, "200 OK", fields, answer);
}

/// Answers all requests that are there as a whole.
static void take(int fd) {
  char *bytes = connections[fd].bytes;
  size_t used = 0, filled = connections[fd].filled;
  bytes[filled] = 0;
  for (char *end; (end = strstr(bytes + used, "\r\n\r\n"));) {
    char *head = bytes + used, *body = end + 4;
    *end = 0;
    const char *length = strcasestr(head, "content-length:");
    size_t count = length ? strtoul(length + 15, NULL, 10) : 0;
    if ((size_t)(body - bytes) + count > filled) {
      *end = '\r';
      break;
    }
    char after = body[count];
    body[count] = 0;
    respond(fd, head, body);
    body[count] = after;
    used = (size_t)(body - bytes) + count;
  }
  memmove(bytes, bytes + used, filled - used);
  connections[fd].filled = filled - used;
}

int main(void) {
  memset(text, 'x', sizeof text - 1);
  int listener = socket(AF_INET, SOCK_STREAM, 0), loop = epoll_create1(0), on = 1;
  struct sockaddr_in place = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof place;
  if (bind(listener, (struct sockaddr *)&place, size) || listen(listener, 512) ||
      getsockname(listener, (struct sockaddr *)&place, &size)) {
    perror("http-server");
    return 1;
  }
  printf("%d\n", ntohs(place.sin_port));
  fflush(stdout);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[64];
  epoll_ctl(loop, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    int count = epoll_wait(loop, events, 64, -1);
    for (int index = 0; index < count; index++) {
      int fd = events[index].data.fd;
      if (fd == listener) {
        int one = accept(listener, NULL, NULL);
        if (one < 0) continue;
        if (one >= MOST) {
          close(one);
          continue;
        }
        setsockopt(one, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connections[one].filled = 0;
        event.data.fd = one;
        epoll_ctl(loop, EPOLL_CTL_ADD, one, &event);
        continue;
      }
      ssize_t got = recv(fd, connections[fd].bytes + connections[fd].filled, ROOM - connections[fd].filled, 0);
      if (got <= 0) {
        close(fd);
        continue;
      }
      connections[fd].filled += (size_t)got;
      take(fd);
    }
  }
}
