// SystemC elaborates once per simulation context; every test gets a context of its own, so that tests run in any order
// within one process.
#pragma once

#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <systemc>
#include <vector>

#include "models/common/bus_extension.h"
#include "models/common/device.h"

namespace mppa::test {

/// Makes a new simulation context current.
struct ScContext {
  ScContext() {
    // The previous context is left to the process: its modules may still refer to it while they are destroyed.
    sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = new sc_core::sc_simcontext;
    sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_DO_NOTHING);
  }
};

/// Fixture: build modules in the test's constructor or body, then call elaborate() before the first access.
class ScTest : public ::testing::Test {
 protected:
  static void elaborate() { sc_core::sc_start(sc_core::SC_ZERO_TIME); }

 private:
  ScContext context_;
};

/// Drives a target socket as a bus would.
class Initiator : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Initiator> socket{"socket"};
  explicit Initiator(const sc_core::sc_module_name& name = "initiator") : sc_module(name) {}

  /// One access at sc_time_stamp() + `at`; returns the response status.
  tlm::tlm_response_status access(tlm::tlm_command command, u64 address, void* data, unsigned bytes,
                                  sc_core::sc_time at = sc_core::SC_ZERO_TIME) {
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(static_cast<unsigned char*>(data));
    payload.set_data_length(bytes);
    payload.set_streaming_width(bytes);
    if (extension) payload.set_extension(extension);
    socket->b_transport(payload, at);
    if (extension) payload.clear_extension(extension);
    delay = at;
    return payload.get_response_status();
  }
  u64 read(u64 address, unsigned bytes = 8, sc_core::sc_time at = sc_core::SC_ZERO_TIME) {
    u64 value = 0;
    EXPECT_EQ(access(tlm::TLM_READ_COMMAND, address, &value, bytes, at), tlm::TLM_OK_RESPONSE) << std::hex << address;
    return value;
  }
  void write(u64 address, u64 value, unsigned bytes = 8, sc_core::sc_time at = sc_core::SC_ZERO_TIME) {
    EXPECT_EQ(access(tlm::TLM_WRITE_COMMAND, address, &value, bytes, at), tlm::TLM_OK_RESPONSE) << std::hex << address;
  }

  sc_core::sc_time delay;             ///< annotated delay after the last access
  BusExtension* extension = nullptr;  ///< goes with every access
};

/// Records what arrives on interrupt lines.
class InterruptLog : public sc_core::sc_module, public InterruptIf {
 public:
  struct Event {
    unsigned line;
    bool pulse;
    bool level;
    sc_core::sc_time when;
    friend bool operator==(const Event&, const Event&) = default;
  };
  explicit InterruptLog(const sc_core::sc_module_name& name = "log") : sc_module(name) {}
  void pulse(unsigned line, const sc_core::sc_time& when) override { events.push_back({line, true, true, when}); }
  void set_level(unsigned line, bool level, const sc_core::sc_time& when) override {
    events.push_back({line, false, level, when});
  }
  /// The lines of all events so far, in order; forgets them.
  std::vector<unsigned> take_lines() {
    std::vector<unsigned> out;
    for (const Event& e : events) out.push_back(e.line);
    events.clear();
    return out;
  }

  std::vector<Event> events;
};

}  // namespace mppa::test
