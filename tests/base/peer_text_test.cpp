// Text from a server: secrets do not appear in it, in any form in which servers echo them.
#include "base/peer_text.hpp"

#include <doctest/doctest.h>

#include "base/base64.hpp"

using namespace telltale;

namespace {

const secret_list secrets{"hunter2/hunter3?", "pass5"};

std::string base64_url(std::string_view bytes) {
  auto out = base64(bytes);
  for (auto& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

}  // namespace

TEST_CASE("peer text: secrets and their parts are hidden") {
  CHECK(without_secrets("got hunter2/hunter3?, sorry", secrets) == "got ***, sorry");
  CHECK(without_secrets("cut: hunter2/h", secrets) == "cut: ***");
  CHECK(without_secrets("hunt", secrets) == "hunt");
  CHECK(without_secrets("a pass5 b", secrets) == "a *** b");
  CHECK(without_secrets("", secrets) == "");
  CHECK(without_secrets("text", {}) == "text");
}

TEST_CASE("peer text: the percent-encoded form of a secret is hidden") {
  for (const auto* echoed : {"token=hunter2%2Fhunter3%3F&x", "token=hunter2%2fhunter3%3f&x",
                             "token=%68unter2%2Fhunter3?&x", "token=hunter2/hunter3%3F&x"}) {
    CAPTURE(echoed);
    CHECK(without_secrets(echoed, secrets) == "token=***&x");
  }
  CHECK(without_secrets("100% of 5%zz, %2", secrets) == "100% of 5%zz, %2");
  CHECK(without_secrets("a%62c", {"a%62cdef"}) == "a%62c");
  CHECK(without_secrets("xa%62cdefx", {"a%62cdef"}) == "x***x");
}

TEST_CASE("peer text: the base64 form of a secret is hidden, whatever stands before it") {
  for (const std::string before : {"", "u", "u:", "me:", "user:"}) {
    CAPTURE(before);
    const auto encoded = base64(before + "hunter2/hunter3?>>>?");
    const auto shown = without_secrets("Basic " + encoded + ".", secrets);
    CAPTURE(shown);
    CHECK(shown.starts_with("Basic "));
    CHECK(shown.find("***") != std::string::npos);
    CHECK(shown.find(base64("hunter2").substr(2, 4)) == std::string::npos);
    CHECK(shown.size() < 26);
  }
  CHECK(without_secrets(base64_url("\?\?>hunter2\?\?>hunter3"), {"\?\?>hunter2\?\?>hunter3"}).starts_with("***"));
  const auto escaped = without_secrets("q=" + base64("hunter2/hunter3?").substr(0, 20) + "%3D%3D", secrets);
  CHECK(escaped.starts_with("q=***"));
}

TEST_CASE("peer text: a text that contains a very short secret is not shown, one without it is") {
  CHECK(without_secrets("banana", {"an"}) == "***");
  CHECK(without_secrets("cherry", {"an"}) == "cherry");
  CHECK(without_secrets("a%6Eana", {"nan"}) == "***");
  CHECK(without_secrets("the code is 1234", {"1234"}) == "the code is ***");
}

TEST_CASE("peer text: what is shown is printable and bounded") {
  CHECK(shown_peer_text("a\nb", {}) == "a?b");
  CHECK(shown_peer_text(std::string(100, 'x'), {}, 10) == "xxxxxxx...");
}
