// Where the figures come from. "Fitted" figures are not published: they are chosen so that the drive as a whole meets
// its data sheet, and lie in the range that comparable parts have.
//
// NAND of 2019 to 2021 (ISSCC 2021 overview, AnandTech 19 Feb 2021): TLC reads a page in 40 to 58 us and programs 57 to
// 184 MB/s per die; Intel's 144-layer QLC reads in 85 us (128 us at most) and programs 40 MB/s per die; I/O 1.2 GT/s;
// 16 KiB pages; 4 planes. Erase 3.5 ms (TLC) and 10 ms (QLC): usual values of NAND data sheets. Suspend and resume 5 us
// each: fitted.
#include "models/ssd/profiles.h"

#include <vector>

namespace mppa::ssd {

namespace {

constexpr u64 kUs = 1'000'000, kMs = 1000 * kUs;
constexpr u64 kMB = 1'000'000;

FlashParams tlc_flash() {
  FlashParams f;
  f.channels = 16;         // fitted
  f.dies_per_channel = 8;  // 128 dies of 512 Gbit: 8.8 TB raw for 7.68 TB
  f.planes = 4;
  f.page_bytes = 16384;
  f.pages_per_program = 3;  // one-shot programming of the three pages of a cell
  f.programs_per_block = 768;
  f.read_time = 58 * kUs;
  f.program_time = 2000 * kUs;  // 192 KiB: 98 MB/s per die
  f.erase_time = 3500 * kUs;
  f.suspend_time = f.resume_time = 5 * kUs;
  f.max_suspends = 8;
  f.channel_rate = 1200 * kMB;
  f.ecc_time = 4 * kUs;
  f.max_busy_dies = 43;  // fitted to the sequential write rate: the power budget of programming
  return f;
}

FlashParams qlc_flash() {
  FlashParams f = tlc_flash();
  f.pages_per_program = 4;
  f.programs_per_block = 768;
  f.read_time = 85 * kUs;
  f.program_time = 6500 * kUs;  // 256 KiB: 40 MB/s per die
  f.erase_time = 10 * kMs;
  return f;
}

/// Intel SSD D7-P5510 7.68 TB.
Profile tlc_gen4() {
  Profile p;
  p.name = "tlc-gen4";
  p.drive = "Intel SSD D7-P5510 7.68 TB";
  p.source = "Intel product brief and ARK entry of the D7-P5510 (2020), recalled";
  p.data_sheet = {.sequential_read = 7000 * kMB,
                  .sequential_write = 4194 * kMB,
                  .random_read_iops = 930'000,
                  .random_write_iops = 190'000,
                  .random_write_bytes = 4096,
                  .read_latency = 82'000,
                  .write_latency = 15'000};
  p.params.model = "MPPASIM TLC Gen4 7.68TB";
  p.params.flash = tlc_flash();
  p.params.ftl.capacity = 7'680'000'000'000 / 65536 * 65536;
  p.params.ftl.over_provisioning = 0.105;  // fitted to the random write rate; raw space minus parity and bad blocks
  p.params.ftl.precondition = Precondition::kSteady;
  p.params.buffer.bytes = u64{16} << 20;
  p.params.buffer.pad_time = 5 * kMs;
  p.params.front_end = {.read_command = 1'075'000,
                        .write_command = 1'075'000,
                        .latency = 13 * kUs,
                        .write_latency = 11 * kUs,
                        .read_rate = 7000 * kMB,
                        .write_rate = 7000 * kMB};
  return p;
}

/// Solidigm D5-P5336 61.44 TB class: 16 KiB indirection unit.
Profile qlc_16k() {
  Profile p;
  p.name = "qlc-16k";
  p.drive = "Solidigm D5-P5336 61.44 TB";
  p.source = "Solidigm product brief of the D5-P5336 (2023), recalled";
  p.data_sheet = {.sequential_read = 7000 * kMB,
                  .sequential_write = 3000 * kMB,
                  .random_read_iops = 1'005'000,
                  .random_write_iops = 43'800,
                  .random_write_bytes = 16384,
                  .read_latency = 110'000,
                  .write_latency = 35'000};
  p.params.model = "MPPASIM QLC 16K 61.44TB";
  p.params.flash = qlc_flash();
  p.params.flash.dies_per_channel = 32;  // 512 dies of 1 Tbit
  p.params.flash.max_busy_dies = 76;
  p.params.ftl.capacity = u64{61'440'000'000'000} / 65536 * 65536;
  p.params.ftl.indirection_unit = 16384;
  p.params.ftl.over_provisioning = 0.13;
  p.params.ftl.precondition = Precondition::kSteady;
  p.params.buffer.bytes = u64{64} << 20;
  p.params.buffer.coalesce_time = 20 * kUs;
  p.params.buffer.pad_time = 20 * kMs;
  p.params.front_end = {.read_command = 995'000,
                        .write_command = 995'000,
                        .latency = 14 * kUs,
                        .write_latency = 31 * kUs,
                        .read_rate = 7000 * kMB,
                        .write_rate = 7000 * kMB};
  return p;
}

/// Intel SSD D5-P5316 15.36 TB: 64 KiB indirection unit.
Profile qlc_64k() {
  Profile p;
  p.name = "qlc-64k";
  p.drive = "Intel SSD D5-P5316 15.36 TB";
  p.source = "Intel product brief of the D5-P5316 (2021), recalled";
  p.data_sheet = {.sequential_read = 7000 * kMB,
                  .sequential_write = 3200 * kMB,
                  .random_read_iops = 800'000,
                  .random_write_iops = 7'800,
                  .random_write_bytes = 65536,
                  .read_latency = 120'000,
                  .write_latency = 0};
  p.params.model = "MPPASIM QLC 64K 15.36TB";
  p.params.flash = qlc_flash();
  p.params.flash.max_busy_dies = 79;
  p.params.ftl.capacity = u64{15'360'000'000'000} / 65536 * 65536;
  p.params.ftl.indirection_unit = 65536;
  p.params.ftl.over_provisioning = 0.09;
  p.params.ftl.precondition = Precondition::kSteady;
  p.params.buffer.bytes = u64{64} << 20;
  p.params.buffer.coalesce_time = 20 * kUs;
  p.params.buffer.pad_time = 20 * kMs;
  p.params.front_end = {.read_command = 1'250'000,
                        .write_command = 1'250'000,
                        .latency = 24 * kUs,
                        .write_latency = 31 * kUs,
                        .read_rate = 7000 * kMB,
                        .write_rate = 7000 * kMB};
  return p;
}

/// Intel Optane SSD P5800X 800 GB: 3D XPoint, written in place, no erase.
Profile scm() {
  Profile p;
  p.name = "scm";
  p.drive = "Intel Optane SSD P5800X 800 GB";
  p.source = "Intel product brief of the P5800X (2020), recalled";
  p.data_sheet = {.sequential_read = 7200 * kMB,
                  .sequential_write = 6100 * kMB,
                  .random_read_iops = 1'500'000,
                  .random_write_iops = 1'350'000,
                  .random_write_bytes = 4096,
                  .read_latency = 5'000,
                  .write_latency = 5'000};
  p.params.model = "MPPASIM SCM 800GB";
  FlashParams& f = p.params.flash;
  f.channels = 16;  // fitted, as all that follows: the medium's inner structure is not published
  f.dies_per_channel = 4;
  f.planes = 4;
  f.page_bytes = 4096;
  f.read_time = 500'000;
  f.program_time = 20 * kUs;
  f.suspend_time = f.resume_time = 100'000;
  f.max_suspends = 4;
  f.channel_rate = 3200 * kMB;
  p.params.ftl.placement = Placement::kInPlace;
  p.params.ftl.capacity = u64{800'000'000'000} / 65536 * 65536;
  p.params.ftl.precondition = Precondition::kSequential;
  p.params.buffer.bytes = u64{8} << 20;
  p.params.front_end = {.read_command = 660'000,
                        .write_command = 735'000,
                        .latency = 0,
                        .write_latency = 1'600'000,
                        .read_rate = 7200 * kMB,
                        .write_rate = 6100 * kMB};
  return p;
}

/// Answers at once: for measuring everything else.
Profile ideal() {
  Profile p;
  p.name = "ideal";
  p.drive = "none";
  p.source = "no drive: media and controller take no time";
  p.params.model = "MPPASIM Ideal";
  p.params.flash.page_bytes = 4096;
  p.params.ftl.placement = Placement::kInPlace;
  p.params.ftl.capacity = u64{1} << 40;
  p.params.ftl.precondition = Precondition::kSequential;
  return p;
}

}  // namespace

std::span<const Profile> profiles() {
  static const std::vector<Profile> kProfiles = {tlc_gen4(), qlc_16k(), qlc_64k(), scm(), ideal()};
  return kProfiles;
}

const Profile* find_profile(std::string_view name) {
  for (const Profile& profile : profiles()) {
    if (profile.name == name) return &profile;
  }
  return nullptr;
}

}  // namespace mppa::ssd
