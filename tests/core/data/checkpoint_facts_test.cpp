// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/checkpoint_facts.h"

#include <QtTest>

using namespace lineament;

namespace {

QStringList linesOf(const Checkpoint& checkpoint) {
  QStringList lines;
  for (const CheckpointFact& fact : factsOf(checkpoint)) {
    lines << QString::fromStdString(fact.name + ": " + fact.value);
  }
  return lines;
}

Checkpoint with(nlohmann::json metadata) {
  return Checkpoint({}, {}, std::move(metadata));
}

}  // namespace

class CheckpointFactsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void tellsWhatFitsOnALine() {
    const Checkpoint checkpoint = with({{"text", "a"},
                                        {"number", 13},
                                        {"share", 4.5},
                                        {"yes", true},
                                        {"list", {"x", "y"}},
                                        {"group", {{"Conv", 52}, {"Relu", 40}}},
                                        {"deep", {{"a", {{"b", 1}}}}},
                                        {"long", std::vector<int>(25)},
                                        {"nothing", nullptr}});
    QCOMPARE(linesOf(checkpoint.withConfiguration({{"model_type", "llama"}})),
             (QStringList{"model_type: llama", "group: Conv 52, Relu 40", "list: x, y",
                          "number: 13", "share: 4.5", "text: a", "yes: yes"}));
    QVERIFY(linesOf(Checkpoint()).isEmpty());
  }

  void cutsLongTexts() {
    const QString letters = QStringLiteral("\u00fc").repeated(80);  // two bytes each
    const std::string odd = "x" + letters.toStdString();
    const Checkpoint checkpoint = with({{"a", odd}, {"b", "one\ntwo"}});
    QCOMPARE(linesOf(checkpoint), (QStringList{"a: x" + letters.left(49) + " ...", "b: one ..."}));
    const QString kind = linesOf(Checkpoint().withConfiguration({{"model_type", odd}})).value(0);
    QCOMPARE(kind, "model_type: x" + letters.left(49) + " ...");
  }

  void cutsLongNames() {
    const QString letters = QStringLiteral("\u20ac").repeated(40);  // three bytes each
    const QString shown = letters.left(33) + " ...";
    const std::string name = letters.toStdString();
    QCOMPARE(linesOf(with({{name, 1}})), QStringList{shown + ": 1"});
    QCOMPARE(linesOf(with({{"group", {{name, 1}, {"a\nb", 2}}}})),
             QStringList{"group: a ... 2, " + shown + " 1"});
    const std::string just(100, 'x');
    QCOMPARE(linesOf(with({{just, 1}})), QStringList{QString::fromStdString(just) + ": 1"});
  }
};

QTEST_APPLESS_MAIN(CheckpointFactsTest)
#include "checkpoint_facts_test.moc"
