// Option declarations: each is written once and drives parsing, validation, documentation and the JSON Schema.
//
//   struct disk_options {
//     file_path path;
//     percent warn{80};
//
//     static options_of<disk_options> declared() {
//       return options_of<disk_options>()
//           .required("path", &disk_options::path, "Any file or directory on the file system to measure.")
//           .optional("warn", &disk_options::warn, "Warn when this share is used.");
//     }
//   };
//
// The C++ type of the member is the type of the option, and its initialiser is the default. A struct with `declared()`
// is the options of a check type (check_type.hpp), an option of another struct, written as a map (option_group.hpp), or
// a group that several types share (`include`).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <telltale/option_traits.hpp>
#include <telltale/raw_value.hpp>

namespace telltale {

/// Advice about options that are valid, but harm their target or prove less than they seem to. The location is that of
/// the option, if it is written in the configuration.
struct option_hint {
  std::string_view option;
  std::string sentence;  ///< "OPTION: what happens - what to do instead"; without secrets
};

/// The declared options of the struct `Options`, a default-constructible value type. Immutable after building;
/// safe to share between threads.
///
/// If `Options` has a member `void validate(source_location, problems&) const`, it is called after a parse without
/// problems, for rules that span several options. A problem at that location whose message begins with the name of an
/// option and a colon is reported at this option, if it is written: "body: only the method POST sends one".
///
/// If it has a member `std::vector<option_hint> hints() const`, `telltale validate` prints what it returns for valid
/// options.
template <class Options>
class options_of {
 public:
  template <class T>
  options_of&& required(std::string name, T Options::*member, std::string doc) && {
    return std::move(*this).add(std::move(name), member, true, std::move(doc));
  }
  template <class T>
  options_of&& optional(std::string name, T Options::*member, std::string doc) && {
    return std::move(*this).add(std::move(name), member, false, std::move(doc));
  }
  /// Adds the options of `Group::declared()`, which several types share, at the level of this type's own options:
  /// `.include(&tcp_options::tls)`. The group's `validate` is called too, before that of `Options`.
  template <class Group>
  options_of&& include(Group Options::*member) && {
    const options_of<Group>& group = Group::declared();
    infos_.insert(infos_.end(), group.infos_.begin(), group.infos_.end());
    for (const auto& read : group.readers_)
      readers_.push_back([read, member](const raw_value& value, problems& errors, Options& into) {
        read(value, errors, into.*member);
      });
    rules_.push_back([rules = group.rules_, member](const Options& parsed, source_location at, problems& errors) {
      options_of<Group>::check_rules(parsed.*member, rules, at, errors);
    });
    advisers_.push_back([advisers = group.advisers_, member](const Options& parsed, std::vector<option_hint>& into) {
      options_of<Group>::collect_hints(parsed.*member, advisers, into);
    });
    return std::move(*this);
  }

  const std::vector<option_info>& infos() const { return infos_; }

  /// Parses a map. Unknown keys, wrong types and missing required options are added to `errors` with their location.
  /// `also_known` are keys of the same map that other code reads. Values start from `initial`.
  Options parse(const raw_value& map, problems& errors, Options initial = {},
                const std::vector<std::string_view>& also_known = {}) const {
    const auto before = errors.size();
    detail::check_keys(map, names(), required_names(), also_known, errors);
    for (const auto& member : map.members)
      for (std::size_t i = 0; i < infos_.size(); ++i)
        if (infos_[i].name == member.key) readers_[i](member.value, errors, initial);
    if (errors.size() != before) return initial;
    problems broken;
    check_rules(initial, rules_, map.at, broken);
    for (const auto& one : broken.list()) errors.add(detail::place_of(one, map), one.message);
    return initial;
  }

  /// The hints of the included groups and of `Options`. The options are valid.
  std::vector<option_hint> hints(const Options& parsed) const {
    std::vector<option_hint> out;
    collect_hints(parsed, advisers_, out);
    return out;
  }

  std::vector<std::string_view> names() const {
    std::vector<std::string_view> out;
    for (const auto& info : infos_) out.push_back(info.name);
    return out;
  }

 private:
  template <class>
  friend class options_of;
  using reader = std::function<void(const raw_value&, problems&, Options&)>;
  using rule = std::function<void(const Options&, source_location, problems&)>;
  using adviser = std::function<void(const Options&, std::vector<option_hint>&)>;

  static void check_rules(const Options& parsed, const std::vector<rule>& rules, source_location at, problems& errors) {
    for (const auto& check : rules) check(parsed, at, errors);
    if constexpr (requires { parsed.validate(at, errors); }) parsed.validate(at, errors);
  }

  static void collect_hints(const Options& parsed, const std::vector<adviser>& advisers,
                            std::vector<option_hint>& into) {
    for (const auto& advise : advisers) advise(parsed, into);
    if constexpr (requires { parsed.hints(); })
      for (auto& hint : parsed.hints()) into.push_back(std::move(hint));
  }

  template <class T>
  options_of&& add(std::string name, T Options::*member, bool required, std::string doc) && {
    using traits = option_traits<T>;
    const Options defaults{};
    infos_.push_back({name, traits::shape(), required, required ? "" : traits::text(defaults.*member), std::move(doc)});
    readers_.push_back([name, member](const raw_value& value, problems& errors, Options& into) {
      if (auto parsed = traits::parse(value, name, errors)) into.*member = std::move(*parsed);
    });
    return std::move(*this);
  }

  std::vector<std::string_view> required_names() const {
    std::vector<std::string_view> out;
    for (const auto& info : infos_)
      if (info.required) out.push_back(info.name);
    return out;
  }

  std::vector<option_info> infos_;
  std::vector<reader> readers_;
  std::vector<rule> rules_;        ///< of included groups
  std::vector<adviser> advisers_;  ///< of included groups
};

}  // namespace telltale
