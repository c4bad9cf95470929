// Takes the stream of a controller apart into PDUs. Data go where the owner of the command wants them, without a copy
// in between. What no conforming controller sends ends the reading.
#pragma once

#include <array>

#include "models/host/nvme_tcp/spec.h"

namespace mppa::host::nvme_tcp {

/// A PDU from the controller; what fields mean depends on the type.
struct Pdu {
  PduType type{};
  u8 flags = 0;
  std::span<const u8> header;  ///< from its first byte, without digest
  u32 data_bytes = 0;          ///< C2HData, C2HTermReq

  bool has(u8 flag) const { return (flags & flag) != 0; }
};

class PduSink {
 public:
  virtual ~PduSink() = default;
  /// The header has arrived and is well-formed. If the PDU has data: sets `to` to a place for all of them, or leaves it
  /// empty to have them thrown away. False: the sink has ended the connection.
  virtual bool header(const Pdu& pdu, std::span<u8>& to) = 0;
  /// The whole PDU has arrived; `data_ok`: its data digest, if there is one, is right. False as above.
  virtual bool complete(const Pdu& pdu, bool data_ok) = 0;
  /// A malformed PDU; `field`: offset in its header of what is wrong. Nothing follows.
  virtual void malformed(Fatal why, u32 field, std::span<const u8> header) = 0;
};

class PduReader {
 public:
  explicit PduReader(PduSink& sink) : sink_(sink) {}

  /// From the next PDU on.
  void use_digests(bool header, bool data) {
    header_digest_ = header;
    data_digest_ = data;
  }
  void feed(std::span<const u8> bytes);

 private:
  enum class Stage : u8 { kHeader, kPad, kData, kDigest, kEnded };

  void take_header(std::span<const u8>& bytes);
  bool check_common();
  bool check_whole();
  bool check_data_place(u32 pdu_bytes);
  void take_data(std::span<const u8>& bytes);
  void take_digest(std::span<const u8>& bytes);
  void finish(bool data_ok);
  bool fail(Fatal why, u32 field);

  PduSink& sink_;
  bool header_digest_ = false, data_digest_ = false;
  Stage stage_ = Stage::kHeader;
  std::array<u8, kIcBytes + kDigestBytes> header_{};
  std::size_t have_ = 0, need_ = kCommonBytes;
  Pdu pdu_;
  std::span<u8> to_;
  u32 skip_ = 0, done_ = 0;  ///< padding before the data; bytes of data so far
  u32 crc_ = 0;
  std::array<u8, kDigestBytes> digest_{};
  std::size_t digest_have_ = 0;
};

}  // namespace mppa::host::nvme_tcp
