#include "sim/system/accelerator_params.h"

namespace mppa::sim {
namespace {

using config::Dimension;
constexpr const char* kChoice = "not published; docs/modelling-choices.md";

}  // namespace

const ParamTable<cluster::dma::DmaParams>& dma_table() {
  using P = cluster::dma::DmaParams;
  static const auto table =
      ParamTable<P>()
          .number("register_latency", &P::register_latency, Dimension::kCycles, "0", "1000",
                  "Time a register takes for an access.", kChoice)
          .power_of_two("port_width", &P::port_bytes, Dimension::kSize, "4 B", "128 B",
                        "Bytes a cycle that reads for sending, writes for sending and received writes each move.",
                        kChoice)
          .number("outstanding_reads", &P::outstanding_read_bytes, Dimension::kSize, "256 B", "1 MiB",
                  "Bytes that a thread has asked for and not got, at most.", kChoice)
          .number("job_cache", &P::cache_depth, Dimension::kNone, "1", "4096", "Buffers that an RX job cache holds.",
                  kChoice)
          .flag("notify_bit", &P::notify_bit,
                "A notification stores the bit with the number in its argument, not the argument itself.");
  return table;
}

const ParamTable<cluster::CryptoParams>& crypto_table() {
  using P = cluster::CryptoParams;
  static const auto table = [] {
    ParamTable<P> t;
    t.number("setup", &P::setup_cycles, Dimension::kCycles, "0", "100000", "Time of a packet besides its bytes.",
             kChoice);
    const auto rate = [&t](const char* name, u64 P::* field, const char* what) {
      t.number(name, field, Dimension::kBandwidth, "1 Mbit/s", "1000 Gbit/s", what, kChoice);
    };
    rate("aes", &P::aes_rate, "AES but CBC encryption.");
    rate("aes_cbc_encrypt", &P::aes_cbc_encrypt_rate, "AES-CBC encryption, block by block.");
    rate("sha1_sha256", &P::sha1_sha256_rate, "SHA-1, SHA-224 and SHA-256, with or without HMAC.");
    rate("sha512", &P::sha512_rate, "SHA-384 and SHA-512.");
    rate("sha3", &P::sha3_rate, "SHA-3.");
    return t;
  }();
  return table;
}

}  // namespace mppa::sim
