#include "models/host/tcp/reassembly.h"

#include <algorithm>

namespace mppa::host::tcp {

namespace {

/// A sender of tiny segments must not make us keep a frame for every byte of the window.
constexpr std::size_t kMaxPieces = 16'384;

}  // namespace

void Reassembly::add(Offset begin, std::span<const u8> bytes, const std::shared_ptr<const void>& owner) {
  if (bytes.empty() || pieces_.size() >= kMaxPieces) return;
  const Offset end = begin + static_cast<Offset>(bytes.size());
  Offset at = begin;
  auto next = pieces_.upper_bound(begin);
  if (next != pieces_.begin()) {
    const auto& [offset, piece] = *std::prev(next);
    at = std::max(at, offset + static_cast<Offset>(piece.bytes.size()));
  }
  while (at < end) {
    const Offset gap_end = next == pieces_.end() ? end : std::min(end, next->first);
    if (at < gap_end)
      pieces_.emplace(
          at,
          Piece{bytes.subspan(static_cast<std::size_t>(at - begin), static_cast<std::size_t>(gap_end - at)), owner});
    if (next == pieces_.end()) break;
    at = std::max(gap_end, next->first + static_cast<Offset>(next->second.bytes.size()));
    ++next;
  }
  cover({begin, end});
}

void Reassembly::cover(Range range) {
  auto first =
      std::find_if(covered_.begin(), covered_.end(), [&](const Covered& c) { return c.range.end >= range.begin; });
  auto last = first;
  while (last != covered_.end() && last->range.begin <= range.end) {
    range.begin = std::min(range.begin, last->range.begin);
    range.end = std::max(range.end, last->range.end);
    ++last;
  }
  first = covered_.erase(first, last);
  covered_.insert(first, {range, ++changes_});
}

void Reassembly::uncover(Offset upto) {
  while (!covered_.empty() && covered_.front().range.end <= upto) covered_.erase(covered_.begin());
  if (!covered_.empty()) covered_.front().range.begin = std::max(covered_.front().range.begin, upto);
}

std::optional<Reassembly::Piece> Reassembly::take(Offset at) {
  uncover(at);
  while (!pieces_.empty() && pieces_.begin()->first <= at) {
    Piece piece = std::move(pieces_.begin()->second);
    const Offset skip = at - pieces_.begin()->first;
    pieces_.erase(pieces_.begin());
    if (skip >= static_cast<Offset>(piece.bytes.size())) continue;
    piece.bytes = piece.bytes.subspan(static_cast<std::size_t>(skip));
    uncover(at + static_cast<Offset>(piece.bytes.size()));
    return piece;
  }
  return {};
}

std::vector<Range> Reassembly::latest(std::size_t limit) const {
  std::vector<Covered> sorted = covered_;
  std::sort(sorted.begin(), sorted.end(), [](const Covered& a, const Covered& b) { return a.changed > b.changed; });
  std::vector<Range> out;
  for (std::size_t i = 0; i < sorted.size() && i < limit; ++i) out.push_back(sorted[i].range);
  return out;
}

}  // namespace mppa::host::tcp
