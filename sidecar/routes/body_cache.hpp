// Bodies of the newest picture, made when first asked for.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "snapshot/snapshot.hpp"

namespace telltale {

enum class body_form : std::uint8_t { json, text };

/// What a body is made from besides the picture. `which` is nothing for the list of checks.
struct body_key {
  std::optional<gate> which;
  body_form form = body_form::json;
  details level = details::full;
};

/// Holds at most one body per key, of one picture. Another picture empties it, so it never grows and never answers
/// with an old body. Belongs to the loop's thread.
class body_cache {
 public:
  using body = std::shared_ptr<const std::string>;

  body get(const snapshot_ptr&, body_key, const std::function<std::string()>& make);
  /// Lets go of the bodies of a picture that is gone. Whether that is all there was.
  bool tidy();

 private:
  static constexpr std::size_t subjects = all_gates.size() + 1;
  static std::size_t index(body_key);

  picture_id picture_;
  std::array<body, subjects * 2 * 3> bodies_;
};

}  // namespace telltale
