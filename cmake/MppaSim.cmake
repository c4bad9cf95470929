# Helpers shared by every CMakeLists.txt of the tree.

# One library per folder of models/ or sim/. The target carries the folder's include root and the warning set.
function(mppa_library name)
  add_library(${name} STATIC ${ARGN})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  mppa_warnings(${name})
endfunction()

function(mppa_warnings name)
  # gcc 12 sees overlapping copies in std::string's own code (its bug 105651).
  target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> -Wall -Wextra -Wno-unused-parameter $<$<BOOL:${MPPA_WERROR}>:-Werror>)
endfunction()

# One GoogleTest executable; every TEST becomes a ctest entry with the label LABEL (default `unit`: fast, runs under the
# sanitizers too). Extra libraries follow LIBS, sources follow SOURCES.
function(mppa_test name)
  cmake_parse_arguments(T "" "TIMEOUT;LABEL" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE ${T_LIBS} GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE
    MPPA_SOURCE_DIR="${CMAKE_SOURCE_DIR}" MPPA_BINARY_DIR="${CMAKE_BINARY_DIR}")
  mppa_warnings(${name})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 300)
  endif()
  if(NOT T_LABEL)
    set(T_LABEL unit)
  endif()
  gtest_discover_tests(${name} PROPERTIES TIMEOUT ${T_TIMEOUT} LABELS ${T_LABEL} DISCOVERY_TIMEOUT 60)
endfunction()
