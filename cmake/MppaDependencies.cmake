# Everything comes from Debian packages; scripts/setup.sh installs them.
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(LibLZMA REQUIRED)
include(GoogleTest)

find_path(SYSTEMC_INCLUDE_DIR systemc REQUIRED)
find_library(SYSTEMC_LIBRARY systemc REQUIRED)
add_library(systemc::systemc INTERFACE IMPORTED)
set_target_properties(systemc::systemc PROPERTIES
  INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${SYSTEMC_INCLUDE_DIR}"
  INTERFACE_LINK_LIBRARIES "${SYSTEMC_LIBRARY};mppa_sc_main"
  # Debian builds the library as C++17; its API version check would refuse a C++20 client otherwise.
  INTERFACE_COMPILE_DEFINITIONS "SC_CPLUSPLUS=201703L;SC_INCLUDE_DYNAMIC_PROCESSES")
