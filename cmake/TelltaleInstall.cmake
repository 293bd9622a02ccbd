# `cmake --install`: the program, and the package with which other projects build programs with their own checks.
include(CMakePackageConfigHelpers)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/telltale)
install(TARGETS telltale RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY include/telltale DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
# Libraries for checks, with the same names in this tree and in other projects.
install(DIRECTORY lib/base lib/expect lib/net lib/http DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/telltale/lib FILES_MATCHING PATTERN *.hpp)
install(EXPORT telltale NAMESPACE telltale:: DESTINATION ${package})
install(FILES ${TELLTALE_MAIN} DESTINATION ${CMAKE_INSTALL_DATADIR}/telltale)
install(FILES cmake/TelltaleChecks.cmake cmake/TelltaleDependencies.cmake DESTINATION ${package})
configure_package_config_file(cmake/telltaleConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/telltaleConfig.cmake
  INSTALL_DESTINATION ${package} PATH_VARS CMAKE_INSTALL_DATADIR)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/telltaleConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/telltaleConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/telltaleConfigVersion.cmake
  DESTINATION ${package})
