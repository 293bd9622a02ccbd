// Decodes PEM blocks (RFC 7468) with OpenSSL. Bytes of keys are cleared before their memory is released.
#include "net/tls_pem.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <climits>
#include <new>

#include <fmt/format.h>

#include "net/tls_pointer.hpp"

namespace telltale::net {
namespace {

using bio_ptr = std::unique_ptr<BIO, releaser<&::BIO_free_all>>;

bio_ptr reader_of(std::string_view text) {
  if (text.size() > INT_MAX) throw std::bad_alloc();
  const char* bytes = text.empty() ? "" : text.data();  // a null pointer is an error
  bio_ptr out(::BIO_new_mem_buf(bytes, static_cast<int>(text.size())));
  if (!out) throw std::bad_alloc();
  return out;
}

/// One block, `-----BEGIN name-----` to its end.
struct block {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* bytes = nullptr;
  long size = 0;

  block() = default;
  ~block() {
    OPENSSL_free(name);
    OPENSSL_free(header);
    ::OPENSSL_clear_free(bytes, static_cast<std::size_t>(size));
  }
  block(const block&) = delete;
  block& operator=(const block&) = delete;

  bool read(BIO* from) { return ::PEM_read_bio(from, &name, &header, &bytes, &size) == 1; }
  bool is_certificate() const {
    const std::string_view is(name);
    return is == PEM_STRING_X509 || is == PEM_STRING_X509_OLD || is == PEM_STRING_X509_TRUSTED;
  }
  certificate_ptr certificate() const {
    const auto* at = bytes;
    const bool trusted = std::string_view(name) == PEM_STRING_X509_TRUSTED;
    return certificate_ptr(trusted ? ::d2i_X509_AUX(nullptr, &at, size) : ::d2i_X509(nullptr, &at, size));
  }
};

template <auto decode, auto release>
bool decodes(std::string_view bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  auto* found = decode(nullptr, &at, static_cast<long>(bytes.size()));
  if (found) release(found);
  return found != nullptr;
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

pem_fault other(std::string words) { return {reason::mismatch, std::move(words)}; }

enum class wanted { certificate, key };

/// What a file in DER form holds; no fault when it is none. An object begins with the tag of a sequence.
pem_fault explain_binary(std::string_view bytes) {
  if (!bytes.starts_with('\x30')) return {};
  if (decodes<&::d2i_X509, &::X509_free>(bytes))
    return other("a certificate in DER form, not PEM (openssl x509 -inform DER converts it)");
  if (decodes<&::d2i_PKCS12, &::PKCS12_free>(bytes))
    return other("a PKCS#12 archive, not PEM (openssl pkcs12 extracts its parts)");
  if (decodes<&::d2i_AutoPrivateKey, &::EVP_PKEY_free>(bytes)) return other("a private key in DER form, not PEM");
  return {};
}

/// What a text without a usable block is.
pem_fault explain_content(std::string_view text, wanted what) {
  const std::string_view name = what == wanted::certificate ? "a certificate" : "a private key";
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return {reason::corrupt, "the file is empty"};
  if (auto binary = explain_binary(text)) return binary;
  if (has(text, "CERTIFICATE REQUEST-----")) return other(fmt::format("a certificate request, not {} in PEM", name));
  if (has(text, "OPENSSH PRIVATE KEY-----")) return other(fmt::format("a key for SSH, not {} in PEM", name));
  if (has(text, what == wanted::certificate ? "BEGIN CERTIFICATE-----" : "PRIVATE KEY-----"))
    return {reason::corrupt, fmt::format("{} whose lines are damaged (are they indented, or joined to one?)", name)};
  if (has(text, "PRIVATE KEY-----")) return other("a private key, not a certificate in PEM");
  if (has(text, "CERTIFICATE-----")) return other("a certificate, not a private key in PEM");
  if (has(text, "PUBLIC KEY-----")) return other(fmt::format("a public key, not {} in PEM", name));
  return {reason::corrupt, fmt::format("not {} in PEM", name)};
}

/// Whether the last call failed because there is no further block.
bool at_end() {
  const auto error = ::ERR_peek_last_error();
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

pem_fault damaged(std::size_t number) {
  const char* words = ::ERR_reason_error_string(::ERR_peek_error());
  return {reason::corrupt,
          fmt::format("block {} of the file is damaged or cut off ({})", number, words ? words : "unknown")};
}

}  // namespace

pem_certificates certificates_in(std::string_view text) {
  pem_certificates out;
  const auto from = reader_of(text);
  ::ERR_clear_error();
  for (std::size_t number = 1;; ++number) {
    block next;
    if (!next.read(from.get())) {
      if (!at_end()) out.fault = damaged(number);
      break;
    }
    if (!next.is_certificate()) continue;
    auto certificate = next.certificate();
    if (!certificate) {
      out.fault = damaged(number);
      break;
    }
    out.all.push_back(std::move(certificate));
  }
  if (out.fault) out.all.clear();
  else if (out.all.empty()) out.fault = explain_content(text, wanted::certificate);
  ::ERR_clear_error();
  return out;
}

pem_key key_in(std::string_view text) {
  pem_key out;
  bool asked_password = false;
  const auto refuse = +[](char*, int, int, void* asked) { return *static_cast<bool*>(asked) = true, -1; };
  const auto from = reader_of(text);
  ::ERR_clear_error();
  out.key.reset(::PEM_read_bio_PrivateKey(from.get(), nullptr, refuse, &asked_password));
  if (!out.key)
    out.fault =
        asked_password ? other("encrypted; use a key without a passphrase") : explain_content(text, wanted::key);
  ::ERR_clear_error();
  return out;
}

}  // namespace telltale::net
