// Implements the connection: nghttp2 reads and writes frames, its callbacks are the events of the call.
#include "grpc/session.hpp"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cassert>
#include <exception>
#include <new>

#include <fmt/format.h>
#include <boost/asio/error.hpp>

namespace telltale::grpc {
namespace {

constexpr std::size_t frame_header_size = 9;  // RFC 9113 section 4.1
constexpr net::phase_words first_phase{"no answer", "before its answer"};
constexpr net::phase_words header_phase{"no reply to the health call", "before its reply to the health call"};
constexpr net::phase_words end_phase{"no end of the reply to the health call", "before the end of its reply"};

std::string_view view(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

/// "PROTOCOL_ERROR", or the number of a code that RFC 9113 section 7 does not define.
std::string error_name(std::uint32_t code) {
  const std::string name = ::nghttp2_http2_strerror(code);
  return name == "unknown" ? fmt::format("error {}", code) : name;
}

void require(int result) {
  if (result < 0) throw std::bad_alloc();  // the arguments are valid, so no other failure is possible
}

template <class T, auto make, auto release>
auto made() {
  T* out = nullptr;
  require(make(&out));
  return std::unique_ptr<T, decltype([](T* p) { release(p); })>(out);
}

/// No value is kept in the compression table: it may be a secret, and idle connections need less memory.
nghttp2_nv nghttp2_field(const std::pair<std::string, std::string>& field) {
  const auto bytes = [](const std::string& text) {
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
  };
  return {bytes(field.first), bytes(field.second), field.first.size(), field.second.size(), NGHTTP2_NV_FLAG_NO_INDEX};
}

}  // namespace

void session::free_session::operator()(nghttp2_session* p) const { ::nghttp2_session_del(p); }

/// No exception may pass through nghttp2: it becomes a failure of the callback, which `receive` and `flush` report.
struct session::events {
  template <class Event>
  static int guarded(Event event) noexcept {
    try {
      event();
      return 0;
    } catch (const std::exception&) {
      return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
  }
  static bool is_of_call(const session& s, std::int32_t stream) { return stream == s.stream_ && !s.ended_; }

  static void on_reply(session& s) {
    if (s.reply_.judged()) s.finish(*s.reply_.judged());
  }
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                       const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* self) {
    auto& s = *static_cast<session*>(self);
    return guarded([&] {
      if (!is_of_call(s, frame->hd.stream_id)) return;
      s.reply_.field(view(name, name_size), view(value, value_size));
      on_reply(s);
    });
  }
  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* bytes, std::size_t size,
                     void* self) {
    auto& s = *static_cast<session*>(self);
    return guarded([&] {
      if (!is_of_call(s, stream)) return;
      s.reply_.data(view(bytes, size));
      on_reply(s);
    });
  }
  static void on_goaway(session& s, const nghttp2_goaway& frame) {
    const auto debug = view(frame.opaque_data, frame.opaque_data_len);
    s.goodbye_ = explain_goaway(frame.error_code, error_name(frame.error_code), debug, *s.what_);
    if (s.ended_ || s.stream_ <= frame.last_stream_id) return;
    s.unprocessed_ = true;
    s.finish(*s.goodbye_);
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* self) {
    auto& s = *static_cast<session*>(self);
    return guarded([&] {
      if (frame->hd.type == NGHTTP2_GOAWAY) return on_goaway(s, frame->goaway);
      if (!is_of_call(s, frame->hd.stream_id)) return;
      const bool last = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
      if (frame->hd.type == NGHTTP2_HEADERS) s.reply_.end_block(last);
      else if (frame->hd.type == NGHTTP2_DATA && last) s.reply_.end();
      on_reply(s);
      if (frame->hd.type != NGHTTP2_RST_STREAM) return;
      const auto code = frame->rst_stream.error_code;
      s.unprocessed_ = code == NGHTTP2_REFUSED_STREAM;
      s.finish(explain_reset(code, error_name(code)));
    });
  }
  static int on_invalid_frame(nghttp2_session*, const nghttp2_frame*, int error, void* self) {
    auto& s = *static_cast<session*>(self);
    return guarded([&] { s.violate(::nghttp2_strerror(error)); });
  }
  /// nghttp2 sends GOAWAY with an error after a violation of the rules of a connection.
  static int on_frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* self) {
    auto& s = *static_cast<session*>(self);
    return guarded([&] {
      if (frame->hd.type == NGHTTP2_GOAWAY && frame->goaway.error_code != NGHTTP2_NO_ERROR)
        s.violate(error_name(frame->goaway.error_code));
    });
  }
  /// An end that no event before has explained: nghttp2 has reset the stream, after a violation of the rules of HTTP.
  static int on_stream_close(nghttp2_session*, std::int32_t stream, std::uint32_t code, void* self) {
    auto& s = *static_cast<session*>(self);
    return guarded([&] {
      if (stream != s.stream_) return;
      s.open_ = false;
      if (!s.ended_) s.violate(error_name(code));
    });
  }
  static ssize_t read_message(nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t size,
                              std::uint32_t* flags, nghttp2_data_source* source, void*) {
    auto& s = *static_cast<session*>(source->ptr);
    const auto count = s.message_.copy(reinterpret_cast<char*>(into), size, s.sent_);
    s.sent_ += count;
    if (s.sent_ == s.message_.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(count);
  }
};

session::session(const question& what) : what_(&what), reply_(what) {
  const auto calls =
      made<nghttp2_session_callbacks, ::nghttp2_session_callbacks_new, ::nghttp2_session_callbacks_del>();
  ::nghttp2_session_callbacks_set_on_header_callback(calls.get(), events::on_header);
  ::nghttp2_session_callbacks_set_on_data_chunk_recv_callback(calls.get(), events::on_data);
  ::nghttp2_session_callbacks_set_on_frame_recv_callback(calls.get(), events::on_frame);
  ::nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(calls.get(), events::on_invalid_frame);
  ::nghttp2_session_callbacks_set_on_frame_send_callback(calls.get(), events::on_frame_sent);
  ::nghttp2_session_callbacks_set_on_stream_close_callback(calls.get(), events::on_stream_close);
  nghttp2_session* made_session = nullptr;
  require(::nghttp2_session_client_new(&made_session, calls.get(), this));
  http2_.reset(made_session);
  const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
                                             {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, largest_headers}};
  require(::nghttp2_submit_settings(http2_.get(), NGHTTP2_FLAG_NONE, settings, std::size(settings)));
}

