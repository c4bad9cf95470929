// What can be set of a host's TCP/IP. Times in picoseconds, sizes in bytes.
#pragma once

#include "models/eth/frame.h"
#include "models/host/tcp/congestion.h"

namespace mppa::host::tcp {

struct TcpParams {
  u64 receive_window = 4 << 20;         ///< of a connection; what arrives is consumed at once, so it stays open
  u64 rto_initial = 1'000'000'000'000;  ///< before the first round trip (RFC 6298)
  u64 rto_min = 200'000'000'000;        ///< 200 ms as Linux; RFC 6298 says 1 s
  u64 rto_max = 60'000'000'000'000;     ///< RFC 6298
  u64 delayed_ack = 1'000'000'000;      ///< 1 ms; at most 500 ms (RFC 9293)
  /// 50 ms: how long a peer may delay an acknowledgement; a tail probe of a lone segment waits for that; Linux's is 40
  /// ms
  u64 peer_ack_delay = 50'000'000'000;
  u64 time_wait = 60'000'000'000'000;  ///< 2 MSL as Linux
  unsigned initial_window = 10;        ///< segments (RFC 6928)
  unsigned syn_tries = 6;              ///< retransmissions before an attempt is given up, as Linux
  unsigned data_tries = 15;            ///< the same for data
  bool timestamps = true;
  bool sack = true;
  Control control = Control::kCubic;
};

struct StackParams {
  eth::MacAddress mac{2, 0, 0, 0, 0, 1};
  u32 address = 0;  ///< IPv4, host order
  u32 netmask = 0xFFFFFF00;
  u32 gateway = 0;                    ///< 0: none
  unsigned mtu = 1500;                ///< of IP
  u64 arp_retry = 1'000'000'000'000;  ///< between requests (RFC 1122: 1 s)
  unsigned arp_tries = 3;             ///< 0: for ever
  u64 seed = 1;                       ///< of initial sequence numbers
  TcpParams tcp;
};

}  // namespace mppa::host::tcp
