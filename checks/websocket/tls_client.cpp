// Sets up OpenSSL once per check: TLS 1.2 or later, peer verification unless told otherwise.
#include "websocket/tls_client.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <boost/asio/ssl/context.hpp>

namespace telltale::websocket {
namespace {

void trust(SSL_CTX* context, const std::string& ca_file) {
  std::error_code error;
  const auto status = std::filesystem::status(ca_file, error);
  if (error || !std::filesystem::exists(status))
    throw std::runtime_error(fmt::format("ca_file {}: {}", ca_file, error ? error.message() : std::strerror(ENOENT)));
  // A FIFO would block, and with it the whole program.
  if (!std::filesystem::is_regular_file(status))
    throw std::runtime_error(fmt::format("ca_file {}: not a regular file", ca_file));
  if (!std::ifstream(ca_file)) throw std::runtime_error(fmt::format("ca_file {}: {}", ca_file, std::strerror(errno)));
  if (::SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1) {
    ::ERR_clear_error();
    throw std::runtime_error(fmt::format("ca_file {}: holds no certificate in PEM form", ca_file));
  }
}

}  // namespace

tls_client make_tls_client(tls_settings settings) {
  auto context = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client);
  auto* raw = context->native_handle();
  ::SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  ::SSL_CTX_set_verify(raw, settings.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  if (!settings.insecure) {
    if (settings.ca_file.empty()) ::SSL_CTX_set_default_verify_paths(raw);
    else trust(raw, settings.ca_file);
    // Whatever the user names in ca_file is trusted, also an intermediate or the server's own certificate.
    ::X509_VERIFY_PARAM_set_flags(::SSL_CTX_get0_param(raw), X509_V_FLAG_PARTIAL_CHAIN);
  }
  return {std::move(settings), std::move(context)};
}

}  // namespace telltale::websocket
