// A DesignWare APB UART (16550 with 32-bit registers on a 4-byte stride): what is written appears at once in a sink, at
// line speed as far as the status register tells; input comes from a queue. SoC digest cluster.md section 11.
#pragma once

#include <deque>
#include <functional>
#include <string_view>

#include "models/common/device.h"

namespace mppa::noc {

class Uart : public RegisterDevice {
 public:
  static constexpr u64 kWindow = 0x100;
  static constexpr unsigned kFifoDepth = 16;
  static constexpr u64 kReferenceHz = 100'000'000;

  /// Gets every transmitted byte with the time at which its stop bit ends.
  using Sink = std::function<void(u8 byte, const sc_core::sc_time& when)>;

  sc_core::sc_port<InterruptIf, 1, sc_core::SC_ZERO_OR_MORE_BOUND> interrupt{"interrupt"};

  /// `input`: the ITGEN input of this UART.
  Uart(const sc_core::sc_module_name& name, const sc_core::sc_time& latency, unsigned input);

  void set_sink(Sink sink) { sink_ = std::move(sink); }
  /// Bytes typed at the other end.
  void receive(std::string_view bytes, const sc_core::sc_time& when);

 private:
  void reset_state() override;
  void transmit(u8 byte);
  u64 line_status() const;
  u64 interrupt_identity();
  void update_interrupt(const sc_core::sc_time& when);
  /// Time of one character at the programmed divisor; zero if none is programmed (the byte leaves at once).
  sc_core::sc_time character_time() const;
  unsigned tx_level(const sc_core::sc_time& at) const;

  unsigned input_;
  Sink sink_;
  std::deque<u8> rx_;
  u64 ier_ = 0, lcr_ = 0, mcr_ = 0, scratch_ = 0, divisor_ = 0;
  bool fifo_enabled_ = false;
  bool tx_empty_pending_ = false;
  sc_core::sc_time tx_done_;  ///< when the last queued byte has left
};

}  // namespace mppa::noc
