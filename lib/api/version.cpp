// Reports the version and the libraries; only this file is compiled with CMake's definitions.
#include <telltale/version.hpp>

namespace telltale {

std::string_view version() { return TELLTALE_VERSION; }

std::string_view built_with() { return TELLTALE_BUILT_WITH; }

}  // namespace telltale
