// PRP entries and SGLs of a command, resolved to segments of host memory [4.3, 4.4].
#pragma once

#include <functional>
#include <vector>

#include "models/ssd/host_port.h"
#include "models/ssd/nvme/spec.h"

namespace mppa::ssd::nvme {

/// A piece of host memory; a bit bucket swallows bytes of a read.
struct Segment {
  u64 address = 0;
  u64 bytes = 0;
  bool bit_bucket = false;
};

enum class Direction : u8 { kToHost, kFromHost };

using Resolved = std::function<void(Status, std::vector<Segment>)>;

/// Fetches lists from the host as needed and calls `done` once with segments of `bytes` (> 0) in all, or with the
/// status the specification prescribes.
void resolve_prp(HostPort& host, u64 page_bytes, u64 prp1, u64 prp2, u64 bytes, Resolved done);
/// `sgl1` is the descriptor in the command.
void resolve_sgl(HostPort& host, u64 address, u64 descriptor, u64 bytes, Direction direction, Resolved done);

}  // namespace mppa::ssd::nvme
