// Disables modules in static builds. A module (a provider named in openssl.cnf, say) would load its own C library, and
// a version other than the linked one crashes.
#include <dlfcn.h>

extern "C" void* dlopen(const char*, int) noexcept { return nullptr; }
