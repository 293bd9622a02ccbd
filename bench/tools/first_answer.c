/* From exec to the first 200: starts a server, asks without a pause until it answers, ends it, prints microseconds.
 *
 *   bench_first_answer CPU PORT PATH COMMAND... */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static int answers(int port, const char *path) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  char text[512];
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), good = 0;
  if (fd < 0) return 0;
  if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0) {
    int size = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
    ssize_t got = send(fd, text, size, MSG_NOSIGNAL) == size ? recv(fd, text, sizeof text, 0) : -1;
    good = got > 12 && memcmp(text + 8, " 200", 4) == 0;
  }
  close(fd);
  return good;
}

static void end(pid_t child) {
  kill(child, SIGTERM);
  for (int i = 0; i < 500; i++) {
    if (waitpid(child, NULL, WNOHANG) == child) return;
    usleep(10000);
  }
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
}

int main(int argc, char **argv) {
  if (argc < 5) return fprintf(stderr, "usage: bench_first_answer CPU PORT PATH COMMAND...\n"), 2;
  cpu_set_t cpu;
  CPU_ZERO(&cpu);
  CPU_SET(atoi(argv[1]), &cpu);
  double begin = now();
  pid_t child = vfork();
  if (child == 0) {
    sched_setaffinity(0, sizeof cpu, &cpu);
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, 0), dup2(nothing, 1), dup2(nothing, 2);
    execvp(argv[4], argv + 4);
    _exit(127);
  }
  if (child < 0) return perror("vfork"), 1;
  int answered = 0;
  while (!(answered = answers(atoi(argv[2]), argv[3])) && now() - begin < 30) {
    if (waitpid(child, NULL, WNOHANG) == child) return fprintf(stderr, "it ended by itself\n"), 1;
  }
  double took = now() - begin;
  end(child);
  if (!answered) return fprintf(stderr, "no 200 within 30 s\n"), 1;
  printf("%.1f\n", took * 1e6);
}
