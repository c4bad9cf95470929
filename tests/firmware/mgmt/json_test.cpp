// JSON: what is understood, what is refused, what is written.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

extern "C" {
#include "mgmt/json.h"
}

namespace {

struct Parsed {
  int count;
  std::uint32_t where = 0;
  std::vector<json_value> values;
};

Parsed parse(const std::string& text, std::size_t capacity = 100) {
  Parsed p{0, 0, std::vector<json_value>(capacity)};
  // The exact size, so that a sanitizer sees every byte too far.
  std::vector<char> exact;
  exact.reserve(std::max<std::size_t>(text.size(), 1));
  exact.assign(text.begin(), text.end());
  p.count = json_parse(exact.data(), static_cast<std::uint32_t>(exact.size()), p.values.data(),
                       static_cast<std::uint32_t>(capacity), &p.where);
  return p;
}

int parse_into(const std::string& text, std::vector<json_value>& values) {
  std::uint32_t where = 0;
  values.resize(100);
  return json_parse(text.data(), static_cast<std::uint32_t>(text.size()), values.data(), 100, &where);
}

TEST(Json, AcceptsWhatTheGrammarAllows) {
  for (const char* text :
       {"{}", "[]", " [ 1 , -0.5e+3 , 1E9 ] ", R"({"a":{"b":[true,false,null]}})", R"("\u00e9\ud83d\ude00\n\/\"")", "0",
        "\"\xc3\xa9\xf0\x9f\x98\x80\"", "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]"})
    EXPECT_GT(parse(text).count, 0) << text;
}

TEST(Json, RefusesEverythingElse) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "}",
                           "[1,]",
                           "{,}",
                           R"({"a"})",
                           R"({"a":})",
                           R"({a:1})",
                           "[1 2]",
                           "01",
                           "-",
                           "1.",
                           ".5",
                           "1e",
                           "+1",
                           "tru",
                           "nulL",
                           "[",
                           "\"",
                           "\"\\",
                           "\"\\u12\"",
                           "\"\\x\"",
                           "\"\n\"",
                           "\"\xc3\"",
                           "\"\xc0\xaf\"",
                           "\"\xed\xa0\x80\"",
                           "\"\xf5\x80\x80\x80\"",
                           "{} {}",
                           "'a'",
                           "[1]]",
                           "\"\\u12g4\""}) {
    EXPECT_EQ(parse(text).count, JSON_INVALID) << text;
  }
}

TEST(Json, TellsWhereItStops) { EXPECT_EQ(parse(R"({"a": 1, "b": x})").where, 14U); }

TEST(Json, IsBoundedInDepthAndNumber) {
  EXPECT_EQ(parse(std::string(17, '[') + std::string(17, ']')).count, JSON_TOO_LARGE);
  EXPECT_EQ(parse(std::string(100000, '[')).count, JSON_TOO_LARGE);
  EXPECT_EQ(parse("[1,2,3]", 3).count, JSON_TOO_LARGE);
  EXPECT_EQ(parse("[1,2,3]", 4).count, 4);
}

TEST(Json, MembersAreFoundAfterNestedOnes) {
  std::vector<json_value> v;
  const std::string text = R"({"x":{"name":1,"y":[1,{"name":2}]},"name":3,"n\u0061me2":"\u00e9"})";
  ASSERT_GT(parse_into(text, v), 0);
  std::uint64_t number = 0;
  ASSERT_NE(json_member(v.data(), "name"), nullptr);
  EXPECT_TRUE(json_get_u64(json_member(v.data(), "name"), &number));
  EXPECT_EQ(number, 3U);
  EXPECT_EQ(json_member(v.data(), "y"), nullptr);
  char out[8];
  EXPECT_TRUE(json_get_string(json_member(v.data(), "name2"), out, sizeof out));
  EXPECT_STREQ(out, "\xc3\xa9");
}

