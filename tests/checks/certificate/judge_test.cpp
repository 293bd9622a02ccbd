// The judgement of certificate files: each outcome that the check tells apart, with its reason and its sentence.
#include "certificate/judge.hpp"

#include <doctest/doctest.h>

#include "fakes/certificates.hpp"

using namespace telltale;
using namespace telltale::fakes;

namespace {

constexpr long day = 86400;

const identity& root() {
  static const auto made = make_identity({"Root", "", -3600, 3650 * day, true});
  return made;
}
const identity& good() {
  static const auto made = make_identity({"app.test", "DNS:app.test,DNS:www.test", -day, 89 * day}, &root());
  return made;
}
identity dated(long from, long until) { return make_identity({"app.test", "DNS:app.test", from, until}, &root()); }

struct row {
  std::string name;
  std::string path;
  std::optional<std::string> key;
  std::optional<std::string> ca_file;
  std::vector<std::string> host;
  net::expiry_limit expiry;
  verdict expected = verdict::fail;
  reason why = reason::ok;
  std::string words;
};

outcome judged(const row& r) {
  certificate_options options;
  options.path.text = "/tls.crt";
  options.key = file_path{"/tls.key"};
  options.ca_file = file_path{"/ca.crt"};
  options.host = r.host;
  options.expiry = r.expiry;
  return certificate::judge({r.path, r.key, r.ca_file}, options, net::current_time());
}

void check(const row& r) {
  CAPTURE(r.name);
  const auto out = judged(r);
  CAPTURE(out.message);
  CHECK(to_string(out.verdict) == to_string(r.expected));
  CHECK(to_string(out.reason) == to_string(r.why));
  CHECK(out.message.find(r.words) != std::string::npos);
}

}  // namespace

TEST_CASE("certificate: a valid file passes with its key, names, chain and the date of its end") {
  const auto out = judged({"",
                           certificate_pem(good()) + certificate_pem(root()),
                           key_pem(good()),
                           certificate_pem(root()),
                           {"app.test", "www.test"}});
  CAPTURE(out.message);
  CHECK(out.verdict == verdict::pass);
  CHECK(out.message.starts_with("/tls.crt: valid until 20"));
  CHECK(out.measured("certificates") == 2);
  CHECK(*out.measured("certificate_expiry_seconds") == doctest::Approx(89 * day).epsilon(0.001));
}

TEST_CASE("certificate: each outcome has its reason and its words") {
  const auto other = make_identity({});
  const auto leaf = certificate_pem(good());
  const auto key = key_pem(good());
  const auto expired = certificate_pem(dated(-90 * day, -3 * day));
  const row rows[] = {
      {"expired", expired, {}, {}, {}, {}, verdict::fail, reason::tls, "/tls.crt: the certificate has expired: it was"},
      {"expired just now",
       certificate_pem(dated(-90 * day, -60)),
       {},
       {},
       {},
       {},
       verdict::fail,
       reason::tls,
       "or the clock of this machine is wrong"},
      {"not yet valid",
       certificate_pem(dated(600, day)),
       {},
       {},
       {},
       {},
       verdict::fail,
       reason::tls,
       "is not valid yet"},
      {"another in the file has expired",
       leaf + expired,
       {},
       {},
       {},
       {},
       verdict::fail,
       reason::tls,
       "certificate 2 of 2 ('app.test') has expired"},
      {"another in the file is not valid yet",
       leaf + certificate_pem(dated(day, 90 * day)),
       {},
       {},
       {},
       {},
       verdict::fail,
       reason::tls,
       "certificate 2 of 2 ('app.test') is not valid yet"},
      {"expires within a sixth",
       certificate_pem(dated(-80 * day, 10 * day + 600)),
       {},
       {},
       {},
       {},
       verdict::warn,
       reason::threshold,
       "the certificate expires in 10 d, on 20"},
      {"expires within the limit",
       leaf,
       {},
       {},
       {},
       {std::chrono::days(120), std::chrono::days(100)},
       verdict::fail,
       reason::threshold,
       "(limit 100d)"},
      {"the limit replaces the usual one",
       certificate_pem(dated(-80 * day, 10 * day + 600)),
       {},
       {},
       {},
       {std::chrono::days(5), {}},
       verdict::pass,
       reason::ok,
       "valid until"},
      {"wrong key",
       leaf,
       key_pem(other),
       {},
       {},
       {},
       verdict::fail,
       reason::mismatch,
       "the key /tls.key does not belong to the certificate"},
      {"key of another certificate",
       leaf + certificate_pem(other),
       key_pem(other),
       {},
       {},
       {},
       verdict::fail,
       reason::mismatch,
       "belongs to certificate 2, which must be the first"},
      {"encrypted key",
       leaf,
       key_pem(good(), ::EVP_aes_256_cbc()),
       {},
       {},
       {},
       verdict::fail,
       reason::mismatch,
       "/tls.key: encrypted"},
      {"certificate as key", leaf, leaf, {}, {}, {}, verdict::fail, reason::mismatch, "/tls.key: a certificate, not"},
      {"key as certificate", key, key, {}, {}, {}, verdict::fail, reason::mismatch, "/tls.crt: a private key, not"},
      {"both in one file", key + leaf, key + leaf, {}, {}, {}, verdict::pass, reason::ok, ""},
      {"DER", certificate_der(good()), {}, {}, {}, {}, verdict::fail, reason::mismatch, "in DER form, not PEM"},
      {"corrupt", leaf.substr(0, 200), {}, {}, {}, {}, verdict::fail, reason::corrupt, "damaged or cut off"},
      {"empty", "", {}, {}, {}, {}, verdict::fail, reason::corrupt, "/tls.crt: the file is empty"},
      {"wrong host",
       leaf,
       {},
       {},
       {"app.test", "api.test"},
       {},
       verdict::fail,
       reason::tls,
       "the certificate is not for api.test: it is for app.test, www.test"},
      {"unknown authority",
       leaf,
       {},
       certificate_pem(other),
       {},
       {},
       verdict::fail,
       reason::tls,
       "the issuer of 'app.test', which is 'Root', is neither"},
      {"ca_file without a certificate", leaf, {}, key, {}, {}, verdict::fail, reason::mismatch, "/ca.crt: a private"},
  };
  for (const auto& r : rows) check(r);
}

TEST_CASE("certificate: a trusted certificate that expires before the file's counts") {
  const auto old = make_identity({"Old CA", "", -300 * day, 5 * day + 600, true});
  const auto leaf = make_identity({"app.test", "DNS:app.test", -day, 60 * day}, &old);
  const row r{"",
              certificate_pem(leaf),
              {},
              certificate_pem(old),
              {},
              {},
              verdict::warn,
              reason::threshold,
              "/tls.crt: the certificate 'Old CA' in /ca.crt expires in 5 d"};
  check(r);
}

TEST_CASE("certificate: no byte of a key appears in a message") {
  const auto key = key_pem(good());
  const auto secret = key.substr(40, 24);
  for (const auto& bad : {key, key.substr(0, key.size() / 2), "x" + key}) {
    CHECK(judged({"", bad, bad}).message.find(secret) == std::string::npos);
    CHECK(judged({"", certificate_pem(good()), bad, bad}).message.find(secret) == std::string::npos);
  }
}
