// Waits for SIGCHLD and calls waitid.
#include "worker/reaper.hpp"

#include <unistd.h>

#include <csignal>

#include <boost/asio/signal_set.hpp>

#include "base/children.hpp"

namespace telltale {
namespace {

using shared_signals = std::shared_ptr<boost::asio::signal_set>;

// The handler holds the signal set weakly: a signal that arrives just before destruction still calls it.
void wait_for_children(const shared_signals& signals) {
  signals->async_wait([weak = std::weak_ptr(signals)](boost::system::error_code ec, int) {
    const auto alive = weak.lock();
    if (ec || !alive) return;
    wait_for_children(alive);
    collect_orphans();
  });
}

class signal_reaper final : public reaper {
 public:
  explicit signal_reaper(boost::asio::io_context& context)
      : signals_(std::make_shared<boost::asio::signal_set>(context, SIGCHLD)) {
    wait_for_children(signals_);
    collect_orphans();  // children that ended before the handler was installed
  }

 private:
  shared_signals signals_;
};

}  // namespace

std::unique_ptr<reaper> reap_orphans(boost::asio::io_context& context) {
  return ::getpid() == 1 ? reap_orphans_always(context) : nullptr;
}

std::unique_ptr<reaper> reap_orphans_always(boost::asio::io_context& context) {
  return std::make_unique<signal_reaper>(context);
}

}  // namespace telltale
