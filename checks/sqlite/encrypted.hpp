// Judges an encrypted database without its key.
//
// SQLCipher, SEE and SQLite3 Multiple Ciphers encrypt the pages, but not the locks, the WAL index or the WAL header.
#pragma once

#include <telltale/memory.hpp>
#include <telltale/outcome.hpp>

#include "sqlite/encrypted_header.hpp"
#include "sqlite/observation.hpp"

namespace telltale::sqlite {

/// Fills in page size and journal mode from the files beside the database.
void complete_header(observation&);

/// Assumes a journal mode when no file shows it. A database in use without -wal and -shm has a rollback journal, unless
/// an earlier run saw it in use in WAL mode. A database that is not in use is assumed to be in WAL mode, which adds no
/// findings.
void assume_journal_mode(observation&, memory&);

/// Reports a database that is not encrypted or that ends within a page.
void judge_encryption(const observation&, findings&);

}  // namespace telltale::sqlite
