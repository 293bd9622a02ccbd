#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

#include "http_server/tls.hpp"
#include "http_server/tls_renewal.hpp"
#include "running_server.hpp"
#include "tls_peer.hpp"

using namespace telltale;
using namespace telltale::testing;
using namespace std::chrono_literals;

namespace {

std::string sentence_of(const tls_files& files) {
  try {
    make_tls_context(files);
  } catch (const std::runtime_error& e) {
    return e.what();
  }
  return "loads";
}

// The certificate that the server presents in a handshake, as PEM.
std::string shown_certificate(int port) {
  tls_client client;
  if (!client.connect(port)) return "no handshake";
  const cert_ptr shown(SSL_get1_peer_certificate(client.ssl.get()));
  const bio_ptr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), shown.get());
  return text_of(bio.get());
}

// Repeats handshakes until it is presented; false after many.
bool comes_to_show(int port, const std::string& certificate) {
  for (int i = 0; i < 2'000; ++i)
    if (shown_certificate(port) == certificate) return true;
  return false;
}

}  // namespace

TEST_CASE("tls_files: a renewed certificate is presented to new connections, and open ones continue") {
  const temp_folder folder;
  http_limits limits;
  limits.tls_check_interval = 10ms;
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

TEST_CASE("tls_files: an invalid pair keeps the old certificate until it is repaired") {
  const temp_folder folder;
  const auto files = make_files(folder);
  tls_renewal certificate(files);
  const auto old = certificate.current();
  const auto key = make_key();
  const auto renewed = self_signed_pem(key.get());
  certificate.check_files();
  CHECK(certificate.current() == old);
  folder.write("tls.crt", renewed);  // half renewed
  certificate.check_files();
  CHECK(certificate.current() == old);
  folder.write("tls.key", "junk");
  certificate.check_files();
  CHECK(certificate.current() == old);
  ::unlink(files.key.c_str());
  certificate.check_files();
  CHECK(certificate.current() == old);
  folder.write("tls.key", key_pem(key.get()));
  certificate.check_files();
  const auto mended = certificate.current();
  CHECK(mended != old);
  certificate.check_files();
  CHECK(certificate.current() == mended);
}

TEST_CASE("tls_files: each invalid file has its message") {
  const temp_folder folder;
  const auto good = make_files(folder);
  CHECK(sentence_of(good) == "loads");
  const auto other_key = make_key();
  const auto other = folder.write("other.key", key_pem(other_key.get()));
  const auto encrypted = folder.write("encrypted.key", key_pem(other_key.get(), true));
  const auto junk = folder.write("junk", "this is not PEM\n");
  const auto fifo = folder / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const auto missing = folder / "missing";
  CHECK(sentence_of({missing, good.key}) ==
        "TLS certificate " + missing + ": no such file - mount it or correct the path");
  CHECK(sentence_of({good.cert, missing}) == "TLS key " + missing + ": no such file - mount it or correct the path");
  CHECK(sentence_of({fifo, good.key}) == "TLS certificate " + fifo + ": not a regular file");
  CHECK(sentence_of({(folder / ""), good.key}).find("not a regular file") != std::string::npos);
  CHECK(sentence_of({junk, good.key}).starts_with("TLS certificate " + junk + ": not a certificate in PEM"));
  CHECK(sentence_of({good.key, good.key})
            .starts_with("TLS certificate " + good.key + ": a private key, not a certificate in PEM"));
  CHECK(sentence_of({good.cert, junk}).starts_with("TLS key " + junk + ": not a private key in PEM"));
  CHECK(sentence_of({good.cert, other}) == "TLS key " + other + ": does not match the certificate " + good.cert);
  CHECK(sentence_of({good.cert, encrypted}) == "TLS key " + encrypted + ": encrypted; use a key without a passphrase");
}
