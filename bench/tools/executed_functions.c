/* Which functions of a running process are executed from now on: each is given a breakpoint, which goes when it is hit.
 *
 *   nm --defined-only PROGRAM | bench_executed_functions PID SECONDS      prints their names, one a line
 *
 * The process must start no other one meanwhile: its child would inherit the breakpoints, and die of the first. Writes the
 * original bytes back in the end, also on SIGINT and SIGTERM. x86-64 only. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

struct function {
  uint64_t at;
  char* name;
  uint8_t was;
  uint8_t armed;
};

static struct function* all;
static size_t count;
static int memory;
static volatile sig_atomic_t over;

static void enough(int sig) {
  (void)sig;
  over = 1;
}

static void die(const char* what) {
  perror(what);
  exit(1);
}

static int by_address(const void* a, const void* b) {
  const struct function *x = a, *y = b;
  return (x->at > y->at) - (x->at < y->at);
}

/* Lines of nm: address, type, name. Only code: t, T, w, W, i. */
static void read_functions(void) {
  char line[65536], name[65536], type;
  unsigned long long at;
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "%llx %c %65535s", &at, &type, name) != 3 || !strchr("tTwWi", type)) continue;
    all = realloc(all, (count + 1) * sizeof *all);
    if (!all) die("realloc");
    all[count++] = (struct function){.at = at, .name = strdup(name)};
  }
  qsort(all, count, sizeof *all, by_address);
}

/* Where the program's file begins in the process, and where its code ends and begins. */
static uint64_t base_of(int pid, uint64_t* code, uint64_t* end) {
  char path[64], line[4096], exe[4096], file[4096], rights[8];
  snprintf(path, sizeof path, "/proc/%d/exe", pid);
  ssize_t n = readlink(path, exe, sizeof exe - 1);
  if (n < 0) die(path);
  exe[n] = 0;
  snprintf(path, sizeof path, "/proc/%d/maps", pid);
  FILE* maps = fopen(path, "r");
  if (!maps) die(path);
  uint64_t base = 0;
  while (fgets(line, sizeof line, maps)) {
    unsigned long long from, to, offset;
    if (sscanf(line, "%llx-%llx %7s %llx %*s %*s %4095s", &from, &to, rights, &offset, file) != 5 || strcmp(file, exe)) continue;
    if (!base) base = from;
    if (rights[2] == 'x') *code = from, *end = to;
  }
  fclose(maps);
  return base;
}

static uint8_t swap_byte(uint64_t at, uint8_t value) {
  uint8_t was = 0;
  if (pread(memory, &was, 1, at) != 1 || pwrite(memory, &value, 1, at) != 1) die("its memory");
  return was;
}

static void arm_all(uint64_t base, uint64_t code, uint64_t end) {
  for (size_t i = 0; i < count; i++) {
    all[i].at += base;
    if (all[i].at < code || all[i].at >= end) continue;
    if (i > 0 && all[i - 1].at == all[i].at) continue; /* another name of the same */
    all[i].was = swap_byte(all[i].at, 0xcc);
    all[i].armed = 1;
  }
}

static void disarm(struct function* f) {
  swap_byte(f->at, f->was);
  f->armed = 0;
}

static void hit(int pid) {
  struct user_regs_struct regs;
  if (ptrace(PTRACE_GETREGS, pid, 0, &regs)) die("its registers");
  struct function key = {.at = regs.rip - 1};
  struct function* f = bsearch(&key, all, count, sizeof *all, by_address);
  if (!f) return;
  while (f > all && f[-1].at == f->at) f--;
  if (!f->armed) return;
  for (struct function* same = f; same < all + count && same->at == f->at; same++) puts(same->name);
  disarm(f);
  regs.rip--;
  if (ptrace(PTRACE_SETREGS, pid, 0, &regs)) die("its registers");
}

int main(int argc, char** argv) {
  int pid = argc == 3 ? atoi(argv[1]) : 0, seconds = argc == 3 ? atoi(argv[2]) : 0;
  if (pid < 1 || seconds < 1) return fprintf(stderr, "usage: nm PROGRAM | bench_executed_functions PID SECONDS\n"), 2;
  read_functions();
  struct sigaction ending = {.sa_handler = enough};
  sigaction(SIGALRM, &ending, NULL);
  sigaction(SIGINT, &ending, NULL);
  sigaction(SIGTERM, &ending, NULL);
  if (ptrace(PTRACE_SEIZE, pid, 0, 0) || ptrace(PTRACE_INTERRUPT, pid, 0, 0)) die("ptrace");
  int status;
  if (waitpid(pid, &status, __WALL) != pid) die("waitpid");
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/mem", pid);
  if ((memory = open(path, O_RDWR | O_CLOEXEC)) < 0) die(path);
  uint64_t code = 0, end = 0, base = base_of(pid, &code, &end);
  arm_all(base, code, end);
  alarm(seconds);
  int interrupted = 0, signal = 0;
  for (;;) {
    if (ptrace(PTRACE_CONT, pid, 0, signal)) die("ptrace");
    while (waitpid(pid, &status, __WALL) != pid) {
      if (errno != EINTR) die("waitpid");
      if (over && !interrupted++ && ptrace(PTRACE_INTERRUPT, pid, 0, 0)) die("ptrace");
    }
    if (WIFEXITED(status) || WIFSIGNALED(status)) return fprintf(stderr, "the process ended\n"), 1;
    signal = 0;
    if (status >> 16 == PTRACE_EVENT_STOP) {
      if (interrupted) break;
    } else if (WSTOPSIG(status) == SIGTRAP) {
      hit(pid);
    } else {
      signal = WSTOPSIG(status);
    }
    if (over && !interrupted++) {
      if (ptrace(PTRACE_INTERRUPT, pid, 0, 0)) die("ptrace");
    }
  }
  for (size_t i = 0; i < count; i++)
    if (all[i].armed) disarm(&all[i]);
  if (ptrace(PTRACE_DETACH, pid, 0, 0)) die("ptrace");
  return 0;
}
