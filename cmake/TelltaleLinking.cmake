# How the program itself is linked; see docs/decisions/014.
option(TELLTALE_STATIC "Link the program without any shared library; needs TELLTALE_ARCHIVES" OFF)
if(TELLTALE_STATIC)
  # Without the linker's warnings, which are about name services: name_services.hpp says what was done about them.
  target_link_options(telltale PRIVATE -static-pie LINKER:--no-warnings)
  target_sources(telltale PRIVATE sidecar/no_modules.cpp)
elseif(TELLTALE_ARCHIVES)
  # What is only in the headers of a library does not need the library.
  target_link_options(telltale PRIVATE -static-libstdc++ -static-libgcc LINKER:--as-needed)
endif()
