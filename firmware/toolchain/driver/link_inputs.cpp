#include "link_inputs.h"

#include "llvm/BinaryFormat/Magic.h"
#include "llvm/LTO/LTO.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/FileSystem.h"

namespace mppa::toolchain {

using namespace llvm;

namespace {

Error read_bitcode_symbols(LinkObject& object) {
  Expected<std::unique_ptr<lto::InputFile>> file = lto::InputFile::create(object.buffer);
  if (!file) return file.takeError();
  for (const lto::InputFile::Symbol& symbol : (*file)->symbols()) {
    if (symbol.getName().starts_with("llvm.")) continue;
    auto& list = symbol.isUndefined() ? object.undefined : object.defined;
    list.push_back(symbol.getName().str());
  }
  return Error::success();
}

Error read_native_symbols(LinkObject& object) {
  Expected<std::unique_ptr<object::ObjectFile>> file = object::ObjectFile::createObjectFile(object.buffer);
  if (!file) return file.takeError();
  for (const object::SymbolRef& symbol : (*file)->symbols()) {
    Expected<uint32_t> flags = symbol.getFlags();
    if (!flags) return flags.takeError();
    Expected<StringRef> name = symbol.getName();
    if (!name) return name.takeError();
    if (name->empty() || !(*flags & (object::SymbolRef::SF_Global | object::SymbolRef::SF_Undefined))) continue;
    auto& list = (*flags & object::SymbolRef::SF_Undefined) ? object.undefined : object.defined;
    list.push_back(name->str());
  }
  return Error::success();
}

}  // namespace

Error LinkInputs::read(const std::vector<LinkItem>& items, const std::vector<std::string>& directories) {
  for (size_t i = 0; i != items.size(); ++i) {
    if (items[i].kind == LinkItem::kFile) {
      if (Error error = add_file(items[i].text, i))
        return createStringError(items[i].text + ": " + toString(std::move(error)));
    } else if (items[i].kind == LinkItem::kLibrary) {
      for (const std::string& directory : directories) {
        const std::string path = directory + "/lib" + items[i].text + ".a";
        if (!sys::fs::exists(path)) continue;
        if (Error error = add_file(path, i)) return createStringError(path + ": " + toString(std::move(error)));
        break;
      }
    }
  }
  return Error::success();
}

Error LinkInputs::add_file(const std::string& path, size_t item) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path, false, false);
  if (!buffer) return errorCodeToError(buffer.getError());
  buffers_.push_back(std::move(*buffer));
  const MemoryBufferRef ref = buffers_.back()->getMemBufferRef();
  switch (identify_magic(ref.getBuffer())) {
    case file_magic::archive:
      return add_archive(ref, item);
    case file_magic::bitcode:
    case file_magic::elf_relocatable:
      return add_object(ref, item, false);
    default:  // a linker script, say: the linker's business
      return Error::success();
  }
}

Error LinkInputs::add_archive(MemoryBufferRef buffer, size_t item) {
  Expected<std::unique_ptr<object::Archive>> archive = object::Archive::create(buffer);
  if (!archive) return archive.takeError();
  archives_.push_back(std::move(*archive));
  Error error = Error::success();
  for (const object::Archive::Child& child : archives_.back()->children(error)) {
    Expected<MemoryBufferRef> member = child.getMemoryBufferRef();
    if (!member) return joinErrors(std::move(error), member.takeError());
    const file_magic magic = identify_magic(member->getBuffer());
    if (magic == file_magic::bitcode || magic == file_magic::elf_relocatable)
      if (Error bad = add_object(*member, item, true)) return joinErrors(std::move(error), std::move(bad));
  }
  return error;
}

Error LinkInputs::add_object(MemoryBufferRef buffer, size_t item, bool in_archive) {
  auto object = std::make_unique<LinkObject>();
  object->buffer = buffer;
  object->item = item;
  object->bitcode = identify_magic(buffer.getBuffer()) == file_magic::bitcode;
  has_bitcode_ |= object->bitcode;
  if (Error error = object->bitcode ? read_bitcode_symbols(*object) : read_native_symbols(*object)) return error;
  (in_archive ? members_ : objects_).push_back(std::move(object));
  return Error::success();
}

std::vector<const LinkObject*> LinkInputs::resolve(const std::vector<std::string>& roots) const {
  StringSet<> defined, wanted;
  std::vector<const LinkObject*> program;
  auto include = [&](const LinkObject& object) {
    program.push_back(&object);
    for (const std::string& name : object.defined) defined.insert(name);
    for (const std::string& name : object.undefined) wanted.insert(name);
  };
  for (const std::string& name : roots) wanted.insert(name);
  for (const auto& object : objects_) include(*object);

  std::vector<bool> taken(members_.size());
  for (bool progress = true; progress;) {
    progress = false;
    for (size_t i = 0; i != members_.size(); ++i) {
      if (taken[i]) continue;
      for (const std::string& name : members_[i]->defined) {
        if (!wanted.contains(name) || defined.contains(name)) continue;
        taken[i] = progress = true;
        include(*members_[i]);
        break;
      }
    }
  }
  return program;
}

}  // namespace mppa::toolchain
