// Renders a gate as application/health+json (draft-inadarei-api-health-check-06) within the 10 KiB that a kubelet
// reads.
#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <telltale/version.hpp>
#include "base/printable.hpp"
#include "base/utf8.hpp"
#include "render/gate_listing.hpp"
#include "render/health_entry.hpp"
#include "render/json_text.hpp"
#include "render/render.hpp"

namespace telltale {
namespace {

constexpr std::string_view body_version = "1";  // incremented when readers of the body would have to change
constexpr std::size_t room_for_counts = 200;    // for the notes that are known only after fitting

struct fitted_checks {
  std::vector<std::string> members;
  std::size_t shortened = 0;
  std::size_t not_shown = 0;
};

// Half of the room is for full entries of checks that do not pass. Then as many checks as possible are named in short.
// The rest of the room goes to measurements and links, the most important check first.
std::vector<std::string> select_members(const std::vector<const check_view*>& shown, details level, std::size_t room) {
  std::vector<std::string> out;
  std::size_t used = 0;
  for (const auto* view : shown) {
    auto member = short_health_members(*view, level);
    if (view->status.state != check_state::pass)
      if (auto full = health_members(*view, level); used + full.size() < room / 2) member = std::move(full);
    if (used + member.size() + 1 > room) break;
    used += member.size() + 1;
    out.push_back(std::move(member));
  }
  return out;
}

fitted_checks fit(const std::vector<const check_view*>& shown, details level, std::size_t room) {
  fitted_checks out{select_members(shown, level, room)};
  out.not_shown = shown.size() - out.members.size();
  std::size_t used = 0;
  for (const auto& member : out.members) used += member.size() + 1;
  for (std::size_t i = 0; i < out.members.size(); ++i) {
    auto full = health_members(*shown[i], level);
    if (full == out.members[i]) continue;
    const auto grown = used - out.members[i].size() + full.size();
    if (grown > room) {
      ++out.shortened;
    } else {
      used = grown;
      out.members[i] = std::move(full);
    }
  }
  return out;
}

std::vector<std::string> first_notes(gate which, const gate_listing& listing) {
  std::vector<std::string> notes;
  if (!listing.only.empty()) notes.push_back("only: " + short_list(listing.only));
  if (!listing.excluded.empty()) notes.push_back("excluded: " + short_list(listing.excluded));
  if (!listing.unknown.empty())
    notes.push_back(
        fmt::format("not excluded: no check of gate {} is named {}", to_string(which), short_list(listing.unknown)));
  return notes;
}

void add_counts(const fitted_checks& checks, std::vector<std::string>& notes) {
  if (checks.not_shown > 0) notes.push_back(not_shown(checks.not_shown));
  if (checks.shortened > 0)
    notes.push_back(fmt::format("{} shown without measurements; see /checks", checks.shortened));
}

std::string json_list(const std::vector<std::string>& texts) {
  boost::json::array out;
  for (const auto& text : texts) out.emplace_back(text);
  return json_text(out);
}

}  // namespace

std::string gate_health_json(const snapshot& snap, gate which, const gate_state& state, details level,
                             const gate_filter& filter) {
  std::string body = fmt::format(R"({{"status":{},"version":"{}","releaseId":{})", json_quoted(to_string(state.state)),
                                 body_version, json_quoted(version()));
  if (level == details::none) return body + "}\n";
  const auto listing = list_gate(snap, which, filter);
  auto notes = first_notes(which, listing);
  std::string output;
  if (state.state != verdict::pass)
    output = ",\"output\":" + json_quoted(shortened(valid_utf8(state.message), max_output));
  const auto used = body.size() + json_list(notes).size() + output.size() + room_for_counts;
  const auto checks = fit(listing.shown, level, gate_body_limit - std::min(gate_body_limit, used));
  add_counts(checks, notes);
  if (!notes.empty()) body += ",\"notes\":" + json_list(notes);
  body += output;
  return body + fmt::format(",\"checks\":{{{}}}}}\n", fmt::join(checks.members, ","));
}

}  // namespace telltale
