// Base of every register-mapped device: a TLM-2.0 target socket in front of a RegisterFile, and interrupt lines.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <algorithm>
#include <functional>
#include <systemc>

#include "models/common/register_file.h"

namespace mppa {

/// A bundle of interrupt inputs. Times are absolute; a sender that runs ahead of the kernel passes its local time,
/// never earlier than sc_time_stamp().
class InterruptIf : virtual public sc_core::sc_interface {
 public:
  /// A rising edge on input `line` at `when`.
  virtual void pulse(unsigned line, const sc_core::sc_time& when) = 0;
  /// Level of input `line` from `when` on.
  virtual void set_level(unsigned line, bool level, const sc_core::sc_time& when) = 0;
};

/// A device made of registers. Derived classes declare them in their constructor and use now() in callbacks.
class RegisterDevice : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<RegisterDevice> socket{"socket"};

  const RegisterFile& registers() const { return registers_; }
  /// `before` is called before what a register holds changes, with its offset and the absolute time.
  void on_change(std::function<void(u64 offset, u64 ps)> before) {
    registers_.on_change = [this, before = std::move(before)](u64 offset) {
      before(offset, std::max(now_, sc_core::sc_time_stamp()).value());
    };
  }

  /// The device's reset at `when`: its registers, then what else it holds.
  void reset(const sc_core::sc_time& when) {
    now_ = when;
    registers_.reset();
    reset_state();
  }

 protected:
  /// What a reset clears besides registers; at now().
  virtual void reset_state() {}

  /// `latency`: added to every access.
  RegisterDevice(const sc_core::sc_module_name& name, u64 window_bytes, const sc_core::sc_time& latency)
      : sc_module(name), registers_(this->name(), window_bytes), latency_(latency) {
    socket.register_b_transport(this, &RegisterDevice::b_transport);
    socket.register_transport_dbg(this, &RegisterDevice::transport_dbg);
  }

  RegisterFile& regs() { return registers_; }
  /// The time of the access being served: the initiator's local time.
  const sc_core::sc_time& now() const { return now_; }
  /// What happens next happens at `when`, not by an access.
  void set_now(const sc_core::sc_time& when) { now_ = when; }

 private:
  tlm::tlm_response_status access(tlm::tlm_generic_payload& payload) {
    if (payload.get_byte_enable_ptr() || payload.get_streaming_width() < payload.get_data_length())
      return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
    BusStatus status = BusStatus::kOk;
    if (payload.is_read()) {
      status = registers_.read(payload.get_address(), payload.get_data_ptr(), payload.get_data_length());
    } else if (payload.is_write()) {
      status = registers_.write(payload.get_address(), payload.get_data_ptr(), payload.get_data_length());
    }
    switch (status) {
      case BusStatus::kOk:
        return tlm::TLM_OK_RESPONSE;
      case BusStatus::kAddressError:
        return tlm::TLM_ADDRESS_ERROR_RESPONSE;
      case BusStatus::kAlignmentError:
        return tlm::TLM_BURST_ERROR_RESPONSE;
      case BusStatus::kRefused:
        return tlm::TLM_GENERIC_ERROR_RESPONSE;
    }
    return tlm::TLM_GENERIC_ERROR_RESPONSE;
  }

  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    now_ = sc_core::sc_time_stamp() + delay;
    payload.set_response_status(access(payload));
    delay += latency_;
  }

  /// Debug accesses take no time but have the register's effects, as a debugger's access over the bus would.
  unsigned transport_dbg(tlm::tlm_generic_payload& payload) {
    now_ = sc_core::sc_time_stamp();
    payload.set_response_status(access(payload));
    return payload.is_response_ok() ? payload.get_data_length() : 0;
  }

  RegisterFile registers_;
  sc_core::sc_time latency_;
  sc_core::sc_time now_;
};

}  // namespace mppa
