// Tests backlogs that a checkpoint is copying, and backlogs that persist.
#include <doctest/doctest.h>

#include "checks/sqlite/fixtures.hpp"
#include "checks/sqlite/lock_owner.hpp"

using namespace telltale;
using namespace telltale::testing;

namespace {

constexpr span writer_lock{120, 1, F_WRLCK};
constexpr span checkpoint_lock{121, 1, F_WRLCK};
constexpr span copying_lock{123, 1, F_WRLCK};  ///< read mark 0, which a checkpoint holds while it copies
constexpr span newest_mark{124};

/// A backlog above the limit of 1 MiB, without readers.
struct behind {
  behind() {
    make_wal_database(app, at / "app.db");
    app.run(large_insert);
    std::vector<raw_member> options;
    options.push_back(limit_option("wal_backlog", {option("warn", "256KiB"), option("fail", "1MiB")}));
    probe.emplace(at / "app.db", std::move(options));
  }
  lock_owner locking(const std::vector<span>& locks) const { return {at / "app.db-shm", locks}; }

  temp_folder at;
  application app;
  std::optional<sqlite_probe> probe;
};

}  // namespace

TEST_CASE("sqlite checkpoint: a backlog during a checkpoint warns first and fails in the next run") {
  behind world;
  const auto checkpointer = world.locking({checkpoint_lock, copying_lock});
  const auto first = world.probe->result();
  CHECK(contains(first, "warn threshold: app.db: WAL backlog 1."));
  CHECK(contains(first, "(limit 1.0 MiB): a checkpoint is running"));
  for (int i = 0; i < 2; ++i) {
    const auto again = world.probe->result();
    CHECK(contains(again, "fail threshold: "));
    CHECK(contains(again, "(limit 1.0 MiB): a checkpoint is running"));
  }
}

TEST_CASE("sqlite checkpoint: a backlog that failed before the checkpoint keeps failing during it") {
  behind world;
  CHECK(contains(world.probe->result(), "fail threshold: "));
  const auto checkpointer = world.locking({checkpoint_lock, copying_lock});
  CHECK(contains(world.probe->result(), "fail threshold: "));
}

TEST_CASE("sqlite checkpoint: a backlog that grows with each checkpoint fails") {
  behind world;
  const auto checkpointer = world.locking({checkpoint_lock});
  CHECK(world.probe->run().verdict == verdict::warn);
  world.app.run(large_insert);
  CHECK(world.probe->run().verdict == verdict::fail);
}

TEST_CASE("sqlite checkpoint: consecutive checkpoints with restarted logs only warn") {
  behind world;
  for (int i = 0; i < 3; ++i) {
    {
      const auto checkpointer = world.locking({checkpoint_lock, copying_lock});
      CHECK(world.probe->run().verdict == verdict::warn);
    }
    world.app.run("PRAGMA wal_checkpoint(RESTART)");
    world.app.run(large_insert);
  }
}

TEST_CASE("sqlite checkpoint: a complete checkpoint in between resets the count") {
  behind world;
  world.app.open(world.at / "app.db", 1);
  for (int i = 0; i < 3; ++i) {
    {
      const auto checkpointer = world.locking({checkpoint_lock, copying_lock});
      CHECK(world.probe->run().verdict == verdict::warn);
    }
    world.app.run("PRAGMA wal_checkpoint(PASSIVE)");
    CHECK(world.probe->run().verdict == verdict::pass);
    world.app.run("BEGIN; SELECT * FROM t LIMIT 1", 1);  // prevents a restart of the log
    world.app.run(large_insert);
    world.app.run("COMMIT", 1);
  }
}

TEST_CASE("sqlite checkpoint: a reader is named only when it is neither the writer nor the checkpointer") {
  behind world;
  SUBCASE("a writer with its own read mark") {
    const auto writer = world.locking({writer_lock, newest_mark});
    CHECK(contains(world.probe->result(), "fail threshold: app.db: WAL backlog"));
    CHECK(contains(world.probe->result(), "(limit 1.0 MiB): a transaction is being written"));
  }
  SUBCASE("a writer and a reader at another mark") {
    const auto writer = world.locking({writer_lock, newest_mark});
    const auto reader = world.locking({{125}});
    CHECK(contains(world.probe->result(), "(limit 1.0 MiB): a reader blocks checkpoints"));
  }
  SUBCASE("a checkpoint and a reader") {
    const auto checkpointer = world.locking({checkpoint_lock, copying_lock});
    const auto reader = world.locking({newest_mark});
    CHECK(contains(world.probe->result(), "(limit 1.0 MiB): a reader blocks checkpoints"));
  }
  SUBCASE("no reader") { CHECK(contains(world.probe->result(), "(limit 1.0 MiB): checkpoints do not keep up")); }
}
