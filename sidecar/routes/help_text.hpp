// Texts for people: the index page, and advice for requests that cannot be served.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"

namespace telltale {

/// The body of `/`. Lists only the paths that the address serves, given by `parts`.
std::string index_text(const std::vector<served>& parts);

/// "There is no /redy; did you mean /ready?" and the list of paths.
std::string unknown_path_text(std::string_view path, const std::vector<served>& parts);

/// "/metrics is not served at this address, which serves gates."
std::string not_served_text(std::string_view path, const std::vector<served>& parts);

/// "There is no check named disc; did you mean disk?"
std::string unknown_check_text(std::string_view name, const std::vector<std::string_view>& known);

/// "POST is not allowed; allowed methods: GET, HEAD, OPTIONS."
std::string wrong_method_text(std::string_view method);

inline constexpr std::string_view allowed_methods = "GET, HEAD, OPTIONS";

}  // namespace telltale
