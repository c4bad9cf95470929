#include "models/host/job_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>

namespace mppa::host {

InputError::InputError(std::string_view file, unsigned line, const std::string& what)
    : std::runtime_error(fmt::format("{}:{}: {}", file, line, what)) {}

namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

/// What a key's value is wrong for; the parser adds file and line.
struct ValueError {
  std::string what;
};

double decimal(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw ValueError{fmt::format("'{}' is not a number", text)};
  return value;
}

/// A non-negative integer and what follows it.
u64 leading_number(std::string_view text, std::string& suffix) {
  u64 value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) throw ValueError{fmt::format("'{}' does not begin with a number", text)};
  suffix = lower(trimmed(std::string_view(end, static_cast<std::size_t>(text.data() + text.size() - end))));
  return value;
}

u64 times(u64 value, u64 factor, std::string_view text) {
  if (value != 0 && factor > ~u64{0} / value) throw ValueError{fmt::format("'{}' is too large", text)};
  return value * factor;
}

/// Sizes count in powers of 1024, as fio's kb_base=1024 does: 4k, 128KiB, 1g.
u64 size(std::string_view text) {
  static const std::map<std::string, unsigned> kShifts = {{"", 0},     {"b", 0},   {"k", 10},   {"kb", 10}, {"kib", 10},
                                                          {"m", 20},   {"mb", 20}, {"mib", 20}, {"g", 30},  {"gb", 30},
                                                          {"gib", 30}, {"t", 40},  {"tb", 40},  {"tib", 40}};
  std::string suffix;
  const u64 value = leading_number(text, suffix);
  const auto shift = kShifts.find(suffix);
  if (shift == kShifts.end()) throw ValueError{fmt::format("'{}' is not a unit of size", suffix)};
  return times(value, u64{1} << shift->second, text);
}

