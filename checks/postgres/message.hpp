// The messages of PostgreSQL's protocol 3.0 (manual, "Frontend/Backend Protocol"), without I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace telltale::postgres {

/// What a server may send in one run.
inline constexpr std::size_t longest_message = 64 * 1024;
inline constexpr std::size_t most_bytes = 256 * 1024;

struct message {
  char type = 0;  ///< of the server, as in "Message Formats"
  std::string payload;
};

/// Splits the bytes of a server into messages. Throws nothing but std::bad_alloc.
class message_reader {
 public:
  void feed(std::string_view bytes);
  /// The next message; empty while it is incomplete, and after a fault.
  std::optional<message> next();
  /// Whether the bytes are not those of a PostgreSQL server, or too many. Nothing can be read then.
  bool faulty() const { return faulty_; }
  /// Whether a message has been read: a fault is then one of a PostgreSQL server.
  bool recognised() const { return recognised_; }
  /// The bytes that belong to no message yet.
  const std::string& unread() const { return buffer_; }

 private:
  std::string buffer_;
  std::size_t total_ = 0;
  bool recognised_ = false;
  bool faulty_ = false;
};

/// Reads the fields of a payload in their order. A field that is not there, or is cut off, is empty and marks the whole
/// as malformed.
class field_reader {
 public:
  explicit field_reader(std::string_view payload) : left_(payload) {}
  std::uint32_t int32();
  std::uint16_t int16();
  std::string_view bytes(std::size_t count);
  /// Up to the next byte 0.
  std::string_view text();
  /// Whether every field was there, and nothing is left.
  bool complete() const { return good_ && left_.empty(); }
  bool good() const { return good_; }
  std::string_view left() const { return left_; }

 private:
  std::string_view left_;
  bool good_ = true;
};

/// ErrorResponse.
struct server_error {
  std::string code;  ///< SQLSTATE
  std::string text;
};
std::optional<server_error> read_error(std::string_view payload);

/// DataRow in text format; NULL is empty.
using row = std::vector<std::optional<std::string>>;
std::optional<row> read_row(std::string_view payload);

/// RowDescription: the object id of the first column's type; 0 when there is no column.
std::optional<std::uint32_t> read_first_type(std::string_view payload);

using name_value_list = std::vector<std::pair<std::string, std::string>>;
std::string startup_message(const name_value_list& parameters);
std::string password_message(std::string_view password);
std::string sasl_initial_response(std::string_view mechanism, std::string_view data);
std::string sasl_response(std::string_view data);
/// The simple query: any number of statements of ours.
std::string simple_query(std::string_view statements);
/// The extended query, which the server refuses for more than one statement: at most one row, described.
std::string first_row_query(std::string_view statement);
std::string terminate_message();

}  // namespace telltale::postgres
