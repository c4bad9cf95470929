#include "models/eth/link.h"

#include <cmath>
#include <stdexcept>
#include <string>

namespace mppa::eth {

class Link::Direction final : public WireIf {
 public:
  Direction(Link& link, unsigned side)
      : link_(link),
        side_(side),
        random_(link.params_.seed * 2 + side),
        delay_(static_cast<u64>(std::llround(link.params_.length_m * link.params_.delay_ps_m))),
        flying_([this](Flight f) { link_.deliver[1 - side_]->receive(std::move(f.frame), f.first, f.last); }) {}

  void transmit(FramePtr frame, u64 first, u64 last) override {
    ++sent_;
    bytes_ += frame->wire_bytes();
    if (link_.writer_)
      link_.writer_->write(link_.interface_, first, *frame,
                           side_ == 0 ? PcapngWriter::Direction::kOutbound : PcapngWriter::Direction::kInbound);
    if (!up() || lost()) {
      ++lost_;
      return;
    }
    flying_.put(first + delay_, {damaged(std::move(frame)), first + delay_, last + delay_});
  }
  void set_speed(u64 bits_per_second) override { link_.speed_[side_] = bits_per_second; }
  bool up() const override { return link_.speed_[0] != 0 && link_.speed_[0] == link_.speed_[1]; }

  void write_stats(StatWriter& out) const {
    out.enter(side_ == 0 ? "a_to_b" : "b_to_a");
    out.counter("frames", sent_, "frames", "frames sent into the cable");
    out.counter("bytes", bytes_, "B", "bytes of these frames, FCS included");
    out.counter("lost", lost_, "frames", "frames that vanished: injected loss, or the line was down");
    out.counter("corrupted", corrupted_, "frames", "frames with an inverted bit");
    out.leave();
  }

 private:
  struct Flight {
    FramePtr frame;
    u64 first = 0, last = 0;
  };

  // No random number is drawn for a fault that is off, so that one fault's setting does not move another's pattern.
  bool chance(double probability) { return probability > 0 && random_.unit() < probability; }

  bool lost() {
    const LinkParams& p = link_.params_;
    if (in_burst_ ? !chance(1 / p.burst_frames) : chance(p.burst_start)) return in_burst_ = true;
    in_burst_ = false;
    return chance(p.loss);
  }

  FramePtr damaged(FramePtr frame) {
    const double rate = link_.params_.bit_error;
    if (rate <= 0) return frame;
    const u64 bits = u64{8} * frame->wire_bytes();
    if (!chance(-std::expm1(static_cast<double>(bits) * std::log1p(-rate)))) return frame;
    ++corrupted_;
    auto bad = std::make_shared<Frame>(*frame);
    const u64 bit = random_.below(bits);
    if (bit / 8 < bad->data.size()) {
      bad->data[bit / 8] ^= static_cast<u8>(1U << (bit & 7));
    } else {
      bad->fcs ^= u32{1} << (bit - 8 * bad->data.size());
    }
    return bad;
  }

  Link& link_;
  unsigned side_;
  Random random_;
  u64 delay_;
  bool in_burst_ = false;
  DelayQueue<Flight> flying_;
  u64 sent_ = 0, bytes_ = 0, lost_ = 0, corrupted_ = 0;
};

Link::Link(const sc_core::sc_module_name& name, const LinkParams& params)
    : sc_module(name), deliver("deliver", 2), params_(params) {
  const auto check = [this](bool ok, const char* what) {
    if (!ok) throw std::invalid_argument(std::string(this->name()) + ": " + what);
  };
  const auto probability = [](double p) { return p >= 0 && p <= 1; };
  check(params.length_m >= 0 && params.length_m <= 1e6, "length_m must be 0 .. 1e6 m");
  check(params.delay_ps_m >= 3336, "delay_ps_m must not be below that of light, 3336 ps/m");
  check(probability(params.loss) && probability(params.burst_start), "loss and burst_start must be 0 .. 1");
  check(params.burst_frames >= 1, "burst_frames must be at least 1");
  check(params.bit_error >= 0 && params.bit_error < 1, "bit_error must be 0 .. 1");
  for (unsigned side = 0; side < 2; ++side) directions_[side] = std::make_unique<Direction>(*this, side);
}

Link::~Link() = default;

WireIf& Link::end(unsigned side) { return *directions_.at(side); }

void Link::capture(PcapngWriter& writer, u64 bits_per_second) {
  writer_ = &writer;
  interface_ = writer.add_interface(name(), bits_per_second);
}

void Link::write_stats(StatWriter& out) const {
  for (const auto& direction : directions_) direction->write_stats(out);
}

}  // namespace mppa::eth
