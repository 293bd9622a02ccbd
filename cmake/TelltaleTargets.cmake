# Components of the sidecar and their tests (check types and programs: TelltaleChecks.cmake).

# telltale_export(NAME): installs telltale_NAME, which other projects see as telltale::NAME.
function(telltale_export name)
  set_target_properties(telltale_${name} PROPERTIES EXPORT_NAME ${name})
  add_library(telltale::${name} ALIAS telltale_${name})
  install(TARGETS telltale_${name} EXPORT telltale ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endfunction()

# telltale_component(NAME [USES other...] [LIBRARIES lib...]): every .cpp of the current folder as telltale_NAME.
function(telltale_component name)
  cmake_parse_arguments(arg "" "" "USES;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(TRANSFORM arg_USES PREPEND telltale_)
  add_library(telltale_${name} STATIC ${sources})
  # "component/header.hpp" within the same room, sidecar/ or lib/.
  target_include_directories(telltale_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/..)
  target_link_libraries(telltale_${name}
    PUBLIC ${arg_USES}
    PRIVATE $<BUILD_INTERFACE:telltale_warnings> ${arg_LIBRARIES})
  telltale_export(${name})
endfunction()

# telltale_tests(FOLDER USES targets...): every *_test.cpp of tests/FOLDER in one executable, each file one test.
function(telltale_tests folder)
  cmake_parse_arguments(arg "" "" "USES" ${ARGN})
  string(REPLACE "/" "_" target test_${folder})
  file(GLOB sources CONFIGURE_DEPENDS ${telltale_SOURCE_DIR}/tests/${folder}/*_test.cpp)
  add_executable(${target} ${sources})
  target_include_directories(${target} PRIVATE
    ${telltale_SOURCE_DIR}/sidecar ${telltale_SOURCE_DIR}/checks ${telltale_SOURCE_DIR}/tests)
  target_link_libraries(${target} PRIVATE ${arg_USES} telltale_doctest_main telltale_warnings)
  foreach(source IN LISTS sources)
    get_filename_component(unit ${source} NAME_WE)
    string(REGEX REPLACE "_test$" "" unit ${unit})
    add_test(NAME ${folder}/${unit} COMMAND ${target} --source-file=*/${folder}/${unit}_test.cpp)
    set_tests_properties(${folder}/${unit} PROPERTIES TIMEOUT 400)
  endforeach()
endfunction()
