// Which name services are asked when the program is static.
#pragma once

namespace telltale {

/// To be called before a name is looked up. A static program asks /etc/hosts and DNS, whatever nsswitch.conf says: the
/// modules that file names are made for the C library of the machine, which they would bring along beside ours, and
/// with another version of it that is a crash.
void keep_to_built_in_name_services();

}  // namespace telltale
