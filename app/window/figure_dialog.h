// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QPointer>
#include <optional>

#include "views/common/figure_export.h"
#include "views/common/view.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QSpinBox;

namespace lineament::app {

// Chooses size, resolution and format of an exported figure. Not modal: the view can be changed
// while it is open.
class FigureDialog : public QDialog {
  Q_OBJECT

 public:
  FigureDialog(views::View& view, const views::FigureRecord& record, QWidget* parent);

  views::FigureFormat format() const;
  QString sizeText() const;  // "85.0 × 52.7 mm, 1004 × 622 pixels"

 Q_SIGNALS:
  void fileChosen(const QString& path);

 private:
  QString ending() const;
  std::optional<QSizeF> page() const;
  void presetChosen();
  void refresh();
  void chooseFile();

  QPointer<views::View> view_;
  views::FigureRecord record_;
  QComboBox* preset_;
  QDoubleSpinBox* width_;
  QDoubleSpinBox* height_;
  QSpinBox* dpi_;
  QComboBox* type_;
  QLabel* size_;
};

}  // namespace lineament::app
