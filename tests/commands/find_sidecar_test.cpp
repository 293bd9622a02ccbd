// Tests which sidecar `healthcheck` and `wait` query.
#include "commands/find_sidecar.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

#include "fakes/temp_folder.hpp"

using namespace telltale;

namespace {

const environment none = [](std::string_view) { return std::nullopt; };
const environment some = [](std::string_view name) {
  return name == "TELLTALE_URL" ? std::optional<std::string>("http://10.0.0.1:7") : std::nullopt;
};
const environment empty = [](std::string_view) { return std::optional<std::string>(""); };
const environment port = [](std::string_view name) {
  return name == "PORT" ? std::optional<std::string>("8080") : std::nullopt;
};

constexpr const char* nowhere = "/nowhere/at/all.yaml";

/// The address that is queried with this installed configuration.
http_target installed(const std::string& text, const environment& variables = port) {
  temp_folder folder;
  return find_sidecar({}, variables, folder.write("telltale.yaml", text));
}

std::string refusal(const gate_query& question, const environment& variables) {
  try {
    return find_sidecar(question, variables, nowhere).shown;
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("find sidecar: the option wins over the environment, the environment over the default") {
  CHECK(find_sidecar({}, none, nowhere).shown == "http://127.0.0.1:9640/ready");
  CHECK(find_sidecar({}, empty, nowhere).shown == "http://127.0.0.1:9640/ready");
  CHECK(find_sidecar({}, some, nowhere).shown == "http://10.0.0.1:7/ready");
  CHECK(find_sidecar({gate::live, "http://10.0.0.2:8", {}}, some, nowhere).shown == "http://10.0.0.2:8/health");
  CHECK_THROWS_AS(find_sidecar({gate::live, "", nowhere}, some, nowhere), std::runtime_error);
}

TEST_CASE("find sidecar: without another source the address comes from the installed configuration, as for serve") {
  CHECK(installed("server: {listen: 0.0.0.0:8080}\nchecks: []\n").shown == "http://localhost:8080/ready");
  CHECK(installed("server:\n  listen: \"0.0.0.0:${PORT}\"\n").shown == "http://localhost:8080/ready");
  CHECK(installed("server: {listen: localhost:8080}\n").shown == "http://127.0.0.1:8080/ready");
  CHECK(installed("server: {listen: unix:/run/t.sock}\n").unix_path == "/run/t.sock");
  CHECK(installed("server: {listen: '[::]:1', tls: {cert: /c, key: /k}}\n").shown == "https://localhost:1/ready");
  CHECK(installed("server: {listen: [{address: 0.0.0.0:1, serves: [metrics]}, 127.0.0.1:2]}\n").shown ==
        "http://127.0.0.1:2/ready");
  CHECK(installed("server: {details: none}\n").shown == "http://127.0.0.1:9640/ready");
  CHECK(installed("checks:\n  - {name: a, type: disk, path: /}\n").shown == "http://127.0.0.1:9640/ready");
  CHECK(installed("server: {listen: 127.0.0.1:1}\n").origin.starts_with("The address comes from /"));
}

TEST_CASE("find sidecar: errors elsewhere in the configuration are ignored, as the sidecar may still run") {
  const std::string text = "server: {listen: 0.0.0.0:8080}\nchecks:\n  - {name: a, type: dsik, path: \"${NOPE}\"}\n";
  CHECK(installed(text).shown == "http://localhost:8080/ready");
  temp_folder folder;
  CHECK(find_sidecar({gate::ready, "", folder.write("t.yaml", text)}, none, nowhere).shown ==
        "http://localhost:8080/ready");
}

TEST_CASE("find sidecar: an unusable installed file gives the default address and a notice") {
  struct row {
    std::string text, says;
  };
  for (const auto& [text, says] : {
           row{"server: {listen: 0.0.0.0:${NOPE:?set a port}}\n", ":1:"},
           row{"server: {listen: \"0.0.0.0:${NOPE}\"}\n", "variable NOPE is not set"},
           row{"server: {listen: example.org:80}\n", "is not a valid address"},
           row{"server: {listen: [0.0.0.0:8080\n", "is not closed"},
           row{"server:\n  listen: 0.0.0.0:1\n  tsl: {}\n", ":3:3 cannot be used: unknown option 'tsl'"},
           row{std::string("server: \0", 9), "a NUL byte"},
           row{"server: {listen: {address: 0.0.0.0:1, serves: [metrics]}}\n", "no address serves gates"},
       }) {
    CAPTURE(text);
    const auto target = installed(text);
    CHECK(target.shown == "http://127.0.0.1:9640/ready");
    CHECK(target.origin.starts_with("This is the default address, as /"));
    CHECK(target.origin.find(says) != std::string::npos);
    CHECK(target.origin.ends_with("; use --url, -c FILE or TELLTALE_URL to change it"));
  }
  temp_folder folder;
  CHECK(find_sidecar({}, none, folder.path()).origin.find("a directory") != std::string::npos);
}

TEST_CASE("find sidecar: a configuration given with -c must be usable") {
  temp_folder folder;
  const auto file = folder.write("t.yaml", "server: {listen: here}\n");
  CHECK(refusal({gate::ready, "", file}, none).find("t.yaml:1:18: listen: 'here' is not a valid address") !=
        std::string::npos);
  CHECK(refusal({gate::ready, "", folder.write("p.yaml", "server: {listen: 127.0.0.1:0}\n")}, none).find("--url") !=
        std::string::npos);
}

TEST_CASE("find sidecar: an invalid address is reported with its source") {
  const environment bad = [](std::string_view) { return std::optional<std::string>("localhost:9640"); };
  CHECK(refusal({}, bad).starts_with("TELLTALE_URL: "));
  CHECK(refusal({gate::ready, "localhost:9640", {}}, none).starts_with("--url: "));
  const environment blank = [](std::string_view) {
    return std::optional<std::string>("http://localhost:9640/my gate");
  };
  CHECK(refusal({}, blank).ends_with("; in a URL a blank is written %20"));
  CHECK(refusal({gate::ready, "http://127.0.0.1:9640\n", {}}, none)
            .ends_with("a blank or line break stands behind the URL"));
}
