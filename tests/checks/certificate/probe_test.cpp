// The certificate check on files: missing, unreadable, replaced, behind symbolic links as Kubernetes mounts them.
#include <doctest/doctest.h>

#include "checks/file_fixtures.hpp"
#include "fakes/certificates.hpp"

namespace telltale::checks {
check_type certificate();
}

using namespace telltale;
using namespace telltale::fakes;
using namespace telltale::testing;

namespace {

std::string probed(const std::string& path, std::vector<raw_member> more = {}) {
  more.push_back(option("path", path));
  return described(checked(checks::certificate(), std::move(more)).run());
}

std::string problem_of(std::vector<raw_member> options) {
  problems errors;
  checks::certificate().validate(raw_value::map(std::move(options)), errors, {});
  return errors.empty() ? "" : errors.list()[0].message;
}

}  // namespace

TEST_CASE("certificate: a file that cannot be read is reported with its reason") {
  const temp_folder folder;
  const auto good = folder.write("good.pem", certificate_pem(make_identity({})));
  CHECK(probed(good).starts_with("pass ok: " + good + ": valid until "));
  CHECK(probed(folder / "absent.pem").starts_with("fail missing: "));
  CHECK(probed(folder.path()).find("fail mismatch: " + folder.path() + " is a directory, not a file") == 0);
  CHECK(probed("/dev/null").find("is a character device") != std::string::npos);
  const auto large = folder.write("large.pem", std::string((4 << 20) + 1, '\n'));
  CHECK(probed(large) == "fail mismatch: " + large + " is larger than 4MiB");
  CHECK(probed(good, {option("key", folder / "absent.key")}).starts_with("fail missing: " + folder.path()));
  CHECK(probed(good, {option("ca_file", folder / "absent.ca")}).starts_with("fail missing: " + folder.path()));
}

TEST_CASE("certificate: a file without read permission is denied") {
  const temp_folder folder;
  const auto path = folder.write("key.pem", "x");
  std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
  std::filesystem::permissions(path, std::filesystem::perms::none);
  const auto said = as_nobody([&] { return probed(path); });
  CAPTURE(said);
  CHECK(said.find("fail denied: " + path + ": permission denied") == 0);
}

TEST_CASE("certificate: a renewed file behind the links of a Kubernetes volume is read at the next run") {
  const temp_folder folder;
  const auto version = [&](const std::string& name, long until) {
    std::filesystem::create_directory(folder / name);
    const auto made = make_identity({"app.test", "DNS:app.test", -3600, until});
    folder.write(name + "/tls.crt", certificate_pem(made));
    folder.write(name + "/tls.key", key_pem(made));
  };
  version("..1", -60);
  version("..2", 90 * 86400);
  std::filesystem::create_symlink("..1", folder / "..data");
  std::filesystem::create_symlink("..data/tls.crt", folder / "tls.crt");
  std::filesystem::create_symlink("..data/tls.key", folder / "tls.key");
  checked check(checks::certificate(), {option("path", folder / "tls.crt"), option("key", folder / "tls.key")});
  CHECK(check.run().reason == reason::tls);
  std::filesystem::create_symlink("..2", folder / "..new");
  std::filesystem::rename(folder / "..new", folder / "..data");
  CHECK(check.run().verdict == verdict::pass);
}

TEST_CASE("certificate: options that cannot be met are refused") {
  CHECK(problem_of({option("path", "/a"), option("key", "/a"), option("host", "a.test")}).empty());
  CHECK(problem_of({option("path", "/a"), option("host", "a.test:443")}).find("host: 'a.test:443'") == 0);
  CHECK(problem_of({option("path", "/a"), option("ca_file", "/a")}).find("ca_file: the same file") == 0);
  CHECK_FALSE(problem_of({option("key", "/a")}).empty());
}

TEST_CASE("certificate: a run a minute is usual") {
  CHECK(checks::certificate().cadence.interval == std::chrono::minutes(1));
}
