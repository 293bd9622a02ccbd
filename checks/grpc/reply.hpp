// Reads the reply to a health call, header by header and piece by piece, and judges it. No I/O, no HTTP/2.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <telltale/finding.hpp>

#include "grpc/explain.hpp"

namespace telltale::grpc {

inline constexpr std::size_t largest_message = 64 * 1024;
/// Of names and values, with 32 bytes for each field, as SETTINGS_MAX_HEADER_LIST_SIZE counts (RFC 9113 section 6.5.2).
inline constexpr std::size_t largest_headers = 16 * 1024;

/// The reply to one call. `judged` is set as soon as what has arrived suffices; what arrives later changes nothing.
class reply {
 public:
  /// `what` must outlive it.
  explicit reply(const question& what) : what_(&what) {}

  void field(std::string_view name, std::string_view value);
  /// A block of fields is complete; `last`: the stream ends with it.
  void end_block(bool last);
  void data(std::string_view bytes);
  /// The stream ended behind data, without trailers.
  void end();

  const std::optional<finding>& judged() const { return judged_; }
  /// Whether the final header has arrived.
  bool begun() const { return begun_; }

 private:
  struct block {
    unsigned status = 0;  ///< `:status`
    bool retry_after = false;
    std::string content_type;
    std::optional<std::string> grpc_status;
    std::string grpc_message;
  };

  void fail(reason why, std::string sentence);
  void judge_header(const block&, bool last);
  void judge_trailers(const block&);
  void judge_message();

  const question* what_;
  block now_;
  bool begun_ = false;
  std::size_t headers_ = 0;  ///< size of all fields
  std::string message_;      ///< with its prefix
  std::optional<finding> judged_;
};

}  // namespace telltale::grpc
