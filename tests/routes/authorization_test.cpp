#include <string>

#include <doctest/doctest.h>

#include "routes/authorization.hpp"

using namespace telltale;

TEST_CASE("authorization: the right token is accepted, the scheme in any case") {
  for (const std::string header : {"Bearer s3cret", "bearer s3cret", "BEARER   s3cret ", " Bearer s3cret"}) {
    CAPTURE(header);
    CHECK(carries_token(header, "s3cret"));
  }
}

TEST_CASE("authorization: anything else is not") {
  for (const std::string header :
       {"", "Bearer", "Bearer ", "Bearers3cret", "Bearer s3cre", "Bearer s3crets", "Bearer S3CRET", "Basic s3cret",
        "s3cret", "Bearer s3cret, Bearer s3cret", "Bearer s3crets3cret"}) {
    CAPTURE(header);
    CHECK_FALSE(carries_token(header, "s3cret"));
  }
}

TEST_CASE("authorization: without a configured token no request is authorised") {
  for (const std::string header : {"", "Bearer", "Bearer ", "Bearer x"}) {
    CAPTURE(header);
    CHECK_FALSE(carries_token(header, ""));
  }
}