TEST(Json, StringsMustFit) {
  std::vector<json_value> v;
  char out[4];
  const auto get = [&](const std::string& text) {
    EXPECT_GT(parse_into(text, v), 0);
    return json_get_string(v.data(), out, sizeof out);
  };
  EXPECT_TRUE(get(R"("abc")"));
  EXPECT_FALSE(get(R"("abcd")"));
  EXPECT_TRUE(get(R"("\u20ac")"));
  EXPECT_FALSE(get(R"("a\u20ac")"));
  EXPECT_FALSE(get(R"("\u0000")")) << "a C string cannot hold it";
  EXPECT_FALSE(get(R"("\ud800")")) << "half a pair";
  EXPECT_FALSE(get(R"("\ud800\u0041")"));
  EXPECT_FALSE(get("1"));
}

TEST(Json, NumbersMustFit) {
  std::vector<json_value> v;
  std::uint64_t number = 0;
  const auto get = [&](const std::string& text) {
    EXPECT_GT(parse_into(text, v), 0);
    return json_get_u64(v.data(), &number);
  };
  EXPECT_TRUE(get("18446744073709551615"));
  EXPECT_EQ(number, UINT64_MAX);
  for (const char* text : {"18446744073709551616", "-1", "1.0", "1e3", "true", "\"1\"", "99999999999999999999999"})
    EXPECT_FALSE(get(text)) << text;
}

TEST(Json, FramerFindsTheEnds) {
  json_framer framer{};
  const std::string stream = R"( {"a":"}\"]"}[1,{"b":[]}] {})";
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i < stream.size(); ++i) {
    const json_frame frame = json_framer_take(&framer, stream[i]);
    EXPECT_NE(frame, JSON_FRAME_BAD);
    if (frame == JSON_FRAME_COMPLETE) ends.push_back(i);
  }
  EXPECT_EQ(ends, (std::vector<std::size_t>{12, 24, 27}));
  for (const char* bad : {"x", "1", "\"", "]", "nul"}) {
    json_framer f{};
    EXPECT_EQ(json_framer_take(&f, bad[0]), JSON_FRAME_BAD) << bad;
  }
}

TEST(Json, WriterEscapesAndSeparates) {
  char buffer[300];
  json_writer w{buffer, sizeof buffer, 0, false, false};
  const std::uint8_t uuid[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0xff};
  json_open_object(&w, nullptr);
  json_string(&w, "s", "a\"\\\n\x01");
  json_open_array(&w, "l");
  json_u64(&w, nullptr, 0);
  json_u64(&w, nullptr, UINT64_MAX);
  json_i64(&w, nullptr, INT64_MIN);
  json_close_array(&w);
  json_bool(&w, "t", true);
  json_null(&w, "n");
  json_uuid(&w, "u", uuid);
  json_hex(&w, "h", uuid, 2);
  json_close_object(&w);
  EXPECT_EQ(std::string(buffer, w.length),
            R"({"s":"a\"\\\u000a\u0001","l":[0,18446744073709551615,-9223372036854775808],"t":true,"n":null,)"
            R"("u":"01020304-0506-0708-090a-0b0c0d0e0fff","h":"0102"})");
  EXPECT_GT(parse({buffer, w.length}).count, 0);
}

TEST(Json, WriterStopsAtTheEndOfItsBuffer) {
  char buffer[8];
  json_writer w{buffer, sizeof buffer, 0, false, false};
  json_string(&w, nullptr, "too long for it");
  EXPECT_TRUE(w.overflow);
  EXPECT_LE(w.length, sizeof buffer);
}

TEST(Json, RandomBytesAreHarmless) {
  std::mt19937 random(1);
  const std::string alphabet = R"({}[]",:\u0123eE+-.truefalsn )";
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (unsigned n = random() % 40; n > 0; --n)
      text += random() % 30 ? alphabet[random() % alphabet.size()] : static_cast<char>(random());
    const Parsed p = parse(text, random() % 20);
    EXPECT_TRUE(p.count > 0 || p.count == JSON_INVALID || p.count == JSON_TOO_LARGE);
  }
}

}  // namespace
