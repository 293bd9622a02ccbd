// Fuzz target: the files of the certificate check. The certificate file, then behind a line `=====` each the key and
// the file with authorities, where they are set. The date is fixed.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ascii.hpp"
#include "certificate/judge.hpp"
#include "net/tls_pem.hpp"
#include "require.hpp"

using namespace telltale;
using fuzz::require;

namespace {

constexpr std::chrono::sys_seconds now = std::chrono::sys_days(std::chrono::year(2030) / 1 / 1);
using texts = certificate::texts;

texts split(std::string_view bytes) {
  constexpr std::string_view line = "=====\n";
  std::optional<std::string_view> parts[3];
  for (auto& part : parts) {
    const auto end = bytes.find(line);
    part = bytes.substr(0, end);
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + line.size());
  }
  return {*parts[0], parts[1], parts[2]};
}

outcome judge(const texts& files, std::chrono::sys_seconds when = now) {
  static const certificate_options options = [] {
    certificate_options out;
    out.path.text = "/tls.crt";
    out.key = file_path{"/tls.key"};
    out.ca_file = file_path{"/ca.crt"};
    out.host = {"app.test"};
    return out;
  }();
  return certificate::judge(files, options, when);
}

void judge_pass(const texts& files, const outcome& got) {
  require(got.reason == reason::ok, "what passes has no other reason");
  require(got.measured("certificates").value_or(0) >= 1, "what passes has a certificate");
  const auto left = got.measured("certificate_expiry_seconds");
  require(left && *left >= 0, "what passes has not expired");
  require(net::certificates_in(files.path).all.size() == *got.measured("certificates"), "each certificate is counted");
  const auto end = now + std::chrono::seconds(static_cast<std::int64_t>(*left));
  const auto later = judge(files, end + std::chrono::seconds(1));
  require(later.verdict == verdict::fail && later.reason == reason::tls, "a second after its end nothing passes");
  require(judge({files.path, {}, {}}).verdict == verdict::pass, "what passes does so without key and authorities too");
  if (files.key) require(static_cast<bool>(net::key_in(*files.key).key), "what passes has a key, where one is set");
  const auto cut = files.path.substr(0, files.path.find("-----END"));
  require(judge({cut, files.key, files.ca_file}).verdict == verdict::fail, "a file that is cut off does not pass");
}

/// No line of a key is repeated.
void judge_secrets(std::string_view key, const std::string& message) {
  constexpr std::size_t long_enough = 32;
  while (!key.empty()) {
    const auto end = std::min(key.find('\n'), key.size());
    const auto line = key.substr(0, end);
    require(line.size() < long_enough || message.find(line) == std::string::npos, "no line of a key is in a message");
    key.remove_prefix(std::min(end + 1, key.size()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto files = split({reinterpret_cast<const char*>(data), size});
  const auto got = judge(files);
  require(got == judge(files), "the same files are judged alike");
  require(got.message.size() < 4096, "a sentence is bounded");
  for (const char c : got.message) require(!is_control(c), "a sentence is printable");
  if (files.key && net::key_in(*files.key).key) judge_secrets(*files.key, got.message);
  if (got.verdict == verdict::pass) judge_pass(files, got);
  else require(got.reason != reason::ok && !got.message.empty(), "every other verdict says why");
  return 0;
}
