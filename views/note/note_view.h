// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/note.h"
#include "views/common/view.h"

class QTextBrowser;

namespace lineament::views {

// Formatted text, to read and to copy from. View id "note".
class NoteView : public View {
  Q_OBJECT

 public:
  explicit NoteView(QWidget* parent = nullptr);

  QString id() const override { return QStringLiteral("note"); }
  void setData(const Data& data) override;
  void paint(QPainter& painter, const QSizeF& size, const Theme& theme) const override;
  QSizeF naturalSize(double width) const override;
  QString caption() const override;
  void fit() override;  // back to its beginning

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void fill();

  Note note_;
  QTextBrowser* page_;
};

}  // namespace lineament::views
