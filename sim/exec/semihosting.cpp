#include "sim/exec/semihosting.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace mppa::sim {
namespace fs = std::filesystem;
namespace {

enum Service : u32 {
  kTraceNotify = 4055,
  kIsSimu = 4056,
  kNotifySpawn = 4057,
  kInbyte = 4058,
  kPoll = 4059,
  kClose = 4062,
  kFstat = 4063,
  kLoadElf = 4072,
  kMkfifo = 4073,
  kLink = 4074,
  kUnlink = 4075,
  kLseek = 4076,
  kOpen = 4077,
  kRead = 4078,
  kStat = 4079,
  kGettimeofday = 4080,
  kWrite = 4081,
  kChmod = 4082,
  kIsatty = 4083,
  kDup = 4084,
  kDup2 = 4085,
  kFcntl = 4086,
  kMkdir = 4087,
  kRmdir = 4088,
  kAccess = 4089,
  kChdir = 4090,
  kGetdents = 4091,
  kReadtimer = 4093,
  kPrint = 4094,
  kExit = 4095,
};

constexpr std::size_t kChunk = 1u << 16;  // bytes moved between guest and host at a time
constexpr u64 kMaxFd = 1023;

i64 result_or_errno(i64 result) { return result < 0 ? -i64{errno} : result; }

/// Open flags of the ABI (ABI digest section 8) as the host's.
int host_open_flags(u64 flags) {
  int host = (flags & 4) != 0 ? O_RDWR : (flags & 2) != 0 ? O_WRONLY : O_RDONLY;
  const std::pair<u64, int> kBits[] = {{8, O_APPEND},  {0x10, O_CREAT},     {0x20, O_TRUNC},     {0x40, O_EXCL},
                                       {0x80, O_SYNC}, {0x100, O_NONBLOCK}, {0x200, O_NONBLOCK}, {0x400, O_NOCTTY}};
  for (const auto& [bit, value] : kBits)
    if ((flags & bit) != 0) host |= value;
  return host | O_CLOEXEC;
}

i64 write_all(int fd, const u8* data, std::size_t bytes) {
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t n = ::write(fd, data + done, bytes - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return done != 0 ? static_cast<i64>(done) : -i64{errno};
    done += static_cast<std::size_t>(n);
  }
  return static_cast<i64>(done);
}

}  // namespace

Semihosting::Semihosting(Options options, GuestMemory memory)
    : options_(std::move(options)), memory_(memory), directory_(fs::canonical(options_.root)) {
  options_.root = directory_;
  for (const int fd : {0, 1, 2}) files_[static_cast<u64>(fd)] = fd;
}

Semihosting::~Semihosting() {
  for (const auto& [guest, host] : files_)
    if (host > 2) ::close(host);
}

engine::SemihostReply Semihosting::call(u32 number, core::CoreState& state) {
  engine::SemihostReply reply;
  if (number == kExit) {
    reply.exit = true;
    reply.status = static_cast<int>(state.gpr[0] & 0xff);
    return reply;
  }
  state.gpr[0] = static_cast<u64>(dispatch(number, {state.gpr[0], state.gpr[1], state.gpr[2]}, state));
  return reply;
}

i64 Semihosting::dispatch(u32 number, const Arguments& a, const core::CoreState& state) {
  switch (number) {
    case kPrint:
      return write(1, a.a0, a.a1);
    case kReadtimer:
      return static_cast<i64>(state.cycle);
    case kWrite:
      return write(a.a0, a.a1, a.a2);
    case kRead:
      return read(a.a0, a.a1, a.a2);
    case kOpen:
      return open(a.a0, a.a1, a.a2);
    case kClose:
      return close(a.a0);
    case kLseek:
      return seek(a.a0, a.a1, a.a2);
    case kStat:
      return stat_path(a.a0, a.a1);
    case kFstat:
      return stat_file(a.a0, a.a1);
    case kGettimeofday:
      return time_of_day(a.a0, state.cycle);
    case kDup:
      return duplicate(a.a0);
    case kDup2:
      return duplicate_to(a.a0, a.a1);
    case kAccess:
      return access(a.a0, a.a1);
    case kUnlink:
      return unlink(a.a0);
    case kMkfifo:
      return make_fifo(a.a0, a.a1);
    case kLink:
      return link(a.a0, a.a1);
    case kMkdir:
      return make_directory(a.a0, a.a1);
    case kRmdir:
      return remove_directory(a.a0);
    case kChdir:
      return change_directory(a.a0);
    case kChmod:
      return change_mode(a.a0, a.a1);
    case kFcntl:
      return control(a.a0, a.a1);
    case kIsatty:
      return a.a0 <= 2 ? 1 : 0;
    case kPoll:
      return poll(a.a0, a.a1);
    case kInbyte:
      return read_byte();
    case kIsSimu:
      return 1;
    case kNotifySpawn:
    case kTraceNotify:
      return 0;
    default:
      return -ENOSYS;  // getdents, load_elf and numbers without a service
  }
}

