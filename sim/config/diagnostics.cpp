#include "sim/config/diagnostics.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

namespace mppa::config {

std::string SourcePos::text() const {
  if (!source) return "<default>";
  return line > 0 ? fmt::format("{}:{}:{}", *source, line, column) : *source;
}

std::string Diagnostic::text() const {
  std::string out = pos.text() + ": error: ";
  if (!path.empty()) out += path + ": ";
  out += message;
  if (!hint.empty()) out += " (" + hint + ")";
  return out;
}

void Diagnostics::error(SourcePos pos, std::string path, std::string message, std::string hint) {
  list_.push_back({std::move(pos), std::move(path), std::move(message), std::move(hint)});
}

namespace {

/// Optimal string alignment distance (an exchange of neighbours counts once), case-insensitive.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  std::iota(d[0].begin(), d[0].end(), 0);
  const auto at = [](const std::string& s, std::size_t i) { return std::tolower(static_cast<unsigned char>(s[i])); };
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = at(a, i - 1) == at(b, j - 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && at(a, i - 1) == at(b, j - 2) && at(a, i - 2) == at(b, j - 1))
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
  const std::string* best = nullptr;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const auto& c : candidates) {
    const std::size_t d = distance(word, c);
    if (d < best_distance) {
      best_distance = d;
      best = &c;
    }
  }
  return best ? fmt::format("did you mean '{}'?", *best) : std::string{};
}

}  // namespace mppa::config
