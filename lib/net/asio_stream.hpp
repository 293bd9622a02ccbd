// Adapts a stream to Asio's AsyncReadStream and AsyncWriteStream, for libraries such as Beast's WebSocket.
#pragma once

#include <algorithm>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>

#include "net/stream.hpp"

namespace telltale::net {

/// Does not own the stream, which must outlive every operation.
class asio_stream {
 public:
  using executor_type = boost::asio::any_io_executor;
  using lowest_layer_type = asio_stream;

  explicit asio_stream(stream& below) : below_(&below) {}
  executor_type get_executor() const { return below_->get_executor(); }
  stream& below() { return *below_; }
  asio_stream& lowest_layer() { return *this; }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    boost::asio::mutable_buffer into;  // the first non-empty buffer
    for (auto it = boost::asio::buffer_sequence_begin(buffers); it != boost::asio::buffer_sequence_end(buffers); ++it)
      if (into.size() == 0) into = *it;
    return initiate(std::forward<Token>(token), read(*below_, into));
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    std::string bytes(boost::asio::buffer_size(buffers), '\0');
    boost::asio::buffer_copy(boost::asio::buffer(bytes), buffers);
    return initiate(std::forward<Token>(token), write(*below_, std::move(bytes)));
  }

 private:
  using step = boost::asio::awaitable<transferred>;
  static step read(stream& from, boost::asio::mutable_buffer into) {
    const std::span<char> span(static_cast<char*>(into.data()), into.size());
    co_return co_await from.read_some(span);
  }
  static step write(stream& to, std::string bytes) {
    const auto error = co_await to.write(bytes);
    co_return transferred{error, error ? 0 : bytes.size()};
  }

  template <class Token>
  auto initiate(Token&& token, step task) {
    return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
        [executor = get_executor()](auto handler, step started) {
          const auto where = boost::asio::get_associated_executor(handler, executor);
          boost::asio::co_spawn(
              executor, std::move(started),
              boost::asio::bind_executor(
                  where, [handler = std::move(handler)](std::exception_ptr thrown, transferred got) mutable {
                    if (thrown) std::rethrow_exception(thrown);
                    handler(got.error, got.bytes);
                  }));
        },
        token, std::move(task));
  }

  stream* below_;
};

}  // namespace telltale::net
