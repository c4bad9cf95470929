# Libraries for the target, compiled by kvx-cc. They go to the sysroot ${KVX_SYSROOT}/lib.
set(KVX_SYSROOT ${CMAKE_BINARY_DIR}/kvx)
set(KVX_CC ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/kvx-cc)

set(KVX_WEAKEN ${CMAKE_CURRENT_LIST_DIR}/weaken.sh)

# kvx_target_objects(<variable> [WEAK] SOURCES <file>... [FLAGS <flag>...]): compiles files to objects; WEAK lets programs
# replace what they define.
function(kvx_target_objects variable)
  cmake_parse_arguments(K "WEAK" "" "SOURCES;FLAGS" ${ARGN})
  set(weaken)
  set(objects)
  foreach(source ${K_SOURCES})
    get_filename_component(source ${source} ABSOLUTE)
    get_filename_component(name ${source} NAME)
    set(object ${CMAKE_CURRENT_BINARY_DIR}/${variable}/${name}.o)
    set(dependencies -MD -MF ${object}.d)
    set(depfile DEPFILE ${object}.d)
    if(name MATCHES "\\.s$")
      set(dependencies)
      set(depfile)
    endif()
    if(K_WEAK)
      set(weaken COMMAND ${KVX_WEAKEN} ${kvx_binutils}/bin/kvx-elf- ${object})
    endif()
    add_custom_command(OUTPUT ${object}
      COMMAND kvx-cc --sysroot=${KVX_SYSROOT} -c ${dependencies} ${K_FLAGS} -o ${object} ${source}
      ${weaken}
      DEPENDS kvx-cc kvx-headers ${source} ${depfile}
      COMMENT "kvx-cc ${name}" VERBATIM)
    list(APPEND objects ${object})
  endforeach()
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/${variable})
  set(${variable} ${objects} PARENT_SCOPE)
endfunction()

# kvx_target_library(<target> <library name> <object>...): makes lib<library name>.a.
function(kvx_target_library target name)
  set(archive ${KVX_SYSROOT}/lib/lib${name}.a)
  set(list ${CMAKE_CURRENT_BINARY_DIR}/${target}.rsp)
  string(REPLACE ";" "\n" lines "${ARGN}")
  file(GENERATE OUTPUT ${list} CONTENT "${lines}\n")
  add_custom_command(OUTPUT ${archive}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${KVX_SYSROOT}/lib
    COMMAND ${CMAKE_COMMAND} -E rm -f ${archive}
    COMMAND ${LLVM_TOOLS_BINARY_DIR}/llvm-ar rcsD ${archive} @${list}
    DEPENDS ${ARGN} ${list} COMMENT "Archive lib${name}.a" VERBATIM)
  add_custom_target(${target} DEPENDS ${archive})
endfunction()
