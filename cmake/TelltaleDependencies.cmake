# Third-party libraries, all from Debian packages (scripts/deps.sh is their list). Installed with the package as well.
# Libraries with a Debian archive are linked statically, because this shortens process start: see docs/decisions/013.
option(TELLTALE_ARCHIVES "Link everything but the C library from archives or headers" OFF)
set(TELLTALE_YAML yaml-cpp)
set(TELLTALE_FMT fmt::fmt)
if(TELLTALE_ARCHIVES)
  set(OPENSSL_USE_STATIC_LIBS TRUE)
  foreach(archive SQLite3_LIBRARY=libsqlite3.a ZLIB_LIBRARY=libz.a TELLTALE_YAML_ARCHIVE=libyaml-cpp.a)
    string(REPLACE "=" ";" archive ${archive})
    list(GET archive 0 variable)
    list(GET archive 1 file)
    find_library(${variable} ${file} REQUIRED)
  endforeach()
  set(TELLTALE_YAML ${TELLTALE_YAML_ARCHIVE})
  set(TELLTALE_FMT fmt::fmt-header-only) # Debian has no archive of it
endif()

# Libraries without a CMake package.
foreach(library re2 cares nghttp2)
  string(TOUPPER TELLTALE_${library} variable)
  if(TELLTALE_ARCHIVES)
    find_library(${variable} lib${library}.a REQUIRED)
  else()
    find_library(${variable} ${library} REQUIRED)
  endif()
endforeach()

# telltale_header_version(OUT HEADER MACRO): the text that a header of a library defines as its version.
function(telltale_header_version out header macro)
  find_file(TELLTALE_${macro}_HEADER ${header} REQUIRED)
  file(STRINGS ${TELLTALE_${macro}_HEADER} line REGEX "#define ${macro} ")
  string(REGEX REPLACE ".*\"(.*)\".*" "\\1" version "${line}")
  set(${out} ${version} PARENT_SCOPE)
endfunction()

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp REQUIRED)
