#include "sim/run/child.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

#include "sim/commands.h"
#include "sim/run/run.h"

namespace mppa::sim {
namespace {

volatile std::sig_atomic_t child_process = 0;

/// The terminal sends Ctrl-C to both processes, `kill` to one: the run gets it in any case.
void pass_on(int signal) { kill(child_process, signal); }

/// The run itself; never returns to the caller's stack.
[[noreturn]] void run_here(const std::filesystem::path& config, const config::LoadOptions& load,
                           const std::filesystem::path& out) {
  int status = kFailed;
  try {
    status = exit_status(run_configuration(load_or_exit(config, load), {out, {}, true}));
  } catch (const CommandExit& e) {
    status = e.status;
  } catch (const std::exception& e) {
    fmt::print(stderr, "mppasim: {}\n", e.what());
    status = kBadInput;
  }
  std::fflush(nullptr);
  _exit(status);
}

double seconds(const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; }

}  // namespace

ChildRun run_in_child(const std::filesystem::path& config, const config::LoadOptions& load,
                      const std::filesystem::path& out) {
  std::fflush(nullptr);
  // A signal that comes before there is somebody to pass it on to waits.
  sigset_t signals, before;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, &before);
  const pid_t child = fork();
  if (child == 0) {
    sigprocmask(SIG_SETMASK, &before, nullptr);
    run_here(config, load, out);
  }
  if (child < 0) throw BadInput("cannot start another process");
  child_process = child;
  const auto on_interrupt = std::signal(SIGINT, pass_on), on_end = std::signal(SIGTERM, pass_on);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  int status = 0;
  rusage usage{};
  while (wait4(child, &status, 0, &usage) < 0 && errno == EINTR) continue;
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_end);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status) == SIGINT ? kInterrupted : kFailed;
  return {code, seconds(usage.ru_utime) + seconds(usage.ru_stime)};
}

ScratchDirectory::ScratchDirectory(const std::string& name)
    : path_(std::filesystem::temp_directory_path() / fmt::format("mppasim-{}-{}", name, getpid())) {}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace mppa::sim
