// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/error.h"

#include <QtTest>

#include "core/base/context.h"

using namespace lineament;

namespace {

constexpr ErrorText kText{"test.key", "Read {file}", "{found} of {expected}, {unknown}",
                          "line {line}", "Try {file} again"};
constexpr ErrorText kShort{"test.short", "Do it", "it cannot be done", "", ""};

}  // namespace

class ErrorTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void cleanup() { setErrorTranslator({}); }

  void fillsItsFourParts() {
    // An argument that looks like a place is not filled again.
    const Error error(kText,
                      {{"file", "{line}.csv"}, {"found", 2}, {"expected", 2.5}, {"line", 7}});
    QCOMPARE(error.key(), std::string("test.key"));
    QCOMPARE(error.asked(), std::string("Read {line}.csv"));
    QCOMPARE(error.found(), std::string("2 of 2.5, {unknown}"));
    QCOMPARE(error.where(), std::string("line 7"));
    QCOMPARE(error.remedy(), std::string("Try {line}.csv again"));
    QCOMPARE(std::string(error.what()),
             std::string("Read {line}.csv: 2 of 2.5, {unknown} (line 7). Try {line}.csv again."));
    QVERIFY(error.cause() == Error::Cause::failure);
    QCOMPARE(error.arguments().size(), std::size_t(4));
  }

  void staysOneLegibleLine() {
    const std::string name("a\0b\nc\x7f", 6);
    const Error error(kText, {{"file", name}, {"line", std::string(100'000, 'x')}});
    QCOMPARE(error.asked(), std::string("Read a b c "));
    QVERIFY(std::string(error.what()).ends_with("Try a b c  again."));
    QVERIFY(error.where().size() < 5000);
    QCOMPARE(error.arguments()[0].value, name);
  }

  void leavesEmptyPartsOut() {
    const Error error = Error::usage(kShort);
    QCOMPARE(std::string(error.what()), std::string("Do it: it cannot be done."));
    QVERIFY(error.cause() == Error::Cause::usage);
  }

  void speaksAnotherLanguage() {
    setErrorTranslator([](std::string_view key, std::string_view english) {
      return key == "test.short" && english == "Do it" ? std::string("Tu es")
                                                       : std::string(english);
    });
    QCOMPARE(std::string(Error(kShort).what()), std::string("Tu es: it cannot be done."));
  }

  void contextPassesProgressOnAndStops() {
    std::vector<double> fractions;
    std::stop_source stop;
    Context context;
    context.stop = stop.get_token();
    context.progress = [&](double fraction, std::string_view) { fractions.push_back(fraction); };
    const Context inner = context.part(0.5, 1).part(0, 0.5);
    inner.checkpoint(0);
    inner.checkpoint(0.5);
    inner.checkpoint(7);
    context.checkpoint(-1);
    QCOMPARE(fractions, (std::vector<double>{0.5, 0.625, 0.75, 0}));
    stop.request_stop();
    QVERIFY_EXCEPTION_THROWN(inner.checkpoint(1), Cancelled);
    QCOMPARE(fractions.size(), std::size_t(4));
    Context().checkpoint(0.5);  // says nothing, never stops
  }

  void contextLogsWithSeverity() {
    std::string log;
    Context context;
    context.log = [&](Context::Severity severity, std::string_view line) {
      log += severity == Context::Severity::warning ? "!" : ".";
      log += line;
    };
    context.note("a");
    context.part(0, 1).warn("b");
    QCOMPARE(log, std::string(".a!b"));
    QCOMPARE(name(Device::cuda), std::string_view("cuda"));
  }
};

QTEST_APPLESS_MAIN(ErrorTest)
#include "error_test.moc"
