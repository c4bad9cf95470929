#include "ast_notes.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/CodeGen/CodeGenABITypes.h"
#include "clang/CodeGen/ModuleBuilder.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace mppa::toolchain {
namespace {

using namespace clang;

// Rewrites the list operand of `va_arg` expressions of aggregate type.
class VaArgMarker : public RecursiveASTVisitor<VaArgMarker> {
 public:
  void start(ASTContext& context) { context_ = &context; }

  bool shouldVisitTemplateInstantiations() const { return true; }
  bool shouldVisitImplicitCode() const { return true; }

  bool VisitVAArgExpr(VAArgExpr* expr) {
    const QualType type = expr->getType();
    if (expr->isValueDependent() || type->isDependentType() || expr->getSubExpr()->getType()->isDependentType())
      return true;
    if (is_marked(expr->getSubExpr()))  // instantiated from a marked template
      return true;
    const bool aggregate = type->isRecordType() || type->isAnyComplexType() || type->isConstantArrayType();
    if (aggregate && seen_.insert(expr).second)
      expr->setSubExpr(marked(expr->getSubExpr(), context_->getTypeSizeInChars(type).getQuantity()));
    return true;
  }

 private:
  static bool is_marked(const Expr* list) {
    const auto* deref = dyn_cast<UnaryOperator>(list->IgnoreParenImpCasts());
    if (!deref || deref->getOpcode() != UO_Deref) return false;
    const auto* call = dyn_cast<CallExpr>(deref->getSubExpr()->IgnoreParenImpCasts());
    const FunctionDecl* callee = call ? call->getDirectCallee() : nullptr;
    return callee && callee->getIdentifier() && callee->getName() == kVaAggregateMarker;
  }

  FunctionDecl* marker_function() {
    if (marker_) return marker_;
    ASTContext& c = *context_;
    const QualType type = c.getFunctionType(c.VoidPtrTy, {QualType(c.VoidPtrTy), QualType(c.getSizeType())}, {});
    DeclContext* scope = c.getTranslationUnitDecl();
    if (c.getLangOpts().CPlusPlus) {
      auto* linkage = LinkageSpecDecl::Create(c, scope, {}, {}, LinkageSpecLanguageIDs::C, false);
      linkage->setImplicit();
      scope = linkage;
    }
    marker_ = FunctionDecl::Create(c, scope, {}, {}, &c.Idents.get(kVaAggregateMarker), type, nullptr, SC_Extern);
    marker_->setImplicit();
    llvm::SmallVector<ParmVarDecl*, 2> parameters;
    for (QualType t : {QualType(c.VoidPtrTy), QualType(c.getSizeType())})
      parameters.push_back(ParmVarDecl::Create(c, marker_, {}, {}, nullptr, t, nullptr, SC_None, nullptr));
    marker_->setParams(parameters);
    marker_->addAttr(NoThrowAttr::CreateImplicit(c));
    return marker_;
  }

  // *(L *)__kvx_va_aggregate((void *)&list, size), an lvalue of the list's type L.
  Expr* marked(Expr* list, uint64_t size) {
    ASTContext& c = *context_;
    const SourceLocation at = list->getExprLoc();
    const FPOptionsOverride fp;
    if (!list->isLValue())  // `list` was converted to an rvalue pointer: it cannot be stepped
      return list;
    const QualType list_type = list->getType(), list_pointer = c.getPointerType(list_type);
    FunctionDecl* function = marker_function();
    Expr* callee = DeclRefExpr::Create(c, {}, {}, function, false, at, function->getType(), VK_LValue);
    callee = ImplicitCastExpr::Create(c, c.getPointerType(function->getType()), CK_FunctionToPointerDecay, callee,
                                      nullptr, VK_PRValue, fp);
    Expr* address = UnaryOperator::Create(c, list, UO_AddrOf, list_pointer, VK_PRValue, OK_Ordinary, at, false, fp);
    address = ImplicitCastExpr::Create(c, c.VoidPtrTy, CK_BitCast, address, nullptr, VK_PRValue, fp);
    Expr* bytes = IntegerLiteral::Create(c, llvm::APInt(64, size), c.getSizeType(), at);
    Expr* call = CallExpr::Create(c, callee, {address, bytes}, c.VoidPtrTy, VK_PRValue, at, fp);
    call = ImplicitCastExpr::Create(c, list_pointer, CK_BitCast, call, nullptr, VK_PRValue, fp);
    return UnaryOperator::Create(c, call, UO_Deref, list_type, VK_LValue, OK_Ordinary, at, false, fp);
  }

  ASTContext* context_ = nullptr;
  FunctionDecl* marker_ = nullptr;
  llvm::SmallPtrSet<const VAArgExpr*, 16> seen_;
};

// Collects the complete classes that must be returned in memory although they are small.
class MemoryClassFinder : public RecursiveASTVisitor<MemoryClassFinder> {
 public:
  bool shouldVisitTemplateInstantiations() const { return true; }
  bool shouldVisitImplicitCode() const { return true; }

  bool VisitCXXRecordDecl(CXXRecordDecl* record) {
    if (record->isThisDeclarationADefinition() && !record->isDependentType() && !record->isInvalidDecl() &&
        !record->canPassInRegisters())
      found.push_back(record);
    return true;
  }

  std::vector<const CXXRecordDecl*> found;
};

class AstNotes : public ASTConsumer {
 public:
  AstNotes(std::function<CodeGenerator*()> generator, std::shared_ptr<AbiNotes> notes)
      : generator_(std::move(generator)), notes_(std::move(notes)) {}

  void Initialize(ASTContext& context) override { marker_.start(context); }

  bool HandleTopLevelDecl(DeclGroupRef group) override {
    for (Decl* decl : group) marker_.TraverseDecl(decl);
    return true;
  }

  void HandleInlineFunctionDefinition(FunctionDecl* function) override { marker_.TraverseDecl(function); }

  void HandleTranslationUnit(ASTContext& context) override {
    marker_.TraverseDecl(context.getTranslationUnitDecl());
    CodeGenerator* generator = generator_();
    if (!context.getLangOpts().CPlusPlus || !generator || context.getDiagnostics().hasErrorOccurred()) return;
    MemoryClassFinder finder;
    finder.TraverseDecl(context.getTranslationUnitDecl());
    for (const CXXRecordDecl* record : finder.found)
      notes_->memory_classes.insert(CodeGen::convertTypeForMemory(generator->CGM(), context.getRecordType(record)));
  }

 private:
  std::function<CodeGenerator*()> generator_;
  std::shared_ptr<AbiNotes> notes_;
  VaArgMarker marker_;
};

}  // namespace

std::unique_ptr<ASTConsumer> make_ast_notes(std::function<CodeGenerator*()> generator,
                                            std::shared_ptr<AbiNotes> notes) {
  return std::make_unique<AstNotes>(std::move(generator), std::move(notes));
}

}  // namespace mppa::toolchain
