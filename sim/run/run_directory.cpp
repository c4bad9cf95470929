#include "sim/run/run_directory.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "sim/commands.h"
#include "sim/config/digest.h"
#include "sim/elf_file.h"

namespace mppa::sim {
namespace {

namespace fs = std::filesystem;

constexpr const char* kKeptFiles = "files";

void keep_files_of(config::Component& component) {
  for (const config::Param& param : component.type->params) {
    auto* name = std::get_if<std::string>(&component.params.at(param.name));
    if (param.type == config::ParamType::kFile && name && !name->empty())
      *name = (fs::path(kKeptFiles) / fs::path(*name).filename()).string();
  }
  for (config::Component& part : component.parts) keep_files_of(part);
}

std::string digest_of(std::string_view bytes) {
  config::Digest digest;
  digest.add(bytes);
  return digest.text();
}

std::string loaded_digest(const std::string& text, const std::string& name) {
  constexpr std::string_view kElfMagic = "\177ELF";
  if (!text.starts_with(kElfMagic)) return digest_of(text);
  const ElfFile elf = ElfFile::parse({text.begin(), text.end()}, name);
  config::Digest digest;
  digest.add(fmt::format("{:x}\n", elf.entry()));
  for (const ElfSegment& s : elf.segments()) {
    digest.add(fmt::format("{:x} {:x} {:x} {}\n", s.vaddr, s.paddr, s.memory_size, s.flags));
    digest.add({reinterpret_cast<const char*>(s.bytes.data()), s.bytes.size()});
  }
  return digest.text();
}

}  // namespace

std::string read_text_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) throw BadInput(fmt::format("{}: cannot be read", path.string()));
  return text;
}

void write_text_file(const fs::path& path, std::string_view text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (!out.flush()) throw BadInput(fmt::format("{}: cannot be written", path.string()));
}

RunDirectory::RunDirectory(const fs::path& path) : path_(path) {
  std::error_code error;
  const bool earlier_run = fs::exists(path / kResolvedFile, error);
  if (fs::exists(path, error) && !earlier_run && !(fs::is_directory(path, error) && fs::is_empty(path, error)))
    throw BadInput(fmt::format("{}: exists and is no run directory", path.string()));
  if (earlier_run) fs::remove_all(path, error);
  fs::create_directories(path, error);
  if (error) throw BadInput(fmt::format("{}: cannot be created: {}", path.string(), error.message()));
}

void RunDirectory::write(const std::string& name, std::string_view text) { write_text_file(path_ / name, text); }

void RunDirectory::append(const std::string& name, std::string_view text) {
  const auto [it, added] = open_.try_emplace(name);
  if (added) it->second.open(path_ / name, std::ios::binary);
  if (!(it->second << text)) throw BadInput(fmt::format("{}: cannot be written", (path_ / name).string()));
}

void RunDirectory::flush() {
  for (auto& [name, file] : open_) file.flush();
}

void RunDirectory::keep(const std::string& file) {
  const std::string text = read_text_file(file);
  const std::string digest = digest_of(text);
  const std::string name = fs::path(file).filename().string();
  const auto [it, added] = kept_.emplace(name, digest);
  if (it->second != digest) throw BadInput(fmt::format("two different input files are named '{}'", name));
  if (!added) return;
  loaded_.emplace(name, loaded_digest(text, file));
  fs::create_directories(path_ / kKeptFiles);
  write((fs::path(kKeptFiles) / name).string(), text);
}

void RunDirectory::write_configuration(config::SystemConfig config) {
  for (config::Component& component : config.components) keep_files_of(component);
  write(kResolvedFile, config.to_yaml());
}

}  // namespace mppa::sim
