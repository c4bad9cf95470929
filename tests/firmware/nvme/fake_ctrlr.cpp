#include "tests/firmware/nvme/fake_ctrlr.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace mppa::nvme_test {
namespace {

constexpr u64 kPage = 4096;

template <typename T>
T at(u64 address) {
  T value;
  std::memcpy(&value, reinterpret_cast<const void*>(address), sizeof value);
  return value;
}

}  // namespace

FakeCtrlr::FakeCtrlr(u64 base, const FakeParams& params, u64 seed) : params(params), random_(seed) {
  cos_native::map_device(base, 0x4000,
                         {[this](u64 offset, unsigned bytes) { return read(offset, bytes); },
                          [this](u64 offset, unsigned bytes, u64 value) { write(offset, bytes, value); }});
}

u64 FakeCtrlr::read(u64 offset, unsigned bytes) {
  if (gone) return ~u64{0};
  const u64 cap = params.mqes | u64{1} << 16 | u64{params.timeout} << 24 | u64{params.stride} << 32 | u64{1} << 37 |
                  u64{params.page_shift} << 48;
  switch (offset) {
    case NVME_REG_CAP:
      return bytes == 8 ? cap : cap & 0xffffffff;
    case NVME_REG_CAP + 4:
      return cap >> 32;
    case NVME_REG_VS:
      return NVME_VERSION_1_4;
    case NVME_REG_CC:
      return cc_;
    case NVME_REG_CSTS:
      update_ready();
      return csts_ | (fatal ? NVME_CSTS_CFS : 0);
    default:
      return 0;
  }
}

void FakeCtrlr::write(u64 offset, unsigned, u64 value) {
  if (gone) return;
  const auto word = static_cast<u32>(value);
  switch (offset) {
    case NVME_REG_CC:
      if ((cc_ ^ word) & NVME_CC_EN) ready_at_ = cos_native::now_ns() + params.ready_us * 1000;
      if ((word & NVME_CC_EN) && !(cc_ & NVME_CC_EN)) ++enables;
      if (!(word & NVME_CC_EN)) fatal = false;
      if (word & NVME_CC_SHN_MASK) {
        ++shutdowns;
        csts_ |= NVME_CSTS_SHST_SET(2);
      }
      cc_ = word;
      return;
    case NVME_REG_AQA:
      aqa_ = word;
      return;
    case NVME_REG_ASQ:
      asq_ = (asq_ & ~u64{0xffffffff}) | word;
      return;
    case NVME_REG_ASQ + 4:
      asq_ = (asq_ & 0xffffffff) | u64{word} << 32;
      return;
    case NVME_REG_ACQ:
      acq_ = (acq_ & ~u64{0xffffffff}) | word;
      return;
    case NVME_REG_ACQ + 4:
      acq_ = (acq_ & 0xffffffff) | u64{word} << 32;
      return;
    default:
      break;
  }
  ASSERT_GE(offset, u64{NVME_REG_DOORBELLS}) << "write to register " << offset;
  ++doorbells;
  const auto index = static_cast<unsigned>((offset - NVME_REG_DOORBELLS) / (4U << params.stride));
  const auto qid = static_cast<u16>(index / 2);
  if (index % 2 == 0) {
    const auto sq = sqs_.find(qid);
    if (sq == sqs_.end()) return;  // late doorbell of a queue that a reset has deleted
    EXPECT_LT(word, sq->second.entries);
    sq->second.tail = word;
  } else if (const auto cq = cqs_.find(qid); cq != cqs_.end()) {
    EXPECT_LT(word, cq->second.entries);
    cq->second.head = word;
  }
}

