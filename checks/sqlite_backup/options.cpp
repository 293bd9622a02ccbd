// Declares the options of the sqlite_backup check and the rules between them.
#include "sqlite_backup/options.hpp"

namespace telltale::sqlite {

options_of<backup_check_options> backup_check_options::declared() {
  return options_of<backup_check_options>()
      .required("path", &backup_check_options::path, "The backup's file.")
      .optional("database", &backup_check_options::database,
                "The database of which it is a backup: its `user_version` must not be above that of the backup.")
      .optional("age", &backup_check_options::age, "How old its last modification may be.")
      .optional("encrypted", &backup_check_options::encrypted,
                "The database is encrypted, so the backup has to be too.")
      .optional("integrity", &backup_check_options::integrity,
                "Adds the check NAME-integrity, which reads the whole backup: see sqlite_integrity.");
}

void backup_check_options::validate(source_location at, problems& errors) const {
  if (database && *database == path) errors.add(at, "path: must not be the database itself");
  if (encrypted && integrity) errors.add(at, "integrity: telltale has no key to an encrypted database");
}

std::vector<added_check> backup_check_options::added_checks(const raw_value& written) const {
  if (!integrity) return {};
  auto added = added_integrity(*integrity, written);
  put_option(added.entry, "immutable", "true");
  return {std::move(added)};
}

}  // namespace telltale::sqlite
