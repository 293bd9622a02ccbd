// The tcp check over Unix sockets.
#include <boost/asio/local/stream_protocol.hpp>

#include "fakes/network_peer.hpp"
#include "fakes/temp_folder.hpp"

namespace telltale::checks {
check_type tcp();
}

using namespace telltale;
using namespace telltale::fakes;

TEST_CASE("tcp: a Unix socket") {
  asio::io_context io;
  const temp_folder folder;
  fixed_resolver names;
  const auto check = make_check(checks::tcp(), {{"address", text("unix:" + (folder / "app.sock"))}});
  CHECK(probe_once(io, check, names, 2s, {}).reason == reason::missing);
  asio::local::stream_protocol::acceptor acceptor(io, folder / "app.sock");
  const auto out = probe_once(io, check, names, 2s, {});
  CHECK(out.verdict == verdict::pass);
  CHECK(contains(out.message, "app.sock: connected"));
}

TEST_CASE("tcp: a Unix socket that must be closed may be missing, or without a server") {
  asio::io_context io;
  const temp_folder folder;
  fixed_resolver names;
  const auto probe_socket = [&](const std::string& path) {
    const fakes::options chosen{{"address", text("unix:" + path)}, {"expect_refused", text("true")}};
    return probe_once(io, make_check(checks::tcp(), chosen), names, 2s, {});
  };
  auto out = probe_socket(folder / "app.sock");
  CHECK(out.verdict == verdict::pass);
  CHECK(contains(out.message, "app.sock: does not exist, as expected"));
  {
    const asio::local::stream_protocol::acceptor acceptor(io, folder / "app.sock");
    CHECK(to_string(probe_socket(folder / "app.sock").reason) == "mismatch");
  }
  out = probe_socket(folder / "app.sock");  // the file stays when its server has ended
  CHECK(out.verdict == verdict::pass);
  CHECK(contains(out.message, "app.sock: refused the connection, as expected"));
}
