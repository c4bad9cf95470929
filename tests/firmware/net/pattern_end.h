// One end of a connection: sends the pattern from one chunk, checks and consumes what it receives.
#pragma once

#include "tests/firmware/net/bench.h"

namespace mppa::net_test {

struct PatternEnd {
  /// False if the connection takes no more. Once only.
  bool send(u64 bytes) {
    data.resize(bytes);
    for (u64 i = 0; i < bytes; ++i) data[i] = pattern(i);
    chunk.data = data.data();
    chunk.len = static_cast<u32>(bytes);
    return tcp_send(conn, &chunk);
  }

  /// For connections whose owner is a PatternEnd.
  static const tcp_ops kOps;

  tcp_conn* conn = nullptr;
  net_chunk chunk{};
  Bytes data;
  u64 received = 0;
  bool established = false, corrupt = false, finished = false, gone = false;
  tcp_end end{};

 private:
  static PatternEnd& of(tcp_conn* c) { return *static_cast<PatternEnd*>(c->owner); }
};

inline const tcp_ops PatternEnd::kOps = {
    .established = [](tcp_conn* c) { of(c).conn = c, of(c).established = true; },
    .receive =
        [](tcp_conn* c, net_buf*, const u8* data, u32 len) {
          PatternEnd& self = of(c);
          for (u32 i = 0; i < len; ++i) self.corrupt |= data[i] != pattern(self.received + i);
          self.received += len;
          tcp_consumed(c, len);
        },
    .sent = nullptr,
    .finished = [](tcp_conn* c) { of(c).finished = true; },
    .gone = [](tcp_conn* c, tcp_end end) { of(c).gone = true, of(c).end = end; },
};

}  // namespace mppa::net_test
