// The order of precedence is said in `telltale healthcheck --help`.
#include "commands/find_sidecar.hpp"

#include <stdexcept>

namespace telltale {
namespace {

http_target configured(const gate_question& question, check_table_source table, const environment& variables) {
  auto loaded = load_config(*question.config, table(), variables);
  if (const auto* errors = std::get_if<config_errors>(&loaded)) throw std::runtime_error(to_text(*errors));
  return local_target(std::get<config>(loaded).server, question.gate);
}

}  // namespace

http_target find_sidecar(const gate_question& question, check_table_source table, const environment& variables) {
  if (!question.url.empty()) return parse_target(question.url, question.gate);
  if (question.config) return configured(question, table, variables);
  const auto from_environment = variables("TELLTALE_URL");
  const bool is_set = from_environment && !from_environment->empty();
  return parse_target(is_set ? std::string_view(*from_environment) : default_url, question.gate);
}

}  // namespace telltale
