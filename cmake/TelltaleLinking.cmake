# How the program itself is linked; see docs/decisions/014 and 017.
option(TELLTALE_STATIC "Link the program without any shared library; needs TELLTALE_ARCHIVES" OFF)
if(TELLTALE_STATIC)
  target_link_options(telltale PRIVATE -static-pie)
  target_sources(telltale PRIVATE sidecar/no_modules.cpp)
elseif(TELLTALE_ARCHIVES)
  # Header-only parts of a library do not need the library.
  target_link_options(telltale PRIVATE -static-libstdc++ -static-libgcc LINKER:--as-needed)
endif()

find_program(TELLTALE_LLD ld.lld)
if(TELLTALE_ARCHIVES)
  target_link_options(telltale PRIVATE LINKER:--gc-sections)
  if(TELLTALE_LLD)
    set(hot_functions ${CMAKE_CURRENT_SOURCE_DIR}/cmake/hot_functions.txt)
    target_link_options(telltale PRIVATE
      -fuse-ld=lld LINKER:--symbol-ordering-file=${hot_functions} LINKER:--no-warn-symbol-ordering)
    set_property(TARGET telltale APPEND PROPERTY LINK_DEPENDS ${hot_functions})
  else()
    message(STATUS "Without lld: what runs does not lie together, and takes a MiB more of memory")
    if(TELLTALE_STATIC)
      # The linker warns about name services, which name_services.hpp restricts to the built-in ones.
      target_link_options(telltale PRIVATE LINKER:--no-warnings)
    endif()
  endif()
endif()
