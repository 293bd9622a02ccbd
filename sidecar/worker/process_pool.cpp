// Posts and times the calls of the dispatcher.
#include "worker/process_pool.hpp"

#include <utility>

#include <boost/asio/post.hpp>

namespace telltale {

template <class Handler>
auto process_pool::if_alive(Handler handle) {
  return [weak = weak_from_this(), handle] {
    if (const auto self = weak.lock()) handle(*self);
  };
}

process_pool::process_pool(boost::asio::io_context& context, const worker_pool_options& options)
    : context_(context),
      timer_(context),
      dispatcher_(options, [this, program = options.program, kill = options.kill](auto id, std::error_code& ec) {
        auto on_event = if_alive([id](process_pool& self) {
          self.dispatcher_.on_event(id, loop_clock::now());
          self.proceed();
        });
        return start_worker(context_, program, kill, std::move(on_event), ec);
      }) {}

void process_pool::submit(job_ptr j) {
  dispatcher_.submit(std::move(j), loop_clock::now());
  if (std::exchange(dispatch_posted_, true)) return;
  boost::asio::post(context_, if_alive([](process_pool& self) {
                      self.dispatch_posted_ = false;
                      self.dispatcher_.dispatch(loop_clock::now());
                      self.proceed();
                    }));
}

void process_pool::refuse(job_ptr j, std::string sentence) {
  j->failed(reason::internal, std::move(sentence), {});
  std::vector<job_ptr> one;
  one.push_back(std::move(j));
  deliver_soon(std::move(one));
}

void process_pool::stop() {
  dispatcher_.stop(loop_clock::now());
  proceed();
}

// Jobs are delivered by a handler of their own, because they may call the pool again.
void process_pool::deliver_soon(std::vector<job_ptr> jobs) {
  if (jobs.empty()) return;
  boost::asio::post(context_, [weak = weak_from_this(), jobs = std::move(jobs)] {
    for (const auto& j : jobs)
      if (!weak.expired()) j->deliver();
  });
}

// A timer that fires early or without need is left alone. Resetting it for each job costs more, and Asio would wake up
// anyway.
void process_pool::proceed() {
  deliver_soon(dispatcher_.take_done());
  const auto due = dispatcher_.due(loop_clock::now());
  if (due == dispatcher::time_point::max() && dispatcher_.stopped()) timer_.cancel();
  if (due >= armed_for_) return;
  armed_for_ = due;
  timer_.expires_at(due);
  timer_.async_wait([fire = if_alive([](process_pool& self) {
                       self.armed_for_ = dispatcher::time_point::max();
                       self.dispatcher_.on_time(loop_clock::now());
                       self.proceed();
                     })](boost::system::error_code ec) {
    if (!ec) fire();
  });
}

}  // namespace telltale
