// Simulator services of a bare program: scall 4055..4095 (ABI digest section 8), taken before the exception.
//
// Arguments are in $r0, $r1, $r2, the result goes to $r0: a value, or a negative errno. Everything a program can see is
// deterministic but the contents of the host's files and its standard input: time is simulated time, identities and
// time stamps of files read as 0. Paths are confined to a root directory; `/` and the start of relative paths is that
// directory, and a path that leaves it (also over a symbolic link) is refused with EACCES.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "models/cluster/core/core_state.h"
#include "models/cluster/engine/core.h"
#include "sim/exec/guest_memory.h"

namespace mppa::sim {

class Semihosting {
 public:
  struct Options {
    std::filesystem::path root;  ///< directory that paths are confined to
    u32 core_hz = 1'000'000'000;
  };

  Semihosting(Options options, GuestMemory memory);
  ~Semihosting();
  Semihosting(const Semihosting&) = delete;
  Semihosting& operator=(const Semihosting&) = delete;

  /// Serves call `number`; `state` has the arguments and receives the result.
  engine::SemihostReply call(u32 number, core::CoreState& state);

 private:
  struct Arguments {
    u64 a0, a1, a2;
  };
  i64 dispatch(u32 number, const Arguments& a, const core::CoreState& state);
  i64 open(u64 path, u64 flags, u64 mode);
  i64 close(u64 fd);
  i64 read(u64 fd, u64 address, u64 bytes);
  i64 write(u64 fd, u64 address, u64 bytes);
  i64 seek(u64 fd, u64 offset, u64 whence);
  i64 stat_path(u64 path, u64 buffer);
  i64 stat_file(u64 fd, u64 buffer);
  i64 store_stat(const struct ::stat& s, u64 buffer);
  i64 time_of_day(u64 buffer, u64 cycle);
  i64 duplicate(u64 fd);
  i64 duplicate_to(u64 fd, u64 target);
  i64 access(u64 path, u64 mode);
  i64 unlink(u64 path);
  i64 link(u64 from, u64 to);
  i64 make_directory(u64 path, u64 mode);
  i64 make_fifo(u64 path, u64 mode);
  i64 remove_directory(u64 path);
  i64 change_directory(u64 path);
  i64 change_mode(u64 path, u64 mode);
  i64 control(u64 fd, u64 command);
  i64 poll(u64 address, u64 count);
  i64 read_byte();

  int host_fd(u64 fd) const;
  i64 new_fd(int host);
  /// The host path of a guest path; nothing (and errno set) if it is not readable, too long or outside the root.
  std::optional<std::string> host_path(u64 address) const;

  Options options_;
  GuestMemory memory_;
  std::filesystem::path directory_;  ///< current directory, absolute, inside the root
  std::map<u64, int> files_;         ///< guest descriptor -> host descriptor
};

}  // namespace mppa::sim
