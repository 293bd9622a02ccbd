// What people read when they did not ask for a picture: the index, and what to do about a mistaken request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"

namespace telltale {

/// The body of `/` for people. `parts` is what the address serves: only its paths are listed.
std::string index_text(const std::vector<served>& parts);

/// "There is no /redy; did you mean /ready?" and the list of paths.
std::string unknown_path_text(std::string_view path, const std::vector<served>& parts);

/// "/metrics is not served at this address, which serves gates."
std::string not_served_text(std::string_view path, const std::vector<served>& parts);

/// "There is no check named disc; did you mean disk?"
std::string unknown_check_text(std::string_view name, const std::vector<std::string_view>& known);

/// "POST is not answered here, GET, HEAD, OPTIONS are."
std::string wrong_method_text(std::string_view method);

inline constexpr std::string_view allowed_methods = "GET, HEAD, OPTIONS";

}  // namespace telltale
