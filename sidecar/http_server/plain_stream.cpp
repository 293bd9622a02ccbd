// TCP and Unix sockets as a byte_stream.
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "http_server/byte_stream.hpp"

namespace telltale {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

class plain_stream final : public byte_stream {
 public:
  explicit plain_stream(socket_type socket) : socket_(std::move(socket)) {}

  asio::awaitable<error_code> open() override { co_return error_code(); }

  asio::awaitable<io_result> read_some(asio::mutable_buffer into) override {
    auto [ec, bytes] = co_await socket_.async_read_some(into, no_throw);
    io_result out;
    out.error = ec;
    out.bytes = bytes;
    co_return out;
  }

  asio::awaitable<error_code> write(buffers from) override {
    auto [ec, bytes] = co_await asio::async_write(socket_, from, no_throw);
    static_cast<void>(bytes);
    co_return ec;
  }

  asio::awaitable<void> farewell() override { co_return; }

  socket_type& socket() override { return socket_; }

 private:
  socket_type socket_;
};

}  // namespace

std::unique_ptr<byte_stream> make_plain_stream(byte_stream::socket_type socket) {
  return std::make_unique<plain_stream>(std::move(socket));
}

}  // namespace telltale
