/* The least a healthcheck command can do: connect, ask, look for 200, exit. Linked statically.
 *
 *   bench_static_client PORT PATH */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  char text[4096];
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  int size = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", argv[2]);
  if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 || send(fd, text, size, 0) != size) return 1;
  ssize_t got = recv(fd, text, sizeof text, 0);
  return got > 12 && memcmp(text + 8, " 200", 4) == 0 ? 0 : 1;
}
