// The certificate check: judges a certificate file, its key, its names, its chain and when it expires.
#include <optional>
#include <utility>

#include <telltale/check_type.hpp>

#include "certificate/judge.hpp"
#include "certificate/options.hpp"
#include "net/tls_pem_file.hpp"

namespace telltale {
namespace {

/// The files of one run.
struct read_files {
  explicit read_files(const certificate_options& options) : path(options.path.text) {
    if (options.key) key.emplace(options.key->text);
    if (options.ca_file) ca_file.emplace(options.ca_file->text);
  }

  finding failure() const {
    auto out = path.failure();
    if (out.verdict == verdict::pass && key) out = key->failure();
    if (out.verdict == verdict::pass && ca_file) out = ca_file->failure();
    return out;
  }
  certificate::texts texts() const {
    const auto text = [](const auto& file) { return file ? std::optional(file->text()) : std::nullopt; };
    return {path.text(), text(key), text(ca_file)};
  }

  net::pem_file path;
  std::optional<net::pem_file> key;
  std::optional<net::pem_file> ca_file;
};

class certificate_check final : public blocking_check {
 public:
  explicit certificate_check(certificate_options options) : options_(std::move(options)) {}

  /// A renewal replaces the certificate and then the key, or both at once between our reads: a failure counts when two
  /// reads in a row see it.
  outcome probe(probe_context&) override {
    auto found = judge_once();
    return found.verdict == verdict::fail ? judge_once() : found;
  }

 private:
  outcome judge_once() const {
    const read_files files(options_);
    auto failed = files.failure();
    if (failed.verdict == verdict::pass) return certificate::judge(files.texts(), options_, net::current_time());
    return outcome::fail(failed.reason, std::move(failed.sentence));
  }

  certificate_options options_;
};

}  // namespace

namespace checks {

check_type certificate() {
  return blocking_type<certificate_check, certificate_options>({
      .name = "certificate",
      .summary = "Judges a certificate file: its expiry, key, names and chain.",
      .proves = "Every certificate in the file is valid, and fits `key`, `host` and `ca_file` where they are set.",
      .does_not_prove = "That a server uses the file, or has loaded it again since it was renewed: see `tls`.",
      .component = "system",
      .cadence = {.interval = std::chrono::minutes(1), .timeout = std::chrono::seconds(2)},
      .measurements = {{"certificate_expiry_seconds", "Time until the first certificate of the file expires."},
                       {"certificates", "Certificates in the file."}},
  });
}

}  // namespace checks
}  // namespace telltale
