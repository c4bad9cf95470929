// `mppasim exec`: runs a bare KV3 program on one core.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <systemc>

#include "models/cluster/core/core_state.h"
#include "models/cluster/core/system_unit.h"
#include "sim/commands.h"
#include "sim/core_options.h"
#include "sim/elf_file.h"
#include "sim/exec/bare_machine.h"
#include "sim/exec/loader.h"
#include "sim/exec/report.h"
#include "sim/exec/semihosting.h"
#include "sim/exec/symbol_names.h"
#include "sim/exec/trace.h"

namespace mppa::sim {
namespace {

struct ExecOptions {
  std::string program;
  std::vector<std::string> arguments;
  timing::Level level = timing::Level::kPipeline;
  engine::EngineKind engine = engine::EngineKind::kFast;
  std::string stats;
  std::string trace;
  bool explain = false;
  bool quiet = false;
  u64 max_cycles = 0;
  u64 ddr_bytes = u64{2} << 30;
  unsigned pid = 16;
  std::string root = ".";
};

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

File open_output(const std::string& path) {
  File file(std::fopen(path.c_str(), "w"), &std::fclose);
  if (!file) throw BadInput(fmt::format("{}: cannot be written", path));
  return file;
}

/// Whatever is still buffered must reach the file too.
void close_output(File file, const std::string& path) {
  const bool written = std::ferror(file.get()) == 0;
  if (std::fclose(file.release()) != 0 || !written) throw BadInput(path + ": cannot be written");
}

void print_error(const std::string& text) { std::fputs(text.c_str(), stderr); }

/// The outputs of --explain and --trace while the program runs.
class Tracing {
 public:
  Tracing(const ExecOptions& options, const SymbolNames& symbols) : file_(nullptr, &std::fclose) {
    if (options.explain) explain_ = std::make_unique<ExplainWriter>(stderr, symbols);
    if (options.trace.empty()) return;
    path_ = options.trace;
    file_ = open_output(path_);
    kanata_ = std::make_unique<KanataWriter>(file_.get(), symbols);
  }

  void attach(engine::Core& core) {
    if (!explain_ && !kanata_) return;
    core.hooks().trace = [this](const engine::BundleEvent& event) {
      if (explain_) explain_->bundle(event);
      if (kanata_) kanata_->bundle(event);
    };
  }

  void finish() {
    if (!kanata_) return;
    kanata_->finish();
    close_output(std::move(file_), path_);
  }

