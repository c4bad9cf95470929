#include "lto.h"

#include "link_inputs.h"
#include "target_info.h"

#include "clang/Driver/Compilation.h"
#include "clang/Driver/Driver.h"
#include "clang/Driver/Options.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/LTO/LTO.h"
#include "llvm/Linker/Linker.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/ToolOutputFile.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/Transforms/IPO/Internalize.h"

#include <cctype>

namespace mppa::toolchain {
namespace {

using namespace llvm;
using clang::driver::Compilation;
namespace options = clang::driver::options;

bool fail(const Twine& message) {
  errs() << "kvx-cc: error: " << message << '\n';
  return false;
}

class WholeProgram {
 public:
  WholeProgram(Compilation& compilation, const Installation& installation)
      : compilation_(compilation), args_(compilation.getArgs()), installation_(installation) {}

  bool run(std::vector<LinkItem>& items, const std::vector<std::string>& directories) {
    LinkInputs inputs;
    if (Error error = inputs.read(items, directories)) return fail(toString(std::move(error)));
    if (!inputs.has_bitcode()) return true;
    const std::vector<const LinkObject*> program = inputs.resolve(roots());
    if (!merge(program)) return false;
    internalize(program);
    std::string object;
    if (!make_machine() || !optimise() || !emit(object)) return false;
    replace_items(items, program, object);
    return true;
  }

 private:
  // Symbols something outside all objects may want.
  std::vector<std::string> roots() const {
    std::vector<std::string> names = args_.getAllArgValues(options::OPT_u);
    for (const std::string& name : args_.getAllArgValues(options::OPT_e)) names.push_back(name);
    names.push_back("_start");
    return names;
  }

  bool merge(const std::vector<const LinkObject*>& program) {
    module_ = std::make_unique<Module>("ld-temp.o", context_);
    Linker linker(*module_);
    for (const LinkObject* object : program) {
      if (!object->bitcode) continue;
      Expected<std::unique_ptr<Module>> part = parseBitcodeFile(object->buffer, context_);
      if (!part) return fail(object->buffer.getBufferIdentifier() + ": " + toString(part.takeError()));
      if (module_->getTargetTriple().empty()) {
        module_->setTargetTriple((*part)->getTargetTriple());
        module_->setDataLayout((*part)->getDataLayout());
      }
      if (linker.linkInModule(std::move(*part))) return false;  // reported through the context
    }
    return true;
  }

  // Only what native code, the linker script or the code generator may refer to stays visible.
  void internalize(const std::vector<const LinkObject*>& program) {
    StringSet<> keep;
    for (const LinkObject* object : program)
      if (!object->bitcode)
        for (const std::string& name : object->undefined) keep.insert(name);
    for (const std::string& name : roots()) keep.insert(name);
    for (const char* name : lto::LTO::getRuntimeLibcallSymbols(Triple(kTriple))) keep.insert(name);
    for (const std::string& script : args_.getAllArgValues(options::OPT_T)) keep_words_of(script, keep);
    internalizeModule(*module_, [&](const GlobalValue& value) { return keep.contains(value.getName()); });
  }

  static void keep_words_of(const std::string& path, StringSet<>& keep) {
    ErrorOr<std::unique_ptr<MemoryBuffer>> script = MemoryBuffer::getFile(path);
    if (!script) return;  // the linker will say so
    std::string word;
    for (char c : (*script)->getBuffer()) {
      if (std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '$') {
        word += c;
      } else if (!word.empty()) {
        keep.insert(word);
        word.clear();
      }
    }
  }

  OptimizationLevel level() const {
    const opt::Arg* arg = args_.getLastArg(options::OPT_O_Group);
    if (!arg) return OptimizationLevel::O2;
    if (arg->getOption().matches(options::OPT_O0)) return OptimizationLevel::O0;
    const StringRef value = arg->getOption().matches(options::OPT_O) ? arg->getValue() : "3";
    if (value == "1" || value == "g") return OptimizationLevel::O1;
    if (value == "s") return OptimizationLevel::Os;
    if (value == "z") return OptimizationLevel::Oz;
    return value == "2" || value == "" ? OptimizationLevel::O2 : OptimizationLevel::O3;
  }

