#include "models/ssd/ftl/ftl.h"

#include <stdexcept>
#include <utility>

#include "models/ssd/ftl/garbage_collector.h"

namespace mppa::ssd {

namespace {

/// The smallest piece of a page that can be moved and decoded.
constexpr u64 kCodeword = 4096;
/// Program operations that may be queued per die: one runs, one has its data in the die's register.
constexpr u64 kProgramsPerDie = 2;

/// From this many units on a discard is noted as a run instead of unit by unit.
constexpr u64 kLongDiscard = 65536;

/// A unit with a fixed place lies there from the start.
FtlParams mapping_params(FtlParams params) {
  if (params.placement != Placement::kLog) params.precondition = Precondition::kSequential;
  return params;
}

/// Program operations whose units may be in the buffer at once. A zone's operation waits there until it is complete, so
/// there must be room for one of every open zone.
u64 buffered_programs(Placement placement) { return placement == Placement::kZoned ? 64 : 4; }

}  // namespace

Ftl::Ftl(Timeline& time, const SsdParams& params)
    : time_(time),
      params_(params),
      geometry_(params.flash, params.ftl),
      flash_(time, params.flash),
      mapping_(mapping_params(params.ftl), geometry_.units(), geometry_.superblocks(), geometry_.data_superblocks(),
               geometry_.slots()),
      pool_(mapping_, geometry_.data_superblocks()),
      buffer_(time, params.buffer, geometry_.unit_bytes(),
              buffered_programs(params.ftl.placement) * geometry_.units_per_program()),
      collector_(std::make_unique<GarbageCollector>(*this)) {
  if (params.ftl.placement == Placement::kLog && params.ftl.reserve_blocks < 4)
    throw std::invalid_argument("ftl: reserve_blocks must be at least 4");
  if (params.ftl.placement == Placement::kZoned) {
    if (!params.buffer.power_loss_protection)
      throw std::invalid_argument("ftl: zoned placement needs a write buffer with power loss protection");
    zone_ready_.resize(geometry_.superblocks() * geometry_.programs_per_superblock());
  }
  buffer_.connect([this](u32 unit, Done done) { complete_unit(unit, std::move(done)); },
                  [this](u32 unit) { unit_ready(unit); });
}

Ftl::~Ftl() = default;

void Ftl::collect_pages(u32 slot, u64 begin, u64 bytes, std::vector<PageRead>& pages) const {
  const u64 end = std::min(geometry_.unit_bytes(), (begin + bytes + kCodeword - 1) / kCodeword * kCodeword);
  for (u64 at = begin / kCodeword * kCodeword; at < end; at += kCodeword) {
    const PagePlace place = geometry_.page_of(slot, at);
    if (pages.empty() || pages.back().place.page != place.page) pages.push_back({place, 0});
    pages.back().bytes += kCodeword;
  }
}

void Ftl::read_pages(const std::vector<PageRead>& pages, ReadPriority priority, Done done) {
  auto join = std::make_shared<Join>(std::move(done));
  for (const PageRead& read : pages) {
    join->add();
    flash_.read(read.place.die, read.place.plane, read.bytes, priority, [join] { join->arrive(); });
  }
  join->arrive();
}

void Ftl::read(u64 offset, u64 bytes, Done done) {
  std::vector<PageRead> pages;
  const u64 unit_bytes = geometry_.unit_bytes();
  for (u64 end = offset + bytes; offset < end;) {
    const u32 unit = static_cast<u32>(offset / unit_bytes);
    const u64 begin = offset % unit_bytes, piece = std::min(end - offset, unit_bytes - begin);
    offset += piece;
    if (buffer_.holds(unit, begin, piece)) continue;
    if (const u32 slot = mapping_.slot_of(unit); slot != kNoUnit) collect_pages(slot, begin, piece, pages);
  }
  read_pages(pages, ReadPriority::kHost, std::move(done));
}

void Ftl::write(u64 offset, u64 bytes, bool durable, Done done) {
  host_bytes_ += bytes;
  buffer_.write(offset, bytes, durable && !params_.buffer.power_loss_protection, std::move(done));
}

void Ftl::flush(Done done) {
  if (params_.buffer.power_loss_protection) return done();
  buffer_.flush(std::move(done));
}

void Ftl::discard(u64 offset, u64 bytes) {
  const u64 unit_bytes = geometry_.unit_bytes();
  const u64 first = (offset + unit_bytes - 1) / unit_bytes, end = (offset + bytes) / unit_bytes;
  if (first >= end) return;
  buffer_.discard(static_cast<u32>(first), end - first);
  if (params_.ftl.placement != Placement::kLog) return;
  if (end - first > kLongDiscard) return mapping_.forget(static_cast<u32>(first), end - first);
  for (u64 unit = first; unit < end; ++unit) mapping_.unbind(static_cast<u32>(unit));
}

void Ftl::complete_unit(u32 unit, Done done) {
  std::vector<PageRead> pages;
  if (const u32 slot = mapping_.slot_of(unit); slot != kNoUnit) collect_pages(slot, 0, geometry_.unit_bytes(), pages);
  read_pages(pages, ReadPriority::kBackground, std::move(done));
}

void Ftl::unit_ready(u32 unit) {
  if (params_.ftl.placement == Placement::kZoned) return zone_unit_ready(unit);
  ready_.push_back({unit, time_.now()});
  pump();
}

bool Ftl::may_program() const {
  if (programs_in_flight_ >= kProgramsPerDie * geometry_.dies()) return false;
  return params_.ftl.placement == Placement::kInPlace || (pool_.available(Stream::kHost) && !collector_->holds_host());
}

void Ftl::pump() {
  if (pumping_) return;  // a callback below has changed something; the loop goes on
  pumping_ = true;
  while (!ready_.empty() && may_program()) {
    if (!buffer_.is_ready(ready_.front().unit)) {  // discarded or taken meanwhile
      ready_.pop_front();
    } else if (params_.ftl.placement == Placement::kInPlace) {
      program_in_place();
    } else if (ready_.size() >= geometry_.units_per_program() || buffer_.is_urgent() ||
               time_.now() - ready_.front().since >= params_.buffer.pad_time) {
      program_log();
    } else {
      break;
    }
  }
  pumping_ = false;
  arm_pad_timer();
}

void Ftl::arm_pad_timer() {
  if (pad_timer_ || ready_.empty() || !may_program()) return;
  pad_timer_ = true;
  time_.at(ready_.front().since + params_.buffer.pad_time, [this] {
    pad_timer_ = false;
    pump();
  });
}

std::vector<u32> Ftl::take_ready(u64 count) {
  std::vector<u32> units;
  while (units.size() < count && !ready_.empty()) {
    const u32 unit = ready_.front().unit;
    ready_.pop_front();
    if (!buffer_.is_ready(unit)) continue;
    buffer_.take(unit);
    units.push_back(unit);
  }
  return units;
}

unsigned Ftl::place(Stream stream, const std::vector<u32>& units) {
  const u64 superblock = pool_.open(stream);
  const u64 operation = mapping_.written(superblock) / geometry_.units_per_program();
  for (unsigned i = 0; i < geometry_.units_per_program(); ++i)
    mapping_.append(superblock, i < units.size() ? units[i] : kNoUnit);
  pool_.written(stream);
  programmed_bytes_ += geometry_.program_bytes();
  padded_units_ += geometry_.units_per_program() - units.size();
  if (stream == Stream::kCollector) collected_bytes_ += units.size() * geometry_.unit_bytes();
  return geometry_.die_of(superblock, operation);
}

void Ftl::program_log() {
  collector_->host_programs();
  std::vector<u32> units = take_ready(geometry_.units_per_program());
  const unsigned die = place(Stream::kHost, units);
  program_taken(die, std::move(units));
}

void Ftl::program_in_place() {
  std::vector<u32> units = take_ready(1);
  programmed_bytes_ += geometry_.program_bytes();
  const unsigned die = geometry_.page_of(units.front(), 0).die;
  program_taken(die, std::move(units));
}

void Ftl::zone_unit_ready(u32 unit) {
  const u32 operation = unit / geometry_.units_per_program();
  if (!buffer_.is_ready(unit) || ++zone_ready_[operation] < geometry_.units_per_program()) return;
  zone_ready_[operation] = 0;
  std::vector<u32> units;
  for (u32 i = 0; i < geometry_.units_per_program(); ++i)
    units.push_back(operation * geometry_.units_per_program() + i);
  for (const u32 u : units) buffer_.take(u);
  programmed_bytes_ += geometry_.program_bytes();
  const unsigned die = geometry_.page_of(unit, 0).die;
  program_taken(die, std::move(units));
}

void Ftl::reset_zone(u64 offset, u64 bytes, Done done) {
  discard(offset, bytes);
  const u64 first = offset / geometry_.program_bytes(), operations = bytes / geometry_.program_bytes();
  for (u64 i = first; i < first + operations; ++i) zone_ready_[i] = 0;
  auto join = std::make_shared<Join>(std::move(done));
  for (u64 i = first; i < first + std::min<u64>(operations, geometry_.dies()); ++i) {
    join->add();
    flash_.erase(geometry_.page_of(static_cast<u32>(i * geometry_.units_per_program()), 0).die,
                 [join] { join->arrive(); });
  }
  join->arrive();
}

void Ftl::program_taken(unsigned die, std::vector<u32> units) {
  ++programs_in_flight_;
  flash_.program(die, geometry_.program_bytes(), [this, units = std::move(units)] {
    --programs_in_flight_;
    for (const u32 unit : units) buffer_.programmed(unit);
    pump();
  });
}

double Ftl::write_amplification() const {
  return host_bytes_ ? static_cast<double>(programmed_bytes_) / static_cast<double>(host_bytes_) : 0;
}

void Ftl::write_stats(StatWriter& out) const {
  out.enter("ftl");
  out.counter("host_bytes", host_bytes_, "bytes", "written by the host");
  out.counter("programmed_bytes", programmed_bytes_, "bytes", "programmed, padding and garbage collection included");
  out.counter("collected_bytes", collected_bytes_, "bytes", "moved by garbage collection");
  out.counter("padded_units", padded_units_, "units", "slots left empty because data had to go to the media at once");
  out.gauge("write_amplification", write_amplification(), "", "programmed_bytes / host_bytes");
  out.gauge("free_superblocks", static_cast<double>(pool_.free()), "superblocks", "erased and unused");
  out.leave();
  buffer_.write_stats(out);
  flash_.write_stats(out);
}

}  // namespace mppa::ssd
