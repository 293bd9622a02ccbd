// Formats results as one JSON document.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "render/json_text.hpp"
#include "results/results.hpp"

namespace telltale {
namespace {

namespace json = boost::json;

json::object result_object(const check_result& result) {
  const auto& settings = result.config.settings;
  json::array gates;
  for (const auto which : settings.gates) gates.emplace_back(json_view(to_string(which)));
  json::object measurements;
  for (const auto& found : result.found.measurements) measurements[found.name] = json_number(found.value);
  return {{"name", settings.name},
          {"type", settings.type},
          {"severity", json_view(to_string(settings.effective_severity()))},
          {"gates", std::move(gates)},
          {"verdict", json_view(to_string(result.found.verdict))},
          {"reason", json_view(to_string(result.found.reason))},
          {"message", result.found.message},
          {"duration_seconds", json_number(to_seconds(result.duration))},
          {"measurements", std::move(measurements)}};
}

}  // namespace

std::string results_json(const check_results& results) {
  json::array checks;
  for (const auto& result : results) checks.push_back(result_object(result));
  return json_text(json::object{{"verdict", json_view(to_string(overall(results)))}, {"checks", std::move(checks)}}) +
         "\n";
}

}  // namespace telltale
