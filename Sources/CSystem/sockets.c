#define _GNU_SOURCE
#include "CSystem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

size_t csys_longest_socket_path(void) { return sizeof(((struct sockaddr_un *)0)->sun_path) - 1; }

static int address_of(const char *path, struct sockaddr_un *address) {
  size_t length = strlen(path);
  if (length == 0 || length > csys_longest_socket_path()) {
    errno = ENAMETOOLONG;
    return -1;
  }
  *address = (struct sockaddr_un){.sun_family = AF_UNIX};
  memcpy(address->sun_path, path, length);
  return 0;
}

static int closing(int fd) {
  int saved = errno;
  close(fd);
  errno = saved;
  return -1;
}

int csys_unix_listen(const char *path, int backlog) {
  struct sockaddr_un address;
  if (address_of(path, &address) < 0) return -1;
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  // On Linux the mode of the unbound socket is the one that its file is made with.
  if (fchmod(fd, 0600) < 0) return closing(fd);
  if (bind(fd, (const struct sockaddr *)&address, sizeof address) < 0) return closing(fd);
  if (chmod(path, 0600) < 0 || listen(fd, backlog) < 0) return closing(fd);
  return fd;
}

int csys_unix_connect(const char *path) {
  struct sockaddr_un address;
  if (address_of(path, &address) < 0) return -1;
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  int result;
  do result = connect(fd, (const struct sockaddr *)&address, sizeof address);
  while (result < 0 && errno == EINTR);
  return result < 0 ? closing(fd) : fd;
}

int csys_accept(int listener) {
  int fd;
  do fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  while (fd < 0 && errno == EINTR);
  return fd;
}

int csys_socket_pair(int ends[_Nonnull 2]) {
  return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends);
}

int csys_peer(int fd, pid_t *pid, uid_t *uid, gid_t *gid) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) return -1;
  *pid = peer.pid;
  *uid = peer.uid;
  *gid = peer.gid;
  return 0;
}

ssize_t csys_send(int fd, const void *bytes, size_t count) {
  return send(fd, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL);
}

ssize_t csys_receive(int fd, void *bytes, size_t count) { return recv(fd, bytes, count, MSG_DONTWAIT); }

union control {
  struct cmsghdr header;
  char space[CMSG_SPACE(sizeof(int) * CSYS_MOST_DESCRIPTORS)];
};

ssize_t csys_send_descriptors(int fd, const void *bytes, size_t count, const int *fds, int fd_count) {
  if (fd_count < 0 || fd_count > CSYS_MOST_DESCRIPTORS) {
    errno = EINVAL;
    return -1;
  }
  struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  union control control;
  if (fd_count > 0) {
    memset(&control, 0, sizeof control);
    message.msg_control = &control;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)fd_count);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)fd_count);
    memcpy(CMSG_DATA(header), fds, sizeof(int) * (size_t)fd_count);
  }
  return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

ssize_t csys_receive_descriptors(int fd, void *bytes, size_t count, int *fds, int *fd_count) {
  *fd_count = 0;
  struct iovec part = {.iov_base = bytes, .iov_len = count};
  union control control;
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t received = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (received < 0) return received;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t bytes_of_fds = header->cmsg_len - CMSG_LEN(0);
    for (size_t index = 0; index < bytes_of_fds / sizeof(int); index++) {
      int passed;
      memcpy(&passed, CMSG_DATA(header) + index * sizeof(int), sizeof passed);
      if (*fd_count < CSYS_MOST_DESCRIPTORS)
        fds[(*fd_count)++] = passed;
      else
        close(passed);
    }
  }
  return received;
}

/* Reads a numeric address; names are for people, and a name's address can change. */
static int inet_of(const char *host, int port, struct sockaddr_storage *address, socklen_t *size) {
  memset(address, 0, sizeof *address);
  struct sockaddr_in *four = (struct sockaddr_in *)address;
  if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons((uint16_t)port);
    *size = sizeof *four;
    return 0;
  }
  struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
  if (inet_pton(AF_INET6, host, &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((uint16_t)port);
    *size = sizeof *six;
    return 0;
  }
  errno = EINVAL;
  return -1;
}

int csys_tcp_listen(const char *host, int port, int backlog) {
  struct sockaddr_storage address;
  socklen_t size;
  if (inet_of(host, port, &address, &size) < 0) return -1;
  int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  int on = 1;
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0) return closing(fd);
  if (address.ss_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0)
    return closing(fd);
  if (bind(fd, (const struct sockaddr *)&address, size) < 0 || listen(fd, backlog) < 0) return closing(fd);
  return fd;
}

bool csys_is_loopback(const char *host) {
  struct sockaddr_storage address;
  socklen_t size;
  if (inet_of(host, 0, &address, &size) < 0) return false;
  if (address.ss_family == AF_INET)
    return ntohl(((struct sockaddr_in *)&address)->sin_addr.s_addr) >> 24 == 127;
  return IN6_IS_ADDR_LOOPBACK(&((struct sockaddr_in6 *)&address)->sin6_addr);
}

bool csys_is_address(const char *host) {
  struct sockaddr_storage address;
  socklen_t size;
  return inet_of(host, 0, &address, &size) == 0;
}

int csys_tcp_port(int fd) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &size) < 0) return -1;
  if (address.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&address)->sin_port);
  if (address.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
  return -1;
}

int csys_tcp_peer(int fd, unsigned char bytes[_Nonnull 16]) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  if (getpeername(fd, (struct sockaddr *)&address, &size) < 0) return 0;
  if (address.ss_family == AF_INET) {
    memcpy(bytes, &((struct sockaddr_in *)&address)->sin_addr, 4);
    return 4;
  }
  if (address.ss_family != AF_INET6) return 0;
  memcpy(bytes, &((struct sockaddr_in6 *)&address)->sin6_addr, 16);
  return 16;
}

bool csys_tcp_here(int fd, char text[_Nonnull 64]) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &size) < 0) return false;
  if (address.ss_family == AF_INET)
    return inet_ntop(AF_INET, &((struct sockaddr_in *)&address)->sin_addr, text, 64) != NULL;
  if (address.ss_family != AF_INET6) return false;
  return inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&address)->sin6_addr, text, 64) != NULL;
}

void csys_tcp_no_delay(int fd) {
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int csys_tcp_connect(const char *host, int port) {
  struct sockaddr_storage address;
  socklen_t size;
  if (inet_of(host, port, &address, &size) < 0) return -1;
  int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  if (connect(fd, (const struct sockaddr *)&address, size) < 0 && errno != EINPROGRESS) return closing(fd);
  return fd;
}

int csys_socket_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 ? errno : error;
}

bool csys_is_silent(int fd) {
  char byte;
  return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EINTR);
}
