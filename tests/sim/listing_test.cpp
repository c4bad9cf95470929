// `mppasim disasm`: the listing layout, and byte equality with objdump -d where the binutils are present.
#include "sim/listing.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/sim/elf_image.h"
#include "tests/support/binutils.h"
#include "tests/support/temp_dir.h"

namespace mppa::sim {
namespace {

using test::run;

TEST(ListingTest, Layout) {
  const std::string text = disassembly_listing(ElfFile::parse(test::ElfImage().bytes, "x.elf"));
  EXPECT_EQ(text,
            "\nx.elf:     file format elf64-kvx\n\n"
            "\nDisassembly of section .text:\n"
            "\n0000000000100000 <_start>:\n"
            "  100000:\tff ff ff 7f                                     \tnop;;\n\n"
            "  100004:\t00 00 d0 0f                                     \tret;;\n\n"
            "\n0000000000100008 <data>:\n"
            "  100008:\t61 62 63 64 04 03 02 01 64 65 66 67 00 00 00 00     abcd....defg....\n");
}

/// Symbols of every kind, data between functions, zero runs, odd sizes, several sections.
constexpr const char* kSource = R"(
 .text
 .globl _start
 .type _start,@function
_start:
 goto f2
 ;;
 call ext
 ;;
 .weak w1
w1:
loc1:
 cb.dnez $r1? loc1
 addd $r1 = $r2, $r3
 ;;
 errop
 ;;
 errop
 ;;
 .size _start, .-_start
 .type tab,@object
tab:
 .long 1,2,3,0x41424344
 .asciz "hello world this is text"
 .byte 1
 .balign 4
 .size tab,.-tab
 .globl f2
 .type f2,@function
f2:
f2_alias:
 ret
 ;;
 goto _start
 ;;
 .zero 16
 .long 5, 0xffffffff
cut:
 .zero 9
 .section .text.other,"ax",@progbits
 .zero 4
other:
 goto other+4
 ;;
 goto far
 ;;
 .byte 1,2
 .section .init,"ax",@progbits
 .byte 0,0,7
 .section .empty,"ax"
 .section .bss.code,"awx",@nobits
 .space 16
 .set absolute, 0x40
 .globl absolute
 .data
d1: .quad 4
 .globl far
 .set far, d1+0x1000
)";

class ListingAgreementTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto found = test::binutils();
    if (!found) GTEST_SKIP() << "no kvx binutils on this machine; scripts/binutils.sh builds them";
    tools_ = *found;
    write("main.s", kSource);
    write("ext.s", " .globl ext\next: ret\n ;;\n lwz $r1 = 0[$r2]\n ;;\n");
    tool("as -march=kv3-1 -o main.o main.s");
    tool("as -march=kv3-1 -o ext.o ext.s");
  }

  void write(const std::string& name, const std::string& text) const { std::ofstream(dir_.file(name)) << text; }
  std::string tool(const std::string& command) const {
    return run("cd " + dir_.file("") + " && " + tools_ + command + " 2>/dev/null");
  }
  void expect_same(const std::string& name) const {
    EXPECT_EQ(disassembly_listing(ElfFile::read(dir_.file(name))), run(tools_ + "objdump -d " + dir_.file(name)));
  }

  std::string tools_;
  test::TempDir dir_;
};

TEST_F(ListingAgreementTest, ObjectFiles) {
  expect_same("main.o");
  expect_same("ext.o");
}

TEST_F(ListingAgreementTest, LinkedFile) {
  tool("ld -Ttext=0x100000 -o x.elf main.o ext.o");
  expect_same("x.elf");
}

TEST_F(ListingAgreementTest, HighAddresses) {
  tool("ld -Ttext=0x1234567890 -o x.elf main.o ext.o");
  expect_same("x.elf");
}

TEST_F(ListingAgreementTest, WithRelocations) {
  tool("ld -q -Ttext=0x100000 -o x.elf main.o ext.o");
  expect_same("x.elf");
}

TEST_F(ListingAgreementTest, WithoutSymbols) {
  tool("ld -Ttext=0x100000 -o x.elf main.o ext.o");
  tool("strip x.elf");
  expect_same("x.elf");
}

/// Exit status and output of the program.
int status_of(const std::string& arguments, std::string& output) {
  FILE* pipe = popen((MPPA_BINARY_DIR "/bin/mppasim " + arguments + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return -1;
  for (int c = 0; (c = fgetc(pipe)) != EOF;) output += static_cast<char>(c);
  const int status = pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(DisasmCommandTest, BadInputGivesOneLineAndStatusTwo) {
  const test::TempDir dir;
  std::ofstream(dir.file("text")) << "this is no program\n";
  for (const std::string& arguments : {std::string("disasm /nonexistent"), "disasm " + dir.file("text"),
                                       std::string("disasm"), std::string("disasm --what x")}) {
    std::string output;
    EXPECT_EQ(status_of(arguments, output), 2) << arguments;
    EXPECT_EQ(output.find('\n'), output.size() - 1) << output;
    EXPECT_EQ(output.rfind("mppasim: ", 0), 0u) << output;
  }
}

TEST(DisasmCommandTest, PrintsTheListing) {
  const test::TempDir dir;
  const std::vector<u8> image = test::ElfImage().bytes;
  std::ofstream(dir.file("x.elf"), std::ios::binary)
      .write(reinterpret_cast<const char*>(image.data()), static_cast<std::streamsize>(image.size()));
  std::string output;
  EXPECT_EQ(status_of("disasm " + dir.file("x.elf"), output), 0);
  EXPECT_EQ(output, disassembly_listing(ElfFile::read(dir.file("x.elf"))));
}

}  // namespace
}  // namespace mppa::sim
