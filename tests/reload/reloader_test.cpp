// Tests when a configuration is read again, and when it is applied.
#include "reload/reloader.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "config/load_config.hpp"
#include "config/text_hash.hpp"
#include "fakes/fake_checks.hpp"

using namespace telltale;
using namespace std::chrono_literals;

namespace {

const std::string good = "checks: [{name: a, type: disk, path: /}]\n";
const std::string other = "checks: [{name: b, type: disk, path: /}]\n";
const std::string bad = "checks: [{name: a, type: dsik}]\n";

/// Records requests; the test completes them.
struct fake_reader : config_reader {
  void read(std::string path, read_done done) override {
    CHECK_FALSE(under_way);
    paths.push_back(std::move(path));
    under_way = std::move(done);
  }
  void answer(std::string text) { std::exchange(under_way, nullptr)({std::move(text), {}, false}); }
  std::vector<std::string> paths;
  read_done under_way;
};

struct world {
  explicit world(std::string text = good, std::string path = "c.yaml") {
    const auto first =
        take_config({std::move(text), {}, false}, path, "installed.yaml", fakes::table(), fakes::variables);
    auto made = std::make_unique<fake_reader>();
    reader = made.get();
    tested.emplace(
        io, reload_source{std::move(path), "installed.yaml", &fakes::table(), fakes::variables},
        std::get<config>(first),
        [this](const std::shared_ptr<const config>& next) {
          if (why.empty()) taken.push_back(next->checks.empty() ? "" : next->checks[0].settings.name);
          return why;
        },
        std::move(made));
  }
  /// Runs the loop until the reader is called.
  void until_asked() {
    const auto end = std::chrono::steady_clock::now() + 30s;
    io.restart();  // it stopped when the reader was called
    while (!reader->under_way && std::chrono::steady_clock::now() < end) io.run_one_for(1s);
    REQUIRE(reader->under_way);
  }
  boost::asio::io_context io;
  fake_reader* reader = nullptr;
  std::string why;
  std::vector<std::string> taken;
  std::optional<reloader> tested;
};

}  // namespace

TEST_CASE("reloader: a valid text is applied, even an unchanged one") {
  world w;
  CHECK(w.tested->counters().hash == text_hash(good));
  w.tested->reload();
  w.reader->answer(good);
  w.tested->reload();
  w.reader->answer(other);
  CHECK(w.taken == std::vector<std::string>{"a", "b"});
  CHECK(w.tested->counters().last_reload_successful);
  CHECK(w.tested->counters().hash == text_hash(other));
  CHECK(w.reader->paths == std::vector<std::string>{"c.yaml", "c.yaml"});
}

TEST_CASE("reloader: a rejected text changes only the success gauge, and a valid one resets it") {
  world w;
  const auto before = w.tested->counters();
  w.tested->reload();
  w.reader->answer(bad);
  CHECK(w.taken.empty());
  CHECK_FALSE(w.tested->counters().last_reload_successful);
  CHECK(w.tested->counters().hash == before.hash);
  CHECK(w.tested->counters().last_reload == before.last_reload);
  w.why = "check 'a': the secret cannot be read";
  w.tested->reload();
  w.reader->answer(other);
  CHECK_FALSE(w.tested->counters().last_reload_successful);
  w.why.clear();
  w.tested->reload();
  w.reader->answer(other);
  CHECK(w.tested->counters().last_reload_successful);
}

TEST_CASE("reloader: a request during a reload causes exactly one more read") {
  world w;
  for (int i = 0; i < 5; ++i) w.tested->reload();
  CHECK(w.reader->paths.size() == 1);
  w.reader->answer(good);
  CHECK(w.reader->paths.size() == 2);
  w.reader->answer(other);
  CHECK(w.reader->paths.size() == 2);
  CHECK(w.taken.size() == 2);
}

TEST_CASE("reloader: standard input is not read again, and nothing is read after stop") {
  world from_input(good, "-");
  from_input.tested->reload();
  CHECK(from_input.reader->paths.empty());
  world w;
  w.tested->stop();
  w.tested->reload();
  CHECK(w.reader->paths.empty());
}

TEST_CASE("reloader: a missing file is an error, not a return to the built-in configuration") {
  world w(good, "");
  w.tested->reload();
  CHECK(w.reader->paths.back() == "installed.yaml");
  std::exchange(w.reader->under_way, nullptr)({{}, "no such file", true});
  CHECK(w.taken.empty());
  CHECK_FALSE(w.tested->counters().last_reload_successful);
}

TEST_CASE("reloader: a watched text is applied when it has changed and is stable") {
  world w("watch: true\n" + good);
  w.until_asked();
  w.reader->answer("watch: true\n" + good);
  CHECK(w.taken.empty());
  w.until_asked();
  w.reader->answer("watch: true\nchecks: [{name: ha");  // incomplete
  CHECK(w.taken.empty());
  CHECK(w.tested->counters().last_reload_successful);
  w.until_asked();
  w.reader->answer(other);
  CHECK(w.taken.empty());
  w.until_asked();
  w.reader->answer(other);
  CHECK(w.taken == std::vector<std::string>{"b"});
  // `other` does not enable watching
  w.io.restart();
  w.io.run_for(6s);
  CHECK_FALSE(w.reader->under_way);
}
