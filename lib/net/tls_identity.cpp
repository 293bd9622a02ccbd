// Loads the files with OpenSSL and determines the cause of a failure.
#include "net/tls_identity.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <fmt/format.h>

#include "api/file_error.hpp"
#include "base/small_file.hpp"

namespace telltale::net {
namespace {

using file_t = identity_fault::file_t;

/// OpenSSL's text for its last error; clears the error queue.
std::string taken_error() {
  const char* words = ::ERR_reason_error_string(::ERR_peek_error());
  ::ERR_clear_error();
  return words ? words : "unknown";
}

/// Without a callback OpenSSL asks for a passphrase on the terminal.
bool load_key(SSL_CTX* context, const std::string& path, bool& asked_password) {
  ::SSL_CTX_set_default_passwd_cb_userdata(context, &asked_password);
  ::SSL_CTX_set_default_passwd_cb(
      context, +[](char*, int, int, void* asked) { return *static_cast<bool*>(asked) = true, -1; });
  const bool loaded = ::SSL_CTX_use_PrivateKey_file(context, path.c_str(), SSL_FILETYPE_PEM) == 1 &&
                      ::SSL_CTX_check_private_key(context) == 1;
  ::SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  ::SSL_CTX_set_default_passwd_cb(
      context, +[](char*, int, int, void*) { return -1; });
  return loaded;
}

}  // namespace

std::string pem_file_problem(const std::string& path) {
  constexpr std::size_t largest = 4 << 20;
  auto file = read_small_file(path, largest);
  ::OPENSSL_cleanse(file.text.data(), file.text.size());  // it may contain a key
  return file.ok() ? "" : file_error(file);
}

identity_fault use_identity(ssl_ctx_st* context, const std::string& certificate, const std::string& key) {
  if (auto why = pem_file_problem(certificate); !why.empty()) return {file_t::certificate, std::move(why)};
  if (auto why = pem_file_problem(key); !why.empty()) return {file_t::key, std::move(why)};
  ::ERR_clear_error();
  if (::SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
    return {file_t::certificate, fmt::format("not a certificate in PEM ({})", taken_error())};
  bool asked_password = false;
  if (load_key(context, key, asked_password)) return {};
  const bool mismatch = ERR_GET_REASON(::ERR_peek_error()) == X509_R_KEY_VALUES_MISMATCH;
  const auto words = taken_error();
  if (asked_password) return {file_t::key, "encrypted; use a key without a passphrase"};
  if (mismatch) return {file_t::key, fmt::format("does not match the certificate {}", certificate)};
  return {file_t::key, fmt::format("not a private key in PEM ({})", words)};
}

}  // namespace telltale::net
