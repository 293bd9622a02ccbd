// Compiles and searches with RE2, which only this file includes.
#include "expect/pattern.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

namespace telltale {
namespace {

/// For the compiled form and the states that a search builds; beyond it a search is slower, not wrong.
constexpr std::int64_t max_memory = std::int64_t{1} << 20;

RE2::Options re2_options() {
  RE2::Options out(RE2::Quiet);  // errors are returned, not written to stderr
  out.set_max_mem(max_memory);
  out.set_never_capture(true);  // only whether it matches is asked
  return out;
}

}  // namespace

struct pattern::compiled {
  explicit compiled(std::string_view text) : expression(re2::StringPiece(text), re2_options()) {}
  RE2 expression;
};

std::optional<pattern> pattern::compile(std::string_view text, std::string& why, std::string& part) {
  auto made = std::make_shared<const compiled>(text);
  if (made->expression.ok()) return pattern(std::move(made));
  why = made->expression.error();
  part = made->expression.error_arg();
  // RE2 repeats the part in its message.
  if (const auto repeated = ": " + part; !part.empty() && why.ends_with(repeated))
    why.resize(why.size() - repeated.size());
  return std::nullopt;
}

bool pattern::found_in(std::string_view text) const {
  const re2::StringPiece whole(text.data(), text.size());
  return compiled_->expression.Match(whole, 0, whole.size(), RE2::UNANCHORED, nullptr, 0);
}

const std::string& pattern::text() const { return compiled_->expression.pattern(); }

std::optional<pattern> option_traits<pattern>::parse(const raw_value& value, std::string_view option,
                                                     problems& errors) {
  const auto* text = detail::scalar_text(value, option, "text", errors);
  if (!text) return std::nullopt;
  if (text->empty()) {
    errors.add(value.at, fmt::format("{}: an empty pattern matches every text", option));
    return std::nullopt;
  }
  std::string why;
  std::string part;
  auto out = pattern::compile(*text, why, part);
  if (!out)
    // The part may be the value of a variable.
    errors.add(value.at,
               fmt::format("{}: expected a regular expression (RE2), not {}: {}{}", option, value.shown(), why,
                           value.expanded || part.empty() ? "" : " at " + raw_value::scalar(part).shown()));
  return out;
}

}  // namespace telltale
