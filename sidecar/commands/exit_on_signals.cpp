// Installs the handlers.
#include "commands/exit_on_signals.hpp"

#include <signal.h>
#include <unistd.h>

#include <initializer_list>

namespace telltale {

void exit_on_signals() {
  struct sigaction ending {};
  ending.sa_handler = [](int number) { ::_exit(128 + number); };
  for (int number : {SIGTERM, SIGINT, SIGHUP}) {
    struct sigaction before {};
    ::sigaction(number, nullptr, &before);
    if (before.sa_handler != SIG_IGN) ::sigaction(number, &ending, nullptr);
  }
}

}  // namespace telltale
