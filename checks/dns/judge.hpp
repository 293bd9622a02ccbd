// Judges the replies of name servers: what each means, and what they mean together. No I/O.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <telltale/finding.hpp>

#include "dns/options.hpp"
#include "dns/query.hpp"

namespace telltale::dns {

/// The reply of one server. The sentence of `found` does not name it.
struct judgement {
  finding found;
  /// Resolvers take this response. Otherwise they ask the next server, so that another one makes up for it.
  bool usable = false;
  std::size_t records = 0;           ///< of the type asked for
  std::optional<std::uint32_t> ttl;  ///< when there are records
};

/// `budget` is the time limit of the run, for messages.
judgement judge_reply(const reply&, const dns_options&, std::chrono::nanoseconds budget);

/// The findings of all servers, each naming those that it applies to. A server without a usable response is a warning
/// as long as another one has given a usable response.
std::vector<finding> judge_servers(const std::vector<judgement>&, const std::vector<name_server>&);

/// "2 AAAA records".
std::string count_text(std::size_t records, record);

/// "10.0.0.1, 10.0.0.2"; more than three are counted.
std::string names_of(const std::vector<std::string>& servers);

}  // namespace telltale::dns
