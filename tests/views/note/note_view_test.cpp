// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/note/note_view.h"

#include <QTextBrowser>
#include <QtTest>

#include "views/common/figure_export.h"

using namespace lineament;
using namespace lineament::views;

namespace {

const Note kFit{"Fit of PPV",
                "**Ridge** of *PPV*\n\n| | held out |\n|---|---|\n| R² | 0.91 |\n\n"
                "<script>alert(1)</script>\n\n![secret](file:///etc/hostname)\n"};

QString svgOf(const View& view) {
  return QString::fromUtf8(figureSvg(view.figure(), {}));
}

}  // namespace

class NoteViewTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void showsTitleTextAndTables() {
    NoteView view;
    view.setData(Data(kFit));
    const QString shown = view.findChild<QTextBrowser*>()->toPlainText();
    for (const char* text : {"Fit of PPV", "Ridge", "R²", "0.91"})
      QVERIFY2(shown.contains(text), text);
    QVERIFY(shown.startsWith("Fit of PPV"));
    QVERIFY(!shown.contains('|'));
  }

  void htmlIsText() {
    NoteView view;
    view.setData(Data(kFit));
    QVERIFY(view.findChild<QTextBrowser*>()->toPlainText().contains("<script>"));
  }

  void figureHasItsWords() {
    NoteView view;
    view.setData(Data(kFit));
    const QString svg = svgOf(view);
    for (const char* text : {"Fit of PPV", "Ridge", "0.91"}) QVERIFY2(svg.contains(text), text);
    const double wide = view.figure().naturalSize(600).height(),
                 narrow = view.figure().naturalSize(80).height();
    QVERIFY(narrow > wide);
  }

  void otherKindsAndNothingAreHandled() {
    NoteView view;
    view.setData(Data(Note{}));
    QVERIFY(svgOf(view).contains("<svg"));
    QVERIFY_EXCEPTION_THROWN(view.setData(Data(Table())), Error);
  }
};

QTEST_MAIN(NoteViewTest)
#include "note_view_test.moc"
