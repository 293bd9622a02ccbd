// Tests what is read from certificates and PEM texts, without a handshake.
#include <doctest/doctest.h>
#include <openssl/pkcs12.h>

#include "fakes/certificates.hpp"
#include "net/spoken_protocol.hpp"
#include "net/tls_chain.hpp"
#include "net/tls_pem.hpp"

using namespace telltale;
using namespace telltale::net;
using fakes::certificate_pem;
using fakes::key_pem;
using fakes::make_identity;

namespace {

std::string request_pem(const fakes::identity& of) {
  const std::unique_ptr<X509_REQ, fakes::releaser<&::X509_REQ_free>> request(
      ::X509_to_X509_REQ(of.certificate.get(), of.key.get(), ::EVP_sha256()));
  const fakes::bio_ptr out(::BIO_new(::BIO_s_mem()));
  REQUIRE(::PEM_write_bio_X509_REQ(out.get(), request.get()) == 1);
  return fakes::content_of(out.get());
}

std::string archive(const fakes::identity& of) {
  const std::unique_ptr<PKCS12, fakes::releaser<&::PKCS12_free>> made(
      ::PKCS12_create("secret", "name", of.key.get(), of.certificate.get(), nullptr, 0, 0, 0, 0, 0));
  const fakes::bio_ptr out(::BIO_new(::BIO_s_mem()));
  REQUIRE(::i2d_PKCS12_bio(out.get(), made.get()) == 1);
  return fakes::content_of(out.get());
}

std::string indented(const std::string& text) {
  std::string out;
  for (const char c : text) out += (out.empty() || out.back() == '\n') ? std::string("  ") + c : std::string(1, c);
  return out;
}

std::string described(const pem_fault& fault) { return std::string(to_string(fault.reason)) + ": " + fault.words; }

}  // namespace

TEST_CASE("certificate: every certificate of a text is read, among other blocks and text") {
  const auto one = make_identity({"one.test"}), two = make_identity({"two.test"});
  const auto found =
      certificates_in("subject=one\n" + certificate_pem(one) + key_pem(one) + "\r\ncomment\n" + certificate_pem(two));
  CHECK_FALSE(found.fault);
  REQUIRE(found.all.size() == 2);
  CHECK(subject_of(*found.all[0]) == "one.test");
  CHECK(subject_of(*found.all[1]) == "two.test");
}

TEST_CASE("certificate: other content is recognised, and damage is told apart from it") {
  const auto one = make_identity({});
  const auto pem = certificate_pem(one);
  const auto middle = pem.size() / 2;
  auto flipped = pem;
  flipped[middle] = '*';
  struct row {
    std::string name;
    std::string text;
    std::string said;
  };
  const row rows[] = {
      {"empty", " \n", "corrupt: the file is empty"},
      {"text", "hello", "corrupt: not a certificate in PEM"},
      {"DER", fakes::certificate_der(one), "mismatch: a certificate in DER form"},
      {"PKCS#12", archive(one), "mismatch: a PKCS#12 archive"},
      {"DER of nothing", "\x30\x03\x02\x01\x01", "corrupt: not a certificate in PEM"},
      {"key", key_pem(one), "mismatch: a private key, not a certificate"},
      {"request", request_pem(one), "mismatch: a certificate request"},
      {"cut off", pem.substr(0, middle), "corrupt: block 1 of the file is damaged or cut off"},
      {"the second is cut off", pem + pem.substr(0, middle), "corrupt: block 2 of the file is damaged or cut off"},
      {"not base64", flipped, "corrupt: block 1 of the file is damaged or cut off"},
      {"indented", indented(pem), "corrupt: a certificate whose lines are damaged"},
      {"an empty block", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "corrupt: block 1"},
  };
  CHECK(described(certificates_in(std::string_view()).fault) == "corrupt: the file is empty");
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto found = certificates_in(r.text);
    CHECK(found.all.empty());
    CHECK(described(found.fault).starts_with(r.said));
  }
}

