#include "tests/firmware/net/bench.h"

#include <algorithm>
#include <cstring>

#include "tests/firmware/net/heap_buffer.h"

namespace mppa::net_test {

Host::Host(Wire& wire, u8 number, const tcp_config& tcp, u16 mtu)
    : config(tcp), wire_(wire), number_(number), tx_(512), conns_(64), hash_(64) {
  const net_memory memory{tx_.data(),   static_cast<u32>(tx_.size()),  conns_.data(), static_cast<u32>(conns_.size()),
                          hash_.data(), static_cast<u32>(hash_.size())};
  const u64 secret[2] = {0x0123456789ABCDEFU * number, wire.params.seed};
  net_init(&stack, &memory, &config, secret, wire.now / 1000);
  const u8 mac[6] = {2, 0, 0, 0, 0, number};
  std::memcpy(netif.mac, mac, sizeof mac);
  netif.mtu = mtu;
  netif.transmit = &Host::transmit;
  netif.driver = this;
  netif.vlan = -1;
  netif.ip4 = 0x0A000000U | number;
  netif.mask4 = 0xFFFFFF00;
  netif.ip6.b[0] = 0xFD;
  netif.ip6.b[15] = number;
  netif.prefix6 = 64;
  net_add(&stack, &netif);
  for (Host* other : wire.hosts_) {
    peer = other;
    other->peer = this;
  }
  wire.hosts_.push_back(this);
}

// Gives back what is still on its way.
Host::~Host() {
  for (const Sending& s : ring_) net_tx_done(s.tx);
  for (net_neighbour& n : stack.neighbours)
    while (net_tx* tx = n.pending) {
      n.pending = tx->next;
      net_tx_done(tx);
    }
}

void Host::receive(Bytes frame) {
  net_buf* buf = heap_buffer(std::move(frame));
  buf->checksum_good = hardware_checksums;
  net_input(&netif, buf);
}

void Host::poll() {
  finish_sending();
  net_poll(&stack, wire_.now / 1000);
  if (polled) polled();
}

// The packet's memory is read when its last bit leaves, as a DMA may do.
bool Host::transmit(struct netif* netif, net_tx* tx) {
  auto& self = *static_cast<Host*>(netif->driver);
  if (self.ring_.size() >= self.wire_.params.queue_frames) {
    ++self.refused;
    return false;
  }
  const u64 bits = 8 * (net_tx_bytes(tx) + 24);
  self.line_free_ns_ =
      std::max(self.line_free_ns_, self.wire_.now) + bits * 1'000'000'000 / self.wire_.params.bits_per_second;
  self.ring_.push_back({self.line_free_ns_, tx});
  return true;
}

void Host::finish_sending() {
  while (!ring_.empty() && ring_.front().done_ns <= wire_.now) {
    const Sending s = ring_.front();
    ring_.erase(ring_.begin());
    Bytes frame(net_tx_bytes(s.tx));
    net_tx_copy(s.tx, frame.data());
    net_tx_done(s.tx);
    wire_.send(*this, *peer, std::move(frame), s.done_ns);
  }
}

bool Wire::lost() {
  if (in_burst_ ? !chance(1 / params.burst_frames) : chance(params.burst_start)) return in_burst_ = true;
  in_burst_ = false;
  return chance(params.loss);
}

void Wire::send(Host& from, Host& to, Bytes frame, u64 when) {
  if (writer_)
    writer_->write(interface_, when * 1000, *eth::make_frame(frame), eth::PcapngWriter::Direction::kOutbound);
  if (filter && !filter(from, frame)) return;
  if (lost()) return;
  if (params.drop_tail_frames && static_cast<unsigned>(flying_.size()) >= params.drop_tail_frames) return;
  if (chance(params.corrupt)) frame[random_.below(frame.size())] ^= static_cast<u8>(1 + random_.below(255));
  u64 arrival = when + params.delay_ns;
  if (chance(params.duplicate)) at(arrival + random_.below(params.reorder_ns), &to, frame);
  if (chance(params.reorder)) arrival += random_.below(params.reorder_ns);
  at(arrival, &to, std::move(frame));
}

bool Wire::run(u64 ns, const std::function<bool()>& done) {
  const u64 end = now + ns;
  for (;;) {
    for (Host* h : hosts_) h->poll();
    if (done()) return true;
    u64 next = end;
    if (!flying_.empty()) next = std::min(next, flying_.begin()->first);
    for (const Host* h : hosts_) {
      const u64 event = net_next_event(&h->stack);
      if (event != UINT64_MAX) next = std::min(next, std::max(event * 1000, now + 1000));
      if (!h->ring_.empty()) next = std::min(next, h->ring_.front().done_ns);
    }
    if (next >= end) {
      now = end;
      return false;
    }
    now = std::max(now, next);
    while (!flying_.empty() && flying_.begin()->first <= now) {
      auto [to, frame] = std::move(flying_.begin()->second);
      flying_.erase(flying_.begin());
      to->receive(std::move(frame));
    }
  }
}

const tcp_ops Peer::kOps = {
    .established = [](tcp_conn* c) { of(c).established = true; },
    .receive =
        [](tcp_conn* c, net_buf*, const u8* data, u32 len) {
          Peer& p = of(c);
          for (u32 i = 0; i < len; ++i) p.corrupt |= data[i] != pattern(p.received + i);
          p.received += len;
          if (p.holding) {
            p.held += len;
          } else {
            tcp_consumed(c, len);
          }
        },
    .sent = [](tcp_conn* c, u32 len) { of(c).acked += len; },
    .finished = [](tcp_conn* c) { of(c).finished = true; },
    .gone =
        [](tcp_conn* c, tcp_end end) {
          Peer& p = of(c);
          p.gone = true;
          p.end = end;
          p.conn = nullptr;
          p.gone_ns = p.host_.stack.now * 1000;
        },
};

void Peer::send(u64 bytes, u32 chunk_bytes) {
  while (bytes > 0) {
    auto* chunk = new Chunk{};
    chunk->bytes.resize(std::min<u64>(bytes, chunk_bytes));
    for (u8& b : chunk->bytes) b = pattern(queued++);
    chunk->data = chunk->bytes.data();
    chunk->len = static_cast<u32>(chunk->bytes.size());
    chunk->peer = this;
    chunk->release = [](net_chunk* c) {
      auto* mine = static_cast<Chunk*>(c);
      std::fill(mine->bytes.begin(), mine->bytes.end(), u8{0xDD});  // reading it later would show
      ++mine->peer->released_chunks;
      delete mine;
    };
    bytes -= chunk->len;
    ++queued_chunks;
    if (!tcp_send(conn, chunk)) {
      ++released_chunks;
      delete chunk;
    }
  }
}

}  // namespace mppa::net_test
