// The version and the libraries, as CMake found them; only this file sees the definitions.
#include <telltale/version.hpp>

namespace telltale {

std::string_view version() { return TELLTALE_VERSION; }

std::string_view built_with() { return TELLTALE_BUILT_WITH; }

}  // namespace telltale
