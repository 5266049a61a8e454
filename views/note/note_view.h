// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/common/view.h"
#include "views/note/note_document.h"
#include "views/note/note_figure.h"

class QTextBrowser;

namespace lineament::views {

// Formatted text, to read and to copy from.
class NoteView : public View {
  Q_OBJECT

 public:
  explicit NoteView(QWidget* parent = nullptr);

  const NoteFigure& figure() const override { return figure_; }
  void setData(const Data& data) override;
  void setOptions(const nlohmann::json& options) override { figure_.setOptions(options); }
  void setSelection(const Selection& selection) override { figure_.setSelection(selection); }
  void fit() override;  // back to its beginning

 protected:
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  void fill();

  NoteFigure figure_;
  QTextBrowser* page_;
  NoteDocument* document_;
  QString filled_for_;  // theme
};

}  // namespace lineament::views