int Semihosting::host_fd(u64 fd) const {
  const auto file = files_.find(fd);
  return file != files_.end() ? file->second : -1;
}

i64 Semihosting::new_fd(int host) {
  for (u64 fd = 3; fd <= kMaxFd; ++fd) {
    if (files_.contains(fd)) continue;
    files_[fd] = host;
    return static_cast<i64>(fd);
  }
  ::close(host);
  return -EMFILE;
}

std::optional<std::string> Semihosting::host_path(u64 address) const {
  const auto text = memory_.string(address);
  if (!text || text->empty()) {
    errno = text ? ENOENT : EFAULT;
    return {};
  }
  const fs::path guest(*text);
  std::error_code error;
  const fs::path wanted = guest.is_absolute() ? options_.root / guest.relative_path() : directory_ / guest;
  const fs::path real = fs::weakly_canonical(wanted, error);
  const auto [root_end, unused] = std::mismatch(options_.root.begin(), options_.root.end(), real.begin(), real.end());
  if (error || root_end != options_.root.end()) {
    errno = EACCES;
    return {};
  }
  return real.string();
}

i64 Semihosting::open(u64 path, u64 flags, u64 mode) {
  const auto host = host_path(path);
  if (!host) return -i64{errno};
  const int fd = ::open(host->c_str(), host_open_flags(flags), static_cast<mode_t>(mode & 0777));
  return fd < 0 ? -i64{errno} : new_fd(fd);
}

i64 Semihosting::close(u64 fd) {
  const int host = host_fd(fd);
  if (host < 0) return -EBADF;
  files_.erase(fd);
  return host > 2 ? result_or_errno(::close(host)) : 0;
}

i64 Semihosting::write(u64 fd, u64 address, u64 bytes) {
  const int host = host_fd(fd);
  if (host < 0) return -EBADF;
  std::vector<u8> buffer(std::min<u64>(bytes, kChunk));
  u64 done = 0;
  while (done < bytes) {
    const std::size_t part = std::min<u64>(bytes - done, kChunk);
    if (!memory_.read(address + done, {buffer.data(), part})) return done != 0 ? static_cast<i64>(done) : -EFAULT;
    const i64 n = write_all(host, buffer.data(), part);
    if (n < 0) return done != 0 ? static_cast<i64>(done) : n;
    done += static_cast<u64>(n);
  }
  return static_cast<i64>(done);
}

i64 Semihosting::read(u64 fd, u64 address, u64 bytes) {
  const int host = host_fd(fd);
  if (host < 0) return -EBADF;
  std::vector<u8> buffer(std::min<u64>(bytes, kChunk));
  const ssize_t n = ::read(host, buffer.data(), buffer.size());
  if (n < 0) return -i64{errno};
  return memory_.write(address, {buffer.data(), static_cast<std::size_t>(n)}) ? n : -EFAULT;
}

i64 Semihosting::seek(u64 fd, u64 offset, u64 whence) {
  const int host = host_fd(fd);
  if (host < 0) return -EBADF;
  if (whence > 2) return -EINVAL;
  constexpr int kWhence[] = {SEEK_SET, SEEK_CUR, SEEK_END};
  return result_or_errno(::lseek(host, static_cast<off_t>(offset), kWhence[whence]));
}

/// The stat buffer of the ABI: dev, ino, mode, nlink, uid, gid, rdev, size, blksize, blocks, atime, mtime, ctime.
i64 Semihosting::store_stat(const struct ::stat& s, u64 buffer) {
  constexpr u64 kBlock = 4096;
  const u64 size = S_ISREG(s.st_mode) ? static_cast<u64>(s.st_size) : 0;
  const std::array<u64, 13> words = {0, 0, s.st_mode, 1, 0, 0, 0, size, kBlock, (size + 511) / 512, 0, 0, 0};
  std::array<u8, sizeof(words)> bytes;
  std::memcpy(bytes.data(), words.data(), sizeof(words));
  return memory_.write(buffer, bytes) ? 0 : -EFAULT;
}

i64 Semihosting::stat_path(u64 path, u64 buffer) {
  const auto host = host_path(path);
  struct ::stat s;
  if (!host || ::stat(host->c_str(), &s) != 0) return -i64{errno};
  return store_stat(s, buffer);
}

i64 Semihosting::stat_file(u64 fd, u64 buffer) {
  struct ::stat s{};
  if (fd <= 2 && files_.contains(fd)) {
    s.st_mode = S_IFCHR | 0620;  // whatever the host has connected
    return store_stat(s, buffer);
  }
  const int host = host_fd(fd);
  if (host < 0) return -EBADF;
  return ::fstat(host, &s) == 0 ? store_stat(s, buffer) : -i64{errno};
}

