// Bodies of the newest pictures, made when first asked for.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "snapshot/snapshot.hpp"

namespace telltale {

enum class body_form : std::uint8_t { json, text };

/// What a body is made from besides the picture.
struct body_key {
  picture_subject subject;  ///< of the picture: the answer of a gate, or the list of checks
  body_form form = body_form::json;
  details level = details::full;
};

/// Holds at most one body per key, of one picture per subject. Another picture lets go of those of its subject, so it
/// never grows and never answers with an old body. Belongs to the loop's thread.
class body_cache {
 public:
  using body = std::shared_ptr<const std::string>;

  body get(const snapshot_ptr&, body_key, const std::function<std::string()>& make);
  /// Lets go of the bodies of pictures that are gone. Whether that is all there was.
  bool tidy();

 private:
  struct of_picture {
    picture_id picture;
    std::array<body, 2 * 3> bodies;
  };
  static std::size_t index(body_key);

  std::array<of_picture, picture_subjects> kept_;
};

}  // namespace telltale
