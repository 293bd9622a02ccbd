// Sets up OpenSSL once per check.
#include "net/tls_client.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <new>
#include <stdexcept>

#include <fmt/format.h>

#include "net/tls_identity.hpp"

namespace telltale::net {
namespace {

[[noreturn]] void refuse(std::string_view option, const file_path& path, std::string_view why) {
  throw std::runtime_error(fmt::format("{} {}: {}", option, path.text, why));
}

void trust(SSL_CTX* context, const tls_options& options) {
  if (!options.ca_file) {
    ::SSL_CTX_set_default_verify_paths(context);
  } else {
    if (auto why = pem_file_problem(options.ca_file->text); !why.empty()) refuse("ca_file", *options.ca_file, why);
    const bool loaded = ::SSL_CTX_load_verify_file(context, options.ca_file->text.c_str()) == 1;
    ::ERR_clear_error();
    if (!loaded) refuse("ca_file", *options.ca_file, "holds no certificate in PEM form");
  }
  // Every certificate in ca_file is trusted, including an intermediate or the server's own certificate.
  ::X509_VERIFY_PARAM_set_flags(::SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
}

void present(SSL_CTX* context, const file_path& certificate, const file_path& key) {
  const auto fault = use_identity(context, certificate.text, key.text);
  if (fault.file == identity_fault::file_t::certificate) refuse("cert_file", certificate, fault.why);
  if (fault.file == identity_fault::file_t::key) refuse("key_file", key, fault.why);
}

void offer(SSL_CTX* context, const std::string& protocol) {
  const auto list = static_cast<char>(protocol.size()) + protocol;  // RFC 7301 section 3.1: each with its length
  const auto* bytes = reinterpret_cast<const unsigned char*>(list.data());
  const bool failed = ::SSL_CTX_set_alpn_protos(context, bytes, static_cast<unsigned>(list.size())) != 0;
  if (failed) throw std::bad_alloc();
}

}  // namespace

tls_client make_tls_client(tls_options options, const std::string& host, std::string protocol) {
  const std::shared_ptr<SSL_CTX> context(::SSL_CTX_new(::TLS_client_method()), ::SSL_CTX_free);
  if (!context) throw std::bad_alloc();
  ::SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  ::SSL_CTX_set_verify(context.get(), options.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  if (!options.insecure) trust(context.get(), options);
  if (options.cert_file) present(context.get(), *options.cert_file, *options.key_file);
  if (!protocol.empty()) offer(context.get(), protocol);
  auto name = options.server_name.value_or(host);
  return {std::move(options), std::move(name), context, std::move(protocol)};
}

}  // namespace telltale::net
