// WebSocket framing without I/O (RFC 6455 section 5): frames to send, messages out of received bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "websocket/text_search.hpp"

namespace telltale::websocket {

enum class opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

using mask_key = std::array<char, 4>;

/// One whole frame as a client sends it: final and masked. A control frame carries at most 125 bytes.
std::string make_frame(opcode, std::string_view payload, mask_key);

/// The payload of a close frame with this status code (RFC 6455 section 5.5.1).
std::string close_payload(std::uint16_t code);

/// What a peer said: a control frame, or a whole message of one or more data frames.
struct event {
  enum class kind_t { message, ping, pong, close };
  kind_t kind = kind_t::message;
  std::string payload;    ///< of a control frame; a message is not kept
  bool expected = false;  ///< of a message: whether the expected text is in it

  /// The status code of a close; nothing when it carries none.
  std::optional<std::uint16_t> close_code() const;
  /// The server's words in a close; empty when it has none.
  std::string_view close_reason() const;
};

/// Cuts received bytes into events and holds the peer to the protocol. Messages may have any size and number: their
/// bytes are searched and dropped. What is kept is one control frame and what was fed last.
class event_reader {
 public:
  /// `expect` is looked for in each message, across its fragments.
  explicit event_reader(std::string expect = "") : search_(std::move(expect)) {}

  void feed(std::string_view bytes);
  /// A message that is being read will not count as one with the expected text.
  void disregard_current() { disregarded_ = in_message_ || (head_ && !is_control()); }
  /// The next event, or nothing: more bytes are needed, or `broken()` says why there will be none.
  std::optional<event> next();
  /// A sentence, empty while the peer keeps to the rules.
  const std::string& broken() const { return broken_; }
  /// What else has come than what is waited for, as the end of a sentence; empty when nothing has.
  std::string meanwhile() const;

 private:
  struct frame_head {
    bool final = false;
    opcode code = opcode::continuation;
    std::uint64_t length = 0;
  };

  bool begins_http();
  bool read_head();
  std::uint64_t big_endian(std::size_t from, std::size_t count) const;
  std::string fault_of(unsigned first, unsigned second) const;
  std::string fault_of_length(unsigned short_length, std::uint64_t length) const;
  void begin_message();
  void take_payload();
  void take_message(std::string_view piece);
  std::string fault_of_close(std::string_view payload) const;
  std::optional<event> end_frame();
  bool is_control() const { return head_->code >= opcode::close; }
  std::size_t available() const { return bytes_.size() - used_; }

  std::string bytes_;
  std::size_t used_ = 0;
  std::optional<frame_head> head_;  ///< of the frame whose payload is being read
  std::uint64_t left_ = 0;          ///< bytes of that payload still to come
  std::string control_;
  text_search search_;
  bool in_message_ = false;
  bool had_message_ = false;
  bool disregarded_ = false;         ///< the message being read does not count
  std::optional<utf8_reader> text_;  ///< of the message being read, if it is text
  std::string broken_;
};

}  // namespace telltale::websocket
