// The values of options that only the http check has: ranges of statuses, and a number of redirects.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <telltale/option_traits.hpp>

namespace telltale {
namespace web {

/// HTTP statuses from `first` to `last`, both included.
struct status_range {
  unsigned first = 200;
  unsigned last = 299;
  bool contains(unsigned status) const { return first <= status && status <= last; }
  friend bool operator==(const status_range&, const status_range&) = default;
};

/// The most redirects that are followed; 0: none.
struct redirect_limit {
  unsigned most = 0;
  friend bool operator==(const redirect_limit&, const redirect_limit&) = default;
};

/// A method that asks a question. POST is for endpoints that accept nothing else, such as GraphQL.
enum class request_method : std::uint8_t { get, head, options, post };

}  // namespace web

template <>
struct choices<web::request_method> {
  static constexpr std::array<std::string_view, 4> names{"GET", "HEAD", "OPTIONS", "POST"};
};

template <>
struct option_traits<web::status_range> {
  static option_shape shape() { return {option_kind::text, {}, {}, {}}; }
  static std::optional<web::status_range> parse(const raw_value&, std::string_view option, problems&);
  static std::string text(const web::status_range&);
};

template <>
struct option_traits<web::redirect_limit> {
  static option_shape shape() { return {option_kind::text, {}, {}, {}}; }
  static std::optional<web::redirect_limit> parse(const raw_value&, std::string_view option, problems&);
  static std::string text(const web::redirect_limit& value) {
    return value.most == 0 ? "no" : std::to_string(value.most);
  }
};

}  // namespace telltale
