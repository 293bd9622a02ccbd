#include "http_server/listener.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "fakes/temp_folder.hpp"
#include "raw_client.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;

namespace {

std::string sentence_of(boost::asio::io_context& loop, const std::string& address) {
  try {
    listener opened(loop, parse_listen_address(address), false, 5s);
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  return "listens";
}

}  // namespace

TEST_CASE("listener: each failure has its message and advice") {
  struct row {
    const char* address;
    int error;
    const char* mend;
  };
  const std::vector<row> rows = {
      {"127.0.0.1:9640", EADDRINUSE, "choose another port with --listen"},
      {"0.0.0.0:80", EACCES, "CAP_NET_BIND_SERVICE"},
      {"10.9.8.7:9640", EADDRNOTAVAIL, "no interface has this address"},
      {"[::1]:9640", EAFNOSUPPORT, "IPv6 is disabled"},
      {"unix:/a/b", EADDRINUSE, "another program listens there"},
      {"unix:/a/b", ENOENT, "directory does not exist"},
      {"unix:/a/b", EACCES, "make the directory writable"},
      {"unix:/a/b", EROFS, "read-only"},
      {"unix:/a/b", EEXIST, "not a socket"},
      {"127.0.0.1:9640", ENOBUFS, "No buffer space"},
  };
  for (const auto& each : rows) {
    const auto sentence = describe_listen_error(parse_listen_address(each.address), each.error);
    CAPTURE(sentence);
    CHECK(sentence.find(each.mend) != std::string::npos);
    CHECK(sentence.starts_with(std::string("cannot listen on ") + each.address + ": "));
    CHECK(sentence.find('\n') == std::string::npos);
  }
}

TEST_CASE("listener: the real port is known, and the port is free after closing") {
  boost::asio::io_context loop;
  std::string address;
  {
    listener first(loop, parse_listen_address("127.0.0.1:0"), false, 5s);
    address = first.bound().text;
    CHECK_FALSE(address.ends_with(":0"));
    CHECK(sentence_of(loop, address).find("already in use") != std::string::npos);
  }
  CHECK(sentence_of(loop, address) == "listens");
}

TEST_CASE("listener: an address of no interface is refused") {
  boost::asio::io_context loop;
  CHECK(sentence_of(loop, "192.0.2.1:0").find("no interface has this address") != std::string::npos);
}

TEST_CASE("listener: a stale socket file is replaced, one in use is not") {
  boost::asio::io_context loop;
  const temp_folder folder;
  const auto path = folder / "a.sock";
  {
    listener first(loop, parse_listen_address("unix:" + path), false, 5s);
    CHECK(sentence_of(loop, "unix:" + path).find("another program listens there") != std::string::npos);
    CHECK(std::filesystem::is_socket(path));
  }
  CHECK_FALSE(std::filesystem::exists(path));
  {
    const descriptor dead(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    path.copy(name.sun_path, sizeof(name.sun_path) - 1);
    REQUIRE(::bind(dead.get(), reinterpret_cast<const sockaddr*>(&name), sizeof(name)) == 0);
  }
  CHECK(std::filesystem::is_socket(path));
  CHECK(sentence_of(loop, "unix:" + path) == "listens");
}

TEST_CASE("listener: a file that is not a socket is kept") {
  boost::asio::io_context loop;
  const temp_folder folder;
  const auto path = folder.write("precious", "data");
  CHECK(sentence_of(loop, "unix:" + path).find("not a socket") != std::string::npos);
  CHECK(std::filesystem::file_size(path) == 4);
  CHECK(sentence_of(loop, "unix:" + (folder / "missing/a.sock")).find("directory does not exist") != std::string::npos);
}

TEST_CASE("listener: a file that replaced the socket meanwhile is not removed") {
  boost::asio::io_context loop;
  const temp_folder folder;
  const auto path = folder / "a.sock";
  listener opened(loop, parse_listen_address("unix:" + path), false, 5s);
  std::filesystem::rename(path, folder / "moved");
  folder.write("a.sock", "somebody else's");
  opened.close();
  opened.close();
  CHECK(std::filesystem::exists(path));
}
