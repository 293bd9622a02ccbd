// Reads a configuration from standard input as the program does and prints its tree as JSON, every scalar as a text.
// For tests that compare written and parsed values.
#include <iostream>
#include <iterator>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "config/config.hpp"
#include "config/substitution.hpp"
#include "yaml/clean_text.hpp"
#include "yaml/reader.hpp"
#include "yaml/source_text.hpp"

namespace {

using telltale::raw_value;

boost::json::value tree(const raw_value& from) {
  switch (from.kind) {
    case raw_value::kind_t::null:
      return nullptr;
    case raw_value::kind_t::scalar:
      return boost::json::value(from.text);
    case raw_value::kind_t::list: {
      boost::json::array out;
      for (const auto& item : from.items) out.push_back(tree(item));
      return out;
    }
    case raw_value::kind_t::map: {
      boost::json::object out;
      for (const auto& member : from.members) out[member.key] = tree(member.value);
      return out;
    }
  }
  return nullptr;
}

}  // namespace

int main() {
  telltale::problems errors;
  const std::string input{std::istreambuf_iterator<char>(std::cin), {}};
  auto clean = telltale::clean_text(input, errors);
  std::optional<raw_value> root;
  if (clean) root = telltale::read_yaml(telltale::source_text(std::move(*clean)), errors);
  if (root) telltale::substitute_variables(*root, telltale::process_environment(), errors);
  for (const auto& problem : errors.list())
    std::cerr << problem.at.line << ':' << problem.at.column << ": " << problem.message << '\n';
  if (!root || !errors.empty()) return 1;
  std::cout << boost::json::serialize(tree(*root)) << '\n';
  return 0;
}
