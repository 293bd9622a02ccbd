// A TLS 1.3 server that is not ours and requires a client certificate: Python's ssl module, as a child process.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include <telltale/outcome.hpp>

#include "fakes/certificates.hpp"
#include "fakes/server_program.hpp"
#include "fakes/temp_folder.hpp"

namespace telltale::fakes {

/// Closes a connection as soon as its handshake has failed, with what is left of it unread. Otherwise it says nothing,
/// and closes after the client.
inline constexpr const char* python_tls_program = R"(
import socket, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.minimum_version = ssl.TLSVersion.TLSv1_3
context.verify_mode = ssl.CERT_REQUIRED
context.load_cert_chain(sys.argv[1], sys.argv[2])
context.load_verify_locations(sys.argv[3])
listener = socket.create_server(("127.0.0.1", 0))
print("port", listener.getsockname()[1], flush=True)
while True:
    connection, _ = listener.accept()
    try:
        with context.wrap_socket(connection, server_side=True) as session:
            while session.recv(100):
                pass
    except OSError:
        pass
)";

/// Presents a certificate for server.test, and accepts clients of the same authority.
class python_tls_server {
 public:
  explicit python_tls_server(const identity& authority) {
    const auto own = make_identity({"server.test", "DNS:server.test"}, &authority);
    const std::vector<std::string> arguments{"-c", python_tls_program, folder_.write("own.pem", certificate_pem(own)),
                                             folder_.write("own.key", key_pem(own)),
                                             folder_.write("ca.pem", certificate_pem(authority))};
    running_ = std::make_unique<server_program>(program(), arguments, "port ");
  }
  static bool available() {
    return !program().path.empty() && std::system("/usr/bin/python3 -c 'import ssl' 2>/dev/null") == 0;
  }
  bool running() const { return running_->running(); }
  boost::asio::ip::tcp::endpoint endpoint() const {
    const auto port = std::stoi(running_->said().substr(running_->said().find("port ") + 5));
    return {boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)};
  }

 private:
  static program_location program() { return find_program("python3", "usr/bin/python3"); }
  temp_folder folder_;
  std::unique_ptr<server_program> running_;
};

/// Every run of a check without a client certificate fails. The server's reset races with its alert, so that one run
/// shows little.
inline void check_refused_without_certificate(const std::function<outcome()>& probe) {
  for (int run = 0; run < 20; ++run) {
    const auto out = probe();
    CAPTURE(run);
    CAPTURE(out.message);
    CHECK(out.verdict == verdict::fail);
    CHECK(to_string(out.reason) == to_string(reason::tls));
    CHECK(out.message.find("client certificate (set cert_file and key_file)") != std::string::npos);
  }
}

}  // namespace telltale::fakes
