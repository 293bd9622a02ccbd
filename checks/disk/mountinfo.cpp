// Lines of /proc/self/mountinfo.
#include "disk/mountinfo.hpp"

#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace telltale::disk {
namespace {

/// Takes the text up to the next `separator` off the front.
std::string_view take(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

bool has_option(std::string_view options, std::string_view wanted) {
  while (!options.empty())
    if (take(options, ',') == wanted) return true;
  return false;
}

bool has_key(std::string_view options, std::string_view key) {
  while (!options.empty())
    if (take(options, ',').starts_with(key)) return true;
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

/// The words of the file system itself, which stand behind the dash. Since 6.12 ext4 does not become read-only after an
/// error: it shows one of the other two instead.
refusal refusal_of(std::string_view super_options) {
  if (has_option(super_options, "shutdown")) return refusal::shut_down;
  if (has_option(super_options, "emergency_ro")) return refusal::stopped;
  return has_option(super_options, "ro") ? refusal::readonly : refusal::none;
}

/// "8:1", as one number.
std::optional<std::uint64_t> device_of(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  unsigned high = 0;
  unsigned low = 0;
  const auto* end = text.data() + text.size();
  if (std::from_chars(text.data(), end, high).ec != std::errc() ||
      std::from_chars(text.data() + colon + 1, end, low).ec != std::errc())
    return std::nullopt;
  return makedev(high, low);
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
  const auto id = take(left, ' ');
  if (std::from_chars(id.data(), id.data() + id.size(), out.id).ec != std::errc()) return std::nullopt;
  take(left, ' ');  // parent
  const auto device = device_of(take(left, ' '));
  if (!device) return std::nullopt;
  out.device = *device;
  out.root = unescaped(take(left, ' '));
  out.point = unescaped(take(left, ' '));
  out.readonly = has_option(take(left, ' '), "ro");
  out.type = take(right, ' ');
  out.source = unescaped(take(right, ' '));
  const auto super_options = take(right, ' ');
  out.refuses = refusal_of(super_options);
  out.lower_only = out.type == "overlay" && !has_key(super_options, "upperdir=");
  return out.point.empty() || out.type.empty() ? std::nullopt : std::optional(std::move(out));
}

std::optional<mount> mount_with_id(std::string_view mountinfo, std::uint64_t id) {
  const auto start = std::to_string(id) + ' ';
  while (!mountinfo.empty()) {
    const auto line = take(mountinfo, '\n');
    if (!line.starts_with(start)) continue;
    if (auto found = parse_mount(line)) return found;
  }
  return std::nullopt;
}

std::optional<mount> mount_above(std::string_view mountinfo, std::string_view path) {
  std::optional<mount> best;
  while (!mountinfo.empty()) {
    auto found = parse_mount(take(mountinfo, '\n'));
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

std::vector<mount> mounts_of(std::string_view mountinfo, const std::function<bool(const mount&)>& wanted) {
  std::vector<mount> out;
  while (!mountinfo.empty())
    if (auto found = parse_mount(take(mountinfo, '\n')); found && wanted(*found)) out.push_back(*std::move(found));
  return out;
}

}  // namespace telltale::disk
