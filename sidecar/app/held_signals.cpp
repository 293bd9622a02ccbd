// A signal mask with a beginning and an end.
#include "app/held_signals.hpp"

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

void hold_signals_back() { change_mask(SIG_BLOCK, {SIGHUP, SIGTERM}); }
void let_signals_come() { change_mask(SIG_UNBLOCK, {SIGHUP, SIGTERM}); }
void hold_signals_for_good() { change_mask(SIG_BLOCK, {SIGHUP, SIGTERM, SIGINT}); }

}  // namespace telltale
