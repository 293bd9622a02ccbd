// Reads certificates with OpenSSL. What they say is text of a peer: it is made printable and cut.
#include "net/tls_certificate.hpp"

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>
#include <new>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/peer_text.hpp"
#include "net/tls_pointer.hpp"

namespace telltale::net {
namespace {

using bio_ptr = std::unique_ptr<BIO, releaser<&::BIO_free_all>>;
struct free_text {
  void operator()(void* p) const { OPENSSL_free(p); }
};

std::string shown(std::string_view text) { return shown_peer_text(text, {}, 64); }

std::string text_of(const ASN1_STRING* value) {
  unsigned char* bytes = nullptr;
  const int size = ::ASN1_STRING_to_UTF8(&bytes, value);
  const std::unique_ptr<unsigned char, free_text> owner(bytes);
  if (size < 0) return "";
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

std::string common_name(const X509_NAME* name) {
  const int at = ::X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  return at < 0 ? "" : text_of(::X509_NAME_ENTRY_get_data(::X509_NAME_get_entry(name, at)));
}

std::string name_text(const X509_NAME* name) {
  auto text = common_name(name);
  if (text.empty()) {
    const bio_ptr out(::BIO_new(::BIO_s_mem()));
    if (!out) throw std::bad_alloc();
    ::X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253);
    text.resize(::BIO_ctrl_pending(out.get()));
    if (!text.empty()) ::BIO_read(out.get(), text.data(), static_cast<int>(text.size()));
  }
  return text.empty() ? "without a name" : shown(text);
}

std::string address_text(const ASN1_OCTET_STRING* bytes) {
  char text[INET6_ADDRSTRLEN] = "";
  const int size = ::ASN1_STRING_length(bytes);
  if (size == 4 || size == 16)
    ::inet_ntop(size == 4 ? AF_INET : AF_INET6, ::ASN1_STRING_get0_data(bytes), text, sizeof text);
  return text;
}

std::vector<std::string> alternative_names(const X509& certificate) {
  std::vector<std::string> out;
  const std::unique_ptr<GENERAL_NAMES, releaser<&::GENERAL_NAMES_free>> all(
      static_cast<GENERAL_NAMES*>(::X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  ::ERR_clear_error();
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    int type = 0;
    const void* value = ::GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(all.get(), i), &type);
    if (type == GEN_DNS) out.push_back(text_of(static_cast<const ASN1_STRING*>(value)));
    if (type == GEN_IPADD) out.push_back(address_text(static_cast<const ASN1_OCTET_STRING*>(value)));
  }
  return out;
}

std::optional<std::chrono::sys_seconds> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (::ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  const std::chrono::year_month_day day(std::chrono::year(parts.tm_year + 1900),
                                        std::chrono::month(static_cast<unsigned>(parts.tm_mon + 1)),
                                        std::chrono::day(static_cast<unsigned>(parts.tm_mday)));
  return std::chrono::sys_days(day) + std::chrono::hours(parts.tm_hour) + std::chrono::minutes(parts.tm_min) +
         std::chrono::seconds(parts.tm_sec);
}

}  // namespace

void free_certificate::operator()(x509_st* p) const { ::X509_free(p); }
void free_key::operator()(evp_pkey_st* p) const { ::EVP_PKEY_free(p); }

std::string subject_of(const x509_st& certificate) { return name_text(::X509_get_subject_name(&certificate)); }
std::string issuer_of(const x509_st& certificate) { return name_text(::X509_get_issuer_name(&certificate)); }

std::string names_of(x509_st& certificate) {
  constexpr std::size_t most = 4;
  const auto all = alternative_names(certificate);
  if (all.empty()) return subject_of(certificate);
  std::string out;
  for (std::size_t i = 0; i < all.size() && i < most; ++i) out += (i == 0 ? "" : ", ") + shown(all[i]);
  return all.size() <= most ? out : fmt::format("{} and {} more", out, all.size() - most);
}

std::string identity_of(const x509_st& certificate) {
  const std::unique_ptr<BIGNUM, releaser<&::BN_free>> number(
      ::ASN1_INTEGER_to_BN(::X509_get0_serialNumber(&certificate), nullptr));
  const std::unique_ptr<char, free_text> serial(number ? ::BN_bn2hex(number.get()) : nullptr);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  ::X509_digest(&certificate, ::EVP_sha256(), digest.data(), &size);
  std::string start;
  for (std::size_t i = 0; i < 8; ++i) start += fmt::format("{:02x}", digest[i]);
  return fmt::format("serial {} (SHA-256 {})", serial ? shown(serial.get()) : "unknown", start);
}

std::optional<validity> validity_of(const x509_st& certificate) {
  const auto from = time_of(::X509_get0_notBefore(&certificate));
  const auto until = time_of(::X509_get0_notAfter(&certificate));
  if (!from || !until) return std::nullopt;
  return validity{*from, *until};
}

bool is_for(x509_st& certificate, const std::string& host) {
  const bool matches =
      ::X509_check_ip_asc(&certificate, host.c_str(), 0) == 1 ||
      ::X509_check_host(&certificate, host.data(), host.size(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr) == 1;
  ::ERR_clear_error();  // X509_check_ip_asc reports a name as an error
  return matches;
}

bool belong_together(const x509_st& certificate, const evp_pkey_st& key) {
  const auto* own = ::X509_get0_pubkey(&certificate);
  const bool equal = own && ::EVP_PKEY_eq(own, &key) == 1;
  ::ERR_clear_error();
  return equal;
}

}  // namespace telltale::net
