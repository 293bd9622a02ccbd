// Fuzz target: what a name server sends, through c-ares and the check's judgement, over sockets in memory. The first
// byte chooses the record type and the options. The rest are messages, each behind its length of two bytes. The first
// two bytes of a message are added to the id of the query by XOR, so that zeroes are the right id; "{q}" becomes the
// question.
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.hpp"
#include "dns/answer.hpp"
#include "dns/judge.hpp"
#include "dns/message.hpp"
#include "require.hpp"

using namespace telltale;
using namespace telltale::dns;
using fuzz::require;

namespace {

constexpr std::size_t header = 12;

struct choice {
  explicit choice(unsigned byte) : raw((byte & 0x80U) != 0), closes((byte & 0x40U) != 0) {
    options.query = "app.example.test";
    options.record = static_cast<record>((byte & 0xfU) % 9);
    options.tcp = (byte & 0x10U) != 0;
    if ((byte & 0x20U) != 0) options.rcode = rcode::nxdomain;
    else if (options.record == record::a) options.expect = {*parse_expectation("!= 192.0.2.66")};
  }
  dns_options options;
  bool raw;     ///< with `tcp`, the messages are sent without lengths and as they are
  bool closes;  ///< after the last message
};

std::vector<std::string> messages_in(std::string_view bytes) {
  std::vector<std::string> out;
  while (bytes.size() >= 2) {
    const auto size =
        static_cast<std::size_t>(static_cast<unsigned char>(bytes[0]) << 8 | static_cast<unsigned char>(bytes[1]));
    out.emplace_back(bytes.substr(2, size));
    bytes.remove_prefix(std::min(bytes.size(), size + 2));
  }
  return out;
}

/// A server that sends its messages once it has received a query: over UDP all of them, over TCP those that are left.
class script final : public transport {
 public:
  script(const choice& how, std::vector<std::string> messages, bool whole)
      : how_(how), messages_(std::move(messages)), whole_(whole), cut_(messages_.empty() ? "" : messages_.front()) {}

  int open(int type) override {
    require(++opened_ <= 4, "at most two sockets of each kind are opened");
    open_[++last_] = {type};
    return last_;
  }
  int connect(int fd) override {
    if (open_[fd].type == SOCK_DGRAM) return 0;
    errno = EINPROGRESS;
    return -1;
  }
  ssize_t send(int fd, std::span<const iovec> parts) override {
    std::string bytes;
    for (const auto& each : parts) bytes.append(static_cast<const char*>(each.iov_base), each.iov_len);
    const auto size = bytes.size();
    const bool stream = open_[fd].type == SOCK_STREAM;
    query_ = bytes.substr(stream ? 2 : 0);
    require(query_.size() == header + 18 + 4, "only the query is sent");
    if (stream) fill(open_[fd].stream);
    open_[fd].asked = true;
    return static_cast<ssize_t>(size);
  }
  ssize_t receive(int fd, std::span<char> into) override {
    auto& from = open_[fd];
    std::string_view ready = from.stream;
    if (from.type == SOCK_DGRAM && from.asked && next_ < messages_.size()) {
      const auto datagram = prepared(messages_[next_++]);
      return copy(datagram, into, datagram.size());
    }
    ready.remove_prefix(from.read);
    if (from.type == SOCK_DGRAM || (ready.empty() && !how_.closes)) return errno = EAGAIN, -1;
    const auto got = copy(ready, into, whole_ ? ready.size() : cut_.next());
    from.read += static_cast<std::size_t>(got);
    return got;
  }
  void close(int fd) override { require(open_.erase(fd) == 1, "a socket is closed once"); }
  void watch(int fd, bool readable, bool writable) override {
    if (const auto found = open_.find(fd); found != open_.end()) found->second.wanted = {readable, writable};
  }

  /// One step of the loop; false when nothing can happen but time.
  bool step(query& of) {
    for (const auto& [fd, each] : std::map(open_)) {
      if (each.wanted.writable) return of.writable(fd), true;
      const bool more = each.type == SOCK_DGRAM ? each.asked && next_ < messages_.size()
                                                : each.read < each.stream.size() || how_.closes;
      if (each.wanted.readable && more) return of.readable(fd), true;
    }
    return false;
  }
  bool all_closed() const { return open_.empty(); }
  const std::string& asked() const { return query_; }

