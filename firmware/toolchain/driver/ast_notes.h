// What the IR of clang's default ABI no longer shows, noted while the syntax tree is still there:
//
//  - `va_arg` of an aggregate becomes an IR instruction without the aggregate's size. The list operand of every such
//    expression is rewritten to `*(va_list *)__kvx_va_aggregate(&list, sizeof(type))`; the ABI pass consumes the call.
//  - A C++ class that is not trivial for the purposes of calls is returned in memory whatever its size, but its sret
//    attribute looks like any other. Such classes are collected for the ABI pass.
#pragma once

#include "abi_lowering.h"

#include "clang/AST/ASTConsumer.h"

#include <functional>
#include <memory>

namespace clang {
class CodeGenerator;
}

namespace mppa::toolchain {

// The consumer must run before code generation. `generator` gives the code generator once it exists.
std::unique_ptr<clang::ASTConsumer> make_ast_notes(std::function<clang::CodeGenerator*()> generator,
                                                   std::shared_ptr<AbiNotes> notes);

}  // namespace mppa::toolchain