TEST_CASE("certificate: a key is read, and other content, an encrypted and a damaged one are told apart") {
  const auto one = make_identity({});
  const auto pem = key_pem(one);
  CHECK(key_in(certificate_pem(one) + pem).key);
  struct row {
    std::string name;
    std::string text;
    std::string said;
  };
  const row rows[] = {
      {"empty", "", "corrupt: the file is empty"},
      {"encrypted", key_pem(one, ::EVP_aes_128_cbc()), "mismatch: encrypted; use a key without a passphrase"},
      {"certificate", certificate_pem(one), "mismatch: a certificate, not a private key in PEM"},
      {"SSH", "-----BEGIN OPENSSH PRIVATE KEY-----\nYQ==\n-----END OPENSSH PRIVATE KEY-----\n",
       "mismatch: a key for SSH"},
      {"cut off", pem.substr(0, pem.size() / 2), "corrupt: a private key whose lines are damaged"},
      {"public", "-----BEGIN PUBLIC KEY-----\nYQ==\n-----END PUBLIC KEY-----\n", "mismatch: a public key"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name);
    const auto found = key_in(r.text);
    CHECK_FALSE(found.key);
    CAPTURE(found.fault.words);
    CHECK(described(found.fault).starts_with(r.said));
  }
}

TEST_CASE("certificate: names, dates and identity are those of the certificate") {
  const auto many = make_identity({"x", "DNS:a.test,DNS:*.b.test,IP:10.0.0.1,IP:::1,DNS:e.test,DNS:f.test"});
  CHECK(names_of(*many.certificate) == "a.test, *.b.test, 10.0.0.1, ::1 and 2 more");
  CHECK(names_of(*make_identity({"only.test", ""}).certificate) == "only.test");
  CHECK(subject_of(*make_identity({"red\x1b[31m", ""}).certificate) == "red?[31m");
  CHECK(is_for(*many.certificate, "a.test"));
  CHECK(is_for(*many.certificate, "x.b.test"));
  CHECK(is_for(*many.certificate, "::1"));
  CHECK_FALSE(is_for(*many.certificate, "b.test"));
  CHECK_FALSE(is_for(*many.certificate, "10.0.0.2"));
  const auto dates = validity_of(*many.certificate);
  REQUIRE(dates);
  CHECK(dates->until - dates->from == std::chrono::seconds(30 * 86400 + 3600));
  const auto other = make_identity({});
  CHECK(identity_of(*many.certificate) == identity_of(*many.certificate));
  CHECK(identity_of(*many.certificate) != identity_of(*other.certificate));
  CHECK(belong_together(*many.certificate, *many.key));
  CHECK_FALSE(belong_together(*many.certificate, *other.key));
}

TEST_CASE("certificate: a key of another kind does not belong to a certificate") {
  const key_ptr rsa(EVP_RSA_gen(2048));
  CHECK_FALSE(belong_together(*make_identity({}).certificate, *rsa));
}

TEST_CASE("certificate: a chain leads to a trusted certificate by way of the others, or says where it ends") {
  const auto root = make_identity({"Root", "", -3600, 86400, true});
  const auto middle = make_identity({"Middle", "", -3600, 86400, true}, &root);
  const auto leaf = make_identity({"leaf.test"}, &middle);
  const auto list = [](std::initializer_list<const fakes::identity*> of) {
    std::string text;
    for (const auto* each : of) text += certificate_pem(*each);
    return certificates_in(text).all;
  };
  CHECK(chain_of(list({&leaf, &middle}), list({&root})).certificates.size() == 3);
  CHECK(chain_of(list({&leaf}), list({&middle})).certificates.size() == 2);
  CHECK(chain_of(list({&leaf}), list({&root})).problem ==
        "the issuer of 'leaf.test', which is 'Middle', is neither in this file nor in ca_file");
  CHECK(chain_of(list({&root}), list({&middle})).problem == "the certificate 'Root' is self-signed and not in ca_file");
}

TEST_CASE("certificate: the protocol of a server is recognised by five bytes") {
  using namespace std::string_view_literals;
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"HTTP/", "plain HTTP"},
      {"SSH-2", "SSH"},
      {"220 m", "SMTP or FTP"},
      {"* OK ", "IMAP"},
      {"+OK P", "POP3"},
      {"-ERR ", "Redis or POP3"},
      {"AMQP\0"sv, "AMQP"},
      {"INFO ", "NATS"},
      {"\x4a\0\0\0\x0a"sv, "the protocol of MySQL"},
      {"ERROR", "memcached"},
      {"\xff\xfd\x18", "Telnet"},
      {"RFB 0", "VNC"},
      {"", ""},
      {"hello", ""},
      {"\x16\x03\x03\0\x0a"sv, ""},
  };
  for (const auto& [bytes, protocol] : rows) CHECK(spoken_protocol(bytes) == protocol);
}
