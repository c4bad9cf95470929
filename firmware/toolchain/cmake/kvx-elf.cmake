# CMake toolchain file for firmware: cmake --toolchain <this file> [-DKVX_CC=<path of kvx-cc>]
# Without KVX_CC, kvx-cc is taken from the environment variable KVX_CC or from PATH.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR kvx)

if(NOT KVX_CC AND DEFINED ENV{KVX_CC})
  set(KVX_CC $ENV{KVX_CC})
endif()
find_program(KVX_CC kvx-cc REQUIRED)
set(CMAKE_C_COMPILER ${KVX_CC})
set(CMAKE_CXX_COMPILER ${KVX_CC})
set(CMAKE_ASM_COMPILER ${KVX_CC})
# One program compiles both languages; it goes by the suffix.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES KVX_CC)

find_program(CMAKE_AR NAMES llvm-ar-19 llvm-ar REQUIRED)
find_program(CMAKE_RANLIB NAMES llvm-ranlib-19 llvm-ranlib REQUIRED)
set(CMAKE_C_COMPILER_AR ${CMAKE_AR})
set(CMAKE_CXX_COMPILER_AR ${CMAKE_AR})
set(CMAKE_C_COMPILER_RANLIB ${CMAKE_RANLIB})
set(CMAKE_CXX_COMPILER_RANLIB ${CMAKE_RANLIB})

foreach(language C CXX ASM)
  set(CMAKE_EXECUTABLE_SUFFIX_${language} .elf)
endforeach()
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
