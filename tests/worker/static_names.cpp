// Resolves a name in a statically linked program; run by static_names_test.sh.
#include <netdb.h>

#include "base/name_services.hpp"

int main(int argc, char** argv) {
  telltale::keep_to_built_in_name_services();
  addrinfo* found = nullptr;
  return argc == 2 && ::getaddrinfo(argv[1], nullptr, nullptr, &found) == 0 ? 0 : 1;
}
