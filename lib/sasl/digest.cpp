// Calls OpenSSL's digests.
#include "sasl/digest.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>

namespace telltale::sasl {
namespace {

constexpr std::size_t sha256_size = 32;

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("OpenSSL does not provide ") + what);
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string digest(const EVP_MD* algorithm, const char* name, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out;
  unsigned size = 0;
  require(::EVP_Digest(text.data(), text.size(), out.data(), &size, algorithm, nullptr) == 1, name);
  return {reinterpret_cast<const char*>(out.data()), size};
}

}  // namespace

std::string sha256(std::string_view text) { return digest(::EVP_sha256(), "SHA-256", text); }

std::string md5_hex(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const unsigned char c : digest(::EVP_md5(), "MD5", text)) {
    out += digits[c >> 4];
    out += digits[c & 15U];
  }
  return out;
}

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  require(::RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) == 1, "random bytes");
  return out;
}

bool equal_secrets(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void hmac_sha256::release::operator()(EVP_MAC_CTX* context) const { ::EVP_MAC_CTX_free(context); }

hmac_sha256::hmac_sha256(std::string_view key) {
  auto* const algorithm = ::EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  require(algorithm != nullptr, "HMAC");
  context_.reset(::EVP_MAC_CTX_new(algorithm));
  ::EVP_MAC_free(algorithm);
  char name[] = "SHA256";
  const OSSL_PARAM rules[] = {::OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                              ::OSSL_PARAM_construct_end()};
  require(context_ && ::EVP_MAC_init(context_.get(), bytes_of(key), key.size(), rules) == 1, "HMAC-SHA-256");
}

std::string hmac_sha256::operator()(std::string_view text) {
  std::array<unsigned char, sha256_size> out;
  std::size_t size = 0;
  const bool done = ::EVP_MAC_update(context_.get(), bytes_of(text), text.size()) == 1 &&
                    ::EVP_MAC_final(context_.get(), out.data(), &size, out.size()) == 1 &&
                    ::EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1;  // the same key for the next text
  require(done, "HMAC-SHA-256");
  return {reinterpret_cast<const char*>(out.data()), size};
}

}  // namespace telltale::sasl
