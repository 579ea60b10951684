#define CURL_DISABLE_TYPECHECK
#define _GNU_SOURCE
#include "CCurl.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// MARK: The library

static struct {
  __typeof__(&curl_global_init) global_init;
  __typeof__(&curl_easy_init) easy_init;
  __typeof__(&curl_easy_setopt) easy_setopt;
  __typeof__(&curl_easy_getinfo) easy_getinfo;
  __typeof__(&curl_easy_pause) easy_pause;
  __typeof__(&curl_easy_cleanup) easy_cleanup;
  __typeof__(&curl_slist_append) slist_append;
  __typeof__(&curl_slist_free_all) slist_free_all;
  __typeof__(&curl_multi_init) multi_init;
  __typeof__(&curl_multi_setopt) multi_setopt;
  __typeof__(&curl_multi_add_handle) multi_add_handle;
  __typeof__(&curl_multi_remove_handle) multi_remove_handle;
  __typeof__(&curl_multi_socket_action) multi_socket_action;
  __typeof__(&curl_multi_info_read) multi_info_read;
  __typeof__(&curl_multi_cleanup) multi_cleanup;
} curl;

static bool find(void *library, const char *name, void *place) {
  void *found = dlsym(library, name);
  memcpy(place, &found, sizeof found);
  return found != NULL;
}

static bool load(void) {
  static enum { UNKNOWN, LOADED, ABSENT } state = UNKNOWN;
  if (state != UNKNOWN) return state == LOADED;
  state = ABSENT;
  void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (!library) library = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
  if (!library) return false;
  bool complete = find(library, "curl_global_init", &curl.global_init) &&
                  find(library, "curl_easy_init", &curl.easy_init) &&
                  find(library, "curl_easy_setopt", &curl.easy_setopt) &&
                  find(library, "curl_easy_getinfo", &curl.easy_getinfo) &&
                  find(library, "curl_easy_pause", &curl.easy_pause) &&
                  find(library, "curl_easy_cleanup", &curl.easy_cleanup) &&
                  find(library, "curl_slist_append", &curl.slist_append) &&
                  find(library, "curl_slist_free_all", &curl.slist_free_all) &&
                  find(library, "curl_multi_init", &curl.multi_init) &&
                  find(library, "curl_multi_setopt", &curl.multi_setopt) &&
                  find(library, "curl_multi_add_handle", &curl.multi_add_handle) &&
                  find(library, "curl_multi_remove_handle", &curl.multi_remove_handle) &&
                  find(library, "curl_multi_socket_action", &curl.multi_socket_action) &&
                  find(library, "curl_multi_info_read", &curl.multi_info_read) &&
                  find(library, "curl_multi_cleanup", &curl.multi_cleanup);
  if (!complete || curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return false;
  state = LOADED;
  return true;
}

// MARK: Buffers

struct buffer {
  uint8_t *bytes;
  size_t count, capacity;
};

static bool append(struct buffer *buffer, const void *bytes, size_t count) {
  if (count > buffer->capacity - buffer->count) {
    size_t capacity = buffer->capacity ? buffer->capacity : 4096;
    while (capacity - buffer->count < count) capacity *= 2;
    uint8_t *grown = realloc(buffer->bytes, capacity);
    if (!grown) return false;
    buffer->bytes = grown;
    buffer->capacity = capacity;
  }
  if (count) memcpy(buffer->bytes + buffer->count, bytes, count);
  buffer->count += count;
  return true;
}

// MARK: Clients

struct watch {
  int fd, interest;
};

struct ccurl_client {
  CURLM *multi;
  /// A queue of `struct watch`, from `taken` on.
  struct buffer watches;
  size_t taken;
  long alarm;
};

struct ccurl_transfer {
  ccurl_client *client;
  CURL *easy;
  struct curl_slist *headers;
  const void *owner;
  ccurl_admit admit;
  struct buffer out, head, in;
  size_t sent;
  bool is_started, is_paused, was_refused, has_headers, has_long_headers;
};

static int watch(CURL *easy, curl_socket_t fd, int what, void *owner, void *unused) {
  (void)easy, (void)unused;
  ccurl_client *client = owner;
  struct watch wanted = {fd, 0};
  if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) wanted.interest |= CCURL_READABLE;
  if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) wanted.interest |= CCURL_WRITABLE;
  return append(&client->watches, &wanted, sizeof wanted) ? 0 : -1;
}

static int set_alarm(CURLM *multi, long milliseconds, void *owner) {
  (void)multi;
  ((ccurl_client *)owner)->alarm = milliseconds;
  return 0;
}

