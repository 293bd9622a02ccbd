/* The least a server can do: one thread, edge-triggered epoll, a ready-made answer for every request.
 *
 *   bench_raw_epoll PORT
 *
 * It reads to the end of the head, honours Connection: close and HTTP/1.0, and answers pipelined requests in turn; what
 * it leaves out is everything else: limits, deadlines, paths, methods. Its figures are the limit, not a rival. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { head_limit = 8192, max_connections = 65536, batch = 64 };

#define BODY "{\"status\":\"pass\",\"version\":\"1\",\"releaseId\":\"0.1.0\",\"checks\":{}}\n" /* what telltale says */
#define HEAD(connection)                                                                        \
  "HTTP/1.1 200 OK\r\nContent-Type: application/health+json\r\nCache-Control: no-store\r\n" connection \
  "Content-Length: 64\r\n\r\n" BODY
static const char stays[] = HEAD("");
static const char closes[] = HEAD("Connection: close\r\n");

/* Only what came without the end of a head is kept, and only then is there a buffer. */
struct connection {
  char *partial;
  int length;
};
static struct connection connections[max_connections];
static char buffer[2 * head_limit];
static int epoll;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void forget(int fd) {
  free(connections[fd].partial);
  connections[fd] = (struct connection){0};
  close(fd);
}

/* Whether the connection ends after this head: Connection: close, or HTTP/1.0. */
static int wants_close(const char *head, int length) {
  const char *line = memchr(head, '\n', length);
  if (!line || line - head < 10) return 1;
  if (memcmp(line - 9, "HTTP/1.1", 8) != 0) return 1;
  const char *end = head + length;
  for (line++; line < end; line++) {
    if ((*line | 32) == 'c' && end - line > 17 && strncasecmp(line, "connection:", 11) == 0) {
      const char *value = line + 11;
      while (*value == ' ') value++;
      return strncasecmp(value, "close", 5) == 0;
    }
    line = memchr(line, '\n', end - line);
    if (!line) break;
  }
  return 0;
}

/* Answers every whole head in `text`; returns how many bytes are left, or -1 when the connection is done. */
static int answer_all(int fd, char *text, int length) {
  char *from = text, *end;
  while ((end = memmem(from, length, "\r\n\r\n", 4))) {
    int head = end + 4 - from;
    int last = wants_close(from, head);
    const char *answer = last ? closes : stays;
    size_t size = last ? sizeof closes - 1 : sizeof stays - 1;
    /* The answer is smaller than any socket buffer: a peer that does not read is dropped. */
    if (send(fd, answer, size, MSG_NOSIGNAL) != (ssize_t)size || last) return -1;
    from += head;
    length -= head;
  }
  memmove(text, from, length);
  return length;
}

static void readable(int fd, int hung_up) {
  struct connection *c = &connections[fd];
  for (;;) {
    if (c->length) memcpy(buffer, c->partial, c->length);
    ssize_t got = recv(fd, buffer + c->length, head_limit, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return forget(fd);
    int whole = got < head_limit && !hung_up; /* nothing more is there for now: EAGAIN need not be asked for */
    int left = answer_all(fd, buffer, c->length + got);
    if (left < 0 || left >= head_limit) return forget(fd);
    if (left) {
      if (!c->partial && !(c->partial = malloc(head_limit))) die("malloc");
      memcpy(c->partial, buffer, left);
    }
    c->length = left;
    if (whole) return;
  }
}

static void accept_all(int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EAGAIN) return;
      if (errno == ECONNABORTED || errno == EINTR) continue;
      die("accept4");
    }
    if (fd >= max_connections) {
      close(fd);
      continue;
    }
    /* The request is often there already; a connection that is done with it never enters the epoll set. */
    struct connection *c = &connections[fd];
    ssize_t got = recv(fd, buffer, head_limit, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) {
      forget(fd);
      continue;
    }
    int left = got > 0 ? answer_all(fd, buffer, got) : 0;
    if (left < 0 || left >= head_limit) {
      forget(fd);
      continue;
    }
    if (left) {
      if (!(c->partial = malloc(head_limit))) die("malloc");
      memcpy(c->partial, buffer, left);
      c->length = left;
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct epoll_event want = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.fd = fd};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &want) != 0) die("epoll_ctl");
  }
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: bench_raw_epoll PORT\n"), 2;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0) die("bind");
  if (listen(listener, 4096) != 0) die("listen");
  epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event want = {.events = EPOLLIN, .data.fd = listener};
  if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &want) != 0) die("epoll");
  for (;;) {
    struct epoll_event events[batch];
    int n = epoll_wait(epoll, events, batch, -1);
    for (int i = 0; i < n; i++) {
      if (events[i].data.fd == listener) accept_all(listener);
      else readable(events[i].data.fd, events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR));
    }
  }
}
