// An NVMe controller in the test's hands: answers as the specification says, or as badly as the test wants.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "models/common/random.h"
#include "models/common/types.h"
#include "tests/firmware/native/native.h"

extern "C" {
#include "nvme/spec.h"
}

namespace mppa::nvme_test {

struct FakeParams {
  u64 blocks = 4096;
  unsigned block_bytes = 512;
  unsigned namespaces = 1;
  unsigned io_queues = 8;
  unsigned mqes = 1023;
  unsigned stride = 0;      ///< CAP.DSTRD
  unsigned page_shift = 0;  ///< CAP.MPSMIN
  unsigned timeout = 2;     ///< CAP.TO
  u8 mdts = 5;              ///< 128 KiB
  u64 ready_us = 20;        ///< from CC.EN to CSTS.RDY, both ways
  u64 latency_us = 3;       ///< shortest time of an I/O command
  u64 spread_us = 10;       ///< random part of it: completions come out of order
};

/// What it does wrong, as probabilities an I/O command.
struct Faults {
  double lose = 0;   ///< never answered, unless aborted
  double fail = 0;   ///< media error
  double twice = 0;  ///< completed a second time
  double stray = 0;  ///< another completion, of a command nobody has sent
};

class FakeCtrlr {
 public:
  FakeCtrlr(u64 base, const FakeParams& params, u64 seed = 1);

  /// Lets it work on what is due now.
  void step();

  FakeParams params;
  Faults faults;
  bool gone = false;  ///< pulled: reads as all ones, does nothing
  bool never_ready = false;
  bool never_disables = false;
  bool deaf = false;  ///< does not serve its I/O queues
  bool deaf_admin = false;
  bool ignores_aborts = false;  ///< answers Abort without aborting
  u8 fail_admin = 0;            ///< opcode that fails; 0: none
  bool fatal = false;           ///< CSTS.CFS
  u16 queues_granted = 0;       ///< 0: io_queues

  u64 doorbells = 0, commands = 0, aborts = 0, enables = 0, shutdowns = 0;
  std::size_t queues() const { return sqs_.size() - (sqs_.count(0) ? 1 : 0); }
  std::map<u16, u16> vectors;  ///< of the I/O completion queues that were created with interrupts
  std::size_t waiting() const { return pending_.size(); }  ///< commands that have been fetched, not completed
  std::vector<u64> pages;  ///< what the data pointer of the last command with data names
  /// Data of the (first) namespace.
  std::map<u64, std::vector<u8>> blocks;
  void raise_event(u32 cdw0) { events_.push_back(cdw0); }

 private:
  struct Sq {
    u64 base;
    u32 entries, head = 0, tail = 0;
    u16 cq;
  };
  struct Cq {
    u64 base;
    u32 entries, head = 0, tail = 0;
    u16 phase = 1;
  };
  struct Pending {
    u64 due_ns;
    u16 sqid;
    nvme_command command;
    bool lost = false;
  };
  struct Result {
    u16 status = 0;
    u32 cdw0 = 0;
    bool later = false;
  };

  u64 read(u64 offset, unsigned bytes);
  void write(u64 offset, unsigned bytes, u64 value);
  void fetch();
  void update_ready();
  Result admin(const nvme_command& c);
  Result identify(const nvme_command& c);
  Result io(const nvme_command& c);
  u16 abort(u32 cdw10);
  bool chance(double probability);
  unsigned room(u16 sqid) const;
  bool transfer(const nvme_command& c, u64 bytes, bool to_host, std::vector<u8>& data);
  void post(u16 sqid, const nvme_command& c, u16 status, u32 cdw0);

  Random random_;
  u32 cc_ = 0, csts_ = 0, aqa_ = 0;
  u64 asq_ = 0, acq_ = 0, ready_at_ = 0;
  std::map<u16, Sq> sqs_;
  std::map<u16, Cq> cqs_;
  std::deque<Pending> pending_;
  std::deque<nvme_command> event_requests_;
  std::deque<u32> events_;
};

}  // namespace mppa::nvme_test
