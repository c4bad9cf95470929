// A terminal at the end of a serial line: shows what the firmware prints.
#include <fmt/format.h>

#include "sim/system/components.h"
#include "sim/system/uart_end.h"

namespace mppa::sim {
namespace {

class Console : public SystemPart, public UartEnd {
 public:
  Console(const config::Component& component, RunContext& context)
      : path_(component.path), timestamps_(component.flag("timestamps")), context_(context) {}

  PortEnd& port(const std::string&) override { return *this; }

  void receive(u8 byte, const sc_core::sc_time& when) override {
    if (timestamps_ && at_line_start_)
      context_.show(path_, fmt::format("[{:>12.3f} us] ", static_cast<double>(when.value()) / 1e6));
    at_line_start_ = byte == '\n';
    const char text = static_cast<char>(byte);
    context_.show(path_, {&text, 1});
  }

 private:
  std::string path_;
  bool timestamps_;
  bool at_line_start_ = true;
  RunContext& context_;
};

}  // namespace

void add_console(ComponentRegistry& registry) {
  config::ComponentType type;
  type.name = "console";
  type.doc = "A terminal on a serial line; it shows what arrives while the simulation runs.";
  type.params = {config::flag("timestamps", false, "Put the simulated time before every line.")};
  type.ports = {{"uart", "uart", 1, true, "The serial line."}};
  registry.add(std::move(type), {build_part<Console>});
  registry.add_protocol("uart", [](PortEnd& a, PortEnd& b) {
    auto& left = dynamic_cast<UartEnd&>(a);
    auto& right = dynamic_cast<UartEnd&>(b);
    left.peer = &right;
    right.peer = &left;
  });
}

}  // namespace mppa::sim
