// Declares the options of the sqlite_integrity check.
#include "sqlite_integrity/options.hpp"

namespace telltale::sqlite {

options_of<integrity_check_options> integrity_check_options::declared() {
  return options_of<integrity_check_options>()
      .required("path", &integrity_check_options::path, "The database file; its -wal and -shm are found beside it.")
      .optional("immutable", &integrity_check_options::immutable,
                "No program writes to the file, as to a finished backup: it is read without locks, also on a network "
                "file system.")
      .optional("max_backlog", &integrity_check_options::max_backlog,
                "Stops when the WAL has this much that no checkpoint has copied, because checkpoints cannot restart it "
                "meanwhile.")
      .optional("intact_age", &integrity_check_options::intact_age,
                "Maximum time since quick_check last found the database intact, counted from the first run at the "
                "earliest.");
}

}  // namespace telltale::sqlite
