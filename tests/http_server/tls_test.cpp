#include "http_server/tls_renewal.hpp"

#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "running_server.hpp"
#include "temporary_folder.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;

namespace {

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

key_ptr make_key() { return key_ptr(EVP_EC_gen("P-256")); }

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string key_pem(EVP_PKEY* key, bool encrypted = false) {
  const bio_ptr bio(BIO_new(BIO_s_mem()));
  unsigned char password[] = "x";
  PEM_write_bio_PrivateKey(bio.get(), key, encrypted ? EVP_aes_128_cbc() : nullptr, encrypted ? password : nullptr,
                           encrypted ? 1 : 0, nullptr, nullptr);
  return text_of(bio.get());
}

std::string self_signed_pem(EVP_PKEY* key) {
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

tls_files make_files(const temporary_folder& folder) {
  const auto key = make_key();
  return {folder.write("tls.crt", self_signed_pem(key.get())), folder.write("tls.key", key_pem(key.get()))};
}

std::string sentence_of(const tls_files& files) {
  try {
    make_tls_context(files);
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  return "loads";
}

// A TLS client over a raw one.
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

// What the server shows in a handshake, as PEM.
std::string shown_certificate(int port) {
  tls_client client;
  if (!client.connect(port)) return "no handshake";
  const cert_ptr shown(SSL_get1_peer_certificate(client.ssl.get()));
  const bio_ptr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), shown.get());
  return text_of(bio.get());
}

// Handshakes until it is shown; false after many.
bool comes_to_show(int port, const std::string& certificate) {
  for (int i = 0; i < 2'000; ++i)
    if (shown_certificate(port) == certificate) return true;
  return false;
}

}  // namespace

TEST_CASE("tls: a renewed certificate is shown to new connections, and open ones go on") {
  const temporary_folder folder;
  http_limits limits;
  limits.tls_look = 10ms;
  const auto files = make_files(folder);
  running_server server(limits, hello, "127.0.0.1:0", files);
  tls_client before;
  REQUIRE(before.connect(server.port()));
  const auto old = shown_certificate(server.port());
  const auto key = make_key();
  const auto renewed = self_signed_pem(key.get());
  folder.write("tls.crt", renewed);
  folder.write("tls.key", key_pem(key.get()));
  CHECK(comes_to_show(server.port(), renewed));
  CHECK(old != renewed);
  CHECK(before.ask(get_and_close).ends_with("GET /ready from here"));
}

TEST_CASE("tls: a broken pair keeps the old certificate, until it is mended") {
  const temporary_folder folder;
  const auto files = make_files(folder);
  tls_renewal certificate(files);
  const auto old = certificate.current();
  const auto key = make_key();
  const auto renewed = self_signed_pem(key.get());
  certificate.look();
  CHECK(certificate.current() == old);
  folder.write("tls.crt", renewed);  // half-way
  certificate.look();
  CHECK(certificate.current() == old);
  folder.write("tls.key", "junk");
  certificate.look();
  CHECK(certificate.current() == old);
  ::unlink(files.key.c_str());
  certificate.look();
  CHECK(certificate.current() == old);
  folder.write("tls.key", key_pem(key.get()));
  certificate.look();
  const auto mended = certificate.current();
  CHECK(mended != old);
  certificate.look();
  CHECK(certificate.current() == mended);
}

TEST_CASE("tls: requests are answered over TLS, and the end is announced") {
  const temporary_folder folder;
  running_server server({}, hello, "127.0.0.1:0", make_files(folder));
  tls_client client;
  REQUIRE(client.connect(server.port()));
  CHECK(SSL_version(client.ssl.get()) >= TLS1_2_VERSION);
  CHECK(client.ask(get + get_and_close).ends_with("GET /ready from here"));
}

TEST_CASE("tls: a request that came along in the record of another one is not forgotten") {
  const temporary_folder folder;
  running_server server({}, hello, "127.0.0.1:0", make_files(folder));
  tls_client client;
  REQUIRE(client.connect(server.port()));
  // One read of the server takes exactly the first; no event on the socket will announce the second.
  std::string first = "GET /first HTTP/1.1\r\nHost: a\r\nX: ";
  first += std::string(512 - first.size() - 4, 'x') + "\r\n\r\n";
  CHECK(client.ask(first + get_and_close).ends_with("GET /ready from here"));
}

TEST_CASE("tls: records that arrive together are all read, although only the first read is announced") {
  const temporary_folder folder;
  http_limits limits;
  limits.idle_timeout = 1h;
  running_server server(limits, hello, "127.0.0.1:0", make_files(folder));
  tls_client client;
  REQUIRE(client.connect(server.port()));
  client.send(get);
  CHECK(client.raw.readable_within(10'000));
  server.in_loop([&] {
    client.send(get);
    client.send(get_and_close);
  });
  const auto answers = client.read_to_end();
  CHECK(answers.find("Connection: close") > answers.find("from here", answers.find("from here") + 1));
  CHECK(answers.ends_with("GET /ready from here"));
}

TEST_CASE("tls: half a request and then the end gets 400, whether the end is announced or not") {
  const temporary_folder folder;
  running_server server({}, hello, "127.0.0.1:0", make_files(folder));
  for (const bool announced : {true, false}) {
    CAPTURE(announced);
    tls_client client;
    REQUIRE(client.connect(server.port()));
    client.send("GET /half");
    if (announced) SSL_shutdown(client.ssl.get());
    client.raw.half_close();
    CHECK(status_line(client.read_to_end()) == "HTTP/1.1 400 Bad Request");
  }
}

TEST_CASE("tls: a refusal arrives whole, with a body still on its way") {
  const temporary_folder folder;
  running_server server({}, hello, "127.0.0.1:0", make_files(folder));
  tls_client client;
  REQUIRE(client.connect(server.port()));
  const auto answer =
      client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" + std::string(200'000, 'x'));
  CHECK(status_line(answer) == "HTTP/1.1 413 Content Too Large");
}

TEST_CASE("tls: large answers come whole") {
  const temporary_folder folder;
  running_server server({}, flooding(4 << 20), "127.0.0.1:0", make_files(folder));
  tls_client client;
  REQUIRE(client.connect(server.port()));
  const auto answer = client.ask(get_and_close);
  CHECK(answer.size() - answer.find("\r\n\r\n") - 4 == 4 << 20);
}

TEST_CASE("tls: HTTP/1.1 is chosen when it is offered") {
  const temporary_folder folder;
  running_server server({}, hello, "127.0.0.1:0", make_files(folder));
  tls_client client;
  const unsigned char offer[] = "\x02h2\x08http/1.1";
  SSL_CTX_set_alpn_protos(client.context.get(), offer, sizeof(offer) - 1);
  REQUIRE(client.connect(server.port()));
  const unsigned char* chosen = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(client.ssl.get(), &chosen, &size);
  CHECK(std::string(reinterpret_cast<const char*>(chosen), size) == "http/1.1");
}

TEST_CASE("tls: TLS 1.1 is refused") {
  const temporary_folder folder;
  running_server server({}, hello, "127.0.0.1:0", make_files(folder));
  tls_client client;
  SSL_CTX_set_security_level(client.context.get(), 0);
  SSL_CTX_set_min_proto_version(client.context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(client.context.get(), TLS1_1_VERSION);
  CHECK_FALSE(client.connect(server.port()));
  tls_client modern;
  CHECK(modern.connect(server.port()));
}

TEST_CASE("tls: a handshake that stalls, and plain HTTP, end in time") {
  const temporary_folder folder;
  http_limits limits;
  limits.header_deadline = 50ms;
  running_server server(limits, hello, "127.0.0.1:0", make_files(folder));
  raw_client silent;
  REQUIRE(silent.connect(server.port()));
  silent.send("\x16\x03\x01");
  CHECK(silent.read_to_end().empty());
  raw_client plain;
  REQUIRE(plain.connect(server.port()));
  plain.send(get);
  CHECK(plain.wait_for_hang_up());
  CHECK(server.empties());
}

TEST_CASE("tls: half a request over TLS gets 408") {
  const temporary_folder folder;
  http_limits limits;
  limits.header_deadline = 200ms;
  running_server server(limits, hello, "127.0.0.1:0", make_files(folder));
  tls_client client;
  REQUIRE(client.connect(server.port()));
  CHECK(status_line(client.ask("GET /re")) == "HTTP/1.1 408 Request Timeout");
}

TEST_CASE("tls: each way files can be wrong has its sentence") {
  const temporary_folder folder;
  const auto good = make_files(folder);
  CHECK(sentence_of(good) == "loads");
  const auto other_key = make_key();
  const auto other = folder.write("other.key", key_pem(other_key.get()));
  const auto encrypted = folder.write("encrypted.key", key_pem(other_key.get(), true));
  const auto junk = folder.write("junk", "this is not PEM\n");
  const auto fifo = folder.file("fifo");
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const auto missing = folder.file("missing");
  CHECK(sentence_of({missing, good.key}) ==
        "TLS certificate " + missing + ": no such file - mount it or correct the path");
  CHECK(sentence_of({good.cert, missing}) == "TLS key " + missing + ": no such file - mount it or correct the path");
  CHECK(sentence_of({fifo, good.key}) == "TLS certificate " + fifo + ": not a regular file");
  CHECK(sentence_of({folder.file(""), good.key}).find("not a regular file") != std::string::npos);
  CHECK(sentence_of({junk, good.key}).starts_with("TLS certificate " + junk + ": not a certificate in PEM"));
  CHECK(sentence_of({good.key, good.key}).starts_with("TLS certificate " + good.key + ": not a certificate in PEM"));
  CHECK(sentence_of({good.cert, junk}).starts_with("TLS key " + junk + ": not a private key in PEM"));
  CHECK(sentence_of({good.cert, other}) == "TLS key " + other + ": it does not belong to the certificate " + good.cert);
  CHECK(sentence_of({good.cert, encrypted}) ==
        "TLS key " + encrypted + ": it is encrypted; give a key without a passphrase");
}
