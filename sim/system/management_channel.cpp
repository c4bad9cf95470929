#include "sim/system/management_channel.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "firmware/include/mppa/sim_port.h"

namespace mppa::sim {
namespace {

constexpr unsigned kCountShift = 56;
constexpr std::size_t kUnsentLimit = 4 << 20;  ///< beyond this a client counts as not reading

/// Where the first object or array of `text` ends; 0 while it does not.
std::size_t end_of_json(std::string_view text) {
  unsigned depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return 0;
}

}  // namespace

std::vector<std::string> split_json(std::string_view stream) {
  std::vector<std::string> out;
  for (;;) {
    const std::size_t start = stream.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) return out;
    stream.remove_prefix(start);
    const std::size_t end = stream[0] == '{' || stream[0] == '[' ? end_of_json(stream) : 0;
    if (end == 0)
      throw std::runtime_error("request " + std::to_string(out.size() + 1) + " is not a JSON object or list");
    out.emplace_back(stream.substr(0, end));
    stream.remove_prefix(end);
  }
}

// --- Scripts ---

ScriptedManager::ScriptedManager(std::vector<std::string> requests, OnAnswer on_answer)
    : requests_(std::move(requests)), on_answer_(std::move(on_answer)) {}

std::string ScriptedManager::take(std::size_t most) {
  if (done()) return {};
  std::string bytes = requests_[current_].substr(sent_, most);
  sent_ += bytes.size();
  return bytes;
}

void ScriptedManager::answer(std::string_view bytes) {
  answer_ += bytes;
  if (done() || end_of_json(answer_) == 0) return;
  on_answer_(requests_[current_], answer_);
  answer_.clear();
  ++current_;
  sent_ = 0;
}

// --- Sockets ---

SocketManager::~SocketManager() { hang_up(); }

std::string SocketManager::take(std::size_t most) {
  flush();
  if (received_.empty() && socket_ >= 0) {
    char chunk[4096];
    const ssize_t n = recv(socket_, chunk, sizeof chunk, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) hang_up();
    if (n > 0) received_.assign(chunk, static_cast<std::size_t>(n));
  }
  std::string bytes = received_.substr(0, most);
  received_.erase(0, bytes.size());
  return bytes;
}

void SocketManager::answer(std::string_view bytes) {
  unsent_ += bytes;
  flush();
  if (unsent_.size() > kUnsentLimit) hang_up();
}

void SocketManager::flush() {
  if (socket_ < 0 || unsent_.empty()) return;
  const ssize_t n = send(socket_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
  if (n < 0 && errno != EAGAIN && errno != EINTR) return hang_up();
  if (n > 0) unsent_.erase(0, static_cast<std::size_t>(n));
}

void SocketManager::hang_up() {
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
  received_.clear(), unsent_.clear();
}

// --- The channel ---

bool ManagementChannel::next_manager() {
  current_.reset();
  if (!waiting_.empty()) {
    current_ = std::move(waiting_.front());
    waiting_.pop_front();
  } else if (listener_) {
    if (const int socket = listener_->accept(); socket >= 0) current_ = std::make_unique<SocketManager>(socket);
  }
  restarting_ = current_ != nullptr;
  return restarting_;
}

u64 ManagementChannel::read_word() {
  if (restarting_) return 0;
  const std::string bytes = current_ ? current_->take(MPPA_SIM_PORT_MANAGEMENT_BYTES) : std::string();
  if (bytes.empty() && (!current_ || current_->done()))
    return next_manager() ? u64{MPPA_SIM_PORT_MANAGEMENT_RESTART} << kCountShift : 0;
  u64 word = static_cast<u64>(bytes.size()) << kCountShift;
  for (std::size_t i = 0; i < bytes.size(); ++i) word |= static_cast<u64>(static_cast<u8>(bytes[i])) << (8 * i);
  return word;
}

void ManagementChannel::write_word(u64 word) {
  const auto count = static_cast<unsigned>(word >> kCountShift);
  if (count == MPPA_SIM_PORT_MANAGEMENT_RESTART) {
    restarting_ = false;
    return;
  }
  if (!current_ || restarting_) return;
  std::string bytes;
  for (unsigned i = 0; i < std::min(count, MPPA_SIM_PORT_MANAGEMENT_BYTES); ++i)
    bytes += static_cast<char>(word >> (8 * i));
  current_->answer(bytes);
}

}  // namespace mppa::sim
