// The serve command: errors at the start become a sentence and an exit code.
#include "app/serve.hpp"

#include <cstdio>
#include <exception>
#include <string>

#include "app/held_signals.hpp"
#include "app/sidecar.hpp"
#include "log/journal.hpp"
#include "memory/large_blocks.hpp"
#include "results/exit_code.hpp"

namespace telltale {

int serve(config conf, const serve_options& options) {
  try {
    give_large_blocks_back();
    sidecar program(std::move(conf), options);
    let_signals_come();
    program.run();
    hold_signals_for_good();
    return exit_ok;
  } catch (const std::exception& e) {
    std::string text = std::string("telltale: ") + e.what();
    if (text.back() != '\n') text += '\n';
    std::fputs(as_errors(text).c_str(), stderr);
    return exit_usage;
  }
}

}  // namespace telltale
