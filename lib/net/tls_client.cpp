// Sets up OpenSSL once per check.
#include "net/tls_client.hpp"

#include <openssl/ssl.h>

#include <new>
#include <stdexcept>

#include <fmt/format.h>

#include "net/tls_identity.hpp"
#include "net/tls_pem.hpp"
#include "net/tls_pem_file.hpp"
#include "net/tls_verification.hpp"

namespace telltale::net {
namespace {

[[noreturn]] void refuse(std::string_view option, const file_path& path, std::string_view why) {
  throw std::runtime_error(fmt::format("{} {}: {}", option, path.text, why));
}

void trust(SSL_CTX* context, const tls_options& options) {
  // Every certificate in ca_file is trusted, including an intermediate or the server's own certificate.
  ::X509_VERIFY_PARAM_set_flags(::SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  if (!options.ca_file) {
    ::SSL_CTX_set_default_verify_paths(context);
    return;
  }
  const pem_file file(options.ca_file->text);
  if (auto why = file.problem(); !why.empty()) refuse("ca_file", *options.ca_file, why);
  const auto found = certificates_in(file.text());
  if (found.fault) refuse("ca_file", *options.ca_file, found.fault.words);
  for (const auto& each : found.all) ::X509_STORE_add_cert(::SSL_CTX_get_cert_store(context), each.get());
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
  take_notes(context.get());
  if (options.cert_file) present(context.get(), *options.cert_file, *options.key_file);
  if (!protocol.empty()) offer(context.get(), protocol);
  auto name = options.server_name.value_or(host);
  return {std::move(options), std::move(name), context, std::move(protocol)};
}

void require_version(tls_client& client, tls_version oldest) {
  client.oldest = oldest;
  ::SSL_CTX_set_min_proto_version(client.context.get(), oldest == tls_version::v1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
}

}  // namespace telltale::net
