#include "models/noc/periph/uart.h"

#include <algorithm>

namespace mppa::noc {
namespace {

constexpr u64 kDlab = 1 << 7;         // LCR
constexpr u64 kRxAvailable = 1 << 0;  // IER, LSR
constexpr u64 kTxEmpty = 1 << 1;      // IER
constexpr u64 kLsrThre = 1 << 5;      // transmit holding register empty
constexpr u64 kLsrTemt = 1 << 6;      // transmitter idle

}  // namespace

Uart::Uart(const sc_core::sc_module_name& name, const sc_core::sc_time& latency, unsigned input)
    : RegisterDevice(name, kWindow, latency), input_(input) {
  regs()
      .add("rbr_thr_dll", 0x00, 4, RegAccess::kRw)
      .doc("receive/transmit data; divisor low while LCR.DLAB")
      .on_read([this](unsigned) -> u64 {
        if (lcr_ & kDlab) return divisor_ & 0xFF;
        if (rx_.empty()) return 0;
        const u8 byte = rx_.front();
        rx_.pop_front();
        update_interrupt(now());
        return byte;
      })
      .on_write([this](unsigned, u64 data) {
        if (lcr_ & kDlab) {
          divisor_ = (divisor_ & 0xFF00) | (data & 0xFF);
        } else {
          transmit(static_cast<u8>(data));
        }
      });
  regs()
      .add("ier_dlh", 0x04, 4, RegAccess::kRw)
      .doc("0 receive, 1 transmit-empty interrupt enable; divisor high while LCR.DLAB")
      .on_read([this](unsigned) { return lcr_ & kDlab ? divisor_ >> 8 : ier_; })
      .on_write([this](unsigned, u64 data) {
        if (lcr_ & kDlab) {
          divisor_ = (divisor_ & 0xFF) | (data & 0xFF) << 8;
          return;
        }
        if (data & ~ier_ & kTxEmpty) tx_empty_pending_ = true;
        ier_ = data & 0xF;
        update_interrupt(now());
      });
  regs()
      .add("iir_fcr", 0x08, 4, RegAccess::kRw)
      .doc("interrupt identity / FIFO control")
      .on_read([this](unsigned) { return interrupt_identity(); })
      .on_write([this](unsigned, u64 data) {
        fifo_enabled_ = (data & 1) != 0;
        if (data & 2) rx_.clear();
        update_interrupt(now());
      });
  const auto plain = [this](const char* reg_name, u64 offset, u64 Uart::* field, const char* doc) {
    regs()
        .add(reg_name, offset, 4, RegAccess::kRw)
        .doc(doc)
        .on_read([this, field](unsigned) { return this->*field; })
        .on_write([this, field](unsigned, u64 data) { this->*field = data & 0xFF; });
  };
  plain("lcr", 0x0C, &Uart::lcr_, "line control, 7 DLAB");
  plain("mcr", 0x10, &Uart::mcr_, "modem control; stored");
  plain("scr", 0x1C, &Uart::scratch_, "scratch");
  regs().add("lsr", 0x14, 4, RegAccess::kRo).doc("line status").on_read([this](unsigned) { return line_status(); });
  regs().add("msr", 0x18, 4, RegAccess::kRo).doc("modem status: CTS, DSR, DCD").reset_value(0xB0);
  regs()
      .add("usr", 0x7C, 4, RegAccess::kRo)
      .doc("0 busy, 1 TX not full, 2 TX empty, 3 RX not empty")
      .on_read([this](unsigned) {
        const unsigned level = tx_level(now());
        return u64{level > 0} | u64{level < kFifoDepth} << 1 | u64{level == 0} << 2 | u64{!rx_.empty()} << 3;
      });
}

void Uart::reset_state() {
  rx_.clear();
  ier_ = lcr_ = mcr_ = scratch_ = divisor_ = 0;
  fifo_enabled_ = tx_empty_pending_ = false;
  update_interrupt(now());
}

sc_core::sc_time Uart::character_time() const {
  if (divisor_ == 0) return sc_core::SC_ZERO_TIME;
  constexpr u64 kBitsPerCharacter = 10;  // start, 8 data, stop
  return sc_core::sc_time::from_value(divisor_ * 16 * kBitsPerCharacter * (1'000'000'000'000 / kReferenceHz));
}

unsigned Uart::tx_level(const sc_core::sc_time& at) const {
  if (tx_done_ <= at || character_time() == sc_core::SC_ZERO_TIME) return 0;
  return static_cast<unsigned>((tx_done_ - at).value() / character_time().value()) + 1;
}

void Uart::transmit(u8 byte) {
  // A byte written into a full FIFO is lost, as in the real part.
  if (tx_level(now()) > kFifoDepth) return;
  tx_done_ = std::max(tx_done_, now()) + character_time();
  if (sink_) sink_(byte, tx_done_);
  tx_empty_pending_ = true;
  update_interrupt(now());
}

void Uart::receive(std::string_view bytes, const sc_core::sc_time& when) {
  for (const char c : bytes) rx_.push_back(static_cast<u8>(c));
  update_interrupt(when);
}

u64 Uart::line_status() const {
  const unsigned level = tx_level(now());
  const bool room = fifo_enabled_ ? level < kFifoDepth : level == 0;
  return u64{!rx_.empty()} | (room ? kLsrThre : 0) | (level == 0 ? kLsrTemt : 0);
}

u64 Uart::interrupt_identity() {
  const u64 fifo = fifo_enabled_ ? 0xC0 : 0;
  if ((ier_ & kRxAvailable) && !rx_.empty()) return fifo | 0x4;
  if ((ier_ & kTxEmpty) && tx_empty_pending_) {
    tx_empty_pending_ = false;  // reading the identity acknowledges it
    update_interrupt(now());
    return fifo | 0x2;
  }
  return fifo | 0x1;
}

void Uart::update_interrupt(const sc_core::sc_time& when) {
  if (interrupt.size() == 0) return;
  const bool level = ((ier_ & kRxAvailable) && !rx_.empty()) || ((ier_ & kTxEmpty) && tx_empty_pending_);
  interrupt->set_level(input_, level, when);
}

}  // namespace mppa::noc
