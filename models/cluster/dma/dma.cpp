#include "models/cluster/dma/dma.h"

#include <fmt/core.h>

#include <cstring>

namespace mppa::cluster {

using namespace dma;

Dma::Dma(const sc_core::sc_module_name& name, const DmaParams& params)
    : RegisterDevice(name, kWindow, Clock(params.clock_hz).time_of(params.register_latency)),
      services_{regs(),
                params,
                Clock(params.clock_hz),
                *this,
                [this] { return now().value(); },
                [this](unsigned it, ErrorMap map, unsigned index, u64 at) {
                  Register& r = *error_maps_[static_cast<std::size_t>(map)];
                  r.set(r.get() | u64{1} << index);
                  raise(it, at);
                },
                [this](unsigned it, u64 at) { raise(it, at); }},
      tables_(regs()),
      queues_(services_),
      completions_(services_),
      caches_(services_),
      channels_(services_, caches_),
      shared_{
          services_,    queues_,
          completions_, tables_,
          {},           {},
          nullptr,      [this](unsigned q, u64 base, u64 size, u64 at) { return caches_.push(q, base, size, at); }} {
  for (unsigned t = 0; t < MPPA_DMA_TX_THREADS; ++t) {
    Thread& thread = threads_.emplace_back(t, shared_);
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.set_sensitivity(&thread.wake);
    options.dont_initialize();
    sc_core::sc_spawn([&thread] { thread.run(); }, sc_core::sc_gen_unique_name("thread"), &options);
  }
  declare_errors();
  declare_threads();
  declare_noc_test();
  declare_monitoring();
  queues_.on_work = [this](unsigned t, u64 at) { threads_[t].wake_at(at); };
  completions_.on_room = [this] {
    for (Thread& t : threads_) t.wake_at(now().value());
  };
  const auto resume = [this] {
    if (noc.size()) noc->resume_delivery();
  };
  caches_.on_buffers = resume;
  channels_.on_ready = resume;
  const auto method = [](std::function<void()> run, const sc_core::sc_event& event) {
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.set_sensitivity(&event);
    options.dont_initialize();
    sc_core::sc_spawn(std::move(run), sc_core::sc_gen_unique_name("rx"), &options);
  };
  method([this] { caches_.run(); }, caches_.refill);
  method([this] { channels_.run(); }, channels_.due);
}

void Dma::end_of_elaboration() {
  if (noc.size() == 0) return;
  shared_.noc = noc.operator->();
  sc_core::sc_spawn_options options;
  options.spawn_method();
  options.set_sensitivity(&shared_.noc->space_event());
  options.dont_initialize();
  sc_core::sc_spawn([this] { run_threads(); }, sc_core::sc_gen_unique_name("space"), &options);
}

void Dma::reset_state() {
  queues_.reset();
  completions_.reset();
  caches_.reset();
  channels_.reset();
  for (Thread& t : threads_) t.reset();
  raw_.reset();
  update_line(now().value());
  // What the NoC holds for this cluster has no channel any more: it can be taken and dropped.
  if (noc.size()) noc->resume_delivery();
}

bool Dma::deliver(noc::PacketPtr& packet, const sc_core::sc_time& when) {
  if (!channels_.accept(*packet, when.value())) return false;
  packet.reset();
  return true;
}

void Dma::declare_errors() {
  it_enable_ = &regs().add("it.en", MPPA_DMA_IT + MPPA_DMA_IT_EN, 8, RegAccess::kRw).mask(MPPA_DMA_IT_MASK);
  it_enable_->on_write([this](unsigned, u64) { update_line(now().value()); });
  it_vector_ = &regs().add("it.vector", MPPA_DMA_IT + MPPA_DMA_IT_VECTOR, 8, RegAccess::kRo);
  regs().add("it.vector_lac", MPPA_DMA_IT + MPPA_DMA_IT_VECTOR_LAC, 8, RegAccess::kRo).on_read([this](unsigned) {
    const u64 value = it_vector_->get();
    it_vector_->set(0);
    update_line(now().value());
    return value;
  });
  static constexpr const char* kNames[] = {"rx_channel", "rx_job_queue", "tx_job_queue", "tx_thread", "tx_comp_queue"};
  for (unsigned m = 0; m < error_maps_.size(); ++m) {
    error_maps_[m] = &regs().add(fmt::format("error.{}", kNames[m]), MPPA_DMA_ERROR + 16 * m, 8, RegAccess::kRo);
    regs()
        .add(fmt::format("error.{}_lac", kNames[m]), MPPA_DMA_ERROR + 16 * m + 8, 8, RegAccess::kLac)
        .source(*error_maps_[m]);
  }
}

void Dma::raise(unsigned it, u64 at) {
  it_vector_->set(it_vector_->get() | u64{1} << it);
  update_line(at);
}

void Dma::update_line(u64 at) {
  const bool level = (it_vector_->get() & it_enable_->get()) != 0;
  if (level == level_) return;
  level_ = level;
  const u64 kernel = Services::kernel_ps();
  if (interrupt.size()) interrupt->set_level(kErrorLine, level, sc_core::sc_time::from_value(std::max(at, kernel)));
}

void Dma::declare_threads() {
  const auto add = [this](const char* name, u64 offset, u64 mask) -> Register& {
    return regs()
        .add_array(fmt::format("tx_thread.{}", name), MPPA_DMA_TX_THREAD + offset, 8, RegAccess::kRw,
                   MPPA_DMA_TX_THREADS, MPPA_DMA_OBJECT_STRIDE)
        .mask(mask);
  };
  std::array<Register*, 8> parameters{};
  for (unsigned p = 0; p < 8; ++p)
    parameters[p] = &add(fmt::format("parameter{}", p).c_str(), MPPA_DMA_TXT_PARAMETER + 8 * p, ~u64{0});
  Register& program = add("pgrm_id", MPPA_DMA_TXT_PROGRAM_ID, 15);
  Register& route = add("noc_route_id", MPPA_DMA_TXT_ROUTE_ID, 0x1FF);
  Register& queue = add("comp_queue", MPPA_DMA_TXT_COMP_QUEUE, 0xF3F);
  Register& before = add("fence_before", MPPA_DMA_TXT_FENCE_BEFORE, 1);
  Register& after = add("fence_after", MPPA_DMA_TXT_FENCE_AFTER, 1);
  Register& asn = add("asn", MPPA_DMA_TXT_ASN, MPPA_DMA_ASN_MASK);
  thread_error_ = &add("error", MPPA_DMA_TXT_ERROR, 0);
  regs()
      .add_array("tx_thread.error_lac", MPPA_DMA_TX_THREAD + MPPA_DMA_TXT_ERROR_LAC, 8, RegAccess::kLac,
                 MPPA_DMA_TX_THREADS, MPPA_DMA_OBJECT_STRIDE)
      .source(*thread_error_);
  add("activate", MPPA_DMA_TXT_ACTIVATE, 0)
      .on_write([=, this, &program, &route, &queue, &before, &after, &asn](unsigned t, u64 value) {
        if (!(value & 1)) return;
        mppa_dma_tx_job job{};
        for (unsigned p = 0; p < 8; ++p) job.param[p] = parameters[p]->get(t);
        job.control =
            queue.get(t) | route.get(t) << 16 | program.get(t) << 32 | before.get(t) << 40 | after.get(t) << 48;
        threads_[t].launch(job, static_cast<u16>(asn.get(t)), now().value());
      });
  static constexpr unsigned kCauses[] = {MPPA_DMA_IT_TX_PROGRAM_PERM,
                                         MPPA_DMA_IT_TX_READ_ADDRESS,
                                         0,
                                         MPPA_DMA_IT_TX_WRITE_ADDRESS,
                                         0,
                                         MPPA_DMA_IT_TX_ROUTE_PERM,
                                         MPPA_DMA_IT_TX_COMP_PERM,
                                         0,
                                         0,
                                         MPPA_DMA_IT_TX_BUNDLE,
                                         MPPA_DMA_IT_TX_RX_JOB_PUSH,
                                         MPPA_DMA_IT_TX_ATOMIC_ADD,
                                         MPPA_DMA_IT_TX_VCHAN};
  for (unsigned t = 0; t < threads_.size(); ++t)
    threads_[t].on_error = [this, t](TxError error, int q, u64 at) {
      const auto cause = static_cast<unsigned>(error);
      if (q < 0) thread_error_->set(thread_error_->get(t) | u64{1} << cause, t);
      services_.error(kCauses[cause], q < 0 ? ErrorMap::kTxThread : ErrorMap::kTxJobQueue,
                      q < 0 ? t : static_cast<unsigned>(q), at);
    };
}

// Raw packets. Header lo: [39:0] route, [45:40] tag, 46 vchan, 47 absolute, 48 end of transfer; hi: offset. Writing
// push_data_hi appends a payload flit; writing FLUSH sends. The layout is ours, the real one is not public.
void Dma::declare_noc_test() {
  const auto add = [this](const char* name, u64 offset) -> Register& {
    return regs().add(fmt::format("tx_noc_test.{}", name), MPPA_DMA_TX_NOC_TEST + offset, 8, RegAccess::kRw);
  };
  add("ctrl", 0x00).doc("stored without effect");
  Register& lo = add("header_lo", 0x10);
  Register& hi = add("header_hi", 0x18);
  Register& data_lo = add("push_data_lo", 0x20);
  add("push_data_hi", 0x28).on_write([this, &data_lo](unsigned, u64 value) {
    if (!raw_) raw_ = noc::make_packet();
    if (raw_->bytes + 16U > noc::kMaxPayload) return;
    const u64 flit[2] = {data_lo.get(), value};
    std::memcpy(raw_->data.data() + raw_->bytes, flit, 16);
    raw_->bytes = static_cast<u16>(raw_->bytes + 16);
  });
  add("flush", 0x30).on_write([this, &lo, &hi](unsigned, u64) {
    if (!raw_) raw_ = noc::make_packet();
    const u64 h = lo.get();
    raw_->route = h & 0xFFFFFFFFFF;
    raw_->tag = static_cast<u8>(h >> 40 & 63);
    raw_->vchan = static_cast<u8>(h >> 46 & 1);
    raw_->absolute = h >> 47 & 1;
    raw_->eot = h >> 48 & 1;
    raw_->offset = hi.get();
    // Without room the packet stays and the next FLUSH tries again.
    if (!shared_.noc || !shared_.noc->can_inject(raw_->vchan, raw_->flits())) return;
    shared_.noc->inject(std::move(raw_), now());
  });
}

void Dma::declare_monitoring() {
  regs().add("rx_mux.rx_sap_credit", MPPA_DMA_RX_MUX, 8, RegAccess::kRw).doc("stored without effect");
  regs().add("rx_mux.tx_sap_credit", MPPA_DMA_RX_MUX + 8, 8, RegAccess::kRw).doc("stored without effect");
  regs().add("rx_monitoring.ready_for_power_off", MPPA_DMA_RX_MONITORING, 8, RegAccess::kRo).on_read([this](unsigned) {
    return u64{channels_.idle()};
  });
  regs()
      .add_array("tx_monitoring.outstanding_reads", MPPA_DMA_TX_MONITORING, 8, RegAccess::kRo, 4, 8)
      .on_read([this](unsigned t) { return threads_[t].outstanding(now().value()); });
  regs()
      .add("tx_monitoring.ready_for_power_off", MPPA_DMA_TX_MONITORING + 0x48, 8, RegAccess::kRo)
      .on_read([this](unsigned) {
        for (const Thread& t : threads_)
          if (!t.idle()) return u64{0};
        return u64{1};
      });
}

MemoryIf::Result Dma::access(bool write, bool rx, u64 address, void* data, unsigned bytes, u64 at, u16 asn,
                             const u8* enable) {
  payload_.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload_.set_data_ptr(static_cast<unsigned char*>(data));
  payload_.set_data_length(bytes);
  payload_.set_byte_enable_ptr(const_cast<u8*>(enable));
  extension_.asn = asn;
  extension_.atomic = AtomicOp::kNone;
  return transport(address, rx, write, at);
}

MemoryIf::Result Dma::atomic_add(u64 address, u64 operand, unsigned bytes, u64 at, u16 asn) {
  u64 old = 0;
  payload_.set_command(tlm::TLM_READ_COMMAND);
  payload_.set_data_ptr(reinterpret_cast<unsigned char*>(&old));
  payload_.set_data_length(bytes);
  payload_.set_byte_enable_ptr(nullptr);
  extension_.asn = asn;
  extension_.atomic = AtomicOp::kAdd;
  extension_.operand = operand;
  return transport(address, false, true, at);
}

// Sends the prepared payload, in pieces where the IOMMU's pages end. The result is that of the slowest piece.
MemoryIf::Result Dma::transport(u64 iova, bool rx, bool write, u64 at) {
  auto& iommu = rx ? rx_iommu : tx_iommu;
  const unsigned total = payload_.get_data_length();
  unsigned char* const data = payload_.get_data_ptr();
  unsigned char* const enable = payload_.get_byte_enable_ptr();
  const u64 kernel = Services::kernel_ps();
  Result result{true, std::max(at, kernel)};
  extension_.cluster = services_.params.cluster;
  extension_.master = rx ? 23 : 22;
  for (unsigned done = 0; done < total && result.ok;) {
    sc_core::sc_time delay = sc_core::sc_time::from_value(at > kernel ? at - kernel : 0);
    TranslateIf::Result t{IommuFault::kNone, (iova + done) & MPPA_DMA_ADDRESS_MASK, total};
    if (iommu.size()) t = iommu->translate(t.address, extension_.asn, write, sc_core::sc_time_stamp() + delay);
    if (t.fault != IommuFault::kNone) return {false, kernel + delay.value()};
    const auto piece = static_cast<unsigned>(std::min<u64>(total - done, t.bytes));
    payload_.set_address(t.address | (iova & kAddressSideband));
    payload_.set_data_ptr(data + done);
    payload_.set_data_length(piece);
    payload_.set_streaming_width(piece);
    payload_.set_byte_enable_ptr(enable ? enable + done : nullptr);
    payload_.set_byte_enable_length(enable ? piece : 0);
    payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    payload_.set_dmi_allowed(false);
    payload_.set_extension(&extension_);
    memory->b_transport(payload_, delay);
    payload_.clear_extension(&extension_);
    result = {payload_.is_response_ok(), std::max<u64>(result.done, kernel + delay.value())};
    done += piece;
  }
  return result;
}

void Dma::write_stats(StatWriter& out) const {
  const u64 total = services_.clock.cycles_at(sc_core::sc_time_stamp());
  const RxStats& rx = channels_.stats();
  out.counter("rx_packets", rx.packets, "packets", "packets received");
  out.counter("rx_bytes", rx.bytes, "B", "payload written to memory");
  out.counter("rx_transfers", rx.transfers, "transfers", "ends of transfer received");
  out.counter("rx_closed", rx.closed, "packets", "packets dropped at closed channels");
  out.counter("rx_truncated", rx.truncated, "packets", "packets that did not fit their buffer");
  out.counter("rx_refused", rx.refused, "offers", "offers refused for lack of a buffer or a completion slot");
  for (std::size_t t = 0; t < threads_.size(); ++t) {
    const TxThreadStats& s = threads_[t].stats();
    out.enter(fmt::format("thread[{}]", t));
    out.counter("jobs", s.jobs, "jobs", "jobs started");
    out.counter("failed", s.failed, "jobs", "jobs ended by an error");
    out.counter("bundles", s.bundles, "bundles", "microcode bundles executed");
    out.counter("read_bytes", s.read_bytes, "B", "bytes read");
    out.counter("written_bytes", s.written_bytes, "B", "bytes written");
    out.counter("packets", s.packets, "packets", "NoC packets sent");
    out.counter("payload_bytes", s.payload_bytes, "B", "payload of NoC packets sent");
    out.utilization("busy", "dma", std::min(s.busy_cycles, total), total);
    out.leave();
  }
}

}  // namespace mppa::cluster
