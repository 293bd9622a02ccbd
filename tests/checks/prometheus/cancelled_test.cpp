// A probe that is cancelled at any point ends without leaving an operation behind.
#include "checks/prometheus/peer.hpp"
#include "fakes/cancelled_probes.hpp"

using namespace telltale;
using namespace telltale::fakes;

TEST_CASE("prometheus cancelled: at any point of a healthy run") {
  std::string page = "up 1\n";
  for (int i = 0; i < 500; ++i) page += fmt::format("other{{i=\"{}\"}} {}\n", i, i);
  cancel_everywhere(answers(reply_of(page)), make_check({{"rate(up)", text("1")}}), 300);
}

TEST_CASE("prometheus cancelled: while the page does not end") {
  const auto endless = answers("HTTP/1.1 200 OK\r\n\r\nup 1\nup{a=\"b", false);
  cancel_everywhere(endless, make_check({{"rate(up)", text("1")}}), 20);
}
