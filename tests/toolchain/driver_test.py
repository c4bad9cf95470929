#!/usr/bin/env python3
"""Tests of the driver kvx-cc: options, kinds of input and output, linking, link-time optimisation, CMake, bad input.

usage: driver_test.py --kvx-cc PATH --mppasim PATH --source-dir DIR [unittest options]
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

KVX_CC = MPPASIM = SOURCE = None

HELLO = """#include <stdio.h>
int main(int argc, char **argv) { printf("hello %d%s%s\\n", argc, argc > 1 ? " " : "", argc > 1 ? argv[1] : ""); return 3; }
"""


class DriverTest(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="kvx-driver-", dir=os.getcwd()))
        self.addCleanup(shutil.rmtree, self.directory)

    def write(self, name, text):
        (self.directory / name).write_text(text)
        return name

    def cc(self, *arguments, status=0, env=None):
        result = subprocess.run([KVX_CC, *arguments], cwd=self.directory, capture_output=True, text=True, timeout=120,
                                env={**os.environ, **(env or {})})
        self.assertEqual(result.returncode != 0, status != 0, f"{arguments}: {result.stdout}{result.stderr}")
        self.assertGreaterEqual(result.returncode, 0, f"{arguments}: killed by a signal: {result.stderr}")
        return result

    def exists(self, name):
        return (self.directory / name).exists()

    def exec_(self, program="a.out", *arguments):
        result = subprocess.run([MPPASIM, "exec", "-q", "--timing", "functional", "--max-cycles", "50000000", program,
                                 *arguments], cwd=self.directory, capture_output=True, text=True, timeout=120)
        return result.returncode, result.stdout

    def test_link_and_arguments(self):
        self.write("hello.c", HELLO)
        for level in ("-O0", "-O1", "-O2", "-O3", "-Os", "-Oz"):
            self.assertEqual(self.cc(level, "-g", "hello.c").stderr, "")
            self.assertEqual(self.exec_("a.out", "world"), (3, "hello 2 world\n"))

    def test_kinds_of_output(self):
        self.write("f.c", "#define N 5\nint f(void) { return N; }\n")
        self.assertIn("return 5", self.cc("-E", "f.c").stdout)
        self.cc("-S", "f.c")
        self.assertIn("make $r0 = 5", (self.directory / "f.s").read_text())
        self.cc("-c", "f.c", "-o", "f1.o")
        self.cc("-c", "f.s", "-o", "f2.o")
        self.cc("-S", "-emit-llvm", "f.c")
        self.cc("-c", "f.ll", "-o", "f3.o")
        self.cc("-c", "-emit-llvm", "f.c")
        self.cc("-c", "f.bc", "-o", "f4.o")
        for name in ("f1.o", "f2.o", "f3.o", "f4.o"):
            self.assertEqual((self.directory / name).read_bytes()[:5], b"\x7fELF\x02")
            self.assertEqual((self.directory / name).read_bytes()[18:20], b"\x00\x01")  # EM_KVX

    def test_several_inputs(self):
        self.write("main.c", "int a(void); int b(void); int c(void); int d(void);\n"
                             "int main(void) { return a() + b() + c() + d(); }\n")
        self.write("a.cc", "template <typename T> T one(T t) { return t; }\nextern \"C\" int a() { return one(1); }\n")
        self.write("b.s", "\t.globl b\nb:\n\tmake $r0 = 2\n\tret\n\t;;\n")
        self.write("c.S", "#define RESULT 4\n\t.globl c\nc:\n\tmake $r0 = RESULT\n\tret\n\t;;\n")
        self.write("d.c", "int d(void) { return 8; }\n")
        self.cc("-c", "d.c")
        self.cc("main.c", "a.cc", "b.s", "c.S", "d.o", "-o", "all.elf")
        self.assertEqual(self.exec_("all.elf")[0], 15)

    def test_language_option(self):
        self.write("program.txt", "int main(void) { return 6; }\n")
        self.cc("-x", "c", "program.txt")
        self.assertEqual(self.exec_()[0], 6)

    def test_macros_and_includes(self):
        os.mkdir(self.directory / "inc")
        self.write("inc/value.h", "#define VALUE 30\n")
        self.write("pre.h", "#define PRE 4\n")
        self.write("m.c", "#include \"value.h\"\n#if !defined(__KVX__) || !defined(__kv3_1__) || defined(GONE) || __SIZEOF_INT128__ != 16\n"
                          "#error macros\n#endif\n_Static_assert((char)-1 < 0 && sizeof(long double) == 8 && sizeof(long) == 8, \"\");\n"
                          "int main(void) { return VALUE + PRE + ADD; }\n")
        self.cc("-Iinc", "-include", "pre.h", "-DADD=3", "-DGONE", "-UGONE", "m.c")
        self.assertEqual(self.exec_()[0], 37)
        self.cc("-isystem", "inc", "-include", "pre.h", "-DADD=3", "-std=c11", "-Wall", "-Wextra", "-Werror", "m.c")

    def test_dependencies(self):
        self.write("h.h", "int x;\n")
        self.write("d.c", "#include <stdio.h>\n#include \"h.h\"\n")
        self.assertRegex(self.cc("-M", "d.c").stdout, r"d\.o:.*d\.c[^$]*stdio\.h")
        self.assertNotIn("stdio.h", self.cc("-MM", "d.c").stdout)
        self.cc("-c", "-MD", "d.c", "-o", "out.o")
        self.assertIn("stdio.h", (self.directory / "out.d").read_text())
        self.cc("-c", "-MMD", "-MP", "-MT", "target", "-MF", "deps", "d.c")
        self.assertEqual((self.directory / "deps").read_text().split(), ["target:", "d.c", "h.h", "h.h:"])

    def test_archives_and_search_paths(self):
        self.write("lib.c", "int from_library(void) { return 21; }\n")
        self.write("main.c", "int from_library(void);\nint main(void) { return from_library(); }\n")
        self.cc("-c", "lib.c")
        os.mkdir(self.directory / "l")
        subprocess.run(["llvm-ar-19", "rcs", "l/libmine.a", "lib.o"], cwd=self.directory, check=True)
        self.cc("main.c", "-Ll", "-lmine")
        self.assertEqual(self.exec_()[0], 21)

    def test_linker_options(self):
        self.write("main.c", "extern char __rm_stack_size[];\nint main(void) { return (long)__rm_stack_size >> 12; }\n")
        self.cc("main.c", "-Wl,--defsym=__rm_stack_size=0x20000,-Map=out.map", "-Xlinker", "--cref")
        self.assertEqual(self.exec_()[0], 32)
        self.assertTrue(self.exists("out.map"))
        self.cc("-T", "kvx-ddr.ld", "main.c", "-o", "ddr.elf")
        self.assertEqual(self.exec_("ddr.elf")[0], 0)  # 0x100000 >> 12 = 256
        self.write("bare.c", "void _start(void) { __asm__ volatile(\"make $r0 = 9\\n\\t;;\\n\\tscall 4095\"); for (;;); }\n")
        self.write("bare.ld", "ENTRY(_start)\nSECTIONS { . = 0x1000; .text : { *(.text*) } }\n")
        self.cc("-nostdlib", "-T", "bare.ld", "bare.c")
        self.assertEqual(self.exec_()[0], 9)

    def test_sections_and_gc(self):
        self.write("s.c", "int used(void) { return 1; }\nint unused(void) { return 2; }\nint main(void) { return used(); }\n")
        self.cc("-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections,-Map=map", "s.c")
        self.assertRegex((self.directory / "map").read_text(), r"Discarded input sections[^@]*\.text\.unused")
        self.assertEqual(self.exec_()[0], 1)

    def test_response_file(self):
        self.write("main.c", "int main(void) { return N; }\n")
        self.write("options", "-DN=17 -O1\nmain.c -o \"r s.elf\"\n")
        self.cc("@options")
        self.assertEqual(self.exec_("r s.elf")[0], 17)

    def test_lto(self):
        self.write("main.c", "int add(int, int); extern int table[]; int main(void) { return add(table[1], 2); }\n")
        self.write("add.c", "int table[] = {1, 40}; int add(int a, int b) { return a + b; } int dead(void) { return add(5, 6); }\n")
        self.write("lib.c", "struct s { int v[3]; }; struct s from_lib(int a) { struct s s = {{a, a + 1, a + 2}}; return s; }\n")
        self.cc("-O2", "-flto", "-c", "main.c", "add.c")
        self.assertEqual((self.directory / "main.o").read_bytes()[:2], b"BC")
        self.cc("-O2", "-flto", "main.o", "add.o", "-Wl,-Map=map")
        self.assertEqual(self.exec_()[0], 42)
        self.assertNotIn(" dead", (self.directory / "map").read_text())
        # bitcode in an archive, a native object that calls into bitcode, C++ constructors
        self.cc("-O2", "-flto", "-c", "lib.c")
        subprocess.run(["llvm-ar-19", "rcs", "liblib.a", "lib.o"], cwd=self.directory, check=True)
        self.write("native.c", "int hook(int); int native(int a) { return hook(a) * 2; }\n")
        self.cc("-c", "native.c")
        self.write("m.cc", "struct s { int v[3]; }; extern \"C\" s from_lib(int); extern \"C\" int native(int);\n"
                           "static int start = from_lib(4).v[2];\nextern \"C\" int hook(int a) { return a + start; }\n"
                           "int main() { return native(1); }\n")
        for level in ("-O0", "-O2", "-Os"):
            self.cc(level, "-flto", "m.cc", "native.o", "-L.", "-llib")
            self.assertEqual(self.exec_()[0], 14)

    def test_debug_information(self):
        self.write("g.c", "int f(int x)\n{\n\treturn x * 3;\n}\nint main(void) { return f(2); }\n")
        self.cc("-O2", "-g", "-fno-inline", "g.c")
        shown = self.cc("-###", "g.c").stderr
        bin_ = pathlib.Path(shown.split("kvx-elf-ld")[0].split('"')[-1])
        symbol = subprocess.run([bin_ / "kvx-elf-nm", "a.out"], cwd=self.directory, capture_output=True, text=True, check=True)
        address = next(line.split()[0] for line in symbol.stdout.splitlines() if line.endswith(" f"))
        place = subprocess.run([bin_ / "kvx-elf-addr2line", "-f", "-e", "a.out", address], cwd=self.directory,
                               capture_output=True, text=True, check=True).stdout
        self.assertRegex(place, r"f\n.*g\.c:[123]")

    def test_information(self):
        version = self.cc("--version").stdout
        self.assertIn("kvx-cc", version)
        self.assertIn("kvx-unknown-unknown-elf", version)
        self.assertIn("-o", self.cc("--help").stdout)
        self.write("v.c", "int main(void) { return 0; }\n")
        self.assertIn("kvx-elf-as", self.cc("-v", "v.c").stderr)
        self.assertFalse(self.exists("b.out"))
        self.assertIn("\"-cc1\"", self.cc("-###", "v.c", "-o", "b.out").stderr)
        self.assertFalse(self.exists("b.out"))
        self.cc("-mcpu=kv3-1", "-march=kv3-1", "-c", "v.c")

    def test_bad_input(self):
        self.write("v.c", "int main(void) { return 0; }\n")
        for option in ("-mcpu=kv4", "-march=x86-64", "-mavx", "-fno-such-option", "--no-such", "-m32", "-fexceptions", "-fPIC", "-O9x", "-std=c99x",
                       "--target=x86_64-linux-gnu"):
            result = self.cc(option, "-c", "v.c", status=1)
            self.assertIn("error", result.stderr, option)
        self.assertIn("no such file", self.cc("-c", "missing.c", status=1).stderr)
        self.assertIn("no input files", self.cc(status=1).stderr)
        self.write("e.c", "int f(void) { return undeclared; }\nint g( {\n")
        self.assertRegex(self.cc("-c", "e.c", status=1).stderr, r"e\.c:1:22: error: use of undeclared identifier")
        self.assertFalse(self.exists("e.o"))
        self.write("t.cc", "void f() { try { throw 1; } catch (...) {} }\n")
        self.assertIn("exceptions", self.cc("-c", "t.cc", status=1).stderr)
        self.write("r.cc", "struct A { virtual ~A(); }; void *g(A *a) { return dynamic_cast<void *>(a); }\n#include <stddef.h>\nstruct B : A {}; B *h(A *a) { return dynamic_cast<B *>(a); }\n")
        self.assertIn("rtti", self.cc("-c", "r.cc", status=1).stderr)
        self.write("a.s", "\tbogus $r0\n\t;;\n")
        self.assertIn("a.s:1", self.cc("-c", "a.s", status=1).stderr)
        self.write("i.c", "void f(void) { __asm__(\"bogus %0\" :: \"r\"(1)); }\nvoid g(int x) { __asm__(\"nop\" :: \"Z\"(x)); }\n")
        self.assertIn("constraint", self.cc("-c", "i.c", status=1).stderr)
        self.write("u.c", "int missing(void); int main(void) { return missing(); }\n")
        self.assertIn("undefined reference", self.cc("u.c", status=1).stderr)
        self.write("w.c", "int f(void) { int unused; return 0; }\n")
        self.assertIn("warning", self.cc("-Wall", "-c", "w.c").stderr)
        self.assertEqual(self.cc("-Wall", "-w", "-c", "w.c").stderr, "")
        self.cc("-Wall", "-Werror", "-c", "w.c", status=1)
        (self.directory / "garbage.o").write_bytes(b"not an object")
        self.cc("garbage.o", status=1)
        (self.directory / "bad.bc").write_bytes(b"BC\xc0\xde" + b"\0" * 40)
        self.cc("-c", "bad.bc", status=1)
        self.cc("-c", "v.c", "-o", "no/such/dir/v.o", status=1)

    def test_missing_binutils(self):
        self.write("v.c", "int main(void) { return 0; }\n")
        result = self.cc("-c", "v.c", status=1, env={"KVX_BINUTILS": "/nonexistent"})
        self.assertIn("scripts/binutils.sh", result.stderr)
        self.assertIn("scripts/binutils.sh", self.cc("-c", "v.c", "--kvx-binutils=/nonexistent", status=1).stderr)

    def test_cmake_toolchain(self):
        self.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.20)\nproject(fw C CXX ASM)\n"
                                     "add_library(part STATIC part.cc start.S)\nadd_executable(fw main.c)\n"
                                     "target_compile_options(part PRIVATE -O2)\ntarget_link_libraries(fw part)\n")
        self.write("part.cc", "extern \"C\" int three(); extern \"C\" int part() { return 4 + three(); }\n")
        self.write("start.S", "\t.globl three\nthree:\n\tmake $r0 = 3\n\tret\n\t;;\n")
        self.write("main.c", "int part(void);\nint main(void) { return part(); }\n")
        toolchain = SOURCE / "firmware/toolchain/cmake/kvx-elf.cmake"
        for command in (["cmake", "-G", "Ninja", "--toolchain", toolchain, f"-DKVX_CC={KVX_CC}", "-S", ".", "-B", "build"],
                        ["cmake", "--build", "build"]):
            environment = {k: v for k, v in os.environ.items() if not k.startswith(("CMAKE_", "CC", "CXX", "CFLAGS"))}
            result = subprocess.run([str(word) for word in command], cwd=self.directory, capture_output=True, text=True,
                                    timeout=200, env=environment)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertEqual(self.exec_("build/fw.elf")[0], 7)


def main():
    global KVX_CC, MPPASIM, SOURCE
    arguments = sys.argv[1:]
    values = {}
    for name in ("--kvx-cc", "--mppasim", "--source-dir"):
        at = arguments.index(name)
        values[name] = pathlib.Path(arguments[at + 1]).resolve()
        del arguments[at:at + 2]
    KVX_CC, MPPASIM, SOURCE = values["--kvx-cc"], values["--mppasim"], values["--source-dir"]
    unittest.main(argv=[sys.argv[0], *arguments])


if __name__ == "__main__":
    main()
