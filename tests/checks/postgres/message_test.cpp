// Tests the messages of the protocol, and the answers to requests for credentials, without a server.
#include <doctest/doctest.h>

#include "base/base64.hpp"
#include "checks/postgres/messages.hpp"
#include "postgres/authentication.hpp"
#include "postgres/message.hpp"

using namespace telltale;
using namespace telltale::postgres;
using namespace std::string_literals;

namespace {

/// The types of the messages in these bytes, and "!" for a fault.
std::string types_of(const std::string& bytes, std::size_t piece = 1000) {
  message_reader reader;
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += piece) {
    reader.feed(std::string_view(bytes).substr(i, piece));
    while (auto next = reader.next()) out += next->type;
  }
  return out + (reader.faulty() ? "!" : "");
}

}  // namespace

TEST_CASE("postgres message: messages are found however their bytes arrive") {
  const auto bytes = pg::authentication(0) + pg::parameter("a", "b") + pg::ready('I') + "Z\0\0"s;
  for (const std::size_t piece : {1U, 2U, 3U, 5U, 1000U}) CHECK(types_of(bytes, piece) == "RSZ");
}

TEST_CASE("postgres message: a type or a length that cannot be is a fault") {
  CHECK(types_of("HTTP/1.1 400 Bad Request\r\n") == "!");
  CHECK(types_of("\x15\x03\x01\0\x02\x02\x46"s) == "!");
  for (const auto& length : {"\0\0\0\0"s, "\0\0\0\3"s, "\xff\xff\xff\xff"s, "\x80\0\0\4"s, "\0\1\0\5"s}) {
    CHECK(types_of("R" + length) == "!");
    CHECK(types_of(pg::ready('I') + "R" + length) == "Z!");
  }
  CHECK(types_of("D\0\1\0\4"s + std::string(longest_message, 'x')) == "D");
  std::string flood;
  while (flood.size() <= most_bytes) flood += pg::parameter("a", std::string(1000, 'x'));
  CHECK(types_of(flood).ends_with("S!"));
}

TEST_CASE("postgres message: fields that are cut off or too long make a payload malformed") {
  CHECK(read_error("SFATAL\0C28P01\0Mno\0\0"s)->code == "28P01");
  CHECK(read_error("SFATAL\0C28P01\0Mno\0\0"s)->text == "no");
  CHECK(read_error("\0"s)->code.empty());
  for (const auto& bad : {""s, "C"s, "C28P01"s, "C28P01\0"s, "C28P01\0\0x"s}) CHECK_FALSE(read_error(bad));
  const auto two = read_row("\0\2\0\0\0\1x\xff\xff\xff\xff"s);
  REQUIRE(two);
  CHECK(*two == row{"x", std::nullopt});
  CHECK(read_row("\0\0"s)->empty());
  for (const auto& bad : {""s, "\0"s, "\0\1"s, "\0\1\0\0\0\2x"s, "\0\1\0\0\0\1xy"s, "\0\1\x7f\xff\xff\xff"s,
                          "\xff\xff"s, "\0\1\x80\0\0\0"s})
    CHECK_FALSE(read_row(bad));
  CHECK(read_first_type(pg::payload_of(pg::described(16))) == 16);
  CHECK(read_first_type("\0\0"s) == 0);
  for (const auto& bad : {""s, "\0\1"s, "\0\1x\0"s, "\0\1x\0\0\0\0\0\0\0\0\0\0\x10"s})
    CHECK_FALSE(read_first_type(bad));
}