  bool make_machine() {
    std::string error;
    const Target* target = TargetRegistry::lookupTarget(kTriple, error);
    if (!target) return fail(error);
    TargetOptions target_options;
    target_options.UseInitArray = true;
    target_options.FunctionSections =
        args_.hasFlag(options::OPT_ffunction_sections, options::OPT_fno_function_sections, false);
    target_options.DataSections = args_.hasFlag(options::OPT_fdata_sections, options::OPT_fno_data_sections, false);
    const OptimizationLevel opt = level();
    machine_.reset(target->createTargetMachine(kTriple, "", "", target_options, Reloc::Static, std::nullopt,
                                               static_cast<CodeGenOptLevel>(opt.getSpeedupLevel())));
    return machine_ != nullptr || fail("cannot create the target machine");
  }

  bool optimise() {
    LoopAnalysisManager loops;
    FunctionAnalysisManager functions;
    CGSCCAnalysisManager components;
    ModuleAnalysisManager modules;
    PassBuilder builder(machine_.get());
    builder.registerModuleAnalyses(modules);
    builder.registerCGSCCAnalyses(components);
    builder.registerFunctionAnalyses(functions);
    builder.registerLoopAnalyses(loops);
    builder.crossRegisterProxies(loops, functions, components, modules);
    builder.buildLTODefaultPipeline(level(), nullptr).run(*module_, modules);
    return true;
  }

  bool emit(std::string& object) {
    const std::string assembly = compilation_.getDriver().GetTemporaryPath("lto", "s");
    object = compilation_.getDriver().GetTemporaryPath("lto", "o");
    compilation_.addTempFile(args_.MakeArgString(assembly));
    compilation_.addTempFile(args_.MakeArgString(object));
    std::error_code error;
    {
      raw_fd_ostream stream(assembly, error);
      if (error) return fail(assembly + ": " + error.message());
      legacy::PassManager passes;
      if (machine_->addPassesToEmitFile(passes, stream, nullptr, CodeGenFileType::AssemblyFile))
        return fail("the target cannot emit assembly");
      passes.run(*module_);
    }
    const std::string assembler = installation_.tool("as");
    if (assembler.empty()) return false;
    const StringRef words[] = {assembler, "-o", object, assembly};
    return sys::ExecuteAndWait(assembler, words) == 0;
  }

  static void replace_items(std::vector<LinkItem>& items, const std::vector<const LinkObject*>& program,
                            const std::string& object) {
    bool placed = false;
    std::vector<bool> drop(items.size());
    for (const LinkObject* part : program)
      if (part->bitcode && identify_file(items[part->item])) drop[part->item] = true;
    std::vector<LinkItem> result;
    for (size_t i = 0; i != items.size(); ++i) {
      if (!drop[i])
        result.push_back(items[i]);
      else if (!placed) {
        result.push_back({LinkItem::kFile, object});
        placed = true;
      }
    }
    if (!placed)  // all bitcode came from archives: before the libraries, after crt0
      result.insert(result.begin() + (result.empty() ? 0 : 1), {LinkItem::kFile, object});
    items = std::move(result);
  }

  // Archives stay on the command line: their native members may be needed.
  static bool identify_file(const LinkItem& item) {
    file_magic magic;
    return item.kind == LinkItem::kFile && !identify_magic(item.text, magic) && magic == file_magic::bitcode;
  }

  Compilation& compilation_;
  const opt::ArgList& args_;
  const Installation& installation_;
  LLVMContext context_;
  std::unique_ptr<Module> module_;
  std::unique_ptr<TargetMachine> machine_;
};

}  // namespace

bool optimise_whole_program(std::vector<LinkItem>& items, const std::vector<std::string>& directories,
                            Compilation& compilation, const Installation& installation) {
  return WholeProgram(compilation, installation).run(items, directories);
}

}  // namespace mppa::toolchain
