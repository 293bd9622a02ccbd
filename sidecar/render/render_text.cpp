// Renders a gate as text within the 10 KiB that a kubelet reads.
#include <algorithm>

#include <fmt/format.h>

#include "base/printable.hpp"
#include "render/check_line.hpp"
#include "render/gate_listing.hpp"
#include "render/render.hpp"

namespace telltale {
namespace {

constexpr std::size_t room_for_count = 100;  // for the line with the number of omitted checks

std::string_view ending(verdict state) {
  return state == verdict::pass ? "passed" : state == verdict::warn ? "passed with warnings" : "failed";
}

// The gate's own message is needed where no line explains it: draining, no check, an unknown name, or a stalled loop.
bool lines_explain(const gate_listing& listing, const gate_state& state) {
  return state.reason != reason::ok && listing.unknown_only.empty() &&
         std::any_of(listing.shown.begin(), listing.shown.end(),
                     [&](const check_view* view) { return view->status.reason == state.reason; });
}

std::string own_lines(gate which, const gate_listing& listing, const gate_state& state) {
  std::string out;
  if (!listing.only.empty()) out += "only: " + short_list(listing.only) + "\n";
  if (!listing.excluded.empty()) out += "excluded: " + short_list(listing.excluded) + "\n";
  if (!listing.unknown.empty())
    out += fmt::format("warn: not excluded: no check of gate {} is named {}\n", to_string(which),
                       short_list(listing.unknown));
  if (state.state != verdict::pass && !lines_explain(listing, state))
    out += shortened(printable(state.message), max_message) + "\n";
  return out;
}

}  // namespace

std::string gate_text(const snapshot& snap, gate which, const gate_state& state, details level,
                      const gate_filter& filter) {
  const auto last = fmt::format("{} check {}\n", to_string(which), ending(state.state));
  if (level == details::none) return last;
  const auto listing = list_gate(snap, which, filter);
  const auto own = own_lines(which, listing, state);
  const auto room = gate_body_limit - last.size() - own.size() - room_for_count;
  std::string body;
  std::size_t shown = 0;
  for (; shown < listing.shown.size(); ++shown) {
    const auto line = check_line(*listing.shown[shown], level) + "\n";
    if (body.size() + line.size() > room) break;
    body += line;
  }
  if (shown < listing.shown.size()) body += not_shown(listing.shown.size() - shown) + "\n";
  return body + own + last;
}

}  // namespace telltale
