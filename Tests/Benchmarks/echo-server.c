// An MCP server that does nothing but answer: the cheapest there can be, so that what stands between shows.
//
// It believes that each line is a message of a client that keeps to the protocol. One write a message, as servers do.
// `echo-server TOOLS` lists so many tools more, that are not there.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST = 1 << 20 };
static char input[2 * LONGEST];
static char answer[2 * LONGEST];
static int more_tools;

static void write_all(const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(1, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) exit(0);
    bytes += written;
    count -= (size_t)written;
  }
}

/// The text after `key` up to one of the bytes in `ends`; empty where there is none.
static char *after(char *line, const char *key, const char *ends, size_t *count) {
  char *found = strstr(line, key);
  *count = 0;
  if (!found) return line;
  found += strlen(key);
  *count = strcspn(found, ends);
  return found;
}

static int list_tool(char *end, size_t room, int number) {
  static const char *verbs[] = {"get", "list", "create", "update", "delete", "run", "send", "search"};
  static const char *things[] = {"issue", "file", "message", "table", "invoice", "branch", "page", "user"};
  const char *verb = verbs[number % 8], *thing = things[number / 8 % 8];
  return snprintf(end, room, ",{\"name\":\"%s_%s_%d\",\"description\":\"Can %s a %s of the workspace.\",\"inputSchema\":"
                  "{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\"},\"body\":{\"type\":\"string\"}},"
                  "\"required\":[\"id\"]}}", verb, thing, number, verb, thing);
}

static void respond(char *line) {
  size_t id_count, method_count, text_count;
  char *id = after(line, "\"id\":", ",}", &id_count);
  char *method = after(line, "\"method\":\"", "\"", &method_count);
  if (id_count == 0 || method_count == 0) return;
  int n = snprintf(answer, sizeof answer, "{\"jsonrpc\":\"2.0\",\"id\":%.*s,", (int)id_count, id);
  size_t room = sizeof answer - (size_t)n;
  if (strncmp(method, "tools/call", method_count) == 0) {
    char *text = after(line, "\"text\":\"", "\"", &text_count);
    n += snprintf(answer + n, room, "\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"%.*s\"}],\"isError\":false}}\n",
                  (int)text_count, text);
  } else if (strncmp(method, "initialize", method_count) == 0) {
    n += snprintf(answer + n, room, "\"result\":{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},"
                  "\"serverInfo\":{\"name\":\"echo\",\"version\":\"1\"}}}\n");
  } else if (strncmp(method, "tools/list", method_count) == 0) {
    n += snprintf(answer + n, room, "\"result\":{\"tools\":[{\"name\":\"echo\",\"description\":\"Returns its text.\","
                  "\"inputSchema\":{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"}}}}");
    for (int tool = 0; tool < more_tools; tool++) n += list_tool(answer + n, sizeof answer - (size_t)n, tool);
    n += snprintf(answer + n, sizeof answer - (size_t)n, "]}}\n");
  } else if (strncmp(method, "ping", method_count) == 0) {
    n += snprintf(answer + n, room, "\"result\":{}}\n");
  } else {
    n += snprintf(answer + n, room, "\"error\":{\"code\":-32601,\"message\":\"method not found\"}}\n");
  }
  write_all(answer, (size_t)n);
}

int main(int count_of_words, char **words) {
  if (count_of_words > 1) more_tools = atoi(words[1]) < 4000 ? atoi(words[1]) : 4000;
  size_t filled = 0;
  for (;;) {
    ssize_t count = read(0, input + filled, sizeof input - filled - 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return 0;
    filled += (size_t)count;
    char *line = input;
    for (char *end; (end = memchr(line, '\n', filled - (size_t)(line - input))); line = end + 1) {
      *end = 0;
      respond(line);
    }
    filled -= (size_t)(line - input);
    memmove(input, line, filled);
    if (filled >= LONGEST) return 1;
  }
}
