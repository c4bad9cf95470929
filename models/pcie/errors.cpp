#include "models/pcie/errors.h"

#include "mppa/pci_config.h"

namespace mppa::pcie {
namespace {

enum class Severity : u8 { kCorrectable, kNonFatal, kFatal };

void set_bits(ConfigSpace& config, unsigned offset, u32 bits, unsigned bytes = 4) {
  config.set(offset, config.get(offset, bytes) | bits, bytes);
}

// Header status register bits that go with the error.
void set_legacy_status(ConfigSpace& config, PcieError error) {
  if (error == PcieError::kPoisoned) set_bits(config, MPPA_PCI_STATUS, MPPA_PCI_STATUS_PARITY, 2);
  if (error == PcieError::kAbort) set_bits(config, MPPA_PCI_STATUS, MPPA_PCI_STATUS_SIGNALLED_ABORT, 2);
}

// Returns whether the error is masked.
bool record(ConfigSpace& config, unsigned aer, u32 bit, Severity severity, const Tlp* tlp) {
  set_bits(config, aer + MPPA_PCI_AER_UNCORRECTABLE, bit);
  if (severity == Severity::kCorrectable) {
    constexpr u32 kAdvisory = 1U << MPPA_PCI_ERR_ADVISORY;
    set_bits(config, aer + MPPA_PCI_AER_CORRECTABLE, kAdvisory);
    if (config.get(aer + MPPA_PCI_AER_CORRECTABLE_MASK) & kAdvisory) return true;
  }
  if (config.get(aer + MPPA_PCI_AER_MASK) & bit) return true;
  // The log holds the first error until software clears its status bit.
  const u32 first = config.get(aer + MPPA_PCI_AER_CONTROL) & 31;
  const u32 pending = config.get(aer + MPPA_PCI_AER_UNCORRECTABLE) & ~bit;
  if (pending >> first & 1) return false;
  config.set(aer + MPPA_PCI_AER_CONTROL, static_cast<u32>(std::countr_zero(bit)));
  if (!tlp) return false;
  std::vector<u8> header = pack_header(*tlp);
  header.resize(16);
  for (unsigned i = 0; i < 16; ++i) config.set(aer + MPPA_PCI_AER_HEADER + (i ^ 3), header[i], 1);
  return false;
}

}  // namespace

std::optional<Tlp> report_error(ConfigSpace& config, u16 id, PcieError error, const Tlp* tlp, bool advisory) {
  const unsigned pcie = config.find(MPPA_PCI_CAP_PCIE), aer = config.find_extended(MPPA_PCI_EXT_AER);
  const u32 bit = 1U << static_cast<unsigned>(error);
  const u32 fatal_bits =
      aer ? config.get(aer + MPPA_PCI_AER_SEVERITY) : 1U << MPPA_PCI_ERR_SURPRISE_DOWN | 1U << MPPA_PCI_ERR_MALFORMED;
  Severity severity = fatal_bits & bit ? Severity::kFatal : Severity::kNonFatal;
  if (advisory && severity == Severity::kNonFatal) severity = Severity::kCorrectable;

  set_legacy_status(config, error);
  const bool unsupported = error == PcieError::kUnsupported;
  set_bits(config, pcie + MPPA_PCI_EXP_DEVSTA, 1U << static_cast<unsigned>(severity) | (unsupported ? 8 : 0), 2);
  if (aer && record(config, aer, bit, severity, tlp)) return {};

  const u32 control = config.get(pcie + MPPA_PCI_EXP_DEVCTL, 2);
  const bool serr = config.get(MPPA_PCI_COMMAND, 2) & MPPA_PCI_COMMAND_SERR;
  const bool enabled = control >> static_cast<unsigned>(severity) & 1;
  const bool by_serr = serr && severity != Severity::kCorrectable;
  if (!enabled && !by_serr) return {};
  if (unsupported && !(control & 8) && !by_serr) return {};
  if (severity != Severity::kCorrectable) set_bits(config, MPPA_PCI_STATUS, MPPA_PCI_STATUS_SIGNALLED_ERROR, 2);
  constexpr MessageCode kCodes[] = {MessageCode::kErrCorrectable, MessageCode::kErrNonFatal, MessageCode::kErrFatal};
  return message(id, kCodes[static_cast<unsigned>(severity)], MessageRouting::kToRoot);
}

bool take_error_message(ConfigSpace& port, const Tlp& message) {
  const unsigned aer = port.find_extended(MPPA_PCI_EXT_AER);
  if (!aer) return false;
  const bool correctable = message.code == MessageCode::kErrCorrectable, fatal = message.code == MessageCode::kErrFatal;
  const u32 status = port.get(aer + MPPA_PCI_AER_ROOT_STATUS);
  const u32 seen = correctable ? 1 : 4;
  u32 bits = status & seen ? seen << 1 : seen;
  if (!correctable) bits |= (fatal ? 0x40 : 0x20) | (fatal && !(status & seen) ? 0x10 : 0);
  if (!(status & seen)) port.set(aer + MPPA_PCI_AER_SOURCE + (correctable ? 0 : 2), message.requester, 2);
  port.set(aer + MPPA_PCI_AER_ROOT_STATUS, status | bits);
  const unsigned enable = correctable ? 0 : fatal ? 2 : 1;
  return port.get(aer + MPPA_PCI_AER_ROOT_COMMAND) >> enable & 1;
}

}  // namespace mppa::pcie
