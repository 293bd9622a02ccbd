// A network check outside the tree: connects and waits for the first bytes.
#include <array>

#include <telltale/async_check.hpp>
#include <telltale/check_type.hpp>

#include "net/dial.hpp"

namespace telltale::checks {
namespace {

struct options {
  net::endpoint address;
  net::network_options network;

  static options_of<options> declared() {
    return options_of<options>().required("address", &options::address, "Where to connect.").include(&options::network);
  }
};

boost::asio::awaitable<outcome> listen(net::target target, async_context ctx) {
  constexpr net::phase_words greeting{"no greeting", "before its greeting"};
  net::run now(std::move(ctx), to_text(target.to));
  auto dialed = co_await net::dial(now, target);
  now.add(dialed.failed);
  if (!dialed.line) co_return std::move(now).result("");
  std::array<char, 64> bytes;
  const auto got = co_await dialed.line->read_some(bytes);
  if (got.error) now.add(net::explain_broken(got.error, greeting, false, now.budget));
  co_return std::move(now).result("greeted");
}

class greeting_check final : public async_check {
 public:
  explicit greeting_check(const options& o) : target_{o.address, o.network.ip, {}} {}
  boost::asio::awaitable<outcome> probe(async_context ctx) override { return listen(target_, std::move(ctx)); }

 private:
  net::target target_;
};

}  // namespace

check_type greeting() {
  return async_type<greeting_check, options>({
      .name = "greeting",
      .summary = "Waits for the first bytes of a server.",
      .proves = "A server sends something.",
      .does_not_prove = "That it sends the right thing.",
      .measurements = net::dial_measurements(false),
  });
}

}  // namespace telltale::checks