 private:
  struct interest {
    bool readable = false;
    bool writable = false;
  };
  struct socket {
    int type = 0;
    bool asked = false;
    interest wanted{};
    std::string stream{};
    std::size_t read = 0;
  };

  static ssize_t copy(std::string_view from, std::span<char> into, std::size_t most) {
    const auto size = std::min({from.size(), into.size(), most});
    std::copy_n(from.begin(), size, into.begin());
    return static_cast<ssize_t>(size);
  }
  std::string prepared(std::string message) const {
    const auto id_size = raw() ? 0 : std::min<std::size_t>(message.size(), 2);
    for (std::size_t i = 0; i < id_size; ++i) message[i] = static_cast<char>(message[i] ^ query_[i]);
    if (const auto token = message.find("{q}"); token != std::string::npos)
      message.replace(token, 3, query_.substr(header));
    return message;
  }
  bool raw() const { return how_.raw && how_.options.tcp; }
  void fill(std::string& stream) {
    for (; next_ < messages_.size(); ++next_) {
      const auto message = prepared(messages_[next_]);
      if (!raw()) stream += {static_cast<char>(message.size() >> 8), static_cast<char>(message.size())};
      stream += message;
    }
  }

  const choice& how_;
  std::vector<std::string> messages_;
  bool whole_;
  fuzz::scissors cut_;
  std::size_t next_ = 0;
  std::string query_;
  std::map<int, socket> open_;
  int last_ = 0;
  int opened_ = 0;
};

void judge_text(const std::string& text) {
  require(text.size() < 1024, "a message is bounded");
  utf8_reader reader;
  require(reader.feed(text) && reader.complete(), "a message is UTF-8");
  for (const unsigned char c : text) require(c >= 0x20 && c != 0x7f, "a message has no control characters");
}

void judge_pass(const choice& how, const reply& got) {
  const auto& message = got.message;
  require(message.size() >= header, "only a response passes");
  require((message[2] & 0x80) != 0, "a query does not pass");
  require((message[2] & 0x02) == 0 || how.options.tcp || got.truncated, "a truncated response over UDP does not pass");
  require((message[3] & 0xf) == static_cast<int>(how.options.rcode), "only the expected code passes");
  const auto facts = read_message(message, code_of(how.options.record));
  require(facts.has_value(), "only a well-formed response passes");
  require(how.options.rcode != rcode::noerror || facts->of_type > 0, "only a response with a record passes");
}

judgement judge_run(const choice& how, const std::vector<std::string>& messages, bool whole) {
  script server(how, messages, whole);
  reply got;
  {
    query one(how.options.asked(), server, std::chrono::hours(1));
    one.start();
    for (std::size_t steps = 0; !one.ended() && server.step(one); ++steps)
      require(steps < 4 * most_received_bytes, "a query ends");
    got = one.result();
  }
  require(server.all_closed(), "every socket is closed");
  require(got.message.empty() || got.message.substr(0, 2) == server.asked().substr(0, 2),
          "a response has the right id");
  // It is another one in each run, and a name may lead to its bytes.
  if (!got.message.empty()) got.message.replace(0, 2, 2, '\0');
  const auto out = judge_reply(got, how.options, std::chrono::seconds(2));
  judge_text(out.found.sentence);
  if (out.found.verdict == verdict::pass) judge_pass(how, got);
  else require(out.found.reason != reason::ok && out.found.reason != reason::internal, "every failure says why");
  return out;
}

/// The parsers alone, with any bytes and any type.
void judge_bytes(const std::string& message) {
  for (std::size_t i = 0; i < choices<record>::names.size(); ++i) {
    const auto type = static_cast<record>(i);
    const auto got = read_answer(message, type);
    const auto facts = read_message(message, code_of(type));
    require(facts || got.fault == answer::fault_t::malformed, "a message that is none is malformed");
    if (got.fault != answer::fault_t::none) require(got.values.empty(), "a faulty message has no values");
    else require(got.values.size() <= facts->of_type, "a value is a record");
    for (const auto& each : got.values)
      require(canonical(each, type) == each, "a value is in the form in which expected texts are compared");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const choice how(data[0]);
  const auto messages = messages_in(bytes);
  const auto found = judge_run(how, messages, true);
  const auto again = judge_run(how, messages, false);
  require(found.found == again.found, "the result does not depend on how the bytes arrive");
  for (const auto& each : messages) judge_bytes(each);
  return 0;
}
