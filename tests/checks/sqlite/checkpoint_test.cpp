// A backlog that a checkpoint is just copying, and one that stays.
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

/// A backlog of more than 1 MiB, which is the limit, and nobody who reads.
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

TEST_CASE("sqlite checkpoint: a backlog that is just being copied warns, and fails when the next run sees it again") {
  behind world;
  const auto checkpointer = world.locking({checkpoint_lock, copying_lock});
  const auto first = world.probe->said();
  CHECK(contains(first, "warn threshold: app.db: WAL backlog 1."));
  CHECK(contains(first, "(limit 1.0 MiB): a checkpoint is running"));
  for (int i = 0; i < 2; ++i) {
    const auto again = world.probe->said();
    CHECK(contains(again, "fail threshold: "));
    CHECK(contains(again, "(limit 1.0 MiB): a checkpoint is running"));
  }
}

TEST_CASE("sqlite checkpoint: a backlog that was over its limit before the checkpoint began stays red during it") {
  behind world;
  CHECK(contains(world.probe->said(), "fail threshold: "));
  const auto checkpointer = world.locking({checkpoint_lock, copying_lock});
  CHECK(contains(world.probe->said(), "fail threshold: "));
}

TEST_CASE("sqlite checkpoint: a backlog that grows from checkpoint to checkpoint fails") {
  behind world;
  const auto checkpointer = world.locking({checkpoint_lock});
  CHECK(world.probe->run().verdict == verdict::warn);
  world.app.run(large_insert);
  CHECK(world.probe->run().verdict == verdict::fail);
}

TEST_CASE("sqlite checkpoint: one after the other, each with a log of its own, only warn") {
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

TEST_CASE("sqlite checkpoint: between two that copied everything the next one begins anew") {
  behind world;
  world.app.open(world.at / "app.db", 1);
  for (int i = 0; i < 3; ++i) {
    {
      const auto checkpointer = world.locking({checkpoint_lock, copying_lock});
      CHECK(world.probe->run().verdict == verdict::warn);
    }
    world.app.run("PRAGMA wal_checkpoint(PASSIVE)");
    CHECK(world.probe->run().verdict == verdict::pass);
    world.app.run("BEGIN; SELECT * FROM t LIMIT 1", 1);  // keeps the log from being restarted
    world.app.run(large_insert);
    world.app.run("COMMIT", 1);
  }
}

TEST_CASE("sqlite checkpoint: a reader is named only when it is no connection that writes or copies") {
  behind world;
  SUBCASE("a writer, with the mark it reads at") {
    const auto writer = world.locking({writer_lock, newest_mark});
    CHECK(contains(world.probe->said(), "fail threshold: app.db: WAL backlog"));
    CHECK(contains(world.probe->said(), "(limit 1.0 MiB): a transaction is being written"));
  }
  SUBCASE("a writer and a reader at another mark") {
    const auto writer = world.locking({writer_lock, newest_mark});
    const auto reader = world.locking({{125}});
    CHECK(contains(world.probe->said(), "(limit 1.0 MiB): a reader blocks checkpoints"));
  }
  SUBCASE("a checkpoint and a reader") {
    const auto checkpointer = world.locking({checkpoint_lock, copying_lock});
    const auto reader = world.locking({newest_mark});
    CHECK(contains(world.probe->said(), "(limit 1.0 MiB): a reader blocks checkpoints"));
  }
  SUBCASE("nobody") { CHECK(contains(world.probe->said(), "(limit 1.0 MiB): checkpoints do not keep up")); }
}
