/* Whole life of a command: spawned COUNT times, one after the other; prints the median in microseconds.
 *
 *   bench_spawn_time COUNT COMMAND... */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  int count = argc > 2 ? atoi(argv[1]) : 0;
  if (count < 1) return fprintf(stderr, "usage: bench_spawn_time COUNT COMMAND...\n"), 2;
  double *took = calloc(count, sizeof *took);
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
  for (int i = 0; i < count; i++) {
    pid_t child;
    int status;
    double begin = now();
    if (posix_spawnp(&child, argv[2], &quiet, NULL, argv + 2, environ) != 0) return perror(argv[2]), 1;
    if (waitpid(child, &status, 0) != child || status != 0) return fprintf(stderr, "%s failed\n", argv[2]), 1;
    took[i] = (now() - begin) * 1e6;
  }
  qsort(took, count, sizeof *took, by_value);
  printf("%.1f\n", took[count / 2]);
}
