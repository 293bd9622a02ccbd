// Implements the walk over a response.
#include "dns/message.hpp"

#include <arpa/nameser.h>

#include <algorithm>

namespace telltale::dns {
namespace {

class walk {
 public:
  explicit walk(std::string_view bytes) : bytes_(bytes) {}

  std::uint32_t number(std::size_t size) {
    std::uint32_t out = 0;
    if (!skip(size)) return 0;
    for (std::size_t i = at_ - size; i < at_; ++i) out = out << 8 | static_cast<unsigned char>(bytes_[i]);
    return out;
  }
  bool skip(std::size_t size) {
    good_ = good_ && size <= bytes_.size() - at_;
    if (good_) at_ += size;
    return good_;
  }
  void name();
  bool good() const { return good_; }
  void fail() { good_ = false; }
  std::size_t at() const { return at_; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;  ///< never behind the end
  bool good_ = true;
};

/// RFC 1035 sections 3.1 and 4.1.4: labels and pointers to other names.
void walk::name() {
  constexpr std::size_t longest = 255;
  constexpr unsigned pointer = 0xc0;
  std::size_t length = 1;
  std::optional<std::size_t> end;
  for (unsigned jumps = 0; good_;) {
    const auto first = number(1);
    if (first == 0) break;
    if ((first & pointer) == pointer) {
      const auto target = (first & ~pointer) << 8 | number(1);
      if (!end) end = at_;
      if (target >= bytes_.size() || ++jumps > longest) return fail();
      at_ = target;
      continue;
    }
    length += 1 + first;
    if ((first & pointer) != 0 || length > longest || !skip(first)) return fail();
  }
  if (end) at_ = *end;
}

/// The data of a record: where it has names, they end within it.
void data(walk& from, std::uint32_t type, std::size_t size) {
  const auto begin = from.at();
  const bool is_soa = type == ns_t_soa;
  const bool has_name =
      is_soa || type == ns_t_ns || type == ns_t_cname || type == ns_t_ptr || type == ns_t_mx || type == ns_t_srv;
  if (type == ns_t_mx) from.skip(2);
  if (type == ns_t_srv) from.skip(6);
  if (has_name) from.name();
  if (is_soa) from.name(), from.skip(20);
  const auto used = from.at() - begin;
  if (used > size) return from.fail();
  from.skip(size - used);
}

}  // namespace

std::optional<message_facts> read_message(std::string_view bytes, int wanted) {
  walk from(bytes);
  message_facts out;
  from.skip(2);
  const auto flags = from.number(2);
  out.is_response = (flags & 0x8000U) != 0;
  out.code = flags & 0xfU;
  const auto questions = from.number(2);
  out.records = from.number(2);
  from.skip(4);
  for (std::uint32_t i = 0; i < questions && from.good(); ++i) from.name(), from.skip(4);
  for (std::size_t i = 0; i < out.records && from.good(); ++i) {
    from.name();
    const auto type = from.number(2);
    if (type == static_cast<std::uint32_t>(wanted)) ++out.of_type;
    from.skip(2);
    const auto ttl = from.number(4);
    const auto seconds = ttl > 0x7fffffffU ? 0 : ttl;  // RFC 2181 section 8
    out.lowest_ttl = i == 0 ? seconds : std::min(out.lowest_ttl, seconds);
    const auto size = from.number(2);
    data(from, type, size);
  }
  return from.good() ? std::optional(out) : std::nullopt;
}

}  // namespace telltale::dns
