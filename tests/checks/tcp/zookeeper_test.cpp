// The recipe for ZooKeeper: the word `srvr` over tcp, against a server from Debian's package.
#include <filesystem>
#include <fstream>
#include <memory>

#include "fakes/free_port.hpp"
#include "fakes/network_peer.hpp"
#include "fakes/server_program.hpp"
#include "fakes/temp_folder.hpp"

namespace telltale::checks {
check_type tcp();
}

using namespace telltale;
using namespace telltale::fakes;

namespace {

/// A single server, which ends with the object.
class zookeeper {
 public:
  static std::string jars() { return (tools_folder() / "zookeeper/usr/share/java/").string(); }
  static program_location java() { return find_program("java", "usr/bin/java"); }

  zookeeper() {
    for (int tries = 0; tries < 3 && !running(); ++tries) start();
  }
  bool running() const { return server_ && server_->running(); }
  const std::string& said() const { return server_->said(); }
  const tcp::endpoint& endpoint() const { return endpoint_; }

 private:
  void start() {
    endpoint_ = free_port();
    std::ofstream(folder_ / "zoo.cfg") << "clientPortAddress=127.0.0.1\nclientPort=" << endpoint_.port()
                                       << "\nadmin.enableServer=false\ndataDir=" << folder_ / "data" << '\n';
    std::string path;
    for (const auto* jar : {"zookeeper", "zookeeper-jute", "slf4j-api", "slf4j-simple", "metrics-core", "snappy-java"})
      path += jars() + jar + ".jar:";
    const std::vector<std::string> arguments{
        "-Xmx64m",          "-XX:TieredStopAtLevel=1", "-cp", path, "org.apache.zookeeper.server.ZooKeeperServerMain",
        folder_ / "zoo.cfg"};
    server_ = std::make_unique<server_program>(java(), arguments, "PrepRequestProcessor (sid:0) started");
  }

  temp_folder folder_;
  tcp::endpoint endpoint_;
  std::unique_ptr<server_program> server_;
};

outcome asked(const zookeeper& server, const char* word, const char* pattern) {
  asio::io_context io;
  fixed_resolver names;
  names.answer.endpoints = {server.endpoint()};
  fakes::options chosen{{"address", text("zookeeper:2181")}, {"send", text(word)}, {"match", text(pattern)}};
  return probe_once(io, make_check(checks::tcp(), std::move(chosen)), names, 10s, {});
}

}  // namespace

TEST_CASE("tcp zookeeper: srvr tells the role of a server that serves") {
  if (::access((zookeeper::jars() + "zookeeper.jar").c_str(), R_OK) != 0 || zookeeper::java().path.empty()) {
    MESSAGE("skipped: no ZooKeeper (scripts/tools.sh) or no /usr/bin/java (Debian package openjdk-17-jre-headless)");
    return;
  }
  const zookeeper server;
  REQUIRE_MESSAGE(server.running(), server.said());
  constexpr auto serves = "(?m)^Mode: (leader|follower|standalone)$";
  auto out = asked(server, "srvr\n", serves);
  // The port is open before the server serves, which is what this word tells apart.
  for (int tries = 0; tries < 1000 && contains(out.message, "not currently serving"); ++tries)
    out = asked(server, "srvr\n", serves);
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  CHECK(out.message == "zookeeper:2181: expected text received");
  out = asked(server, "srvr\n", "(?m)^Mode: leader$");
  CHECK(out.reason == reason::mismatch);
  CHECK(contains(out.message, "the server sent 'Zookeeper version: 3.8."));
  // The word of older recipes is off since 3.5.
  out = asked(server, "ruok\n", "^imok");
  CHECK(out.reason == reason::mismatch);
  CHECK(contains(out.message, "'ruok is not executed because it is not in the whitelist."));
}
