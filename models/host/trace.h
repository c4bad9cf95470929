// Recorded I/O: fio's iolog version 2, what blktrace records, and the text that blkparse prints of it.
#pragma once

#include <string_view>
#include <vector>

#include "models/host/io_generator.h"

namespace mppa::host {

struct TraceEntry {
  u64 when_ps = 0;  ///< after the first entry; 0 throughout for an iolog, which has only waits
  Io io;
};

struct Trace {
  std::vector<TraceEntry> entries;
  bool timed = false;  ///< entries are due at their times; otherwise as fast as the queue depth allows
};

/// "fio version 2 iolog": file actions, `read`, `write`, `trim`, `sync`, `datasync`, `wait` (microseconds).
/// Throws InputError for anything else.
Trace parse_iolog(std::string_view text, std::string_view file_name);
/// blkparse's default output; queue events (action Q) become I/Os, other actions are events of the recording host and
/// mean nothing here. Lines before and after the events (per-CPU summaries) are skipped. Throws InputError for a queue
/// event that cannot be read.
Trace parse_blktrace(std::string_view text, std::string_view file_name);
/// The events themselves, of one processor or of several in a row. Throws std::runtime_error.
Trace parse_binary_blktrace(std::string_view data, std::string_view file_name);
bool is_binary_blktrace(std::string_view data);
/// Tells the three apart by how they begin.
Trace parse_trace(std::string_view text, std::string_view file_name);

}  // namespace mppa::host