/// Times without a unit are seconds.
u64 duration_ps(std::string_view text) {
  static const std::map<std::string, u64> kUnits = {{"", 1'000'000'000'000},   {"s", 1'000'000'000'000},
                                                    {"ms", 1'000'000'000},     {"us", 1'000'000},
                                                    {"m", 60'000'000'000'000}, {"h", 3'600'000'000'000'000}};
  std::string suffix;
  const u64 value = leading_number(text, suffix);
  const auto unit = kUnits.find(suffix);
  if (unit == kUnits.end()) throw ValueError{fmt::format("'{}' is not a unit of time", suffix)};
  return times(value, unit->second, text);
}

u64 integer(std::string_view text, u64 low, u64 high) {
  std::string suffix;
  const u64 value = leading_number(text, suffix);
  if (!suffix.empty() || value < low || value > high)
    throw ValueError{fmt::format("'{}' is not an integer from {} to {}", text, low, high)};
  return value;
}

/// A key without value means 1.
bool flag(std::string_view text) { return text.empty() || integer(text, 0, 1) == 1; }

u64 block_size(std::string_view text) {
  const u64 bytes = size(text);
  if (bytes == 0 || bytes % 512 != 0 || bytes > u64{1} << 30)
    throw ValueError{fmt::format("block size '{}' is not a multiple of 512 up to 1g", text)};
  return bytes;
}

/// bs=SIZE or bs=READ,WRITE.
void set_block_size(JobOptions& job, std::string_view text) {
  const auto parts = split(text, ',');
  if (parts.size() > 2) throw ValueError{"at most a read and a write size"};
  job.read_sizes = {{block_size(parts.front()), 100}};
  job.write_sizes = {{block_size(parts.back()), 100}};
}

/// SIZE/PERCENT:SIZE/PERCENT...; sizes without percentage share the rest equally.
std::vector<BlockShare> shares(std::string_view text) {
  std::vector<BlockShare> result;
  unsigned sum = 0, open = 0;
  for (const std::string_view part : split(text, ':')) {
    const auto fields = split(part, '/');
    if (fields.size() > 2) throw ValueError{fmt::format("'{}' is not SIZE/PERCENT", part)};
    const bool has_share = fields.size() == 2 && !fields[1].empty();
    const unsigned percent = has_share ? static_cast<unsigned>(integer(fields[1], 0, 100)) : 0;
    result.push_back({block_size(fields[0]), has_share ? percent : 101});
    sum += percent;
    open += !has_share;
  }
  if (sum > 100 || (open == 0 && sum != 100)) throw ValueError{fmt::format("shares add up to {} %, not to 100 %", sum)};
  for (BlockShare& share : result) {
    if (share.percent > 100) share.percent = (100 - sum) / open;
  }
  // What integer division has left over goes to the last size.
  unsigned total = 0;
  for (const BlockShare& share : result) total += share.percent;
  result.back().percent += 100 - total;
  return result;
}

void set_split(JobOptions& job, std::string_view text) {
  const auto parts = split(text, ',');
  if (parts.size() > 2) throw ValueError{"at most a read and a write split"};
  job.read_sizes = shares(parts.front());
  job.write_sizes = shares(parts.back());
}

void set_direction(JobOptions& job, std::string_view text) {
  struct Mode {
    bool reads, writes, trims, random;
  };
  static const std::map<std::string_view, Mode> kModes = {
      {"read", {true, false, false, false}},    {"write", {false, true, false, false}},
      {"randread", {true, false, false, true}}, {"randwrite", {false, true, false, true}},
      {"rw", {true, true, false, false}},       {"readwrite", {true, true, false, false}},
      {"randrw", {true, true, false, true}},    {"trim", {false, false, true, false}},
      {"randtrim", {false, false, true, true}}};
  const auto mode = kModes.find(text);
  if (mode == kModes.end()) throw ValueError{fmt::format("'{}' is not a kind of I/O", text)};
  job.reads = mode->second.reads;
  job.writes = mode->second.writes;
  job.trims = mode->second.trims;
  job.random = mode->second.random;
}

void set_distribution(JobOptions& job, std::string_view text) {
  const auto parts = split(text, ':');
  if (parts[0] == "random" && parts.size() == 1) {
    job.distribution = RandomDistribution::kUniform;
  } else if (parts[0] == "zipf" && parts.size() <= 2) {
    job.distribution = RandomDistribution::kZipf;
    job.distribution_parameter = parts.size() == 2 ? decimal(parts[1]) : 1.1;
    if (job.distribution_parameter <= 0 || job.distribution_parameter == 1 || job.distribution_parameter > 10)
      throw ValueError{"the parameter of zipf is above 0, at most 10, and not 1"};
  } else if (parts[0] == "pareto" && parts.size() <= 2) {
    job.distribution = RandomDistribution::kPareto;
    job.distribution_parameter = parts.size() == 2 ? decimal(parts[1]) : 0.2;
    if (job.distribution_parameter <= 0 || job.distribution_parameter >= 1)
      throw ValueError{"the parameter of pareto is between 0 and 1"};
  } else {
    throw ValueError{fmt::format("'{}' is not a distribution (random, zipf:THETA, pareto:H)", text)};
  }
}

void set_size(JobOptions& job, std::string_view text) {
  job.size = job.size_percent = 0;
  if (text.ends_with('%')) {
    job.size_percent = static_cast<unsigned>(integer(text.substr(0, text.size() - 1), 1, 100));
  } else {
    job.size = size(text);
    if (job.size == 0) throw ValueError{"the size must not be 0"};
  }
}

void set_rate(JobOptions& job, std::string_view text) {
  const auto parts = split(text, ',');
  if (parts.size() > 2) throw ValueError{"at most a read and a write rate"};
  job.read_iops = integer(parts.front(), 1, 1'000'000'000);
  job.write_iops = integer(parts.back(), 1, 1'000'000'000);
}

void set_verify(JobOptions& job, std::string_view text) {
  // The check is always the strongest there is: every byte, with address and version.
  static constexpr std::string_view kMethods[] = {"1", "pattern", "meta", "crc32c", "crc64", "md5", "sha256", "xxhash"};
  if (text == "0" || text == "none") {
    job.verify = false;
  } else if (std::find(std::begin(kMethods), std::end(kMethods), text) != std::end(kMethods)) {
    job.verify = true;
  } else {
    throw ValueError{fmt::format("'{}' is not a method of verification", text)};
  }
}

/// filename=/dev/nvme<device>n<namespace>[:...].
void set_file(JobOptions& job, std::string_view text) {
  constexpr std::string_view kPrefix = "/dev/nvme";
  job.device.reset();
  job.nsids.clear();
  while (true) {
    const std::string_view name = text.substr(0, text.find(':'));
    const auto at = name.rfind('n');
    if (!name.starts_with(kPrefix) || at == std::string_view::npos || at <= kPrefix.size())
      throw ValueError{fmt::format("'{}' does not name an NVMe namespace (/dev/nvme0n1)", name)};
    const u32 device = static_cast<u32>(integer(name.substr(kPrefix.size(), at - kPrefix.size()), 0, 0xFFFF));
    if (job.device.value_or(device) != device) throw ValueError{"the files of a job are on different drives"};
    job.device = device;
    job.nsids.push_back(static_cast<u32>(integer(name.substr(at + 1), 1, 0xFFFF'FFFE)));
    if (name.size() == text.size()) return;
    text.remove_prefix(name.size() + 1);
  }
}

using Setter = std::function<void(JobOptions&, std::string_view)>;

const std::map<std::string_view, Setter>& setters() {
  static const std::map<std::string_view, Setter> kSetters = {
      {"rw", set_direction},
      {"readwrite", set_direction},
      {"bs", set_block_size},
      {"blocksize", set_block_size},
      {"bssplit", set_split},
      {"iodepth", [](JobOptions& j, std::string_view v) { j.io_depth = integer(v, 1, 65535); }},
      {"numjobs", [](JobOptions& j, std::string_view v) { j.jobs = integer(v, 1, 1024); }},
      {"rwmixread",
       [](JobOptions& j, std::string_view v) { j.read_percent = static_cast<unsigned>(integer(v, 0, 100)); }},
      {"rwmixwrite",
       [](JobOptions& j, std::string_view v) { j.read_percent = 100 - static_cast<unsigned>(integer(v, 0, 100)); }},
      {"randrepeat",
       [](JobOptions&, std::string_view v) {
         if (!flag(v)) throw ValueError{"a simulation is always repeatable; set randseed for another sequence"};
       }},
      {"randseed", [](JobOptions& j, std::string_view v) { j.seed = integer(v, 0, ~u64{0}); }},
      {"norandommap", [](JobOptions& j, std::string_view v) { j.random_map = !flag(v); }},
      {"random_distribution", set_distribution},
      {"size", set_size},
      {"io_size", [](JobOptions& j, std::string_view v) { j.io_size = size(v); }},
      {"number_ios", [](JobOptions& j, std::string_view v) { j.number_ios = integer(v, 1, ~u64{0}); }},
      {"offset", [](JobOptions& j, std::string_view v) { j.offset = size(v); }},
      {"runtime", [](JobOptions& j, std::string_view v) { j.runtime_ps = duration_ps(v); }},
      {"timeout", [](JobOptions& j, std::string_view v) { j.runtime_ps = duration_ps(v); }},
      {"time_based", [](JobOptions& j, std::string_view v) { j.time_based = flag(v); }},
      {"ramp_time", [](JobOptions& j, std::string_view v) { j.ramp_ps = duration_ps(v); }},
      {"rate_iops", set_rate},
      {"verify", set_verify},
      {"do_verify", [](JobOptions& j, std::string_view v) { j.do_verify = flag(v); }},
      {"filename", set_file},
      {"read_iolog", [](JobOptions& j, std::string_view v) { j.trace = std::string(v); }},
      // What says how a real host does I/O; here the driver model does it.
      {"ioengine", [](JobOptions&, std::string_view) {}},
      {"group_reporting", [](JobOptions&, std::string_view v) { flag(v); }},
      {"thread", [](JobOptions&, std::string_view v) { flag(v); }},
      {"direct",
       [](JobOptions&, std::string_view v) {
         if (!flag(v)) throw ValueError{"there is no page cache in the model: only direct=1"};
       }},
  };
  return kSetters;
}

class Parser {
 public:
  Parser(std::string_view text, std::string_view file) : text_(text), file_(file) {}

  std::vector<JobOptions> parse() {
    for (const std::string_view raw : split(text_, '\n')) {
      ++line_;
      const std::string_view line = trimmed(raw.substr(0, raw.find_first_of("#;")));
      if (line.empty()) continue;
      if (line.front() == '[') {
        open_section(line);
      } else {
        set(line);
      }
    }
    close_section();
    if (jobs_.empty()) fail("there is no job section");
    return std::move(jobs_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw InputError(file_, line_, what); }

  void open_section(std::string_view line) {
    close_section();
    if (line.back() != ']' || line.size() < 3) fail("a section is [name]");
    const std::string name(trimmed(line.substr(1, line.size() - 2)));
    in_global_ = name == "global";
    if (in_global_) return;
    for (const JobOptions& job : jobs_) {
      if (job.name == name) fail(fmt::format("section [{}] appears twice", name));
    }
    current_ = global_;
    current_->name = name;
    current_line_ = line_;
  }

  void set(std::string_view line) {
    const auto equals = line.find('=');
    const std::string key = lower(trimmed(line.substr(0, equals)));
    const std::string_view value = equals == std::string_view::npos ? "" : trimmed(line.substr(equals + 1));
    if (!in_global_ && !current_) fail(fmt::format("'{}' stands before the first section", key));
    const auto setter = setters().find(key);
    if (setter == setters().end()) fail(fmt::format("unknown key '{}'", key));
    try {
      setter->second(in_global_ ? global_ : *current_, value);
    } catch (const ValueError& error) {
      fail(fmt::format("{}: {}", key, error.what));
    }
  }

  void close_section() {
    if (!current_) return;
    const JobOptions& job = *current_;
    if (job.time_based && job.runtime_ps == 0) {
      line_ = current_line_;
      fail(fmt::format("[{}] is time_based but has no runtime", job.name));
    }
    jobs_.push_back(job);
    current_.reset();
  }

  std::string_view text_, file_;
  unsigned line_ = 0;
  unsigned current_line_ = 0;
  bool in_global_ = false;
  JobOptions global_;
  std::optional<JobOptions> current_;
  std::vector<JobOptions> jobs_;
};

}  // namespace

std::vector<JobOptions> parse_job_file(std::string_view text, std::string_view file_name) {
  return Parser(text, file_name).parse();
}

}  // namespace mppa::host
