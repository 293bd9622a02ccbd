// Parses the arguments of one command with CLI11, and reports invalid ones in one line.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace telltale {

/// Invalid arguments: one line.
struct usage_error {
  std::string sentence;
};

std::vector<std::string_view> command_names();
bool is_command(std::string_view word);

/// Options are declared with the variable they set; `parse` sets them.
class command_line_parser {
 public:
  explicit command_line_parser(std::string_view command);
  ~command_line_parser();
  command_line_parser(const command_line_parser&) = delete;
  command_line_parser& operator=(const command_line_parser&) = delete;

  /// The heading in the help above the options that are declared from now on.
  void heading(std::string);
  void flag(const std::string& name, bool& into, const std::string& doc);
  void text(const std::string& name, std::string& into, const std::string& type, const std::string& doc);
  /// `into` stays empty when the option is not given.
  void once(const std::string& name, std::vector<std::string>& into, const std::string& type, const std::string& doc);
  /// An option that may be repeated, with one value each.
  void repeated(const std::string& name, std::vector<std::string>& into, const std::string& type,
                const std::string& doc);
  void rest(const std::string& name, std::vector<std::string>& into, const std::string& doc);
  /// A positive duration.
  void duration(const std::string& name, std::chrono::milliseconds& into, const std::string& doc);
  /// One of several words, in the order of the enumerators.
  template <class Enum, std::size_t N>
  void choice(const std::string& name, Enum& into, const std::array<std::string_view, N>& names,
              const std::string& doc) {
    index(
        name, {names.begin(), names.end()}, [&into](std::size_t i) { into = static_cast<Enum>(i); }, doc);
  }

  /// Parses the arguments. Throws usage_error. Returns the help text when it was requested.
  std::optional<std::string> parse(std::vector<std::string> words);

 private:
  void index(const std::string& name, std::vector<std::string_view> names, std::function<void(std::size_t)> set,
             const std::string& doc);
  void refuse_unknown(const std::vector<std::string>& unknown) const;
  std::string nearest_option(std::string_view word) const;
  CLI::Option& under_heading(CLI::Option*) const;

  std::unique_ptr<CLI::App> app_;
  std::string heading_;
};

}  // namespace telltale
