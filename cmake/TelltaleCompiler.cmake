# Warnings, sanitizers and the compiler cache, for every target of the project.
find_program(TELLTALE_CCACHE ccache)
if(TELLTALE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths relative to the source folder, so that one cache serves every checkout.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${TELLTALE_CCACHE})
endif()

add_library(telltale_warnings INTERFACE)
target_compile_options(telltale_warnings INTERFACE
  -Wall -Wextra -Wpedantic $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local> -Wnon-virtual-dtor -Woverloaded-virtual -Wno-missing-field-initializers)

if(CMAKE_UNITY_BUILD)
  # In a unity build g++ treats the files as headers and warns about coroutines that use types of one file.
  target_compile_options(telltale_warnings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

if(TELLTALE_SANITIZE)
  add_compile_options(-fsanitize=${TELLTALE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TELLTALE_SANITIZE})
  if(TELLTALE_SANITIZE MATCHES thread)
    add_compile_options(-Wno-tsan) # Asio uses atomic_thread_fence, which g++ 12 warns about
  endif()
endif()
