// Implements the parser of /proc/self/mountinfo.
#include "base/mountinfo.hpp"

#include <sys/sysmacros.h>

#include <algorithm>
#include <array>

#include "base/words.hpp"

namespace telltale {
namespace {

bool has_option(std::string_view options, std::string_view wanted) {
  while (!options.empty())
    if (take_until(options, ',') == wanted) return true;
  return false;
}

bool has_key(std::string_view options, std::string_view key) {
  while (!options.empty())
    if (take_until(options, ',').starts_with(key)) return true;
  return false;
}

bool is_octal(char c) { return c >= '0' && c <= '7'; }

/// The kernel writes space, tab, line break and backslash as \ooo (seq_path in fs/seq_file.c).
std::string unescaped(std::string_view text) {
  if (text.find('\\') == std::string_view::npos) return std::string(text);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1]) && is_octal(text[i + 2]) &&
                        is_octal(text[i + 3]);
    if (!escape) {
      out += text[i];
      continue;
    }
    out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
    i += 3;
  }
  return out;
}

/// Parses the options of the file system, which follow the dash. Since 6.12 ext4 does not become read-only after an
/// error: it shows one of the other two instead.
refusal refusal_of(std::string_view super_options) {
  if (has_option(super_options, "shutdown")) return refusal::shut_down;
  if (has_option(super_options, "emergency_ro")) return refusal::stopped;
  return has_option(super_options, "ro") ? refusal::readonly : refusal::none;
}

/// Parses "8:1" to a device number.
std::optional<std::uint64_t> device_of(std::string_view text) {
  const auto high = number_in<unsigned>(take_until(text, ':'));
  const auto low = number_in<unsigned>(text);
  return high && low ? std::optional<std::uint64_t>(makedev(*high, *low)) : std::nullopt;
}

bool is_prefix(std::string_view point, std::string_view path) {
  if (point == "/") return path.starts_with('/');
  return path.starts_with(point) && (path.size() == point.size() || path[point.size()] == '/');
}

}  // namespace

std::optional<mount> parse_mount(std::string_view line) {
  // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
  const auto dash = line.find(" - ");
  if (dash == std::string_view::npos) return std::nullopt;
  auto left = line.substr(0, dash);
  auto right = line.substr(dash + 3);
  mount out;
  const auto id = number_in<std::uint64_t>(take_until(left, ' '));
  take_until(left, ' ');  // parent
  const auto device = device_of(take_until(left, ' '));
  if (!id || !device) return std::nullopt;
  out.id = *id;
  out.device = *device;
  out.root = unescaped(take_until(left, ' '));
  out.point = unescaped(take_until(left, ' '));
  out.readonly = has_option(take_until(left, ' '), "ro");
  out.type = take_until(right, ' ');
  out.source = unescaped(take_until(right, ' '));
  const auto super_options = take_until(right, ' ');
  out.refuses = refusal_of(super_options);
  out.lower_only = out.type == "overlay" && !has_key(super_options, "upperdir=");
  return out.point.empty() || out.type.empty() ? std::nullopt : std::optional(std::move(out));
}

std::optional<mount> mount_with_id(std::string_view mountinfo, std::uint64_t id) {
  const auto start = std::to_string(id) + ' ';
  while (!mountinfo.empty()) {
    const auto line = take_until(mountinfo, '\n');
    if (!line.starts_with(start)) continue;
    if (auto found = parse_mount(line)) return found;
  }
  return std::nullopt;
}

std::optional<mount> mount_above(std::string_view mountinfo, std::string_view path) {
  std::optional<mount> best;
  while (!mountinfo.empty()) {
    auto found = parse_mount(take_until(mountinfo, '\n'));
    // Later mounts cover earlier ones at the same point.
    if (found && is_prefix(found->point, path) && (!best || found->point.size() >= best->point.size()))
      best = std::move(found);
  }
  return best;
}

bool is_image(const mount& on) {
  static constexpr std::array<std::string_view, 5> images{"squashfs", "erofs", "iso9660", "cramfs", "romfs"};
  if (on.lower_only && on.refuses == refusal::readonly) return true;
  return std::ranges::find(images, on.type) != images.end();
}

std::optional<mount> mount_of_device(std::string_view mountinfo, std::uint64_t device) {
  while (!mountinfo.empty())
    if (auto found = parse_mount(take_until(mountinfo, '\n')); found && found->device == device) return found;
  return std::nullopt;
}

std::vector<mount> mounts_of(std::string_view mountinfo, const std::function<bool(const mount&)>& wanted) {
  std::vector<mount> out;
  while (!mountinfo.empty())
    if (auto found = parse_mount(take_until(mountinfo, '\n')); found && wanted(*found))
      out.push_back(*std::move(found));
  return out;
}

}  // namespace telltale
