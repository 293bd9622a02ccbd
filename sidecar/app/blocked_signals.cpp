// Blocks and unblocks signals with the process's signal mask.
#include "app/blocked_signals.hpp"

#include <csignal>
#include <initializer_list>

namespace telltale {
namespace {

void change_mask(int how, std::initializer_list<int> numbers) {
  sigset_t signals;
  sigemptyset(&signals);
  for (int number : numbers) sigaddset(&signals, number);
  ::sigprocmask(how, &signals, nullptr);
}

}  // namespace

void block_signals() { change_mask(SIG_BLOCK, {SIGHUP, SIGTERM}); }
void unblock_signals() { change_mask(SIG_UNBLOCK, {SIGHUP, SIGTERM}); }
void block_signals_permanently() { change_mask(SIG_BLOCK, {SIGHUP, SIGTERM, SIGINT}); }

}  // namespace telltale
