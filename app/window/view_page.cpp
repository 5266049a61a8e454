// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/view_page.h"

#include <QComboBox>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/figures/view_catalogue.h"
#include "app/window/icons.h"

namespace lineament::app {
namespace {

constexpr int kLineHeight = 32;

}  // namespace

ViewPage::ViewPage(std::unique_ptr<views::View> view, const Data& data, Showing showing,
                   const QStringList& other_views)
    : view_(view.release()), data_(data), showing_(std::move(showing)) {
  view_->setParent(this);
  view_->setData(data);
  first_options_ = view_->options();
  view_->setOptions(showing_.options);
  view_->setAccessibleName(showing_.title);

  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(view_, 1);
  auto* line_widget = new QWidget(this);
  line_widget->setFixedHeight(kLineHeight);
  auto* line = new QHBoxLayout(line_widget);
  line->setContentsMargins(12, 0, 8, 0);
  line->setSpacing(8);
  column->addWidget(line_widget);

  caption_ = new QLabel(line_widget);
  caption_->setTextFormat(Qt::PlainText);
  caption_->setMinimumWidth(40);
  chosen_ = new QLabel(line_widget);
  others_ = new QComboBox(line_widget);
  others_->setToolTip(tr("Show these data in another way"));
  others_->setAccessibleName(tr("View"));
  for (const QString& id : other_views) others_->addItem(viewTitle(id), id);
  others_->setCurrentIndex(others_->findData(showing_.view));
  others_->setVisible(other_views.size() > 1);
  connect(others_, &QComboBox::activated, this,
          [this] { Q_EMIT viewWanted(others_->currentData().toString()); });
  line->addWidget(caption_, 1);
  line->addWidget(chosen_);
  line->addWidget(others_);
  const auto add = [&](const QString& icon, const QString& tip) {
    QToolButton* button = addButton(icon, tip);
    line->addWidget(button);
    return button;
  };
  connect(add("fit", tr("Show all of the data")), &QToolButton::clicked, view_, &views::View::fit);
  connect(add("copy", tr("Copy as a picture")), &QToolButton::clicked, this, &ViewPage::copyWanted);
  connect(add("export", tr("Export figure")), &QToolButton::clicked, this, &ViewPage::exportWanted);

  connect(view_, &views::View::captionChanged, this, &ViewPage::showLine);
  connect(view_, &views::View::selectionEdited, this, &ViewPage::showLine);
  showLine();
}

QToolButton* ViewPage::addButton(const QString& icon, const QString& tip) {
  auto* button = new QToolButton(this);
  button->setAutoRaise(true);
  button->setIcon(lineIcon(icon));
  button->setToolTip(tip);
  button->setAccessibleName(tip);
  buttons_.append({button, icon});
  return button;
}

Showing ViewPage::current() const {
  Showing now = showing_;
  now.options = view_->options();
  return now;
}

void ViewPage::replaceData(const Data& data) {
  const nlohmann::json options = view_->options();
  data_ = data;
  view_->setData(data);
  view_->setOptions(options);
  setBeingReplaced(false);
}

void ViewPage::setBeingReplaced(bool replacing) {
  being_replaced_ = replacing;
  showLine();
}

void ViewPage::refresh() {
  for (const auto& [button, icon] : std::as_const(buttons_)) button->setIcon(lineIcon(icon));
  view_->update();
}

void ViewPage::showLine() {
  QStringList parts;
  if (being_replaced_) parts << tr("being replaced");
  const QString caption = view_->caption();
  parts << (caption.isEmpty() ? QString::fromStdString(summaryLine(data_)) : caption);
  caption_->setText(parts.join(QString(" · ")));
  caption_->setToolTip(caption_->text());
  const auto chosen = static_cast<int>(view_->selection().size());
  chosen_->setText(chosen > 0 ? tr("%L1 selected").arg(chosen) : QString());
}

}  // namespace lineament::app
