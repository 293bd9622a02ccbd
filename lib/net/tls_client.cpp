// Sets up OpenSSL once per check.
#include "net/tls_client.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <new>
#include <stdexcept>

#include <fmt/format.h>

#include "api/file_error.hpp"
#include "base/small_file.hpp"

namespace telltale::net {
namespace {

constexpr std::size_t max_pem_bytes = 4 << 20;

[[noreturn]] void refuse(std::string_view option, const file_path& path, std::string_view why) {
  ::ERR_clear_error();
  throw std::runtime_error(fmt::format("{} {}: {}", option, path.text, why));
}

/// OpenSSL would block on a FIFO, and with it the whole program.
void require_readable(std::string_view option, const file_path& path) {
  if (const auto file = read_small_file(path.text, max_pem_bytes); !file.ok()) refuse(option, path, file_error(file));
}

void trust(SSL_CTX* context, const tls_options& options) {
  if (!options.ca_file) {
    ::SSL_CTX_set_default_verify_paths(context);
  } else {
    require_readable("ca_file", *options.ca_file);
    if (::SSL_CTX_load_verify_file(context, options.ca_file->text.c_str()) != 1)
      refuse("ca_file", *options.ca_file, "holds no certificate in PEM form");
  }
  // Whatever the user names in ca_file is trusted, also an intermediate or the server's own certificate.
  ::X509_VERIFY_PARAM_set_flags(::SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
}

void present(SSL_CTX* context, const tls_options& options) {
  const auto& certificate = *options.cert_file;
  const auto& key = *options.key_file;
  require_readable("cert_file", certificate);
  require_readable("key_file", key);
  if (::SSL_CTX_use_certificate_chain_file(context, certificate.text.c_str()) != 1)
    refuse("cert_file", certificate, "holds no certificate in PEM form");
  // Without a callback OpenSSL asks for a passphrase on the terminal.
  bool asked = false;
  ::SSL_CTX_set_default_passwd_cb_userdata(context, &asked);
  ::SSL_CTX_set_default_passwd_cb(
      context, +[](char*, int, int, void* seen) { return *static_cast<bool*>(seen) = true, -1; });
  const bool used = ::SSL_CTX_use_PrivateKey_file(context, key.text.c_str(), SSL_FILETYPE_PEM) == 1;
  ::SSL_CTX_set_default_passwd_cb(context, nullptr);
  if (asked) refuse("key_file", key, "is encrypted; a key without a passphrase is needed");
  if (!used && ERR_GET_REASON(::ERR_peek_error()) != X509_R_KEY_VALUES_MISMATCH)
    refuse("key_file", key, "holds no private key in PEM form");
  if (!used || ::SSL_CTX_check_private_key(context) != 1)
    refuse("key_file", key, fmt::format("does not belong to the certificate {}", certificate.text));
}

}  // namespace

tls_client make_tls_client(tls_options options, const std::string& host) {
  const std::shared_ptr<SSL_CTX> context(::SSL_CTX_new(::TLS_client_method()), ::SSL_CTX_free);
  if (!context) throw std::bad_alloc();
  ::SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  ::SSL_CTX_set_verify(context.get(), options.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  if (!options.insecure) trust(context.get(), options);
  if (options.cert_file) present(context.get(), options);
  auto name = options.server_name.value_or(host);
  return {std::move(options), std::move(name), context};
}

}  // namespace telltale::net
