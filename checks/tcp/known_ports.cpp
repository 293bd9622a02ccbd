// Contains the table of ports. A check type for one of these servers replaces the advice in its row.
#include "tcp/known_ports.hpp"

#include <array>

#include <fmt/format.h>

#include "net/endpoint.hpp"

namespace telltale::tcp {
namespace {

/// Which connections disturb the server.
enum class disturbs : std::uint8_t {
  bare,    ///< those that ask nothing
  remote,  ///< all without a login, except over loopback
};

struct known_port {
  std::uint16_t port;
  disturbs by;
  std::string_view what;
  std::string_view advice;
};

/// Sources: MySQL manual, "Host 'host_name' is blocked" and "DNS Lookups and the Host Cache"; PostgreSQL manual,
/// "Connection Establishment" (one server process per connection); Redis manual, "PING" and the error LOADING; Kafka
/// protocol guide.
constexpr std::array<known_port, 5> known_ports{{
    {3306, disturbs::remote,
     "MySQL and MariaDB count a connection from another host without a login as an error, and block that host after "
     "max_connect_errors of them",
     "connect over loopback or to the Unix socket, where they do not count, or check the application that uses it"},
    {5432, disturbs::bare, "PostgreSQL starts a process for each connection and accepts it while it still recovers",
     "use type postgres, which asks it something"},
    {5672, disturbs::bare, "RabbitMQ logs connections without a login, and accepts them while alarms block publishers",
     "check its management API with type http, or raise `interval`"},
    {6379, disturbs::bare, "Redis accepts connections while it loads its data and answers no command",
     R"(ask it something: send: "PING\n" and expect: "+PONG")"},
    {9092, disturbs::bare,
     "a Kafka broker accepts connections without a controller or a leader for any partition, and at addresses other "
     "than those it advertises",
     "check its metrics page with type prometheus, or the application that uses it"},
}};

bool applies(const known_port& row, std::string_view host, bool asks) {
  return row.by == disturbs::remote ? !net::is_loopback(host) : !asks;
}

}  // namespace

std::string known_port_hint(std::string_view host, std::uint16_t port, bool asks) {
  for (const auto& row : known_ports)
    if (row.port == port && applies(row, host, asks))
      return fmt::format("address: on port {} {} - {}", port, row.what, row.advice);
  return {};
}

}  // namespace telltale::tcp
