// Implements the serve command: prints errors at the start and returns an exit code.
#include "app/serve.hpp"

#include <cstdio>
#include <exception>
#include <string>

#include "app/blocked_signals.hpp"
#include "app/sidecar.hpp"
#include "log/journal.hpp"
#include "results/exit_code.hpp"

namespace telltale {

int serve(config conf, const serve_options& options) {
  try {
    sidecar program(std::move(conf), options);
    unblock_signals();
    program.run();
    block_signals_permanently();
    return exit_ok;
  } catch (const std::exception& e) {
    std::string text = std::string("telltale: ") + e.what();
    if (text.back() != '\n') text += '\n';
    std::fputs(as_errors(text).c_str(), stderr);
    return exit_usage;
  }
}

}  // namespace telltale
