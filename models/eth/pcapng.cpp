#include "models/eth/pcapng.h"

#include <fstream>
#include <memory>
#include <stdexcept>

namespace mppa::eth {
namespace {

constexpr u32 kSectionHeader = 0x0A0D0D0A, kInterface = 1, kEnhancedPacket = 6;
constexpr u16 kIfName = 2, kIfSpeed = 8, kIfTsResol = 9, kIfFcsLen = 13, kEpbFlags = 2, kLinkTypeEthernet = 1;
constexpr u32 kFlagCrcError = u32{1} << 24;

template <class T>
void put(std::vector<u8>& out, T value) {
  for (unsigned i = 0; i < sizeof value; ++i) out.push_back(static_cast<u8>(static_cast<u64>(value) >> 8 * i));
}
void pad(std::vector<u8>& out) {
  while (out.size() % 4) out.push_back(0);
}
void option(std::vector<u8>& out, u16 code, std::span<const u8> value) {
  put<u16>(out, code);
  put<u16>(out, static_cast<u16>(value.size()));
  out.insert(out.end(), value.begin(), value.end());
  pad(out);
}
template <class T>
void option(std::vector<u8>& out, u16 code, T value) {
  std::vector<u8> bytes;
  put(bytes, value);
  option(out, code, std::span<const u8>(bytes));
}
void end_of_options(std::vector<u8>& out) { put<u32>(out, 0); }

PcapngWriter::Sink file_sink(const std::string& path) {
  auto file = std::make_shared<std::ofstream>(path, std::ios::binary);
  if (!*file) throw std::runtime_error("cannot write the capture file " + path);
  return [file, path](std::string_view bytes) {
    if (!file->write(bytes.data(), static_cast<std::streamsize>(bytes.size())))
      throw std::runtime_error("cannot write to the capture file " + path);
  };
}

}  // namespace

PcapngWriter::PcapngWriter(const std::string& path) : PcapngWriter(file_sink(path)) {}

PcapngWriter::PcapngWriter(Sink sink) : sink_(std::move(sink)) {
  std::vector<u8> body;
  put<u32>(body, 0x1A2B3C4D);  // byte order
  put<u16>(body, 1);           // version 1.0
  put<u16>(body, 0);
  put<u64>(body, ~u64{0});  // length of the section: not given
  block(kSectionHeader, body);
}

u32 PcapngWriter::add_interface(const std::string& name, u64 bits_per_second) {
  std::vector<u8> body;
  put<u16>(body, kLinkTypeEthernet);
  put<u16>(body, 0);
  put<u32>(body, 0);  // no limit of the captured length
  option(body, kIfName, std::span(reinterpret_cast<const u8*>(name.data()), name.size()));
  option<u64>(body, kIfSpeed, bits_per_second);
  option<u8>(body, kIfTsResol, 9);  // 10^-9 s
  option<u8>(body, kIfFcsLen, kFcsBytes);
  end_of_options(body);
  block(kInterface, body);
  return interfaces_++;
}

void PcapngWriter::write(u32 interface, u64 ps, const Frame& frame, Direction direction) {
  const u64 ns = ps / 1000;
  std::vector<u8> body;
  body.reserve(frame.wire_bytes() + 48);
  put<u32>(body, interface);
  put<u32>(body, static_cast<u32>(ns >> 32));
  put<u32>(body, static_cast<u32>(ns));
  put<u32>(body, frame.wire_bytes());
  put<u32>(body, frame.wire_bytes());
  body.insert(body.end(), frame.data.begin(), frame.data.end());
  put<u32>(body, frame.fcs);
  pad(body);
  option<u32>(body, kEpbFlags, static_cast<u32>(direction) | (frame.fcs_ok() ? 0 : kFlagCrcError));
  end_of_options(body);
  block(kEnhancedPacket, body);
}

void PcapngWriter::block(u32 type, const std::vector<u8>& body) {
  std::vector<u8> out;
  out.reserve(body.size() + 12);
  const u32 length = static_cast<u32>(body.size()) + 12;
  put<u32>(out, type);
  put<u32>(out, length);
  out.insert(out.end(), body.begin(), body.end());
  put<u32>(out, length);
  sink_({reinterpret_cast<const char*>(out.data()), out.size()});
}

}  // namespace mppa::eth
