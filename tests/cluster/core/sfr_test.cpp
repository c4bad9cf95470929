// Every SFR: reset value, implemented bits, legal instructions, owners (architecture.md sections 3, 4 and 15).
#include <algorithm>

#include "tests/cluster/core/core_fixture.h"
#include "tests/cluster/core/sfr_table.h"

namespace mppa::core {
namespace {

using test::lists;
using test::number_of;
using test::Row;

struct SfrTest : CoreTest {
  const std::vector<Row> registers = test::read_table("sfr.tsv");
  const std::vector<Row> fields = test::read_table("sfr_fields.tsv");

  unsigned number(const std::string& name) const {
    for (const Row& row : registers) {
      if (row.at("name") == name) return static_cast<unsigned>(number_of(row.at("num")));
    }
    ADD_FAILURE() << "no register " << name;
    return 0;
  }

  /// Sets the owner fields named "REG.FIELD,..." to `owner`.
  void own(const std::string& owner_fields, unsigned owner) {
    for (const std::string& name : test::split(owner_fields, ',')) {
      const auto parts = test::split(name, '.');
      std::string reg = parts[0];
      std::transform(reg.begin(), reg.end(), reg.begin(), ::tolower);
      for (const Row& field : fields) {
        if (field.at("register") != reg || field.at("field") != parts[1]) continue;
        force(number(reg), Field{static_cast<u8>(number_of(field.at("lsb"))), 2}, owner);
      }
    }
  }
};

TEST_F(SfrTest, TablesAreComplete) {
  EXPECT_EQ(registers.size(), 103u);
  EXPECT_EQ(fields.size(), 656u);
}

TEST_F(SfrTest, ResetValuesOfSection15) {
  EXPECT_EQ(get(kPs), 0x01000004u);
  EXPECT_EQ(get(kCs), 0u);
  EXPECT_EQ(get(kWs), 7u);
  EXPECT_EQ(get(kEsPl0), 4u);
  EXPECT_EQ(get(kEsPl3), 4u);
  EXPECT_EQ(get(kMmc), 0x4000u);
  EXPECT_EQ(get(kPmc), 0x408000u);
  for (unsigned owner : {kSyo, kHto, kIto, kDo, kMo, kPso}) EXPECT_EQ(get(owner), 0u);
  EXPECT_EQ(get(kEvPl0), 0u);
  EXPECT_EQ(get(kPcr), u64{1} << 52 | 0x0103) << "COE, CID 1, PID 3";
}

TEST_F(SfrTest, EveryRegisterReadsItsResetValue) {
  for (const Row& row : registers) {
    if (row.at("in_v1") != "yes" || row.at("read_by") == "-" || row.at("reset") == "Hardwired") continue;
    if (row.at("name") == "pcr") continue;  // has the identity of the core
    EXPECT_EQ(get(number(row.at("name"))), number_of(row.at("reset"))) << row.at("name");
  }
}

TEST_F(SfrTest, InstructionsAreLegalExactlyWhereTheTableSaysSo) {
  for (const Row& row : registers) {
    const bool v1 = row.at("in_v1") == "yes";
    const u16 n = static_cast<u16>(number(row.at("name")));
    const SfrOperands operands{n, 9, 1};
    const auto legal = [&](const std::optional<Trap>& trap, Sfri instruction, bool expected) {
      if (expected) {
        EXPECT_FALSE(trap.has_value()) << row.at("name") << " by " << int(instruction);
      } else {
        ASSERT_TRUE(trap.has_value()) << row.at("name") << " by " << int(instruction);
        EXPECT_EQ(trap->code, Htc::kOpcode);
        EXPECT_EQ(trap->sfri, instruction);
        EXPECT_EQ(trap->sfr, n);
        EXPECT_EQ(trap->gpr, 9);
      }
    };
    legal(system.get(operands).trap, Sfri::kGet, v1 && lists(row.at("read_by"), "get"));
    legal(system.iget(n, 9, 1).trap, Sfri::kIget, v1 && lists(row.at("read_by"), "iget"));
    legal(system.prepare_set(operands, 0).trap, Sfri::kSet, v1 && lists(row.at("write_by"), "set"));
    legal(system.prepare_wfxl(operands, 0).trap, Sfri::kWfxl, v1 && lists(row.at("write_by"), "wfxl"));
    legal(system.prepare_wfxm(operands, 0).trap, Sfri::kWfxm, v1 && lists(row.at("write_by"), "wfxm"));
    legal(system.prepare_rswap(operands, 0).trap, Sfri::kRswap, v1 && lists(row.at("write_by"), "rswap"));
  }
}

TEST_F(SfrTest, NumbersWithoutRegisterRaiseOpcode) {
  std::vector<bool> described(256, false);
  for (const Row& row : registers) described[number(row.at("name"))] = true;
  unsigned holes = 0;
  for (u16 n = 0; n < 256; ++n) {
    if (described[n]) continue;
    ++holes;
    const SfrRead read = system.get({n, 1, 1});
    ASSERT_TRUE(read.trap.has_value()) << n;
    EXPECT_EQ(read.trap->code, Htc::kOpcode) << n;
  }
  EXPECT_GT(holes, 100u);
}

TEST_F(SfrTest, NumbersFrom256RaiseVsfr) {
  for (u16 n : {u16{256}, u16{300}, u16{511}}) {
    for (const auto& trap : {system.get({n, 1, 1}).trap, system.iget(n, 1, 1).trap,
                             system.prepare_set({n, 1, 1}, 0).trap, system.prepare_wfxl({n, 1, 1}, 0).trap,
                             system.prepare_wfxm({n, 1, 1}, 0).trap, system.prepare_rswap({n, 1, 1}, 0).trap}) {
      ASSERT_TRUE(trap.has_value()) << n;
      EXPECT_EQ(trap->code, Htc::kVsfr) << n;
      EXPECT_EQ(trap->sfr, n);
    }
  }
}

TEST_F(SfrTest, IgetTakesNineBitsOfItsOperand) { EXPECT_EQ(system.iget(0xffff'ffff'ffff'fe00 | kWs, 5, 1).value, 7u); }

TEST_F(SfrTest, OnlyImplementedBitsAreStored) {
  const auto is_address = [](const std::string& name) {
    for (const char* prefix : {"ra", "aespc", "ls", "le", "spc", "ea", "ev"}) {
      if (name == prefix || name.rfind(std::string(prefix) + "_pl", 0) == 0) return true;
    }
    return false;
  };
  for (const Row& row : registers) {
    const std::string& name = row.at("name");
    if (row.at("in_v1") != "yes" || !lists(row.at("write_by"), "set") || is_address(name)) continue;
    system.reset(0);
    const SfrWrite write = system.prepare_set({static_cast<u16>(number(name)), 0, 1}, ~u64{0});
    ASSERT_FALSE(write.trap.has_value()) << name;
    EXPECT_EQ(write.value, number_of(row.at("writable_mask"), 16)) << name;
  }
}

TEST_F(SfrTest, AddressRegistersAreSignExtendedFromBit40AndAligned) {
  const u64 positive = 0xffff'fe00'1234'5abf;  // bit 40 clear
  const u64 negative = 0x0000'0100'1234'5abf;  // bit 40 set
  for (unsigned n : {kRa, kAespc, kLs, kLe}) {
    set(n, positive);
    EXPECT_EQ(get(n), 0x0000'0000'1234'5abcu) << n;
    set(n, negative);
    EXPECT_EQ(get(n), 0xffff'ff00'1234'5abcu) << n;
  }
  for (unsigned n : {kSpc, kEa}) {
    set(n, negative);
    EXPECT_EQ(get(n), 0xffff'ff00'1234'5abfu) << n;
  }
  set(kEv, negative);
  EXPECT_EQ(get(kEv), 0xffff'ff00'1234'5a00u);
  set(kEv, positive);
  EXPECT_EQ(get(kEv), 0x0000'0000'1234'5a00u);
}

TEST_F(SfrTest, AliasesReachTheRegisterOfTheCurrentLevel) {
  const std::pair<unsigned, unsigned> pairs[] = {{kSpc, kSpcPl0}, {kSps, kSpsPl0}, {kEa, kEaPl0},
                                                 {kEv, kEvPl0},   {kSr, kSrPl0},   {kEs, kEsPl0}};
  give_everything_to(3);
  for (unsigned level = 0; level < kPrivilegeLevels; ++level) {
    at_level(level);
    for (const auto& [alias, first] : pairs) {
      const u64 value = 0x100 * (level + 1);
      EXPECT_FALSE(set(alias, value).has_value());
      EXPECT_EQ(sfr(first + level), value);
      EXPECT_EQ(get(alias), value);
    }
  }
}

TEST_F(SfrTest, ShadowRegistersOfMorePrivilegedLevelsReadZeroAndTrapOnWrite) {
  give_everything_to(3);
  for (unsigned n = kSpcPl0; n <= kEsPl3; ++n) force(n, 0x100);
  for (unsigned level = 0; level < kPrivilegeLevels; ++level) {
    at_level(level);
    for (unsigned n = kSpcPl0; n <= kEsPl3; ++n) {
      const unsigned owner = (n - kSpcPl0) % 4;
      EXPECT_EQ(get(n), level <= owner ? 0x100u : 0u) << n << " from PL" << level;
      const SfrWrite write = system.prepare_set({static_cast<u16>(n), 0, 1}, 0x100);
      EXPECT_EQ(write.trap.has_value(), level > owner) << n << " from PL" << level;
      if (!write.trap) continue;
      EXPECT_EQ(write.trap->code, Htc::kPrivilege);
      EXPECT_EQ(write.trap->owner, owner);
    }
  }
}

TEST_F(SfrTest, EveryOwnedFieldReadsAndWritesAsItsPolicySays) {
  unsigned checked = 0;
  for (const Row& row : fields) {
    if (row.at("owner_fields").empty()) continue;
    const std::string& name = row.at("register");
    const u16 n = static_cast<u16>(number(name));
    const Field field{static_cast<u8>(number_of(row.at("lsb"))), static_cast<u8>(number_of(row.at("width")))};
    const bool high = field.lsb >= 32;
    for (unsigned owner = 0; owner < 4; ++owner) {
      for (unsigned level = 0; level < 4; ++level) {
        system.reset(0);
        give_everything_to(3);
        own(row.at("owner_fields"), owner);
        at_level(level);
        if (name.find("_pl") != std::string::npos && level > static_cast<unsigned>(name.back() - '0')) continue;
        const bool owns = level <= owner;
        const std::string what =
            name + "." + row.at("field") + " owner " + std::to_string(owner) + " from PL" + std::to_string(level);
        ++checked;
        // Write: clear the field through wfx where possible, else set the register.
        const SfrInfo& info = sfr_info(n);
        const u64 touched = high ? field.mask() >> 32 : field.mask() & 0xffffffff;
        const SfrWrite write = !info.writable_by_wfx ? system.prepare_set({n, 0, 1}, 0)
                               : high                ? system.prepare_wfxm({n, 0, 1}, touched)
                                                     : system.prepare_wfxl({n, 0, 1}, touched);
        EXPECT_EQ(write.trap.has_value(), !owns) << what;
        if (write.trap && !owns) {
          EXPECT_EQ(write.trap->code, Htc::kPrivilege) << what;
          EXPECT_EQ(write.trap->owner, owner) << what;
        }
        if (!info.readable) continue;
        // Read: give the field a value, then look.
        const unsigned storage = resolve_alias(n, level);
        const u64 before = state.sfr[storage];
        if (n != kPs) state.sfr[storage] |= field.mask();
        const u64 expected = field.get(state.sfr[storage]);
        const SfrRead read = system.get({n, 0, 1});
        ASSERT_FALSE(read.trap.has_value()) << what;
        EXPECT_EQ(field.get(read.value), owns || row.at("read_if_not_owner") == "read" ? expected : 0) << what;
        state.sfr[storage] = before;
      }
    }
  }
  EXPECT_GT(checked, 4000u);
}

}  // namespace
}  // namespace mppa::core