i64 Semihosting::time_of_day(u64 buffer, u64 cycle) {
  const u64 hz = options_.core_hz;
  const std::array<u64, 2> words = {cycle / hz, cycle % hz * 1'000'000 / hz};
  std::array<u8, sizeof(words)> bytes;
  std::memcpy(bytes.data(), words.data(), sizeof(words));
  return memory_.write(buffer, bytes) ? 0 : -EFAULT;
}

i64 Semihosting::duplicate(u64 fd) {
  const int host = host_fd(fd);
  if (host < 0) return -EBADF;
  const int copy = ::fcntl(host, F_DUPFD_CLOEXEC, 3);
  return copy < 0 ? -i64{errno} : new_fd(copy);
}

i64 Semihosting::duplicate_to(u64 fd, u64 target) {
  const int host = host_fd(fd);
  if (host < 0 || target > kMaxFd) return -EBADF;
  if (fd == target) return static_cast<i64>(target);
  const int copy = ::fcntl(host, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) return -i64{errno};
  close(target);
  files_[target] = copy;
  return static_cast<i64>(target);
}

i64 Semihosting::access(u64 path, u64 mode) {
  const auto host = host_path(path);
  if (!host) return -i64{errno};
  return result_or_errno(::access(host->c_str(), static_cast<int>(mode & 7)));
}

i64 Semihosting::unlink(u64 path) {
  const auto host = host_path(path);
  return host ? result_or_errno(::unlink(host->c_str())) : -i64{errno};
}

i64 Semihosting::link(u64 from, u64 to) {
  const auto host_from = host_path(from);
  if (!host_from) return -i64{errno};
  const auto host_to = host_path(to);
  if (!host_to) return -i64{errno};
  return result_or_errno(::link(host_from->c_str(), host_to->c_str()));
}

i64 Semihosting::make_directory(u64 path, u64 mode) {
  const auto host = host_path(path);
  return host ? result_or_errno(::mkdir(host->c_str(), static_cast<mode_t>(mode & 0777))) : -i64{errno};
}

i64 Semihosting::make_fifo(u64 path, u64 mode) {
  const auto host = host_path(path);
  return host ? result_or_errno(::mkfifo(host->c_str(), static_cast<mode_t>(mode & 0777))) : -i64{errno};
}

i64 Semihosting::remove_directory(u64 path) {
  const auto host = host_path(path);
  return host ? result_or_errno(::rmdir(host->c_str())) : -i64{errno};
}

i64 Semihosting::change_directory(u64 path) {
  const auto host = host_path(path);
  if (!host) return -i64{errno};
  std::error_code error;
  if (!fs::is_directory(*host, error)) return error ? -ENOENT : -ENOTDIR;
  directory_ = *host;
  return 0;
}

i64 Semihosting::change_mode(u64 path, u64 mode) {
  const auto host = host_path(path);
  return host ? result_or_errno(::chmod(host->c_str(), static_cast<mode_t>(mode & 0777))) : -i64{errno};
}

/// fcntl: F_DUPFD (0), F_GETFD (1) and F_SETFD (2); file status flags are not offered.
i64 Semihosting::control(u64 fd, u64 command) {
  if (host_fd(fd) < 0) return -EBADF;
  switch (command) {
    case 0:
      return duplicate(fd);
    case 1:
    case 2:
      return 0;
    default:
      return -EINVAL;
  }
}

/// struct { i32 fd; i16 events; i16 revents; }: files, and the host's standard streams, are always ready.
i64 Semihosting::poll(u64 address, u64 count) {
  constexpr u16 kIn = 1, kOut = 4, kInvalid = 0x20;
  i64 ready = 0;
  for (u64 i = 0; i < std::min(count, kMaxFd); ++i) {
    std::array<u8, 8> entry;
    if (!memory_.read(address + 8 * i, entry)) return -EFAULT;
    i32 fd = 0;
    u16 events = 0;
    std::memcpy(&fd, entry.data(), sizeof(fd));
    std::memcpy(&events, entry.data() + 4, sizeof(events));
    u16 returned = 0;
    if (fd >= 0) returned = host_fd(static_cast<u64>(fd)) < 0 ? kInvalid : static_cast<u16>(events & (kIn | kOut));
    std::memcpy(entry.data() + 6, &returned, sizeof(returned));
    if (!memory_.write(address + 8 * i, entry)) return -EFAULT;
    ready += returned != 0;
  }
  return ready;
}

i64 Semihosting::read_byte() {
  u8 byte = 0;
  return ::read(0, &byte, 1) == 1 ? byte : -1;
}

}  // namespace mppa::sim