ccurl_client *ccurl_client_new(void) {
  if (!load()) return NULL;
  ccurl_client *client = calloc(1, sizeof *client);
  if (!client) return NULL;
  client->alarm = -1;
  client->multi = curl.multi_init();
  if (!client->multi) {
    free(client);
    return NULL;
  }
  curl.multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, watch);
  curl.multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
  curl.multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, set_alarm);
  curl.multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
  curl.multi_setopt(client->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, 256L);
  curl.multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, 8L);
  return client;
}

void ccurl_client_free(ccurl_client *client) {
  curl.multi_cleanup(client->multi);
  free(client->watches.bytes);
  free(client);
}

void ccurl_client_go(ccurl_client *client, int fd, int readiness) {
  int running = 0, events = 0;
  if (readiness & CCURL_READABLE) events |= CURL_CSELECT_IN;
  if (readiness & CCURL_WRITABLE) events |= CURL_CSELECT_OUT;
  if (fd < 0) client->alarm = -1;
  curl.multi_socket_action(client->multi, fd < 0 ? CURL_SOCKET_TIMEOUT : fd, events, &running);
}

bool ccurl_client_next_watch(ccurl_client *client, int *fd, int *interest) {
  if (client->taken == client->watches.count) {
    client->taken = client->watches.count = 0;
    return false;
  }
  struct watch next;
  memcpy(&next, client->watches.bytes + client->taken, sizeof next);
  client->taken += sizeof next;
  *fd = next.fd;
  *interest = next.interest;
  return true;
}

long ccurl_client_alarm(const ccurl_client *client) { return client->alarm; }

ccurl_transfer *ccurl_client_next_done(ccurl_client *client, int *code) {
  int left;
  for (CURLMsg *message; (message = curl.multi_info_read(client->multi, &left));) {
    if (message->msg != CURLMSG_DONE) continue;
    *code = message->data.result;
    char *transfer = NULL;
    curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    return (ccurl_transfer *)transfer;
  }
  return NULL;
}

// MARK: Transfers

/// More header bytes than this, or more of a body than this that nobody has fetched, do not come.
enum { MOST_HEAD = 64 << 10, MOST_BODY = 256 << 10 };

