// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QComboBox>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFile>
#include <QMimeData>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidgetItemIterator>
#include <QUrl>
#include <cmath>

#include "app/window/analysis_form.h"
#include "app/window/main_window.h"
#include "app/window/primary_button.h"
#include "app/window/project_tree.h"
#include "app/window/view_tabs.h"

// What tests of the whole window share: a table whose law is known, and a person's hands.
namespace lineament::app::testing {

constexpr int kPatienceMs = 60'000;

// Peak velocity falls with distance and grows with the hammer's weight.
inline QByteArray pileTable(int rows) {
  QByteArray text = "distance,weight,depth,ppv\n";
  for (int i = 0; i < rows; ++i) {
    const double distance = 5 + 0.37 * ((i * 53) % 97);
    const double weight = 1 + 0.05 * ((i * 31) % 61);
    const double depth = 2 + 0.11 * ((i * 17) % 43);
    const double ppv = 30 - 0.6 * distance + 4 * weight + 0.1 * std::sin(7.0 * i);
    text += QByteArray::number(distance) + ',' + QByteArray::number(weight) + ',' +
            QByteArray::number(depth) + ',' + QByteArray::number(ppv) + '\n';
  }
  return text;
}

inline QString written(const QTemporaryDir& folder, const QString& name,
                       const QByteArray& content) {
  QFile file(folder.filePath(name));
  if (!file.open(QIODevice::WriteOnly)) return {};
  file.write(content);
  return file.fileName();
}

inline void drag(MainWindow& window, const QMimeData& mime) {
  QDragEnterEvent event(QPoint(300, 300), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent(&window, &event);
}

inline void drop(MainWindow& window, const QString& file) {
  QMimeData mime;
  mime.setUrls({QUrl::fromLocalFile(file)});
  drag(window, mime);
  QDropEvent event(QPointF(300, 300), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
  QCoreApplication::sendEvent(&window, &event);
}

inline void clickRun(MainWindow& window) {
  QTest::mouseClick(window.form().findChild<PrimaryButton*>("run"), Qt::LeftButton);
}

inline QComboBox* comboOf(MainWindow& window, const char* field) {
  return window.form().findChild<QWidget*>(field)->findChild<QComboBox*>();
}

inline ViewPage* pageOf(MainWindow& window, const QString& view) {
  for (ViewPage* page : window.tabs().pages()) {
    if (page->showing().view == view) return page;
  }
  return nullptr;
}

// The tree's item of that name; null where there is none.
inline QTreeWidgetItem* itemOf(MainWindow& window, const QString& name) {
  for (QTreeWidgetItemIterator it(&window.tree()); *it; ++it) {
    if ((*it)->text(0) == name) return *it;
  }
  return nullptr;
}

// A double click on it, as a person makes one.
inline void doubleClick(MainWindow& window, const QString& name) {
  QTreeWidgetItem* item = itemOf(window, name);
  if (!item) return;
  for (QTreeWidgetItem* above = item->parent(); above; above = above->parent()) {
    above->setExpanded(true);
  }
  window.tree().scrollToItem(item);
  const QPoint at = window.tree().visualItemRect(item).center();
  QTest::mouseClick(window.tree().viewport(), Qt::LeftButton, {}, at);
  QTest::mouseDClick(window.tree().viewport(), Qt::LeftButton, {}, at);
}

}  // namespace lineament::app::testing