void FakeCtrlr::update_ready() {
  if (cos_native::now_ns() < ready_at_) return;
  const bool enabled = cc_ & NVME_CC_EN, ready = csts_ & NVME_CSTS_RDY;
  if (enabled && !ready && !never_ready) {
    csts_ = NVME_CSTS_RDY;
    sqs_[0] = {asq_, (aqa_ & 0xfff) + 1, 0, 0, 0};
    cqs_[0] = {acq_, (aqa_ >> 16 & 0xfff) + 1, 0, 0, 1};
  } else if (!enabled && ready && !never_disables) {
    csts_ = 0;
    sqs_.clear();
    cqs_.clear();
    pending_.clear();
    event_requests_.clear();
  }
}

void FakeCtrlr::fetch() {
  for (auto& [id, sq] : sqs_) {
    if (id == 0 ? deaf_admin : deaf) continue;
    while (sq.head != sq.tail) {
      const auto command = at<nvme_command>(sq.base + sq.head * sizeof(nvme_command));
      sq.head = (sq.head + 1) % sq.entries;
      ++commands;
      const u64 wait = id == 0 ? 1 : params.latency_us + random_.below(params.spread_us + 1);
      pending_.push_back({cos_native::now_ns() + wait * 1000, id, command, id != 0 && chance(faults.lose)});
    }
  }
}

void FakeCtrlr::step() {
  if (gone) return;
  update_ready();
  if (!(csts_ & NVME_CSTS_RDY)) return;
  fetch();
  for (std::size_t i = 0; i < pending_.size();) {
    const Pending p = pending_[i];
    // A controller waits for room in a completion queue (here for the two entries that faults may add, too).
    if (p.lost || p.due_ns > cos_native::now_ns() || room(p.sqid) < 3) {
      ++i;
      continue;
    }
    pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(i));
    const Result result = p.sqid == 0 ? admin(p.command) : io(p.command);
    if (!result.later) post(p.sqid, p.command, result.status, result.cdw0);
    i = 0;  // an abort may have taken others out
  }
  while (!events_.empty() && !event_requests_.empty()) {
    post(0, event_requests_.front(), 0, events_.front());
    events_.pop_front();
    event_requests_.pop_front();
  }
}

bool FakeCtrlr::chance(double probability) { return probability > 0 && random_.unit() < probability; }

unsigned FakeCtrlr::room(u16 sqid) const {
  const auto sq = sqs_.find(sqid);
  if (sq == sqs_.end()) return ~0U;  // nothing will be posted
  const Cq& cq = cqs_.at(sq->second.cq);
  return (cq.head + cq.entries - cq.tail - 1) % cq.entries;
}

void FakeCtrlr::post(u16 sqid, const nvme_command& c, u16 status, u32 cdw0) {
  const auto sq = sqs_.find(sqid);
  if (sq == sqs_.end()) return;
  Cq& cq = cqs_.at(sq->second.cq);
  const auto entry = [&](u16 cid) {
    ASSERT_NE((cq.tail + 1) % cq.entries, cq.head) << "completion queue " << sq->second.cq << " is full";
    const nvme_completion cpl{cdw0, 0,   static_cast<u16>(sq->second.head),
                              sqid, cid, static_cast<u16>(status << 1 | cq.phase)};
    std::memcpy(reinterpret_cast<void*>(cq.base + cq.tail * sizeof cpl), &cpl, sizeof cpl);
    if (++cq.tail == cq.entries) {
      cq.tail = 0;
      cq.phase ^= 1;
    }
  };
  entry(c.cid);
  if (sqid == 0) return;
  if (chance(faults.twice)) entry(c.cid);
  // Of a command that is not out: a wrong answer to one that is cannot be told from a right one.
  const auto stray = static_cast<u16>(random_.below(0x10000));
  const bool known = std::any_of(pending_.begin(), pending_.end(),
                                 [&](const Pending& p) { return p.sqid == sqid && p.command.cid == stray; });
  if (chance(faults.stray) && !known) entry(stray);
}

