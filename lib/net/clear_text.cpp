// Implements reading by line, with a limit on the whole conversation.
#include "net/clear_text.hpp"

#include <array>

#include <boost/asio/error.hpp>

namespace telltale::net {
namespace {

namespace asio = boost::asio;
constexpr std::size_t longest_conversation = 16 * 1024;

}  // namespace

asio::awaitable<finding> clear_text::receive(const phase_words& words) {
  if (total_ >= longest_conversation)
    co_return failure(reason::protocol, "the server sent 16 KiB in clear text and no end of its answer");
  std::array<char, 1024> chunk;
  const auto got = co_await line_.read_some(chunk);
  if (got.error) co_return explain_broken(got.error, words, total_ > 0, now_.budget);
  received_.append(chunk.data(), got.bytes);
  total_ += got.bytes;
  co_return finding();
}

asio::awaitable<finding> clear_text::read_line(const phase_words& words, std::string& into) {
  auto end = received_.find('\n');
  while (end == std::string::npos) {
    auto failed = co_await receive(words);
    if (failed.verdict != verdict::pass) co_return failed;
    end = received_.find('\n');
  }
  into = received_.substr(0, end);
  received_.erase(0, end + 1);
  if (into.ends_with('\r')) into.pop_back();
  co_return finding();
}

asio::awaitable<finding> clear_text::read_byte(const phase_words& words, char& into) {
  while (received_.empty()) {
    auto failed = co_await receive(words);
    if (failed.verdict != verdict::pass) co_return failed;
  }
  into = received_.front();
  received_.erase(0, 1);
  co_return finding();
}

asio::awaitable<finding> clear_text::send(std::string_view bytes, const phase_words& words) {
  const auto error = co_await line_.write(bytes);
  if (error == asio::error::timed_out) co_return explain_broken(error, words, total_ > 0, now_.budget);
  // The text that the server sent before it closed tells more than the closed connection.
  co_return finding();
}

}  // namespace telltale::net
