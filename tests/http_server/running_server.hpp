// An http_server on a loop in its own thread, with the same response for every request.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "http_server/http_server.hpp"
#include "raw_client.hpp"

namespace telltale::testing {

inline reply hello(const request& asked) {
  reply out;
  out.status = 200;
  out.content_type = "text/plain";
  out.body = std::make_shared<const std::string>(std::string(asked.method) + " " + std::string(asked.target) +
                                                 (asked.loopback ? " from here" : " from afar"));
  return out;
}

/// A handler whose response exceeds the sockets' buffers.
inline http_server::handler flooding(std::size_t bytes) {
  return [body = std::make_shared<const std::string>(bytes, 'x')](const request&) {
    reply out;
    out.status = 200;
    out.body = body;
    return out;
  };
}

class running_server {
 public:
  explicit running_server(http_limits limits = {}, http_server::handler answer = hello,
                          const std::string& address = "127.0.0.1:0", std::optional<tls_files> tls = {}) {
    server_ = make_http_server(loop_, std::move(answer), limits, std::move(tls));
    server_->listen(address);
    port_ = std::atoi(address_of(0).substr(address_of(0).rfind(':') + 1).c_str());
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~running_server() {
    in_loop([this] { server_.reset(); });
    work_.reset();
    thread_.join();
  }
  running_server(const running_server&) = delete;
  running_server& operator=(const running_server&) = delete;

  int port() const { return port_; }
  std::string address_of(std::size_t index) const { return server_->addresses().at(index); }

  /// Runs it on the loop's thread and waits for it.
  template <class Function, class Result = std::invoke_result_t<Function>>
  Result in_loop(Function f) {
    auto task = std::make_shared<std::packaged_task<Result()>>(std::move(f));
    boost::asio::post(loop_, [task] { (*task)(); });
    return task->get_future().get();
  }
  template <class Function>
  auto with_server(Function f) {
    return in_loop([this, f = std::move(f)] { return f(server_); });
  }
  std::size_t connections() {
    return with_server([](const auto& server) { return server->connections(); });
  }
  /// Runs loop iterations until no client is connected; false after many.
  bool empties() {
    for (int turn = 0; turn < 1'000'000; ++turn)
      if (connections() == 0) return true;
    return false;
  }

 private:
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
  std::unique_ptr<http_server> server_;
  int port_ = 0;
  std::thread thread_;
};

inline const std::string get = "GET /ready HTTP/1.1\r\nHost: a\r\n\r\n";
inline const std::string get_and_close = "GET /ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

}  // namespace telltale::testing
