// Tests excerpts of lines.
#include "diagnostics/shown_line.hpp"

#include <doctest/doctest.h>

using namespace telltale;

TEST_CASE("shown_line: a short line is shown unchanged") {
  const auto shown = shown_line("  - name: a", 11);
  CHECK_EQ(shown.text, "  - name: a");
  CHECK_EQ(shown.caret, 10);
}

TEST_CASE("shown_line: a long line is truncated on both sides of the column") {
  const auto shown = shown_line(std::string(500, 'a') + "X" + std::string(500, 'b'), 501);
  CHECK_EQ(shown.text, "…" + std::string(60, 'a') + "X" + std::string(39, 'b') + "…");
  CHECK_EQ(shown.caret, 61);
}

TEST_CASE("shown_line: the caret counts cells, not characters or bytes") {
  CHECK_EQ(shown_line("é: x", 4).caret, 3);
  CHECK_EQ(shown_line("日本: x", 5).caret, 6);
  CHECK_EQ(shown_line("e\xCC\x81: x", 5).caret, 3);
  CHECK_EQ(shown_line("\tx", 2).caret, 1);
  CHECK_EQ(shown_line("\tx", 2).text, " x");
}

TEST_CASE("shown_line: a line cannot move the cursor or colour the terminal") {
  CHECK_EQ(shown_line("a\x1B[31m\r\xFF\xC2\x9B", 1).text, "a?[31m???");
  CHECK_EQ(shown_line("a\xE2\x80\xAE"
                      "b",
                      1)
               .text,
           "a?b");
}

TEST_CASE("shown_line: a column after the end of the line is shown at its end") {
  const auto shown = shown_line("ab", 9);
  CHECK_EQ(shown.text, "ab");
  CHECK_EQ(shown.caret, 2);
}
