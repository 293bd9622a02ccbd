// Restricts name lookups of a static program to the services built into glibc.
#pragma once

namespace telltale {

/// Call this before the first lookup. A static program uses /etc/hosts and DNS and ignores nsswitch.conf: the listed
/// modules load the machine's C library, and a version other than the linked one crashes.
void keep_to_built_in_name_services();

}  // namespace telltale