TEST_CASE("postgres message: what is sent has the form of the manual") {
  CHECK(startup_message({{"user", "me"}}) == "\0\0\0\x11\0\3\0\0user\0me\0\0"s);
  CHECK(simple_query("X") == "Q\0\0\0\6X\0"s);
  CHECK(first_row_query("X") == "P\0\0\0\x09\0X\0\0\0"s + "B\0\0\0\x0c\0\0\0\0\0\0\0\0"s + "D\0\0\0\6P\0"s +
                                    "E\0\0\0\x09\0\0\0\0\1"s + "S\0\0\0\4"s);
  CHECK(terminate_message() == "X\0\0\0\4"s);
  CHECK(password_message("ab") == "p\0\0\0\7ab\0"s);
  CHECK(sasl_initial_response("M", "x") == "p\0\0\0\x0bM\0\0\0\0\1x"s);
}

TEST_CASE("postgres authentication: a password is answered in the form that is asked for") {
  const credentials login{"md5_user", "password", true};
  CHECK(authentication(login).answer(pg::payload_of(pg::authentication(0))).done);
  CHECK(authentication(login).answer(pg::payload_of(pg::authentication(3))).send == password_message("password"));
  // md5(md5("password" "md5_user") "\1\2\3\4"), computed with md5sum.
  CHECK(authentication(login).answer(pg::payload_of(pg::authentication(5, "\1\2\3\4"))).send ==
        password_message("md580a32c6f038b79de232354a2ee7060eb"));
}

TEST_CASE("postgres authentication: SCRAM-SHA-256 is chosen, and its end is required") {
  const credentials login{"app", "pencil", false};
  authentication client(login);
  const auto begin = client.answer(pg::payload_of(pg::authentication(10, "SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0"s)));
  CHECK(begin.send.find("SCRAM-SHA-256\0\0\0\0\x20n,,n=,r="s) != std::string::npos);
  const auto nonce = begin.send.substr(begin.send.find("r=") + 2);
  const auto go_on = client.answer(pg::payload_of(pg::authentication(11, "r=" + nonce + "x,s=AAAA,i=1")));
  CHECK(go_on.derive);
  CHECK(client.derive());
  CHECK(client.proof().find("c=biws,r=" + nonce + "x,p=") != std::string::npos);
  CHECK(client.answer(pg::payload_of(pg::authentication(0))).failed.sentence ==
        "the server accepts the login without having proved that it knows the password");
  CHECK(client.answer(pg::payload_of(pg::authentication(12, "v=AAAA"))).failed.reason == reason::auth);
}

TEST_CASE("postgres authentication: requests that cannot be answered, or come twice, fail") {
  const credentials login{"app", "pencil", false}, without{"app", "", true};
  const auto why = [](const credentials& by, const std::string& message) {
    return authentication(by).answer(pg::payload_of(message)).failed.sentence;
  };
  CHECK(why(without, pg::authentication(5, "salt")) == "the server asks for a password, and none is configured");
  CHECK(why(login, pg::authentication(3)).starts_with("the server asks for the password in clear text"));
  CHECK(why(login, pg::authentication(7)).starts_with("the server asks for GSSAPI"));
  CHECK(why(login, pg::authentication(2)).starts_with("the server asks for Kerberos"));
  CHECK(why(login, pg::authentication(99)).starts_with("the server asks for an unknown method"));
  CHECK(why(login, pg::authentication(10, "SCRAM-SHA-512\0\0"s)).starts_with("the server offers no SASL mechanism"));
  CHECK(why(login, pg::authentication(10, "SCRAM-SHA-256")).starts_with("the server offers no SASL mechanism"));
  for (const auto& bad : {pg::authentication(5), pg::authentication(5, "12345"), pg::authentication(0, "x"),
                          pg::authentication(11, "r=x,s=AAAA,i=1"), pg::authentication(12, "v=AAAA"),
                          pg::message('R', ""), pg::message('R', "\0\0"s)})
    CHECK(why(login, bad) == "the server's request for credentials is malformed");
  authentication twice(login);
  twice.answer(pg::payload_of(pg::authentication(5, "salt")));
  CHECK(twice.answer(pg::payload_of(pg::authentication(5, "salt"))).failed.reason == reason::protocol);
}