FakeCtrlr::Result FakeCtrlr::identify(const nvme_command& c) {
  std::vector<u8> page(kPage);
  switch (c.cdw10 & 0xff) {
    case NVME_CNS_CONTROLLER: {
      auto* data = reinterpret_cast<nvme_ctrlr_data*>(page.data());
      std::memcpy(data->sn, "FAKE0001            ", 20);
      data->mdts = params.mdts;
      data->nn = params.namespaces;
      data->oncs = NVME_ONCS_COMPARE | NVME_ONCS_DSM | NVME_ONCS_WRITE_ZEROES;
      data->vwc = NVME_VWC_PRESENT;
      break;
    }
    case NVME_CNS_ACTIVE_NAMESPACES:
      for (u32 i = 0; i < params.namespaces; ++i) {
        const u32 nsid = i + 1;
        std::memcpy(page.data() + i * 4, &nsid, 4);
      }
      break;
    case NVME_CNS_NAMESPACE: {
      auto* data = reinterpret_cast<nvme_ns_data*>(page.data());
      data->nsze = data->ncap = params.blocks;
      data->lbaf[0].lbads = static_cast<u8>(__builtin_ctz(params.block_bytes));
      data->nguid[15] = static_cast<u8>(c.nsid);
      break;
    }
    default:
      return {NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_INVALID_FIELD)};
  }
  transfer(c, kPage, true, page);
  return {};
}

u16 FakeCtrlr::abort(u32 cdw10) {
  ++aborts;
  if (ignores_aborts) return 1;
  for (auto p = pending_.begin(); p != pending_.end(); ++p) {
    if (p->sqid != (cdw10 & 0xffff) || p->command.cid != cdw10 >> 16) continue;
    const Pending aborted = *p;
    pending_.erase(p);
    post(aborted.sqid, aborted.command, NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_ABORTED), 0);
    return 0;
  }
  return 1;
}

FakeCtrlr::Result FakeCtrlr::admin(const nvme_command& c) {
  if (fail_admin != 0 && c.opcode == fail_admin) return {NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_INTERNAL_ERROR)};
  const auto qid = static_cast<u16>(c.cdw10);
  const u32 entries = (c.cdw10 >> 16) + 1;
  switch (c.opcode) {
    case NVME_ADMIN_IDENTIFY:
      return identify(c);
    case NVME_ADMIN_SET_FEATURES: {
      const u32 granted = (queues_granted != 0 ? queues_granted : params.io_queues) - 1;
      return {0, granted << 16 | granted};
    }
    case NVME_ADMIN_CREATE_CQ:
      if (qid == 0 || qid > params.io_queues || cqs_.count(qid)) return {NVME_STATUS(1, NVME_SC_INVALID_QID)};
      EXPECT_LE(entries - 1, params.mqes);
      cqs_[qid] = {c.prp1, entries, 0, 0, 1};
      if (c.cdw11 & NVME_CQ_INTERRUPTS) vectors[qid] = static_cast<u16>(c.cdw11 >> 16);
      return {};
    case NVME_ADMIN_CREATE_SQ:
      if (sqs_.count(qid) || !cqs_.count(static_cast<u16>(c.cdw11 >> 16))) return {NVME_STATUS(1, NVME_SC_CQ_INVALID)};
      EXPECT_EQ(c.prp1 % kPage, 0U);
      sqs_[qid] = {c.prp1, entries, 0, 0, static_cast<u16>(c.cdw11 >> 16)};
      return {};
    case NVME_ADMIN_DELETE_SQ:
      return {sqs_.erase(qid) ? u16{0} : u16{NVME_STATUS(1, NVME_SC_INVALID_QID)}};
    case NVME_ADMIN_DELETE_CQ:
      return {cqs_.erase(qid) ? u16{0} : u16{NVME_STATUS(1, NVME_SC_INVALID_QID)}};
    case NVME_ADMIN_ABORT:
      return {0, abort(c.cdw10)};
    case NVME_ADMIN_ASYNC_EVENT:
      event_requests_.push_back(c);
      return {0, 0, true};
    case NVME_ADMIN_GET_LOG_PAGE:
      return {};
    default:
      return {NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_INVALID_OPCODE)};
  }
}

