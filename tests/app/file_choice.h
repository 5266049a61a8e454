// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialogButtonBox>
#include <QFileDialog>
#include <QLineEdit>
#include <QPushButton>
#include <QTest>

namespace lineament::app {

// Gives the path to the dialog that `parent` has opened to save a file, and clicks its button. Not
// key by key: a list of completions would open and take the click.
inline void saveAs(QWidget& parent, const QString& path) {
  auto* dialog = parent.findChild<QFileDialog*>();
  QVERIFY(dialog && dialog->isVisible());
  auto* name = dialog->findChild<QLineEdit*>("fileNameEdit");
  name->setText(path);
  auto* box = dialog->findChild<QDialogButtonBox*>();
  QTest::mouseClick(box->button(QDialogButtonBox::Save), Qt::LeftButton);
}

}  // namespace lineament::app
