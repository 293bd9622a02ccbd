// Part of a static program only: there is no C library that a module (a provider named in openssl.cnf, say) could be
// linked with. It would bring one along, and with another version than ours the program would crash.
#include <dlfcn.h>

extern "C" void* dlopen(const char*, int) noexcept { return nullptr; }