static size_t take_header(char *bytes, size_t size, size_t count, void *owner) {
  ccurl_transfer *transfer = owner;
  count *= size;
  // What comes behind the body belongs to nobody.
  if (transfer->has_headers) return count;
  // An answer of its own: after one that only said to go on.
  if (count >= 5 && memcmp(bytes, "HTTP/", 5) == 0) transfer->head.count = 0;
  if (transfer->head.count + count > MOST_HEAD) {
    transfer->has_long_headers = true;
    return 0;
  }
  if (!append(&transfer->head, bytes, count)) return 0;
  if (count <= 2 && ccurl_transfer_status(transfer) >= 200) transfer->has_headers = true;
  return count;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *owner) {
  ccurl_transfer *transfer = owner;
  count *= size;
  if (transfer->in.count >= MOST_BODY) {
    transfer->is_paused = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  return append(&transfer->in, bytes, count) ? count : 0;
}

static size_t give_body(char *bytes, size_t size, size_t count, void *owner) {
  ccurl_transfer *transfer = owner;
  size_t rest = transfer->out.count - transfer->sent;
  if (count * size < rest) rest = count * size;
  if (rest) memcpy(bytes, transfer->out.bytes + transfer->sent, rest);
  transfer->sent += rest;
  return rest;
}

/// A request of which anything was sent is never sent again; libcurl would where a kept connection turns out to be dead.
static int rewind_body(void *owner, curl_off_t offset, int origin) {
  ccurl_transfer *transfer = owner;
  return offset == 0 && origin == SEEK_SET && transfer->sent == 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

static curl_socket_t open_socket(void *owner, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)purpose;
  ccurl_transfer *transfer = owner;
  const uint8_t *bytes = NULL;
  size_t count = 0;
  if (address->family == AF_INET) {
    bytes = (const uint8_t *)&((const struct sockaddr_in *)(const void *)&address->addr)->sin_addr;
    count = 4;
  } else if (address->family == AF_INET6) {
    bytes = (const uint8_t *)&((const struct sockaddr_in6 *)(const void *)&address->addr)->sin6_addr;
    count = 16;
  }
  if (!bytes || !transfer->admit(transfer->owner, bytes, count)) {
    transfer->was_refused = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

ccurl_transfer *ccurl_transfer_new(
    ccurl_client *client, const struct ccurl_request *request, const void *owner, ccurl_admit admit) {
  ccurl_transfer *transfer = calloc(1, sizeof *transfer);
  if (!transfer) return NULL;
  transfer->client = client;
  transfer->owner = owner;
  transfer->admit = admit;
  CURL *easy = transfer->easy = curl.easy_init();
  if (!easy || (request->body_count && !append(&transfer->out, request->body, request->body_count))) {
    ccurl_transfer_free(transfer);
    return NULL;
  }
  bool good = true;
#define SET(option, value) good = curl.easy_setopt(easy, option, value) == CURLE_OK && good
  SET(CURLOPT_PRIVATE, (char *)transfer);
  SET(CURLOPT_URL, request->url);
  SET(CURLOPT_PROTOCOLS_STR, "http,https");
  SET(CURLOPT_FOLLOWLOCATION, 0L);
  SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  SET(CURLOPT_HTTP09_ALLOWED, 0L);
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_NOPROGRESS, 1L);
  SET(CURLOPT_TCP_KEEPALIVE, 1L);
  SET(CURLOPT_CONNECTTIMEOUT_MS, request->connect_milliseconds);
  // Servers close connections that are idle for five seconds or more; one that is about to be closed is no good.
  SET(CURLOPT_MAXAGE_CONN, 4L);
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(CURLOPT_SSL_VERIFYPEER, 1L);
  SET(CURLOPT_SSL_VERIFYHOST, 2L);
  if (request->ca_file) SET(CURLOPT_CAINFO, request->ca_file);
  if (!request->uses_proxy) SET(CURLOPT_PROXY, "");
  // Asked for as it is, and decoded where it comes otherwise.
  SET(CURLOPT_ACCEPT_ENCODING, "identity");
  SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
  SET(CURLOPT_OPENSOCKETDATA, transfer);
  SET(CURLOPT_HEADERFUNCTION, take_header);
  SET(CURLOPT_HEADERDATA, transfer);
  SET(CURLOPT_WRITEFUNCTION, take_body);
  SET(CURLOPT_WRITEDATA, transfer);
  // Not everywhere.
  curl.easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl.easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (strcmp(request->method, "POST") == 0) {
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->out.count);
    SET(CURLOPT_READFUNCTION, give_body);
    SET(CURLOPT_READDATA, transfer);
    SET(CURLOPT_SEEKFUNCTION, rewind_body);
    SET(CURLOPT_SEEKDATA, transfer);
    good = ccurl_transfer_add_header(transfer, "Expect:") && good;
  } else if (strcmp(request->method, "GET") != 0) {
    SET(CURLOPT_CUSTOMREQUEST, request->method);
  }
#undef SET
  if (good) return transfer;
  ccurl_transfer_free(transfer);
  return NULL;
}

bool ccurl_transfer_add_header(ccurl_transfer *transfer, const char *line) {
  struct curl_slist *longer = curl.slist_append(transfer->headers, line);
  if (!longer) return false;
  transfer->headers = longer;
  return true;
}

bool ccurl_transfer_start(ccurl_transfer *transfer) {
  if (curl.easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers) != CURLE_OK) return false;
  transfer->is_started = curl.multi_add_handle(transfer->client->multi, transfer->easy) == CURLM_OK;
  return transfer->is_started;
}

void ccurl_transfer_free(ccurl_transfer *transfer) {
  if (transfer->is_started) curl.multi_remove_handle(transfer->client->multi, transfer->easy);
  if (transfer->easy) curl.easy_cleanup(transfer->easy);
  curl.slist_free_all(transfer->headers);
  free(transfer->out.bytes);
  free(transfer->head.bytes);
  free(transfer->in.bytes);
  free(transfer);
}

const uint8_t *ccurl_transfer_headers(const ccurl_transfer *transfer, size_t *count) {
  *count = transfer->head.count;
  return transfer->head.bytes;
}

bool ccurl_transfer_has_headers(const ccurl_transfer *transfer) { return transfer->has_headers; }

const uint8_t *ccurl_transfer_body(const ccurl_transfer *transfer, size_t *count) {
  *count = transfer->in.count;
  return transfer->in.bytes;
}

void ccurl_transfer_drop_body(ccurl_transfer *transfer) {
  transfer->in.count = 0;
  if (!transfer->is_paused) return;
  transfer->is_paused = false;
  curl.easy_pause(transfer->easy, CURLPAUSE_CONT);
}

long ccurl_transfer_status(const ccurl_transfer *transfer) {
  long status = 0;
  curl.easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

bool ccurl_transfer_has_sent(const ccurl_transfer *transfer) { return transfer->sent > 0; }
bool ccurl_transfer_was_refused(const ccurl_transfer *transfer) { return transfer->was_refused; }
bool ccurl_transfer_has_long_headers(const ccurl_transfer *transfer) { return transfer->has_long_headers; }

int ccurl_transfer_errno(const ccurl_transfer *transfer) {
  long number = 0;
  curl.easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &number);
  return (int)number;
}
