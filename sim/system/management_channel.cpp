#include "sim/system/management_channel.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "firmware/include/mppa/sim_port.h"

namespace mppa::sim {
namespace {

constexpr unsigned kCountShift = 56;
constexpr std::size_t kUnsentLimit = 4 << 20;   ///< beyond this a client counts as not reading
constexpr std::size_t kRequestLimit = 1 << 20;  ///< what is longer is no request

}  // namespace

bool JsonFramer::take(char c) {
  if (in_string_) {
    in_string_ = escaped_ || c != '"';
    escaped_ = !escaped_ && c == '\\';
    return false;
  }
  switch (c) {
    case '{':
    case '[':
      ++depth_;
      return false;
    case '}':
    case ']':
      if (depth_ > 0) --depth_;
      return depth_ == 0;
    case '"':
      in_string_ = depth_ > 0;
      return depth_ == 0;
    default:
      return depth_ == 0 && c != ' ' && c != '\t' && c != '\r' && c != '\n';
  }
}

std::vector<std::string> split_json(std::string_view stream) {
  std::vector<std::string> out;
  for (;;) {
    const std::size_t start = stream.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) return out;
    stream.remove_prefix(start);
    JsonFramer framer;
    const auto end = std::find_if(stream.begin(), stream.end(), [&](char c) { return framer.take(c); });
    if (end == stream.begin() || end == stream.end())
      throw std::runtime_error("request " + std::to_string(out.size() + 1) + " is not a JSON object or list");
    out.emplace_back(stream.begin(), end + 1);
    stream.remove_prefix(out.back().size());
  }
}

// --- Scripts ---

ScriptedManager::ScriptedManager(std::vector<std::string> requests, OnAnswer on_answer)
    : requests_(std::move(requests)), on_answer_(std::move(on_answer)) {}

void ScriptedManager::end(bool) {
  on_answer_(requests_[current_], answer_);
  answer_.clear();
  ++current_;
}

// --- Sockets ---

SocketManager::~SocketManager() { hang_up(); }

void SocketManager::receive() {
  char chunk[4096];
  const ssize_t n = recv(socket_, chunk, sizeof chunk, 0);
  if (n < 0 && errno != EAGAIN && errno != EINTR) hang_up();
  if (n == 0) last_ = true;
  if (n > 0) received_.append(chunk, static_cast<std::size_t>(n));
}

std::string SocketManager::next() {
  flush();
  if (socket_ < 0 || closing_) return {};
  if (scanned_ == received_.size()) receive();
  while (scanned_ < received_.size()) {
    if (!framer_.take(received_[scanned_++])) continue;
    std::string request = received_.substr(0, scanned_);
    received_.erase(0, scanned_);
    scanned_ = 0;
    return request;
  }
  if (scanned_ > kRequestLimit) hang_up();
  if (last_) end(true);
  return {};
}

void SocketManager::answer(std::string_view bytes) {
  unsent_ += bytes;
  flush();
  if (unsent_.size() > kUnsentLimit) hang_up();
}

void SocketManager::end(bool bad) {
  closing_ = closing_ || bad;
  flush();
}

void SocketManager::flush() {
  if (socket_ >= 0 && !unsent_.empty()) {
    const ssize_t n = send(socket_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR) hang_up();
    if (n > 0) unsent_.erase(0, static_cast<std::size_t>(n));
  }
  if (closing_ && unsent_.empty()) hang_up();
}

void SocketManager::hang_up() {
  if (socket_ >= 0) close(socket_);
  socket_ = -1;
  received_.clear(), unsent_.clear();
  scanned_ = 0;
}

// --- The channel ---

void ManagementChannel::next_request() {
  std::erase_if(scripts_, [](const auto& script) { return script->done(); });
  if (!scripts_.empty()) {
    request_ = scripts_.front()->next();
    current_ = scripts_.front().get();
    return;
  }
  if (!listener_) return;
  for (int socket = listener_->accept(); socket >= 0; socket = listener_->accept())
    clients_.push_back(std::make_unique<SocketManager>(socket));
  std::erase_if(clients_, [](const auto& client) { return client->done(); });
  for (auto client = clients_.begin(); client != clients_.end(); ++client) {
    request_ = (*client)->next();
    if (request_.empty()) continue;
    current_ = client->get();
    clients_.splice(clients_.end(), clients_, client);
    return;
  }
}

u64 ManagementChannel::read_word() {
  if (!current_) next_request();
  const std::size_t count = std::min<std::size_t>(request_.size(), MPPA_SIM_PORT_MANAGEMENT_BYTES);
  u64 word = u64{count} << kCountShift;
  for (std::size_t i = 0; i < count; ++i) word |= u64{static_cast<u8>(request_[i])} << (8 * i);
  request_.erase(0, count);
  return word;
}

void ManagementChannel::write_word(u64 word) {
  if (!current_) return;
  const auto count = static_cast<unsigned>(word >> kCountShift);
  if (count == MPPA_SIM_PORT_MANAGEMENT_END) {
    request_.clear();
    std::exchange(current_, nullptr)->end(word & 1);
    return;
  }
  std::string bytes;
  for (unsigned i = 0; i < std::min(count, MPPA_SIM_PORT_MANAGEMENT_BYTES); ++i)
    bytes += static_cast<char>(word >> (8 * i));
  current_->answer(bytes);
}

}  // namespace mppa::sim
