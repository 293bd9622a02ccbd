// Tests units: accepted and rejected texts, and round trips.
#include <doctest/doctest.h>

#include <set>

#include <telltale/units.hpp>

using namespace telltale;
using namespace std::chrono_literals;

TEST_CASE("units: durations have a unit, compounds go from large to small") {
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("10s") == 10s);
  CHECK(parse_duration("1.5s") == 1500ms);
  CHECK(parse_duration("1h30m") == 90min);
  CHECK(parse_duration("1d2h3m4s5ms") == 24h + 2h + 3min + 4s + 5ms);
  CHECK(parse_duration("0s") == 0ms);
  CHECK(parse_duration("365d") == 24h * 365);
}

TEST_CASE("units: a text that is not exactly a duration is rejected") {
  for (auto text : {"",
                    "10",
                    "0",
                    "-1s",
                    "+1s",
                    " 1s",
                    "1s ",
                    "1 s",
                    "1e3s",
                    "010s",
                    "1.s",
                    ".5s",
                    "1..5s",
                    "1s1h",
                    "1s1s",
                    "1sec",
                    "0.5ms",
                    "366d",
                    "99999999999999999999s",
                    "1s\n",
                    "infs",
                    "nans",
                    "1us",
                    "0x1s"})
    CHECK_MESSAGE(!parse_duration(text), text);
}

TEST_CASE("units: sizes distinguish powers of 1024 and powers of 1000") {
  CHECK(parse_bytes("64MiB") == bytes{64ull << 20});
  CHECK(parse_bytes("1.5GiB") == bytes{3ull << 29});
  CHECK(parse_bytes("2kB") == bytes{2000});
  CHECK(parse_bytes("0B") == bytes{0});
  for (auto text : {"", "64", "64M", "64mib", "64KB", "1.0001KiB", "-1B", "1B2B", "9000TiB0", "99999999TiB"})
    CHECK_MESSAGE(!parse_bytes(text), text);
}

TEST_CASE("units: percentages need the sign and are between 0 and 100") {
  CHECK(parse_percent("80%") == percent{80});
  CHECK(parse_percent("99.5%") == percent{99.5});
  CHECK(parse_percent("100%") == percent{100});
  for (auto text : {"", "80", "0.8", "101%", "100.1%", "-1%", "80 %", "80%%", "080%"})
    CHECK_MESSAGE(!parse_percent(text), text);
}

TEST_CASE("units: counts and booleans have exactly one valid form") {
  CHECK(parse_count("0") == 0u);
  CHECK(parse_count("18446744073709551615") == 18446744073709551615u);
  for (auto text : {"", "010", "-1", "+1", "1.0", "1e3", "0x10", "18446744073709551616", "1_000", " 1"})
    CHECK_MESSAGE(!parse_count(text), text);
  CHECK(parse_bool("true") == true);
  CHECK(parse_bool("false") == false);
  for (auto text : {"", "yes", "no", "on", "True", "TRUE", "1", "0", "~"}) CHECK_MESSAGE(!parse_bool(text), text);
}

TEST_CASE("units: the text of a value is short and parses to the same value") {
  for (auto value : {0ms, 1ms, 999ms, 1000ms, 90'000ms, 86'400'000ms, 86'401'001ms}) {
    CAPTURE(to_text(value));
    CHECK(parse_duration(to_text(value)) == value);
  }
  CHECK(to_text(90s) == "1m30s");
  for (auto value : {0ull, 1ull, 1000ull, 1024ull, 1536ull, 64ull << 20, 3ull << 29, 123456789ull}) {
    CAPTURE(to_text(bytes{value}));
    CHECK(parse_bytes(to_text(bytes{value})) == bytes{value});
  }
  CHECK(to_text(bytes{64ull << 20}) == "64MiB");
  CHECK(to_text(percent{80}) == "80%");
  CHECK(to_text(percent{99.5}) == "99.5%");
}

TEST_CASE("units: an age is rounded down, so that its sentence seldom changes") {
  struct row {
    std::chrono::nanoseconds age;
    std::string_view text;
  };
  for (const auto& [age, text] :
       {row{0ms, "under 1 s"}, row{999ms, "under 1 s"}, row{1s, "over 1 s"}, row{4999ms, "over 2 s"},
        row{29s, "over 20 s"}, row{59s, "over 30 s"}, row{60s, "over 1 min"}, row{119s, "over 1 min"},
        row{44min, "over 30 min"}, row{59min, "over 45 min"}, row{1h, "over 1 h"}, row{7h + 59min, "over 7 h"},
        row{47h, "over 47 h"}, row{48h, "over 2 d"}, row{24h * 365, "over 365 d"}})
    CHECK(human_age(age) == text);
  std::set<std::string> said;
  for (auto age = 0s; age < 1h; age += 5s) said.insert(human_age(age));
  CHECK(said.size() == 13);  // of 720 probes in an hour; the kubelet shows 25 events of a pod and then one in 5 minutes
}

TEST_CASE("units: messages contain rounded numbers") {
  CHECK(human_bytes(0) == "0 B");
  CHECK(human_bytes(1536) == "1.5 KiB");
  CHECK(human_bytes(100.0 * (1ull << 30)) == "100.0 GiB");
  CHECK(human_bytes(1023.0 * (1ull << 40)) == "1023.0 TiB");
  CHECK(human_bytes(1024.0 * (1ull << 40)) == "1.0 PiB");
  CHECK(human_bytes(1.5 * (1ull << 60)) == "1.5 EiB");
  CHECK(human_bytes(2048.0 * (1ull << 60)) == "2048.0 EiB");
  CHECK(human_duration(12us) == "12 us");
  CHECK(human_duration(250ms) == "250 ms");
  CHECK(human_duration(3200ms) == "3.2 s");
  CHECK(human_duration(34s) == "34 s");
  CHECK(human_duration(125min) == "2 h 5 min");
}
