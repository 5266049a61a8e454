// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>

#include "core/data/note.h"
#include "views/common/figure.h"

namespace lineament::views {

// Formatted text in print. Figure id "note".
class NoteFigure : public Copied<NoteFigure, Figure> {
  Q_DECLARE_TR_FUNCTIONS(NoteFigure)

 public:
  QString id() const override { return QStringLiteral("note"); }
  void setData(const Data& data) override { note_ = data.require<Note>(); }
  void setOptions(const nlohmann::json&) override {}  // there are none
  nlohmann::json options() const override { return nlohmann::json::object(); }
  void paint(QPainter& painter, const QSizeF& size, const Theme& theme) const override;
  QSizeF naturalSize(double width) const override;
  QString caption() const override;

  const Note& note() const { return note_; }

 private:
  Note note_;
};

}  // namespace lineament::views
