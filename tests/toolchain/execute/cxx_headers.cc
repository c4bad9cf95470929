// The C++ headers of the freestanding library.
#include "check.h"
#include <array>
#include <atomic>
#include <bit>
#include <cassert>
#include <cctype>
#include <cfloat>
#include <cinttypes>
#include <climits>
#include <cmath>
#include <compare>
#include <concepts>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <new>
#include <type_traits>
#include <utility>

struct Version {
  int major, minor;
  auto operator<=>(const Version &) const = default;
};
struct Tracked {
  int v = 5;
  ~Tracked() { v = 0; }
};
static_assert(std::is_same_v<std::decay_t<const int(&)[3]>, const int *> && std::is_trivially_copyable_v<Version>);
static_assert(std::is_same_v<std::make_unsigned_t<long>, unsigned long> && std::is_convertible_v<int, double> && !std::is_constructible_v<Version, char *>);
static_assert(std::integral<char> && !std::integral<float> && std::invocable<int (*)(int), int> && std::derived_from<Tracked, Tracked>);

template <std::size_t... i> static int sum(std::index_sequence<i...>) { return (0 + ... + int(i)); }
static int add(std::initializer_list<int> list) {
  int total = 0;
  for (int i : list) total += i;
  return total;
}
static NOINLINE bool less(Version a, Version b) { return a < b; }
static NOINLINE std::partial_ordering order(double a, double b) { return a <=> b; }

int main() {
  CHECK(less({1, 2}, {1, 3}) && !less({2, 0}, {1, 9}) && (Version{1, 1} <=> Version{1, 1}) == 0);
  CHECK(order(1, 2) < 0 && order(2, 1) > 0 && order(1, 1) == 0 && order(NAN, 1) == std::partial_ordering::unordered);
  CHECK(sum(std::make_index_sequence<5>()) == 10 && add({1, 2, 3}) == 6);
  std::array a{3, 1, 2};
  std::swap(a[0], a[2]);
  CHECK(a.size() == 3 && a.front() == 2 && a == (std::array{2, 1, 3}) && std::exchange(a[1], 9) == 1 && a[1] == 9);
  CHECK(std::popcount(0xffu) == 8 && std::countl_zero(std::uint64_t{1}) == 63 && std::bit_ceil(33u) == 64 && std::rotl(std::uint8_t{0x81}, 1) == 3);
  CHECK(std::bit_cast<std::uint32_t>(1.0f) == 0x3f800000 && std::byteswap(std::uint16_t{0x1234}) == 0x3412);
  std::atomic<int> n{4};
  int expected = 7;
  CHECK(n.fetch_add(3) == 4 && n == 7 && n.compare_exchange_strong(expected, 8) && ++n == 9 && (n += 1) == 10);
  alignas(Tracked) unsigned char room[sizeof(Tracked)];
  Tracked *t = new (room) Tracked;
  CHECK(t->v == 5);
  t->~Tracked();
  auto *big = new (std::align_val_t{256}) Version{1, 2};
  CHECK((reinterpret_cast<std::uintptr_t>(big) & 255) == 0);
  operator delete(big, std::align_val_t{256});
  CHECK(std::strlen("abc") == 3 && std::abs(-2.5) == 2.5 && std::sqrt(4.0f) == 2 && std::max(2, 3) == 3 && std::isalpha('x'));
  auto [x, y] = std::make_pair(1, 2.5);
  CHECK(x == 1 && y == 2.5 && std::to_underlying(std::endian::native) == __ORDER_LITTLE_ENDIAN__);
  return 0;
}
