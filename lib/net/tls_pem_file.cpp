// Implements pem_file over read_small_file.
#include "net/tls_pem_file.hpp"

#include <openssl/crypto.h>

#include <fmt/format.h>

#include <telltale/file_failure.hpp>

#include "api/file_error.hpp"

namespace telltale::net {

pem_file::pem_file(const std::string& path) : path_(path), file_(read_small_file(path, 4 << 20)) {}

pem_file::~pem_file() { ::OPENSSL_cleanse(file_.text.data(), file_.text.size()); }

std::string pem_file::problem() const { return file_.ok() ? "" : file_error(file_); }

finding pem_file::failure() const {
  if (file_.ok()) return {};
  if (file_.what == small_file::fault::not_regular)
    return {verdict::fail, reason::mismatch, fmt::format("{} is {}, not a file", path_, file_kind(file_.mode))};
  if (file_.what == small_file::fault::too_large)
    return {verdict::fail, reason::mismatch, fmt::format("{} is {}", path_, problem())};
  return file_failure(path_, file_.error);
}

}  // namespace telltale::net
