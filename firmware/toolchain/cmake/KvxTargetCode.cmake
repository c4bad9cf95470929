# Libraries for the target, compiled by kvx-cc. They go to the sysroot ${KVX_SYSROOT}/lib.
set(KVX_SYSROOT ${CMAKE_BINARY_DIR}/kvx)
set(KVX_CC ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/kvx-cc)

# kvx_target_objects(<variable> SOURCES <file>... [FLAGS <flag>...]): compiles files to objects.
function(kvx_target_objects variable)
  cmake_parse_arguments(K "" "" "SOURCES;FLAGS" ${ARGN})
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
    add_custom_command(OUTPUT ${object}
      COMMAND kvx-cc --sysroot=${KVX_SYSROOT} -c ${dependencies} ${K_FLAGS} -o ${object} ${source}
      DEPENDS kvx-cc kvx-headers ${source} ${depfile}
      COMMENT "kvx-cc ${name}" VERBATIM)
    list(APPEND objects ${object})
  endforeach()
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/${variable})
  set(${variable} ${objects} PARENT_SCOPE)
endfunction()

# kvx_target_library(<target> <library name> [WEAK] <object>...): makes lib<library name>.a; WEAK makes its definitions weak.
function(kvx_target_library target name)
  cmake_parse_arguments(L "WEAK" "" "" ${ARGN})
  set(objects ${L_UNPARSED_ARGUMENTS})
  set(weaken)
  if(L_WEAK)
    set(weaken COMMAND ${kvx_binutils}/bin/kvx-elf-objcopy --weaken --enable-deterministic-archives ${KVX_SYSROOT}/lib/lib${name}.a)
  endif()
  set(archive ${KVX_SYSROOT}/lib/lib${name}.a)
  set(list ${CMAKE_CURRENT_BINARY_DIR}/${target}.rsp)
  string(REPLACE ";" "\n" lines "${objects}")
  file(GENERATE OUTPUT ${list} CONTENT "${lines}\n")
  add_custom_command(OUTPUT ${archive}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${KVX_SYSROOT}/lib
    COMMAND ${CMAKE_COMMAND} -E rm -f ${archive}
    COMMAND ${LLVM_TOOLS_BINARY_DIR}/llvm-ar rcsD ${archive} @${list}
    ${weaken}
    DEPENDS ${objects} ${list} COMMENT "Archive lib${name}.a" VERBATIM)
  add_custom_target(${target} DEPENDS ${archive})
endfunction()
