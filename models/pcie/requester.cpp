#include "models/pcie/requester.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace mppa::pcie {
namespace {

RequestStatus outcome(const Tlp& completion) {
  switch (completion.status) {
    case CompletionStatus::kSuccess:
      return completion.poisoned ? RequestStatus::kPoisoned : RequestStatus::kOk;
    case CompletionStatus::kAbort:
      return RequestStatus::kAborted;
    default:
      return RequestStatus::kUnsupported;
  }
}

/// Bytes of the next piece of a transfer: within `limit` and the 4 KiB page.
unsigned piece_of(u64 address, u64 left, unsigned limit) {
  return static_cast<unsigned>(std::min<u64>({left, limit - address % limit, kPage - address % kPage}));
}

}  // namespace

Requester::Requester(Timeline& timeline, Port& port, unsigned tags)
    : timeline_(timeline), port_(port), tags_(std::min(tags, 1024U)) {
  for (std::size_t tag = 0; tag < tags_.size(); ++tag) free_tags_.push_back(static_cast<u16>(tag));
}

void Requester::read(u16 id, u64 address, std::span<u8> into, Done done) {
  ++reads_;
  jobs_.push_back(std::make_shared<Job>(Job{id, address, into, std::move(done)}));
  if (!port_.up()) {
    timeline_.after(0, [job = std::move(jobs_.back())] { job->done(RequestStatus::kLinkDown); });
    jobs_.pop_back();
    ++failed_;
    return;
  }
  issue();
}

void Requester::write(u16 id, u64 address, std::span<const u8> data) {
  ++writes_;
  write_bytes_ += data.size();
  while (!data.empty()) {
    const unsigned piece = piece_of(address, data.size(), limits_.max_payload);
    port_.send(mem_write(id, address, data.first(piece)));
    address += piece;
    data = data.subspan(piece);
  }
}

void Requester::request(Tlp tlp, std::function<void(RequestStatus, const Tlp&)> done) {
  if (!port_.up()) {
    timeline_.after(0, [done = std::move(done)] { done(RequestStatus::kLinkDown, Tlp{}); });
    ++failed_;
    return;
  }
  singles_.push_back({std::move(tlp), std::move(done)});
  issue();
}

std::optional<u16> Requester::take_tag() {
  if (free_tags_.empty()) return {};
  const u16 tag = free_tags_.front();
  free_tags_.pop_front();
  tags_[tag].serial = next_serial_++;
  tags_[tag].sent = timeline_.now();
  return tag;
}

void Requester::launch(u16 tag, Tlp tlp) {
  tlp.tag = tag;
  if (limits_.timeout_ps) deadlines_.push_back({timeline_.now() + limits_.timeout_ps, tags_[tag].serial, tag});
  watch();
  port_.send(std::move(tlp));
}

void Requester::issue() {
  while (!singles_.empty()) {
    const auto tag = take_tag();
    if (!tag) return;
    Waiting w = std::move(singles_.front());
    singles_.pop_front();
    tags_[*tag].single = std::move(w.done);
    launch(*tag, std::move(w.tlp));
  }
  while (!jobs_.empty()) {
    const auto tag = take_tag();
    if (!tag) return;
    const std::shared_ptr<Job> job = jobs_.front();
    const u64 address = job->address + job->issued;
    const unsigned bytes = piece_of(address, job->into.size() - job->issued, limits_.max_read);
    Outstanding& o = tags_[*tag];
    o.job = job;
    o.offset = job->issued;
    o.bytes = bytes;
    o.received = 0;
    job->issued += bytes;
    ++job->pending;
    if (job->issued == job->into.size()) jobs_.pop_front();
    launch(*tag, mem_read(job->id, *tag, address, bytes));
  }
}

Requester::Outstanding Requester::free(u16 tag) {
  Outstanding o = std::exchange(tags_[tag], {});
  free_tags_.push_back(tag);
  return o;
}

