// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/repeated_words.h"

#include <QTest>
#include <cmath>
#include <map>

#include "core/analyses/all.h"
#include "core/analysis/run.h"
#include "core/base/error.h"

namespace lineament {

class RepeatedWordsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyLineSaysItsWordsTwice() {
    const RepeatedWords law{.lines = 50, .words = 3, .syllables = 2};
    const std::string text = repeatedWords(law, 4, {});
    QCOMPARE(law.lineLength(), std::int64_t{32});  // "bika rosu tepo, bika rosu tepo.\n"
    QCOMPARE(text.size(), std::size_t{50 * 32});
    for (std::size_t line = 0; line < text.size(); line += 32) {
      QCOMPARE(text.substr(line, 14), text.substr(line + 16, 14));
      QCOMPARE(text.substr(line + 14, 2), std::string(", "));
      QCOMPARE(text.substr(line + 30, 2), std::string(".\n"));
      QCOMPARE(text[line + 4], ' ');
      QVERIFY(std::string("aeiou").find(text[line + 1]) != std::string::npos);
    }
    QVERIFY(text.substr(0, 14) != text.substr(32, 14));
  }

  void theSameSeedGivesTheSameText() {
    const RepeatedWords law{.lines = 5};
    QCOMPARE(repeatedWords(law, 3, {}), repeatedWords(law, 3, {}));
    QVERIFY(repeatedWords(law, 3, {}) != repeatedWords(law, 4, {}));
  }

  // From the letters counted in a long text: the surprisal of the first words, and how often the
  // most frequent consonant and vowel come.
  void theNumbersOfTheLawAreThoseOfTheText() {
    const RepeatedWords law{.lines = 20'000, .words = 2, .syllables = 3};
    const std::string text = repeatedWords(law, 8, {});
    const auto length = static_cast<std::size_t>(law.lineLength());
    std::map<char, double> counts[2];
    double letters = 0;
    for (std::size_t line = 0; line < text.size(); line += length) {
      for (std::size_t at : {0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12}) {
        counts[at > 6 ? (at - 7) % 2 : at % 2][text[line + at]] += 1;
        letters += 1;
      }
    }
    double surprisal = 0, found = 0;
    for (const auto& kind : counts) {
      double most = 0;
      for (const auto& [letter, count] : kind) {
        surprisal -= count * std::log(count / (letters / 2));
        most = std::max(most, count);
      }
      found += most;
    }
    const auto bytes = static_cast<double>(text.size());
    QVERIFY(std::abs(surprisal / bytes - law.loss()) < 1e-3);
    QVERIFY(std::abs(1 - (letters - found) / bytes - law.score()) < 2e-3);
  }

  void theAnalysisWritesANoteAndItsNumbers() {
    const Analysis& analysis = allAnalyses().require("sample.words");
    const auto settings = [&](const char* lines) {
      return Parameters::fromText(analysis.declaration(), {{"lines", lines}});
    };
    const RunResult made = runRecorded(analysis, {}, settings("7"), {}, {});
    QVERIFY(!made.error);
    const auto& note = made.outputs.find("text")->require<Note>();
    QVERIFY(note.plain);
    QCOMPARE(note.markdown.size(), std::size_t{7 * 32});
    QCOMPARE(made.outputs.metrics.at("loss_of_law"), RepeatedWords{}.loss());
    QCOMPARE(made.outputs.metrics.at("score_of_law"), RepeatedWords{}.score());
    QVERIFY_THROWS_EXCEPTION(Error, settings("0"));
  }
};

}  // namespace lineament

QTEST_APPLESS_MAIN(lineament::RepeatedWordsTest)
#include "repeated_words_test.moc"
