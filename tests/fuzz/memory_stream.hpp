// A connection in memory to a server that says its bytes, whole or in small pieces, and then ends.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>

#include "net/stream.hpp"
#include "require.hpp"

namespace telltale::fuzz {

/// A form feed in the bytes is not delivered: no read goes beyond it, as if the rest came later.
class memory_stream final : public net::stream {
 public:
  memory_stream(boost::asio::any_io_executor executor, std::string_view says, bool whole)
      : executor_(std::move(executor)), says_(says), whole_(whole), cut_(says) {}

  /// Remembers how much has been delivered by now.
  void mark() { marked_ = delivered_.size(); }
  std::size_t marked() const { return marked_; }
  const std::string& delivered() const { return delivered_; }
  const std::string& written() const { return written_; }

  boost::asio::any_io_executor get_executor() override { return executor_; }
  boost::asio::awaitable<net::transferred> read_some(std::span<char> into) override {
    while (says_.starts_with('\f')) says_.remove_prefix(1);
    const auto left = says_.substr(0, says_.find('\f'));
    net::transferred out;
    out.bytes = std::min({into.size(), left.size(), whole_ ? left.size() : cut_.next()});
    if (out.bytes == 0) out.error = boost::asio::error::eof;
    std::copy_n(left.begin(), out.bytes, into.begin());
    delivered_ += left.substr(0, out.bytes);
    says_.remove_prefix(out.bytes);
    co_return out;
  }
  boost::asio::awaitable<net::error_code> write(std::string_view bytes) override {
    written_ += bytes;
    co_return net::error_code();
  }
  boost::asio::awaitable<net::error_code> shutdown_send() override { co_return net::error_code(); }
  boost::asio::awaitable<void> close(std::chrono::milliseconds) override { co_return; }
  void expire_by(net::time_point) override {}
  void set_deadline(net::time_point) override {}
  net::idle_state peek() override { return net::idle_state::quiet; }

 private:
  boost::asio::any_io_executor executor_;
  std::string_view says_;
  bool whole_;
  scissors cut_;
  std::string delivered_;
  std::size_t marked_ = std::string::npos;
  std::string written_;
};

}  // namespace telltale::fuzz
