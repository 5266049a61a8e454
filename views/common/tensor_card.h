// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QScrollArea>
#include <optional>

#include "views/common/background.h"
#include "views/common/tensor_portrait.h"

class QPushButton;

namespace lineament::views {

// The portrait of one tensor. Its values are summed up in the background; until that is done the
// card says so. The singular values of a large matrix are found when the button under it is
// pressed.
class TensorCard : public QScrollArea {
  Q_OBJECT

 public:
  explicit TensorCard(QWidget* parent = nullptr);
  ~TensorCard() override;

  void show(const TensorPortrait& portrait, Background& background);
  void clear();  // nothing is chosen
  const std::optional<TensorPortrait>& portrait() const { return portrait_; }

 Q_SIGNALS:
  void summedUp();  // also when singular values were found

 private:
  class Paper;
  using Step = void (TensorPortrait::*)(const Context&);

  void start(const QString& title, Step step);
  void ended(const Outcome<Nothing>& outcome, const TensorPortrait& made);
  void arrange();  // the button and the paper's height

  std::optional<TensorPortrait> portrait_;
  Paper* paper_;
  QPushButton* more_;
  Background* background_ = nullptr;
  Background::Cancel summing_;  // empty: nothing to cancel
  int shown_ = 0;               // counts the tensors, so that an overtaken one is known
};

}  // namespace lineament::views
