// C++20 without exceptions and run-time type information.
#include "check.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace {

int constructed, destroyed;

struct Shape {
  virtual ~Shape() { ++destroyed; }
  virtual int area() const = 0;
  virtual Shape *clone() const = 0;
};
struct Square : Shape {
  explicit Square(int side) : side_(side) { ++constructed; }
  int area() const override { return side_ * side_; }
  Square *clone() const override { return new Square(*this); }
  int side_;
};
struct Named {
  virtual const char *name() const { return "named"; }
  long pad = 7;
};
struct Both : Named, Square {
  Both() : Square(3) {}
  int area() const override { return 100 + Square::area(); }
  const char *name() const override { return "both"; }
};
struct Base { int v = 1; };
struct Left : virtual Base { int l = 2; };
struct Right : virtual Base { int r = 3; };
struct Diamond : Left, Right { int sum() { return v + l + r; } };

// Not trivially copyable: must keep its address when returned, whatever its size.
struct SelfPointer {
  SelfPointer(int v) : value(v), self(this) {}
  SelfPointer(const SelfPointer &o) : value(o.value), self(this) {}
  ~SelfPointer() { ok = ok && self == this; }
  int value;
  SelfPointer *self;
  static bool ok;
};
bool SelfPointer::ok = true;
NOINLINE SelfPointer make_self(int v) { return SelfPointer(v); }
NOINLINE int take_self(SelfPointer s) { return s.self == &s ? s.value : -1; }

struct Small { int a, b; };
NOINLINE Small make_small(int a) { return {a, a + 1}; }
template <typename T> struct Box { T t; T get() const { return t; } };
template <typename T> NOINLINE Box<T> box(T t) { return {t}; }

template <typename... Ts> constexpr long total(Ts... ts) { return (0 + ... + ts); }
template <typename T> concept Number = requires(T t) { t + 1; };
template <Number T> NOINLINE T twice(T t) { return t + t; }

template <typename T> NOINLINE T va_pick(int n, ...) {
  va_list ap;
  va_start(ap, n);
  for (int i = 0; i < n; ++i)
    (void)va_arg(ap, T);
  T t = va_arg(ap, T);
  va_end(ap);
  return t;
}

struct Counter {
  Counter() { ++count; }
  ~Counter() { --count; }
  static int count;
};
int Counter::count;
Counter global_counter;

int &static_local() {
  static Square s(11);
  return s.side_;
}

int fold(int (*f)(int, int), const int *p, int n) {
  int r = 0;
  for (int i = 0; i < n; ++i)
    r = f(r, p[i]);
  return r;
}
constexpr int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
static_assert(fib(10) == 55);

struct Ops {
  explicit Ops(int v) : x(v) {}
  int x;
  bool operator==(const Ops &) const = default;
  bool operator<(const Ops &o) const { return x < o.x; }
  Ops operator+(Ops o) const { return Ops(x + o.x); }
  int member(int y) { return x * y; }
  virtual int vmember(int y) { return x - y; }
};

} // namespace

int main() {
  CHECK(Counter::count == 1);
  {
    Shape *s = new Square(5);
    Shape *t = s->clone();
    CHECK(t->area() == 25 && constructed == 1);
    delete s;
    delete t;
    CHECK(destroyed == 2);
    Both b;
    Square *q = &b;
    Named *n = &b;
    CHECK(q->area() == 109 && !strcmp(n->name(), "both") && static_cast<Both *>(n) == &b && n->pad == 7);
  }
  Diamond d;
  Base *base = &d;
  base->v = 10;
  CHECK(d.sum() == 15);
  {
    SelfPointer s = make_self(9);
    CHECK(s.self == &s && take_self(s) == 9 && take_self(make_self(4)) == 4);
  }
  CHECK(SelfPointer::ok);
  CHECK(make_small(3).b == 4 && box(2.5).get() == 2.5 && box(Small{1, 2}).get().b == 2);
  CHECK(total(1, 2, 3L, 'a') == 103 && twice(21) == 42 && twice(1.5) == 3);
  CHECK(va_pick<int>(2, 1, 2, 3) == 3 && va_pick<double>(1, 1.0, 2.5) == 2.5);
  CHECK(va_pick<Small>(1, Small{1, 2}, Small{3, 4}).b == 4);
  CHECK(static_local()++ == 11 && static_local() == 12);
  int v[] = {1, 2, 3, 4};
  int factor = 3;
  auto scaled = [&factor, v](int i) mutable { v[i] *= factor; return v[i]; };
  CHECK(fold([](int a, int b) { return a * 10 + b; }, v, 4) == 1234 && scaled(2) == 9 && v[2] == 3);
  Ops a{3}, b{4};
  int (Ops::*m)(int) = &Ops::member, (Ops::*w)(int) = &Ops::vmember;
  CHECK(a < b && (a + b).x == 7 && (a.*m)(5) == 15 && (b.*w)(1) == 3);
  int Ops::*field = &Ops::x;
  CHECK(a.*field == 3);
  auto [p, q] = make_small(8);
  CHECK(p == 8 && q == 9);
  int sum = 0;
  for (int i : v)
    sum += i;
  CHECK(sum == 10);
  int *array = new int[10]{1, 2, 3};
  CHECK(array[2] == 3 && array[9] == 0);
  delete[] array;
  alignas(64) static char aligned[10];
  CHECK((reinterpret_cast<uintptr_t>(aligned) & 63) == 0);
  return 0;
}