 private:
  std::string path_;
  File file_;
  std::unique_ptr<ExplainWriter> explain_;
  std::unique_ptr<KanataWriter> kanata_;
};

/// What the run means for the exit status of the process; says so on stderr where it is not a normal end.
int conclude(engine::Core& core, const engine::RunResult& result, const SymbolNames& symbols) {
  switch (result.reason) {
    case engine::StopReason::kExit:
      return result.status;
    case engine::StopReason::kLimit:
      print_error(fmt::format("mppasim: cycle limit reached at {}\n", where(core.state().pc, symbols)));
      return kTimeLimit;
    case engine::StopReason::kIdle:
      print_error(
          fmt::format("mppasim: the core sleeps and nothing will wake it, at {}\n", where(core.state().pc, symbols)));
      return kTimeLimit;
    case engine::StopReason::kUnmodelled:
      print_error(fmt::format("mppasim: {} at {}\n", result.message, where(core.state().pc, symbols)));
      return kFailed;
    case engine::StopReason::kReset:
      print_error(fmt::format("mppasim: the core crashed: {}\n{}", result.message,
                              register_dump(core, core.system().halt_pc(), symbols)));
      return kFailed;
  }
  return kFailed;
}

engine::CoreConfig core_config(const ExecOptions& options, const ElfFile& elf) {
  engine::CoreConfig config;
  config.engine = options.engine;
  config.level = options.level;
  config.pid = static_cast<u8>(options.pid);
  config.reset_pc = elf.entry();
  config.semihosting = true;
  return config;
}

/// A program above 4 GiB cannot set PS.V64 itself: with PS.V64 = 0 its first fetch would already go astray.
void start_at(engine::Core& core, u64 entry) {
  if (entry >> 32 == 0) return;
  core::CoreState& state = core.state();
  state.sfr[core::kPs] |= core::ps::kV64.mask();
  ++state.control_epoch;
  state.pc = entry;
}

int run_program(const ExecOptions& options) {
  const ElfFile elf = ElfFile::read(options.program);
  const SymbolNames symbols(elf);
  std::error_code error;
  if (!std::filesystem::is_directory(options.root, error)) throw BadInput(options.root + ": not a directory");

  File stats_file = options.stats.empty() ? File(nullptr, &std::fclose) : open_output(options.stats);

  CoreModule machine("core", core_config(options, elf), {options.max_cycles});
  DdrModule ddr("ddr", options.ddr_bytes);
  machine.socket.bind(ddr.socket);
  engine::Core& core = machine.core();
  const std::string memories =
      fmt::format("local memory 0 to {:#x}, DDR {:#x} to {:#x}", kLocalBytes, kDdrBase, kDdrBase + options.ddr_bytes);
  // TLM sockets can be used only after elaboration, and the loader reaches DDR through them.
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  load_segments(elf, machine, memories);
  std::vector<std::string> arguments{options.program};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  if (!write_arguments(elf, machine, arguments, kCoreHz) && !options.arguments.empty())
    throw BadInput(options.program + ": takes no arguments (no .mppa_args section or MPPA_ARGAREA_START symbol)");

  Semihosting services({options.root, kCoreHz}, GuestMemory(core.mmu(), machine));
  core.hooks().semihosting = [&](u32 number, core::CoreState& state) { return services.call(number, state); };
  Tracing tracing(options, symbols);
  tracing.attach(core);
  start_at(core, elf.entry());
  machine.start();
  sc_core::sc_start();
  tracing.finish();

  const engine::RunResult& result = machine.result();
  const int status = conclude(core, result, symbols);
  if (!options.quiet) print_error(result_table(core));
  if (stats_file) {
    std::fputs(result_json(core, result, status).c_str(), stats_file.get());
    close_output(std::move(stats_file), options.stats);
  }
  return status;
}

}  // namespace

void add_exec(CLI::App& app) {
  auto options = std::make_shared<ExecOptions>();
  CLI::App* command = app.add_subcommand("exec", "Run a KV3 program on one bare core");
  command->add_option("PROGRAM", options->program, "linked ELF64 file for KVX")->required();
  command->add_option("ARGS", options->arguments, "arguments of the program (argv[1]...)");
  add_core_options(*command, options->level, options->engine);
  command->add_option("--stats", options->stats, "write the result as JSON")->type_name("FILE");
  command->add_option("--trace", options->trace, "write a Kanata 0004 pipeline log (Konata viewer)")->type_name("FILE");
  command->add_flag("--explain", options->explain,
                    "print each bundle's issue cycle and why cycles were lost, on stderr");
  command->add_flag("-q,--quiet", options->quiet, "no result table");
  command->add_option("--max-cycles", options->max_cycles, "stop with status 124 at this cycle (0: never)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  command->add_option("--ddr-size", options->ddr_bytes, "bytes of DDR at 0x100000000 (suffixes KiB, MiB, GiB)")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::Range(kLeastDdrBytes, kMostDdrBytes, "64 KiB to 512 GiB"))
      ->type_name("BYTES");
  command->add_option("--pid", options->pid, "core number: 0 to 15 = PE, 16 = RM (default)")->check(CLI::Range(0, 16));
  command->add_option("--root", options->root, "directory that semihosted file access is confined to (default: .)")
      ->type_name("DIR");
  command->positionals_at_end();
  command->footer(
      "The exit status is the program's (scall 4095); 1 if the core crashed, 2 for bad input, 124 at the cycle limit.\n"
      "Memory: 4 MiB local at 0, DDR at 0x100000000, its first 2 GiB also at 0x80000000. The core starts at the ELF\n"
      "entry point at privilege level 0. Simulator services (scall 4055..4095) are listed in docs/exec.md.");
  command->callback([options] {
    const int status = run_program(*options);
    if (status != kOk) throw CommandExit{status};
  });
}

}  // namespace mppa::sim