session::~session() = default;

void session::call(const field_list& fields, std::string message) {
  assert(!open_);
  reply_ = reply(*what_);
  message_ = std::move(message);
  sent_ = frames_ = bytes_ = 0;
  unprocessed_ = false;
  ended_.reset();
  std::vector<nghttp2_nv> list;
  for (const auto& field : fields) list.push_back(nghttp2_field(field));
  nghttp2_data_provider body{};
  body.source.ptr = this;
  body.read_callback = events::read_message;
  stream_ = ::nghttp2_submit_request(http2_.get(), nullptr, list.data(), list.size(), &body, nullptr);
  require(stream_);
  open_ = true;
  flush();
}

void session::finish(finding found) {
  if (!ended_) ended_ = std::move(found);
}

void session::violate(std::string_view what) {
  sound_ = false;
  finish(net::failure(reason::protocol, fmt::format("the server violates HTTP/2: {}", what)));
}

void session::feed(std::string_view bytes) {
  if (front_.size() < frame_header_size) {
    const auto taken = bytes.substr(0, frame_header_size - front_.size());
    front_ += taken;
    bytes.remove_prefix(taken.size());
    auto foreign = judge_first_bytes(front_, false);
    sound_ = foreign.verdict == verdict::pass;
    if (!sound_) return finish(std::move(foreign));
    if (front_.size() < frame_header_size) return;
    read_frames(front_);
  }
  read_frames(bytes);
  if (!ended_ || !open_) return;
  require(::nghttp2_submit_rst_stream(http2_.get(), NGHTTP2_FLAG_NONE, stream_, NGHTTP2_CANCEL));
  flush();
}

void session::read_frames(std::string_view bytes) {
  while (!bytes.empty() && sound_) {
    if (bytes_ == most_bytes) return violate("more than 256 KiB for one call");
    const bool in_header = frame_left_ == 0;
    const auto part = in_header ? frame_header_size - frame_header_.size() : frame_left_;
    const auto piece = bytes.substr(0, std::min(part, most_bytes - bytes_));
    bytes.remove_prefix(piece.size());
    bytes_ += piece.size();
    if (in_header) read_header(piece);
    else read_payload(piece);
  }
}

// nghttp2 receives the header of a frame at once, and its payload at once. Otherwise the finding would depend on how
// the bytes arrive: each part of a header counts as another CONTINUATION frame, and each part of DATA is judged alone.
void session::read_header(std::string_view piece) {
  frame_header_ += piece;
  if (frame_header_.size() < frame_header_size) return;
  if (++frames_ > most_frames) return violate("more than 256 frames for one call");
  const auto header = std::exchange(frame_header_, {});
  for (std::size_t i = 0; i < 3; ++i) frame_left_ = frame_left_ << 8 | static_cast<unsigned char>(header[i]);
  receive(header);
}

void session::read_payload(std::string_view piece) {
  frame_left_ -= piece.size();
  if (frame_left_ == 0 && payload_.empty()) return receive(piece);
  payload_ += piece;
  if (frame_left_ == 0) receive(std::exchange(payload_, {}));
}

/// Output is written after each part, as if each had arrived alone: nghttp2 ends some streams only then.
void session::receive(std::string_view bytes) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const auto result = ::nghttp2_session_mem_recv(http2_.get(), data, bytes.size());
  if (result == NGHTTP2_ERR_NOMEM || result == NGHTTP2_ERR_CALLBACK_FAILURE) throw std::bad_alloc();
  if (result < 0) violate(::nghttp2_strerror(static_cast<int>(result)));
  flush();
}

void session::flush() {
  for (;;) {
    const std::uint8_t* bytes = nullptr;
    const auto size = ::nghttp2_session_mem_send(http2_.get(), &bytes);
    if (size < 0) throw std::bad_alloc();
    if (size == 0) return;
    output_ += view(bytes, static_cast<std::size_t>(size));
  }
}

finding session::explain_lost(const boost::system::error_code& error, std::chrono::nanoseconds budget) const {
  const bool late = error == boost::asio::error::timed_out;
  const bool spoke = front_.size() == frame_header_size;
  if (!late && goodbye_) return *goodbye_;
  if (!late && !spoke && !front_.empty()) return judge_first_bytes(front_, true);
  const auto& phase = !spoke ? first_phase : reply_.begun() ? end_phase : header_phase;
  auto out = net::explain_broken(error, phase, !front_.empty(), budget);
  if (late && spoke && !reply_.begun()) out.sentence += ", though the server speaks HTTP/2";
  return out;
}

bool session::reusable() const {
  return sound_ && !goodbye_ && !open_ && ::nghttp2_session_check_request_allowed(http2_.get()) != 0;
}

void session::leave() {
  require(::nghttp2_session_terminate_session(http2_.get(), NGHTTP2_NO_ERROR));
  flush();
}

}  // namespace telltale::grpc