/// Moves `bytes` between `data` and what the PRPs name; false: they are wrong.
bool FakeCtrlr::transfer(const nvme_command& c, u64 bytes, bool to_host, std::vector<u8>& data) {
  u64 page = c.prp1, list = c.prp2, done = 0;
  data.resize(bytes);
  pages.clear();
  for (unsigned n = 0; done < bytes; ++n) {
    if (n == 1) {
      const bool is_list = bytes - done > kPage;
      page = is_list ? at<u64>(list) : c.prp2;
    } else if (n > 1) {
      page = at<u64>(list + (n - 1) * 8);
    }
    EXPECT_EQ(page % (n == 0 ? 4 : kPage), 0U) << "PRP " << n;
    pages.push_back(page);
    const u64 piece = std::min(bytes - done, kPage - page % kPage);
    u8* host = reinterpret_cast<u8*>(page);
    if (to_host)
      std::memcpy(host, data.data() + done, piece);
    else
      std::memcpy(data.data() + done, host, piece);
    done += piece;
  }
  return true;
}

FakeCtrlr::Result FakeCtrlr::io(const nvme_command& c) {
  const u64 lba = c.cdw10 | u64{c.cdw11} << 32, count = (c.cdw12 & 0xffff) + 1, size = params.block_bytes;
  std::vector<u8> data;
  if (chance(faults.fail)) return {NVME_STATUS(NVME_SCT_MEDIA, NVME_SC_UNRECOVERED_READ)};
  const bool ranged = c.opcode != NVME_NVM_FLUSH && c.opcode != NVME_NVM_DATASET_MANAGEMENT;
  if (ranged && lba + count > params.blocks) return {NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_LBA_OUT_OF_RANGE)};
  const auto block = [&](u64 i) {
    const auto found = blocks.find(lba + i);
    return found == blocks.end() ? std::vector<u8>(size) : found->second;
  };
  switch (c.opcode) {
    case NVME_NVM_FLUSH:
      return {};
    case NVME_NVM_WRITE:
      EXPECT_LE(count * size, kPage << params.mdts);
      transfer(c, count * size, false, data);
      for (u64 i = 0; i < count; ++i)
        blocks[lba + i].assign(data.begin() + static_cast<long>(i * size),
                               data.begin() + static_cast<long>((i + 1) * size));
      return {};
    case NVME_NVM_READ:
      EXPECT_LE(count * size, kPage << params.mdts);
      for (u64 i = 0; i < count; ++i) {
        const std::vector<u8> b = block(i);
        data.insert(data.end(), b.begin(), b.end());
      }
      transfer(c, count * size, true, data);
      return {};
    case NVME_NVM_COMPARE:
      transfer(c, count * size, false, data);
      for (u64 i = 0; i < count; ++i)
        if (!std::equal(data.begin() + static_cast<long>(i * size), data.begin() + static_cast<long>((i + 1) * size),
                        block(i).begin()))
          return {NVME_STATUS(NVME_SCT_MEDIA, NVME_SC_COMPARE_FAILURE)};
      return {};
    case NVME_NVM_WRITE_ZEROES:
      for (u64 i = 0; i < count; ++i) blocks.erase(lba + i);
      return {};
    case NVME_NVM_DATASET_MANAGEMENT:
      for (u32 r = 0; r <= (c.cdw10 & 0xff); ++r) {
        const auto range = at<nvme_dsm_range>(c.prp1 + r * sizeof(nvme_dsm_range));
        blocks.erase(blocks.lower_bound(range.lba), blocks.lower_bound(range.lba + range.blocks));
      }
      return {};
    default:
      return {NVME_STATUS(NVME_SCT_GENERIC, NVME_SC_INVALID_OPCODE)};
  }
}

}  // namespace mppa::nvme_test
