# How the program itself is linked; see docs/decisions/014 and 040.
option(TELLTALE_STATIC "Link the program without any shared library; needs TELLTALE_ARCHIVES" OFF)
if(TELLTALE_STATIC)
  # The linker warns about name services, which name_services.hpp restricts to the built-in ones.
  target_link_options(telltale PRIVATE -static-pie LINKER:--no-warnings)
  target_sources(telltale PRIVATE sidecar/no_modules.cpp)
elseif(TELLTALE_ARCHIVES)
  # Header-only parts of a library do not need the library.
  target_link_options(telltale PRIVATE -static-libstdc++ -static-libgcc LINKER:--as-needed)
endif()

if(TELLTALE_ARCHIVES)
  target_link_options(telltale PRIVATE LINKER:--gc-sections)
endif()
