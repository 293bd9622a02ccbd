// Creates certificates for tests, and a client that uses TLS.
#pragma once

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "fakes/temp_folder.hpp"
#include "raw_client.hpp"
#include "running_server.hpp"

namespace telltale::testing {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using cert_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free_all>>;
using context_ptr = std::unique_ptr<SSL_CTX, freed_by<SSL_CTX_free>>;
using ssl_ptr = std::unique_ptr<SSL, freed_by<SSL_free>>;

inline key_ptr make_key() { return key_ptr(EVP_EC_gen("P-256")); }

inline std::string text_of(BIO* bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

inline std::string key_pem(EVP_PKEY* key, bool encrypted = false) {
  const bio_ptr bio(BIO_new(BIO_s_mem()));
  unsigned char password[] = "x";
  PEM_write_bio_PrivateKey(bio.get(), key, encrypted ? EVP_aes_128_cbc() : nullptr, encrypted ? password : nullptr,
                           encrypted ? 1 : 0, nullptr, nullptr);
  return text_of(bio.get());
}

inline std::string self_signed_pem(EVP_PKEY* key) {
  const cert_ptr cert(X509_new());
  X509_set_version(cert.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), 3600);
  X509_set_pubkey(cert.get(), key);
  auto* name = X509_get_subject_name(cert.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(cert.get(), name);
  X509_sign(cert.get(), key, EVP_sha256());
  const bio_ptr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), cert.get());
  return text_of(bio.get());
}

inline tls_files make_files(const temp_folder& folder) {
  const auto key = make_key();
  return {folder.write("tls.crt", self_signed_pem(key.get())), folder.write("tls.key", key_pem(key.get()))};
}

/// A TLS client over a raw one.
struct tls_client {
  raw_client raw;
  context_ptr context{SSL_CTX_new(TLS_client_method())};
  ssl_ptr ssl;

  bool connect(int port) {
    if (!raw.connect(port)) return false;
    ssl.reset(SSL_new(context.get()));
    SSL_set_fd(ssl.get(), raw.get());
    return SSL_connect(ssl.get()) == 1;
  }
  void send(const std::string& bytes) { SSL_write(ssl.get(), bytes.data(), static_cast<int>(bytes.size())); }
  std::string ask(const std::string& bytes) {
    send(bytes);
    return read_to_end();
  }
  std::string read_to_end() {
    std::string out;
    char buffer[16384];
    int n = 0;
    while ((n = SSL_read(ssl.get(), buffer, sizeof(buffer))) > 0) out.append(buffer, static_cast<std::size_t>(n));
    return SSL_get_error(ssl.get(), n) == SSL_ERROR_ZERO_RETURN ? out : out + "<truncated>";
  }
};

}  // namespace telltale::testing
