// Reads /etc/resolv.conf.
#include "dns/system_servers.hpp"

#include <cerrno>
#include <string>

#include <fmt/format.h>

#include "api/file_error.hpp"
#include "base/small_file.hpp"
#include "base/words.hpp"

namespace telltale::dns {
namespace {

constexpr const char* resolv_conf = "/etc/resolv.conf";
constexpr std::size_t largest = std::size_t{64} * 1024;

}  // namespace

outcome system_servers::probe(probe_context&) {
  const auto file = read_small_file(resolv_conf, largest);
  const bool is_absent = file.what == small_file::fault::open && file.error == ENOENT;
  if (!file.ok() && !is_absent)
    return outcome::fail(file.error == EACCES ? reason::denied : reason::internal,
                         fmt::format("{}: {}", resolv_conf, file_error(file)));
  std::string all;
  for (const auto& server : name_servers_in(file.text)) all += (all.empty() ? "" : " ") + to_text(server);
  return outcome::pass(all);
}

std::vector<name_server> servers_in(std::string_view message) {
  std::vector<name_server> out;
  while (!message.empty())
    if (auto server = parse_name_server(take_until(message, ' '))) out.push_back(std::move(*server));
  return out;
}

}  // namespace telltale::dns
