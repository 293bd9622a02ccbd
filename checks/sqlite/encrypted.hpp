// What can be known of an encrypted database without its key: SQLCipher, SEE and SQLite3 Multiple Ciphers encrypt the
// pages, but neither the locks nor the WAL index, nor the header of the log.
#pragma once

#include <telltale/memory.hpp>
#include <telltale/outcome.hpp>

#include "sqlite/encrypted_header.hpp"
#include "sqlite/observation.hpp"

namespace telltale::sqlite {

/// Fills in page size and journal mode from the files beside the database.
void complete_header(observation&);

/// Decides for a journal mode that nothing tells. Without -wal and -shm a database in use has a rollback journal,
/// unless it was seen in use in WAL mode before; one that is not in use is taken for one in WAL mode, which judges
/// nothing.
void assume_journal_mode(observation&, memory&);

/// Adds what no encrypted database looks like: a readable one, or one that ends within a page.
void judge_encryption(const observation&, findings&);

}  // namespace telltale::sqlite
