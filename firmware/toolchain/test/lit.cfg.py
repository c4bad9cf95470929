# Tests of the KVX back end in LLVM's style: RUN lines, FileCheck.
import os

import lit.formats

config.name = "KVX"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".ll"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = config.kvx_output_dir
config.environment["PATH"] = os.pathsep.join([config.kvx_tools_dir, config.llvm_tools_dir, os.environ["PATH"]])
config.substitutions.append(("%llc", "kvx-llc -verify-machineinstrs"))
config.substitutions.append(("%as", os.path.join(config.binutils_prefix, "bin", "kvx-elf-as")))
config.substitutions.append(("%objdump", os.path.join(config.binutils_prefix, "bin", "kvx-elf-objdump")))
config.substitutions.append(("%readelf", os.path.join(config.binutils_prefix, "bin", "kvx-elf-readelf")))
