// Tests SCRAM-SHA-256 against the exchange of RFC 7677 and against servers that break the rules.
#include <doctest/doctest.h>

#include "base/base64.hpp"
#include "sasl/scram.hpp"

using namespace telltale;
using sasl::scram_sha256;

namespace {

// RFC 7677 section 3.
constexpr const char* nonce = "rOprNGfwEbeRWgbNEkqO";
constexpr const char* server_first =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
constexpr const char* client_final =
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
constexpr const char* server_final = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

scram_sha256 answered(const char* password = "pencil") {
  scram_sha256 client("user", password, nonce);
  REQUIRE(client.challenge(server_first).verdict == verdict::pass);
  while (!client.derive()) {
  }
  return client;
}

finding challenged(const std::string& message) { return scram_sha256("user", "pencil", nonce).challenge(message); }

}  // namespace

TEST_CASE("scram: the exchange of RFC 7677") {
  CHECK(scram_sha256("user", "pencil", nonce).client_first() == "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  auto client = answered();
  CHECK(client.client_final() == client_final);
  CHECK_FALSE(client.verified());
  CHECK(client.verify(server_final).verdict == verdict::pass);
  CHECK(client.verified());
}

TEST_CASE("scram: another password has another proof, and the signature of the server is no longer right") {
  auto client = answered("pencil2");
  CHECK(client.client_final() != client_final);
  const auto found = client.verify(server_final);
  CHECK(found.reason == reason::auth);
  CHECK(found.sentence == "the server does not know the password itself: its SCRAM signature is wrong");
  CHECK_FALSE(client.verified());
}

TEST_CASE("scram: a server that does not know the password is refused") {
  for (const std::string message : {"v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "v=", "v=AAAA", "v", "", "x=AAAA",
                                    "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4", "e=invalid-proof"}) {
    CAPTURE(message);
    auto client = answered();
    client.client_final();
    CHECK(client.verify(message).verdict == verdict::fail);
    CHECK_FALSE(client.verified());
  }
  auto client = answered();
  client.client_final();
  CHECK(client.verify("e=invalid-proof").reason == reason::auth);
}

TEST_CASE("scram: a signature before the client's proof is refused") {
  scram_sha256 client("user", "pencil", nonce);
  CHECK(client.verify(server_final).reason == reason::protocol);
  CHECK(client.verify("v=").reason == reason::protocol);
}

TEST_CASE("scram: a challenge must continue the nonce, and have a salt and a bounded count") {
  const std::string good = "r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=1";
  CHECK(challenged(good).verdict == verdict::pass);
  CHECK(challenged(good + "000000").verdict == verdict::pass);
  CHECK(challenged(good + ",x=later").verdict == verdict::pass);
  for (const std::string message :
       {"", "r=", "r=rOprNGfwEbeRWgbNEkqO,s=AAAA,i=1", "r=rOprNGfwEbeRWgbNEkqx1,s=AAAA,i=1", "r=x,s=AAAA,i=1",
        "r=rOprNGfwEbeRWgbNEkqO x,s=AAAA,i=1", "s=AAAA,i=1", "r=rOprNGfwEbeRWgbNEkqOx,i=1,s=AAAA",
        "r=rOprNGfwEbeRWgbNEkqOx,s=,i=1", "r=rOprNGfwEbeRWgbNEkqOx,s=A,i=1", "r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=0",
        "r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=-1", "r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=1000001",
        "r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=99999999999", "r=rOprNGfwEbeRWgbNEkqOx,s=AAAA",
        "m=future,r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=1"}) {
    CAPTURE(message);
    const auto found = challenged(message);
    CHECK(found.reason == reason::protocol);
    CHECK_FALSE(found.sentence.empty());
  }
}

TEST_CASE("scram: a second challenge is refused") {
  auto client = answered();
  CHECK(client.challenge(server_first).sentence == "the server's SCRAM message comes twice");
}

TEST_CASE("scram: a user name with a comma or an equals sign is escaped") {
  CHECK(scram_sha256("a,b=c", "x", "n").client_first() == "n,,n=a=2Cb=3Dc,r=n");
}

TEST_CASE("scram: the keys are derived in steps") {
  scram_sha256 client("user", "pencil", nonce);
  REQUIRE(client.challenge("r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=1000").verdict == verdict::pass);
  int steps = 1;
  while (!client.derive()) ++steps;
  CHECK(steps == 4);
}

TEST_CASE("base64: what is encoded is decoded, and nothing else") {
  for (const std::string text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) {
    CAPTURE(text);
    CHECK(from_base64(base64(text)) == text);
  }
  CHECK(from_base64("Zm9v") == "foo");
  for (const char* text : {"Zg", "Zg=", "Zh==", "Zg==Zg==", "Zm9v\n", "Zm=v", "====", "=", "Zm9-"}) {
    CAPTURE(text);
    CHECK_FALSE(from_base64(text));
  }
}

TEST_CASE("digest: the values of the standards") {
  CHECK(sasl::md5_hex("abc") == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(base64(sasl::sha256("abc")) == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  sasl::hmac_sha256 by_key("Jefe");  // RFC 4231 section 4.3
  for (int i = 0; i < 2; ++i)
    CHECK(base64(by_key("what do ya want for nothing?")) == "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=");
  CHECK(sasl::random_bytes(18) != sasl::random_bytes(18));
  CHECK(sasl::equal_secrets("a", "a"));
  CHECK_FALSE(sasl::equal_secrets("a", "b"));
  CHECK_FALSE(sasl::equal_secrets("a", "ab"));
}
