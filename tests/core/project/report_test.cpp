// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "tests/core/project/fixture.h"

using namespace lineament;
using namespace lineament::project;
using namespace lineament::project::test;

namespace {

std::vector<Id> idsOf(const auto& items) {
  std::vector<Id> ids;
  for (const auto& item : items) ids.push_back(item.id);
  return ids;
}

}  // namespace

class ReportTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void figuresKeepSpecAndOrder() {
    const Scratch scratch;
    const auto project = scratch.make();
    const Id result = project->addRun(runMaking("Run", {1})).results.at(0);
    FigureSpec spec;
    spec.view = "bar";
    spec.title = "Importance";
    spec.caption = "Mean of |SHAP value|";
    spec.options = {{"features", 8}, {"colours", {"#123456"}}};
    const Id bar = project->addFigure(result, spec);
    const Id other = project->addFigure(result, FigureSpec());
    QCOMPARE(toJson(project->figure(bar).spec), toJson(spec));
    QCOMPARE(project->figure(bar).data, result);
    std::vector<Id> ids = idsOf(project->figures());
    QCOMPARE(ids, (std::vector<Id>{ids[0], bar, other}));
    std::swap(ids[0], ids[2]);
    project->orderFigures(ids);
    QCOMPARE(idsOf(project->figures()), ids);
    const std::string key = "project.order";
    QCOMPARE(keyOf([&] { project->orderFigures({ids[0], ids[1]}); }), key);
    QCOMPARE(keyOf([&] { project->orderFigures({ids[0], ids[1], ids[1]}); }), key);
    project->undo();
    QCOMPARE(idsOf(project->figures()), (std::vector<Id>{ids[2], bar, other}));
  }

  void theReportIsOneOrderedList() {
    const Scratch scratch;
    const auto project = scratch.make();
    const auto run = project->addRun(runMaking("Run", {1}));
    using Type = ReportItem::Type;
    const Id note = project->addReportItem({0, Type::note, "Some *text*", 0, {{"columns", 2}}});
    const Id table = project->addReportItem({0, Type::table, "", run.results[0]});
    const Id heading = project->addReportItem({0, Type::heading, "Title", 0}, 0);
    const Id figure = project->addReportItem({0, Type::figure, "", run.figures[0]}, 2);
    const Id record = project->addReportItem({0, Type::run, "", run.run});
    const Id page = project->addReportItem({0, Type::page_break, "", 0}, 1000);
    QCOMPARE(idsOf(project->report()),
             (std::vector<Id>{heading, note, figure, table, record, page}));
    QCOMPARE(project->report()[1].options.at("columns"), nlohmann::json(2));
    QVERIFY(project->report()[2].type == Type::figure);

    ReportItem changed = project->report()[1];
    changed.text = "Other text";
    project->updateReportItem(changed);
    QCOMPARE(project->report()[1].text, changed.text);
    project->orderReport({page, heading, note, figure, table, record});
    QCOMPARE(project->report()[0].id, page);
    project->removeReportItem(note);
    QCOMPARE(project->report().size(), std::size_t(5));

    // Items go with what they show, and come back with it.
    const nlohmann::json before = project->dump();
    project->removeFigure(run.figures[0]);
    QCOMPARE(idsOf(project->report()), (std::vector<Id>{page, heading, table, record}));
    project->removeRun(run.run);
    QCOMPARE(idsOf(project->report()), (std::vector<Id>{page, heading}));
    project->undo();
    project->undo();
    QVERIFY(project->dump() == before);
  }

  void itemsMustShowSomethingThatIsThere() {
    const Scratch scratch;
    const auto project = scratch.make();
    const Id run = project->addRun(runMaking("Run", {1})).run;
    const std::string key = "project.no_item";
    using Type = ReportItem::Type;
    QCOMPARE(keyOf([&] { project->addReportItem({0, Type::figure, "", run}); }), key);
    QCOMPARE(keyOf([&] { project->addReportItem({0, Type::table, "", run}); }), key);
    QCOMPARE(keyOf([&] { project->addReportItem({0, Type::run, "", 99}); }), key);
    QCOMPARE(keyOf([&] { project->updateReportItem({99, Type::note, "", 0}); }), key);
    QCOMPARE(keyOf([&] { project->removeReportItem(99); }), key);
    QVERIFY(project->report().empty());
  }
};

QTEST_APPLESS_MAIN(ReportTest)
#include "report_test.moc"
