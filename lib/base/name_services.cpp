// Configures the `files` and `dns` services, which glibc 2.34 and later have built in.
#include "base/name_services.hpp"

#include <nss.h>
#include <sys/auxv.h>

namespace telltale {

void keep_to_built_in_name_services() {
  const bool has_loader = ::getauxval(AT_BASE) != 0;
  if (!has_loader) ::__nss_configure_lookup("hosts", "files dns");
}

}  // namespace telltale
