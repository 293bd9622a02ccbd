// Parses YAML texts and prints their trees, for tests that compare the configuration's reader with another one. Texts
// on standard input end with a NUL byte; each gives one line of JSON with its tree or its problems.
#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "yaml/clean_text.hpp"
#include "yaml/reader.hpp"
#include "yaml/source_text.hpp"

using namespace telltale;
namespace json = boost::json;

namespace {

json::value to_json(const raw_value& value) {
  if (value.kind == raw_value::kind_t::null) return nullptr;
  if (value.kind == raw_value::kind_t::scalar) return json::value(value.text);
  if (value.kind == raw_value::kind_t::list) {
    json::array out;
    for (const auto& item : value.items) out.push_back(to_json(item));
    return out;
  }
  json::object out;
  for (const auto& member : value.members) out[member.key] = to_json(member.value);
  return out;
}

json::object read(const std::string& text) {
  problems errors;
  json::object out;
  const auto clean = clean_text(text, errors);
  const auto tree = clean ? read_yaml(source_text(*clean), errors) : std::nullopt;
  if (tree && errors.empty()) out["tree"] = to_json(*tree);
  json::array list;
  for (const auto& p : errors.list())
    list.push_back({{"line", p.at.line}, {"column", p.at.column}, {"message", p.message}});
  out["problems"] = std::move(list);
  return out;
}

}  // namespace

int main() {
  for (std::string text; std::getline(std::cin, text, '\0');) std::cout << json::serialize(read(text)) << '\n';
}
