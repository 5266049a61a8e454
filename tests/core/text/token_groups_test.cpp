// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/token_groups.h"

#include <QTest>

namespace lineament::text {

namespace {

using Strings = std::vector<std::string>;
using Starts = std::vector<std::uint64_t>;

class TokenGroupsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void words_data() {
    QTest::addColumn<Strings>("tokens");
    QTest::addColumn<Starts>("starts");
    QTest::addColumn<Strings>("texts");
    QTest::newRow("nothing") << Strings{} << Starts{} << Strings{};
    QTest::newRow("byte-level pieces")
        << Strings{"Un", "believ", "able", ",", " they", " said", "."} << Starts{0, 3, 4, 5, 6}
        << Strings{"Unbelievable", ",", "they", "said", "."};
    QTest::newRow("an apostrophe stays in its word")
        << Strings{"I", " don", "'t", " know"} << Starts{0, 1, 3} << Strings{"I", "don't", "know"};
    QTest::newRow("WordPiece") << Strings{"[CLS]", "play",   "##ing", "un",
                                          "##aff", "##able", "!",     "[SEP]"}
                               << Starts{0, 1, 3, 6, 7}
                               << Strings{"[CLS]", "playing", "unaffable", "!", "[SEP]"};
    QTest::newRow("WordPiece without spaces between words")
        << Strings{"a", "b", "##c"} << Starts{0, 1} << Strings{"a", "bc"};
    QTest::newRow("a mark beside letters")
        << Strings{"<s>", "x", "y", "</s>"} << Starts{0, 1, 3} << Strings{"<s>", "xy", "</s>"};
    QTest::newRow("white space stands alone")
        << Strings{"a", "\n\n", " ", "b", "c"} << Starts{0, 1, 2, 3}
        << Strings{"a", "\n\n", " ", "bc"};
    QTest::newRow("line feeds as they are shown")
        << Strings{"end", "\\n", "\\n\\n", "The", " \\x"} << Starts{0, 1, 2, 3, 4}
        << Strings{"end", "\\n", "\\n\\n", "The", "\\x"};
    QTest::newRow("bytes of letters")
        << Strings{"n", "<0xC3>", "<0xA9>", " ", "<0xF0>", "<0x9F>", "<0x98>", "<0x80>", "<0xZZ>"}
        << Starts{0, 3, 4, 8} << Strings{"né", " ", "😀", "<0xZZ>"};
    QTest::newRow("one token of two words")
        << Strings{" New York", "ers"} << Starts{0} << Strings{"New Yorkers"};
    QTest::newRow("letters of a word in two bytes")
        << Strings{" na", "ï", "ve", " café"} << Starts{0, 3} << Strings{"naïve", "café"};
    QTest::newRow("an empty token")
        << Strings{"a", "", "b"} << Starts{0, 1, 2} << Strings{"a", "", "b"};
    // Cut bytes of a letter are no UTF-8 alone and whole again together.
    QTest::newRow("cut letters") << Strings{"\xc3", "\xa9t", "\xc3\xa9"} << Starts{0}
                                 << Strings{"été"};
  }
  void words() {
    QFETCH(const Strings, tokens);
    QFETCH(const Starts, starts);
    QFETCH(const Strings, texts);
    const TokenGroups groups = groupTokens(tokens, TextUnit::word);
    QCOMPARE(groups.texts, texts);
    QCOMPARE(groups.starts, starts);
  }

  void sentences() {
    const TokenGroups groups =
        groupTokens({"[CLS]", " One", " day", ".", " Then", " came", " 3.5", " m", ".", "\n"},
                    TextUnit::sentence);
    QCOMPARE(groups.starts, (Starts{0, 1, 4}));
    QCOMPARE(groups.texts, (Strings{"[CLS]", "One day.", "Then came 3.5 m."}));
  }
};

}  // namespace

}  // namespace lineament::text

QTEST_APPLESS_MAIN(lineament::text::TokenGroupsTest)
#include "token_groups_test.moc"
