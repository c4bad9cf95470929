// Who manages a card: a start-up configuration, a list of requests, clients of a socket.
#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "sim/elf_file.h"
#include "sim/system/components.h"
#include "sim/system/management_channel.h"

namespace mppa::sim {
namespace {

std::string read_text(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw BadInput("cannot read \"" + file + "\"");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> read_requests(const std::string& file) {
  try {
    return split_json(read_text(file));
  } catch (const std::runtime_error& e) {
    throw BadInput(file + ": " + e.what());
  }
}

class ManagementPart : public SystemPart {
 public:
  ManagementPart(const config::Component& component, RunContext& context) : path_(component.path), context_(context) {
    if (const std::string& file = component.text("configuration"); !file.empty()) add_configuration(file);
    if (const std::string& file = component.text("requests"); !file.empty()) add_requests(file);
    const std::string& address = component.text("socket");
    if (address.empty()) return;
    try {
      channel_.listen(address);
    } catch (const std::runtime_error& e) {
      throw BadInput(e.what());
    }
  }

  PortEnd& port(const std::string&) override { return channel_; }

 private:
  void add_configuration(const std::string& file) {
    context_.uses_file(file);
    const std::string request =
        R"({"jsonrpc":"2.0","id":1,"method":"framework_load_config","params":)" + read_text(file) + "}";
    channel_.add(std::make_unique<ScriptedManager>(
        std::vector{request}, [this, file](const std::string&, const std::string& answer) {
          if (answer.find("\"error\":") == std::string::npos) {
            context_.log(path_, LogLevel::kInfo, "the card has accepted " + file);
            return;
          }
          context_.log(path_, LogLevel::kError, fmt::format("the card has refused {}: {}", file, answer));
          context_.end({SystemEnd::Reason::kExit, 1, fmt::format("{} has refused {}", path_, file)});
        }));
  }

  void add_requests(const std::string& file) {
    context_.uses_file(file);
    channel_.add(
        std::make_unique<ScriptedManager>(read_requests(file), [this](const std::string&, const std::string& answer) {
          if (!answer.empty()) context_.output(path_ + ".answers.json", answer + "\n");
        }));
  }

  std::string path_;
  RunContext& context_;
  ManagementChannel channel_;
};

}  // namespace

void add_management(ComponentRegistry& registry) {
  config::ComponentType type;
  type.name = "management";
  type.doc =
      "Manages a card by JSON-RPC 2.0 with SPDK's method names, through the simulator's port of the chip. Runs with a "
      "client at the socket are not deterministic.";
  type.params = {
      config::file("configuration", "", "Start-up configuration in SPDK's JSON form, executed first. Empty: none."),
      config::file("requests", "",
                   "JSON-RPC requests, one behind the other, each sent when the one before has been answered; the "
                   "answers go to NAME.answers.json of the results. Empty: none."),
      config::text("socket", "",
                   "unix:PATH or tcp:PORT to listen for JSON-RPC clients, who take turns by requests. Empty: none.")};
  type.ports = {{"card", "management", 1, true, "The management channel of a card."}};
  registry.add(std::move(type), {build_part<ManagementPart>});
  registry.add_protocol("management", [](PortEnd& a, PortEnd& b) {
    auto* chip = dynamic_cast<ManagedEnd*>(&a);
    auto* peer = dynamic_cast<ManagementPeer*>(&b);
    if (!chip) chip = dynamic_cast<ManagedEnd*>(&b), peer = dynamic_cast<ManagementPeer*>(&a);
    if (!chip || !peer) throw BadInput("a management link joins a card and a management component");
    chip->serve(*peer);
  });
}

}  // namespace mppa::sim
