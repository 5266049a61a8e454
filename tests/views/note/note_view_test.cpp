// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/note/note_view.h"

#include <QPainter>
#include <QTemporaryDir>
#include <QTextBrowser>
#include <QTextTable>
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

  // A note may name a file on this machine as a picture, by its path or as a URL.
  void namedFilesAreNotRead_data() {
    QTest::addColumn<QString>("scheme");
    QTest::newRow("path") << QString();
    QTest::newRow("URL") << QStringLiteral("file://");
  }
  void namedFilesAreNotRead() {
    QFETCH(QString, scheme);
    const QTemporaryDir folder;
    const QString path = folder.filePath("secret.png");
    QImage secret(80, 80, QImage::Format_RGB32);
    secret.fill(Qt::red);
    QVERIFY(secret.save(path));
    NoteView view;
    view.setData(Data(Note{"", "![secret](" + (scheme + path).toStdString() + ")\n"}));
    view.resize(300, 200);
    QImage screen = view.grab().toImage();
    QImage file(300, 200, QImage::Format_RGB32);
    file.fill(Qt::white);
    QPainter painter(&file);
    view.figure().paint(painter, QSizeF(file.size()), figureTheme());
    painter.end();
    for (const QImage& drawn : {screen, file}) {
      for (int y = 0; y < drawn.height(); ++y) {
        for (int x = 0; x < drawn.width(); ++x) QVERIFY(drawn.pixel(x, y) != secret.pixel(0, 0));
      }
    }
  }

  void aHiddenNoteTakesTheThemeWhenItIsShown() {
    setTheme(lightTheme());
    NoteView view;
    view.setData(Data(kFit));
    const auto ruleColour = [&] {
      const auto* page = view.findChild<QTextBrowser*>();
      for (QTextFrame* frame : page->document()->rootFrame()->childFrames()) {
        const auto* table = qobject_cast<QTextTable*>(frame);
        if (!table) continue;
        return table->cellAt(0, 0).format().toTableCellFormat().bottomBorderBrush().color();
      }
      return QColor();
    };
    QCOMPARE(ruleColour(), lightTheme().line);
    setTheme(darkTheme());
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    QCOMPARE(ruleColour(), darkTheme().line);
    setTheme(lightTheme());
    QTRY_COMPARE(ruleColour(), lightTheme().line);
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
