// One thing that is wrong, before it is known whether it stays wrong.
#pragma once

#include <string>

#include <telltale/outcome.hpp>

namespace telltale::sqlite {

struct finding {
  telltale::verdict verdict = verdict::fail;
  telltale::reason reason = reason::internal;
  std::string sentence;  ///< without the database's name in front
  /// It can also be seen for a moment between two steps of a healthy writer: believe it when it is still there.
  bool momentary = false;
};

}  // namespace telltale::sqlite
