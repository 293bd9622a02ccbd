// Defers signals during start-up and shutdown.
#pragma once

namespace telltale {

/// Blocks SIGHUP and SIGTERM until their handlers are installed: SIGHUP would end the program, and as PID 1 a SIGTERM
/// without a handler would be lost. SIGINT stays unblocked for users who type a configuration on standard input.
void block_signals();

/// Delivers the deferred signals; call it once handlers are installed.
void unblock_signals();

/// Blocks these signals and SIGINT until the exit: handlers are about to be removed, and another SIGTERM after an
/// orderly end must not replace exit code 0.
void block_signals_permanently();

}  // namespace telltale
