// Implements the renewal of TLS files.
#include "http_server/tls_renewal.hpp"

#include <chrono>
#include <exception>
#include <string_view>
#include <utility>

#include "log/log.hpp"

namespace telltale {

// Reads the stamps first, so that later changes are detected by the next check.
tls_renewal::tls_renewal(tls_files files)
    : files_(std::move(files)), seen_(stamps_of(files_)), current_(make_tls_context(files_)) {
  warn_of_validity();
}

// A missing file has a stamp of zeros.
tls_renewal::stamps tls_renewal::stamps_of(const tls_files& files) {
  stamps out{};
  if (::stat(files.cert.c_str(), &out[0]) != 0) out[0] = {};
  if (::stat(files.key.c_str(), &out[1]) != 0) out[1] = {};
  return out;
}

bool tls_renewal::same(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec &&
         a.st_ctim.tv_sec == b.st_ctim.tv_sec && a.st_ctim.tv_nsec == b.st_ctim.tv_nsec;
}

void tls_renewal::check_files() noexcept try {
  const auto now = stamps_of(files_);
  if (complaint_.empty() && same(now[0], seen_[0]) && same(now[1], seen_[1])) return;
  seen_ = now;
  renew();
} catch (const std::exception&) {  // no memory for a log line; the next check retries
}

void tls_renewal::renew() {
  try {
    current_ = make_tls_context(files_);
    complaint_.clear();
    log(log_level::info, "TLS certificate renewed", {{"cert", std::string_view(files_.cert)}});
    warn_of_validity();
  } catch (const std::exception& e) {
    if (complaint_ != e.what())
      log(log_level::warn, "the changed TLS files are invalid, keeping the old certificate",
          {{"error", std::string_view(e.what())}});
    complaint_ = e.what();
  }
}

void tls_renewal::warn_of_validity() const {
  const auto warning = validity_warning(*current_, files_, std::chrono::system_clock::now());
  if (!warning.empty()) log(log_level::warn, warning);
}

}  // namespace telltale
