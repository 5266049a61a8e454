// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/project/document.h"

#include <QTemporaryDir>
#include <QTest>

namespace lineament::project {

class DocumentTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // The name alone, where a person is in the folder.
  void aNameIsAFileInTheFolder() {
    const QTemporaryDir folder;
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path().toStdString());
    Document::create("a.lineament");
    const Document document("a.lineament", {});
    std::filesystem::current_path(before);
    QVERIFY(QFile::exists(folder.filePath("a.lineament")));
    QCOMPARE(document.path().parent_path(),
             std::filesystem::canonical(folder.path().toStdString()));
  }

  // On one thread: were reading to wait for the change, it would wait for ever.
  void lookingWaitsForNoChange() {
    const QTemporaryDir folder;
    const std::string path = folder.filePath("a.lineament").toStdString();
    Document::create(path);
    Document document(path, {});
    const auto settings = [&] { return readRows(Reading(document).database(), "settings").size(); };
    Edit edit(document, "Set something");
    edit.put("settings", {{"id", edit.newId()}, {"key", "a"}, {"value", "1"}});
    QCOMPARE(settings(), 0U);  // as it is on the disk
    edit.commit();
    QCOMPARE(settings(), 1U);
  }

  void oneLookIsOfOneMoment() {
    const QTemporaryDir folder;
    const std::string path = folder.filePath("a.lineament").toStdString();
    Document::create(path);
    Document document(path, {});
    {
      const Reading reading(document);
      QCOMPARE(readRows(reading.database(), "settings").size(), 0U);
      Edit edit(document, "Set something");
      edit.put("settings", {{"id", edit.newId()}, {"key", "a"}, {"value", "1"}});
      edit.commit();
      QCOMPARE(readRows(reading.database(), "settings").size(), 0U);
    }
    QCOMPARE(readRows(Reading(document).database(), "settings").size(), 1U);
  }

  void aClosedDocumentSaysSo() {
    const QTemporaryDir folder;
    const std::string path = folder.filePath("a.lineament").toStdString();
    Document::create(path);
    Document document(path, {});
    document.close();
    QVERIFY_EXCEPTION_THROWN(Reading reading(document), Error);
    QVERIFY_EXCEPTION_THROWN(Edit(document, "Set something"), Error);
  }
};

}  // namespace lineament::project

QTEST_GUILESS_MAIN(lineament::project::DocumentTest)
#include "document_test.moc"
