// What a C++ program without exceptions and run-time type information needs from its language runtime.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

void *operator new(size_t size)
{
	void *p = malloc(size ? size : 1);
	if (!p)
		abort(); // there are no exceptions
	return p;
}
void *operator new[](size_t size) { return operator new(size); }
void operator delete(void *p) noexcept { free(p); }
void operator delete[](void *p) noexcept { free(p); }
void operator delete(void *p, size_t) noexcept { free(p); }
void operator delete[](void *p, size_t) noexcept { free(p); }

namespace std
{
enum class align_val_t : size_t {};
struct nothrow_t {
};
extern const nothrow_t nothrow;
const nothrow_t nothrow{};
} // namespace std

void *operator new(size_t size, const std::nothrow_t &) noexcept { return malloc(size ? size : 1); }
void *operator new[](size_t size, const std::nothrow_t &) noexcept { return malloc(size ? size : 1); }
void *operator new(size_t size, std::align_val_t alignment)
{
	void *p = aligned_alloc(static_cast<size_t>(alignment), size ? size : 1);
	if (!p)
		abort();
	return p;
}
void *operator new[](size_t size, std::align_val_t alignment) { return operator new(size, alignment); }
void operator delete(void *p, std::align_val_t) noexcept { free(p); }
void operator delete[](void *p, std::align_val_t) noexcept { free(p); }
void operator delete(void *p, size_t, std::align_val_t) noexcept { free(p); }
void operator delete[](void *p, size_t, std::align_val_t) noexcept { free(p); }

extern "C" {

void *__dso_handle = nullptr;

[[noreturn]] void __cxa_pure_virtual() { abort(); }
[[noreturn]] void __cxa_deleted_virtual() { abort(); }

// Guards of function-local statics (single-threaded form, -fno-threadsafe-statics does not call them).
int __cxa_guard_acquire(uint64_t *guard) { return !*reinterpret_cast<char *>(guard); }
void __cxa_guard_release(uint64_t *guard) { *reinterpret_cast<char *>(guard) = 1; }
void __cxa_guard_abort(uint64_t *) {}

} // extern "C"
