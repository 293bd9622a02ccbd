// Ends a waiting command on a signal, also as PID 1.
#pragma once

namespace telltale {

/// SIGTERM, SIGINT and SIGHUP end the program at once with 128 + their number; worker processes end with it. As PID 1
/// of a container the kernel drops signals without a handler, and stopping would take ten seconds. A signal that the
/// parent process ignores stays ignored (nohup). exec resets the handlers.
void exit_on_signals();

}  // namespace telltale
