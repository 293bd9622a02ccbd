// Certificates made at test time, and a TLS server that presents them.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace telltale::fakes {

template <auto release>
struct releaser {
  template <class T>
  void operator()(T* p) const {
    release(p);
  }
};
using key_ptr = std::unique_ptr<EVP_PKEY, releaser<&::EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, releaser<&::X509_free>>;

struct identity {
  key_ptr key;
  certificate_ptr certificate;
};

/// The content of a certificate; times are seconds from now.
struct certificate_wish {
  std::string name = "server.test";
  std::string alternative = "DNS:server.test";
  long from = -3600;
  long until = 30 * 86400;
  bool authority = false;
};

inline void extend(X509* certificate, int what, const std::string& value) {
  auto* extension = ::X509V3_EXT_conf_nid(nullptr, nullptr, what, value.c_str());
  REQUIRE(extension);
  ::X509_add_ext(certificate, extension, -1);
  ::X509_EXTENSION_free(extension);
}

/// Signed by `issuer`, or by itself.
inline identity make_identity(const certificate_wish& wish, const identity* issuer = nullptr) {
  static long serial = 1;
  identity out{key_ptr(EVP_EC_gen("P-256")), certificate_ptr(::X509_new())};
  auto* certificate = out.certificate.get();
  ::X509_set_version(certificate, 2);
  ::ASN1_INTEGER_set(::X509_get_serialNumber(certificate), serial++);
  ::X509_gmtime_adj(::X509_getm_notBefore(certificate), wish.from);
  ::X509_gmtime_adj(::X509_getm_notAfter(certificate), wish.until);
  auto* name = ::X509_get_subject_name(certificate);
  ::X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(wish.name.c_str()), -1,
                               -1, 0);
  ::X509_set_issuer_name(certificate, issuer ? ::X509_get_subject_name(issuer->certificate.get()) : name);
  ::X509_set_pubkey(certificate, out.key.get());
  extend(certificate, NID_basic_constraints, wish.authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (!wish.alternative.empty()) extend(certificate, NID_subject_alt_name, wish.alternative);
  REQUIRE(::X509_sign(certificate, issuer ? issuer->key.get() : out.key.get(), ::EVP_sha256()) > 0);
  return out;
}

using bio_ptr = std::unique_ptr<BIO, releaser<&::BIO_free_all>>;

inline std::string content_of(BIO* memory) {
  std::string out(::BIO_ctrl_pending(memory), '\0');
  ::BIO_read(memory, out.data(), static_cast<int>(out.size()));
  return out;
}

inline std::string certificate_pem(const identity& of) {
  const bio_ptr out(::BIO_new(::BIO_s_mem()));
  REQUIRE(::PEM_write_bio_X509(out.get(), of.certificate.get()) == 1);
  return content_of(out.get());
}

inline std::string certificate_der(const identity& of) {
  const bio_ptr out(::BIO_new(::BIO_s_mem()));
  REQUIRE(::i2d_X509_bio(out.get(), of.certificate.get()) == 1);
  return content_of(out.get());
}

/// With a cipher the key is encrypted with the passphrase "secret".
inline std::string key_pem(const identity& of, const EVP_CIPHER* cipher = nullptr) {
  const bio_ptr out(::BIO_new(::BIO_s_mem()));
  std::string password = "secret";
  REQUIRE(::PEM_write_bio_PrivateKey(out.get(), of.key.get(), cipher,
                                     cipher ? reinterpret_cast<unsigned char*>(password.data()) : nullptr,
                                     cipher ? static_cast<int>(password.size()) : 0, nullptr, nullptr) == 1);
  return content_of(out.get());
}

inline void write_pem(const std::string& path, const identity& of) {
  const bio_ptr file(::BIO_new_file(path.c_str(), "w"));
  REQUIRE(file);
  REQUIRE(::PEM_write_bio_X509(file.get(), of.certificate.get()) == 1);
}

/// An identity's certificate in a file, for `ca_file`.
class temporary_pem {
 public:
  explicit temporary_pem(const identity& of) {
    const int descriptor = ::mkstemp(path.data());
    REQUIRE(descriptor >= 0);
    ::close(descriptor);
    write_pem(path, of);
  }
  ~temporary_pem() { ::unlink(path.c_str()); }
  temporary_pem(const temporary_pem&) = delete;
  temporary_pem& operator=(const temporary_pem&) = delete;

  std::string path = (std::filesystem::temp_directory_path() / "telltale-ws-pem-XXXXXX").string();
};

inline std::shared_ptr<boost::asio::ssl::context> server_context(const identity& as) {
  auto out = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server);
  REQUIRE(::SSL_CTX_use_certificate(out->native_handle(), as.certificate.get()) == 1);
  REQUIRE(::SSL_CTX_use_PrivateKey(out->native_handle(), as.key.get()) == 1);
  return out;
}

/// A TLS server that selects this protocol by ALPN; empty: it ignores ALPN.
inline std::shared_ptr<boost::asio::ssl::context> selecting(const identity& as, const char* protocol) {
  auto out = server_context(as);
  if (*protocol == '\0') return out;
  const auto select = +[](SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                          unsigned offered_size, void* wanted) {
    const std::string_view list(reinterpret_cast<const char*>(offered), offered_size);
    const std::string_view name(static_cast<const char*>(wanted));
    const auto at = list.find(name);
    if (at == std::string_view::npos) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = offered + at;
    *size = static_cast<unsigned char>(name.size());
    return SSL_TLSEXT_ERR_OK;
  };
  ::SSL_CTX_set_alpn_select_cb(out->native_handle(), select, const_cast<char*>(protocol));
  return out;
}

/// An identity's private key without a passphrase, readable by its owner alone, as servers want it.
inline void write_key(const std::string& path, const identity& of) {
  std::unique_ptr<BIO, releaser<&::BIO_free_all>> file(::BIO_new_file(path.c_str(), "w"));
  REQUIRE(file);
  REQUIRE(::PEM_write_bio_PrivateKey(file.get(), of.key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace telltale::fakes