bool Requester::complete(const Tlp& completion) {
  Outstanding* o = completion.tag < tags_.size() ? &tags_[completion.tag] : nullptr;
  if (!o || o->serial == 0 || (o->job && o->job->id != completion.requester)) {
    ++unexpected_;
    return false;
  }
  RequestStatus status = outcome(completion);
  if (o->job && completion.status == CompletionStatus::kSuccess) {
    const u64 address = o->job->address + o->offset + o->received;
    const unsigned left = o->bytes - o->received, skip = address & 3;
    if (completion.byte_count != left || completion.lower_address != (address & 0x7F) ||
        completion.payload.size() < skip + 1) {
      ++unexpected_;
      return false;
    }
    const unsigned here = std::min<unsigned>(left, static_cast<unsigned>(completion.payload.size()) - skip);
    std::memcpy(o->job->into.data() + o->offset + o->received, completion.payload.data() + skip, here);
    o->received += here;
    if (status != RequestStatus::kOk) o->job->status = status;
    if (o->received < o->bytes) return true;
  }
  Outstanding done = free(completion.tag);
  finish(done, status, completion);
  issue();
  return true;
}

void Requester::finish(Outstanding& o, RequestStatus status, const Tlp& completion) {
  if (status != RequestStatus::kOk) ++failed_;
  if (o.single) {
    o.single(status, completion);
    return;
  }
  latency_.add((timeline_.now() - o.sent) / 1000);
  Job& job = *o.job;
  if (status != RequestStatus::kOk && job.status == RequestStatus::kOk) job.status = status;
  read_bytes_ += o.received;
  --job.pending;
  // After an error nothing more is asked for; the caller learns of it when nothing can write its buffer any more.
  if (job.status != RequestStatus::kOk && job.issued < job.into.size()) {
    std::erase_if(jobs_, [&](const auto& j) { return j.get() == &job; });
    job.issued = job.into.size();
  }
  if (job.pending == 0 && job.issued == job.into.size()) job.done(job.status);
}

void Requester::fail_all(RequestStatus status) {
  // Callbacks may ask for more: that belongs to the time after.
  std::vector<std::shared_ptr<Job>> jobs(jobs_.begin(), jobs_.end());
  std::vector<std::function<void(RequestStatus, const Tlp&)>> singles;
  for (Waiting& w : singles_) singles.push_back(std::move(w.done));
  jobs_.clear();
  singles_.clear();
  for (std::size_t tag = 0; tag < tags_.size(); ++tag) {
    if (tags_[tag].serial == 0) continue;
    Outstanding o = free(static_cast<u16>(tag));
    if (o.single) singles.push_back(std::move(o.single));
    if (o.job && std::find(jobs.begin(), jobs.end(), o.job) == jobs.end()) jobs.push_back(std::move(o.job));
  }
  failed_ += jobs.size() + singles.size();
  for (const auto& job : jobs) job->done(status);
  for (const auto& single : singles) single(status, Tlp{});
}

// One alarm for the oldest deadline that still matters.
void Requester::watch() {
  while (!deadlines_.empty() && tags_[deadlines_.front().tag].serial != deadlines_.front().serial)
    deadlines_.pop_front();
  if (watching_ || deadlines_.empty()) return;
  watching_ = true;
  timeline_.at(deadlines_.front().when, [this] {
    watching_ = false;
    while (!deadlines_.empty()) {
      const Deadline d = deadlines_.front();
      const bool alive = tags_[d.tag].serial == d.serial;
      if (alive && d.when > timeline_.now()) break;
      deadlines_.pop_front();
      if (!alive) continue;
      ++timeouts_;
      Outstanding o = free(d.tag);
      if (on_timeout) on_timeout();
      finish(o, RequestStatus::kTimeout, Tlp{});
    }
    watch();
    issue();
  });
}

void Requester::write_stats(StatWriter& out) const {
  out.counter("reads", reads_, "requests", "reads asked for, before splitting");
  out.counter("read_bytes", read_bytes_, "B", "data of completions");
  out.counter("writes", writes_, "requests", "writes asked for, before splitting");
  out.counter("write_bytes", write_bytes_, "B", "data written");
  out.counter("failed", failed_, "requests", "requests that ended with an error");
  out.counter("timeouts", timeouts_, "requests", "requests without completion");
  out.counter("unexpected", unexpected_, "packets", "completions nothing asked for");
  out.histogram("read_latency", latency_, "ns", "from a read request to its last completion");
}

}  // namespace mppa::pcie
