// Parameters of an SSD. Times in picoseconds, rates in bytes per second, sizes in bytes. profiles.cpp gives the values
// of the known drives with their sources; the defaults here describe no drive and take no time at all.
#pragma once

#include <string>
#include <vector>

#include "models/common/types.h"

namespace mppa::ssd {

/// The memory chips and their buses.
struct FlashParams {
  unsigned channels = 1;
  unsigned dies_per_channel = 1;
  unsigned planes = 1;              ///< per die; each reads on its own, all program and erase together
  u64 page_bytes = 16384;           ///< user bytes of a page of one plane
  unsigned pages_per_program = 1;   ///< pages a plane programs at once (3 for one-shot TLC, 4 for QLC)
  unsigned programs_per_block = 1;  ///< program operations that fill a block
  u64 read_time = 0;                ///< tR
  u64 program_time = 0;             ///< tPROG of one operation
  u64 erase_time = 0;               ///< tBERS
  u64 suspend_time = 0;             ///< from the suspend command until the die accepts a read
  u64 resume_time = 0;              ///< from the resume command until the operation goes on
  unsigned max_suspends = 0;        ///< times one program or erase may be suspended; 0: reads wait
  u64 channel_rate = 0;             ///< bytes/s; 0: transfers take no time
  u64 ecc_time = 0;                 ///< decoding, added to every read
  unsigned max_busy_dies = 0;       ///< dies that may program or erase at once (power budget); 0: all

  unsigned dies() const { return channels * dies_per_channel; }
  u64 program_bytes() const { return u64{planes} * page_bytes * pages_per_program; }
};

/// Where data goes on the chips.
enum class Placement : u8 {
  kLog,      ///< page-mapped, log-structured, with garbage collection
  kInPlace,  ///< every unit has a fixed place and is overwritten there (storage-class memory)
  kZoned,    ///< fixed place, written in order, erased by zone reset
};

/// State of the drive at power-on.
enum class Precondition : u8 {
  kFresh,       ///< nothing has been written
  kSequential,  ///< written once, in order
  kSteady,      ///< overwritten at random until garbage collection is in equilibrium
};

struct FtlParams {
  Placement placement = Placement::kLog;
  u64 capacity = u64{1} << 30;     ///< bytes the host sees over all namespaces
  u64 indirection_unit = 4096;     ///< bytes per mapping entry; a power of two from 4 KiB
  double over_provisioning = 0.1;  ///< spare space as a fraction of the capacity, without the reserve below
  unsigned reserve_blocks = 4;     ///< superblocks beyond that: open ones and the floor of the free list
  Precondition precondition = Precondition::kFresh;
  u64 seed = 1;
};

struct WriteBufferParams {
  u64 bytes = u64{64} << 20;
  bool power_loss_protection = true;  ///< acknowledged writes survive a power failure in the buffer
  u64 coalesce_time = 0;         ///< how long a partly written unit waits for its neighbours before it is completed
  u64 pad_time = 1'000'000'000;  ///< how long a partly filled program operation waits for more data
};

/// The controller between host interface and media.
struct FrontEndParams {
  u64 read_command = 0;   ///< occupancy of the command processors by a read, divided by their number
  u64 write_command = 0;  ///< the same for a write
  u64 latency = 0;        ///< from the fetched command to its first media access, both ways, without queueing
  u64 write_latency = 0;  ///< the same for writes, until they are in the buffer
  u64 read_rate = 0;      ///< data path towards the host; 0: no limit
  u64 write_rate = 0;     ///< data path from the host; 0: no limit
};

/// One namespace; namespaces follow each other in the drive's capacity.
struct NamespaceParams {
  u64 bytes = 0;             ///< 0: what is left of the capacity
  unsigned lba_bytes = 512;  ///< 512 or 4096
  // Zoned placement only.
  u64 zone_bytes = 0;            ///< a multiple of a program operation's bytes
  unsigned max_open_zones = 14;  ///< Western Digital ZN540 class
  unsigned max_active_zones = 14;
};

/// The NVMe side.
struct ControllerParams {
  unsigned ports = 1;                      ///< controllers on the same media: 2 for a dual-port drive
  unsigned max_io_queues = 128;            ///< pairs, 1 .. 255; one MSI-X vector each and one for the admin queue
  u32 max_queue_entries = 65536;           ///< MQES + 1; enterprise drives offer 1024 to 65536
  u64 max_transfer = 512 * 1024;           ///< bytes of one command (MDTS), a power of two from 4 KiB to 1 MiB
  u64 ready_time = 1'000'000'000;          ///< from CC.EN to CSTS.RDY; real drives need seconds, which firmware polls
  u64 ready_timeout = 10'000'000'000'000;  ///< CAP.TO
  u64 format_time = 10'000'000'000;        ///< Format NVM without user data erase; shortened like ready_time
};

struct SsdParams {
  std::string model = "MPPASIM SSD";
  std::string serial = "S0000001";
  std::string firmware = "1.0";
  u64 media_errors = 0;      ///< of a billion blocks that cannot be read; ftl.seed decides which
  std::string backing_file;  ///< keep the contents in this file; empty: in memory
  FlashParams flash{};
  FtlParams ftl{};
  WriteBufferParams buffer{};
  FrontEndParams front_end{};
  ControllerParams controller{};
  std::vector<NamespaceParams> namespaces = {NamespaceParams{}};
};

}  // namespace mppa::ssd
