// Where something stands in a configuration, and what is wrong with it. Errors are collected, not thrown, so that one
// `mppasim validate` reports them all.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace mppa::config {

/// A place in a configuration source: a file, or the text of a `--set` option. Lines and columns count from 1; 0 =
/// none.
struct SourcePos {
  std::shared_ptr<const std::string> source;
  int line = 0;
  int column = 0;

  /// "file:line:column", as compilers print it.
  std::string text() const;
};

struct Diagnostic {
  SourcePos pos;
  std::string path;     ///< configuration path the message is about, e.g. "components.chip.clock"; may be empty
  std::string message;  ///< what is wrong and what was expected
  std::string hint;     ///< "did you mean ...", or empty

  /// One line: position, "error:", path, message, hint.
  std::string text() const;
};

class Diagnostics {
 public:
  void error(SourcePos pos, std::string path, std::string message, std::string hint = {});
  bool ok() const { return list_.empty(); }
  const std::vector<Diagnostic>& list() const { return list_; }

 private:
  std::vector<Diagnostic> list_;
};

/// The candidate closest to `word` as "did you mean 'x'?", or an empty string if none is close.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace mppa::config
