// A parser's rules in a form that is quick to evaluate: the content of its RAM lines, decoded once.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/common/types.h"

namespace mppa::eth {

/// A field of a header: `width` bits, big-endian, `bit` bits after the layer's start.
struct Field {
  u16 bit = 0;
  u8 width = 0;  ///< 1..64
};

/// Fields compared under masks; true if all are equal, or, with `differ`, if not all are.
struct Condition {
  struct Term {
    Field field;
    u64 value = 0, mask = 0;
  };
  bool differ = false;
  std::vector<Term> terms;
};

struct PortRange {
  enum class Mode : u8 { kInside, kOutside, kAny, kReserved };
  Field field;
  u16 min = 0, max = 0;
  Mode mode = Mode::kAny;
};

/// A field that enters the hash. Source and destination may be put in order first.
struct HashField {
  enum class Role : u8 { kNone, kSource, kDestination };
  Field field;
  u64 mask = 0;
  Role role = Role::kNone;
};

struct Layer {
  unsigned type = 0;
  bool add_index = false;
  bool check = false;  ///< checksum, invariant CRC or data digest
  bool swap = false;   ///< hash source and destination in numerical order
  bool pfc = false;    ///< MAC: the VLAN priority is the traffic class
  bool last = false;   ///< IPv4, CUSTOM: end of the program
  bool roce_v2 = false;
  bool nvme_data = false;   ///< NVMe/TCP: H2CData PDUs instead of command capsules
  u8 vlan_tags = 0;         ///< MAC: 0, 1, 2 tags wanted; 3: any number
  u8 ethertype_policy = 0;  ///< MAC: 0 any, 1 equal, 2 different
  u16 ethertype = 0;
  unsigned skip_bytes = 0;  ///< SKIP and CUSTOM: length of the layer
  std::vector<Condition> conditions;
  std::vector<PortRange> ports;
  std::vector<HashField> hashes;
  /// MAC: conditions and hashes on the VLAN tags, at offset 0 of the tag's control field.
  struct Tag {
    Condition condition;
    HashField hash;
  };
  std::vector<Tag> tags;
};

using Program = std::vector<Layer>;

/// Decodes RAM lines of 16 words (13 used). On an unknown rule or too many indices or checks: nothing, and `error` says
/// what and in which line.
std::optional<Program> decode_program(std::span<const u32> ram, std::string& error);

struct Match {
  u16 hash_key = 0;
  u32 queue_pair = 0;  ///< of a RoCE layer
  std::vector<u16> indices;
  u8 checksum_errors = 0;  ///< bit n: the nth rule that checks
  bool pfc = false;
  u8 traffic_class = 0;  ///< VLAN priority of the outer tag; valid if `pfc`
};

/// Runs the rules on a frame (from destination address, without FCS); nothing if one does not hold.
std::optional<Match> match_program(const Program& program, std::span<const u8> frame, u16 hash_seed);

}  // namespace mppa::eth
