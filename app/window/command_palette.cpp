// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/command_palette.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>
#include <algorithm>
#include <vector>

#include "app/window/action_registry.h"
#include "app/window/fuzzy_match.h"
#include "views/common/theme.h"

namespace lineament::app {
namespace {

constexpr int kWidth = 560;
constexpr int kRowHeight = 32;
constexpr int kRows = 10;
constexpr int kBehind = 10'000;  // what only the id matches comes last
enum Role { menuRole = Qt::UserRole, keyRole, actionRole };

QString plainText(const QAction& action) {
  return QString(action.text()).remove('&');
}

// The command at the left, its menu muted behind it, its key at the right.
class PaletteRow : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
    return {kWidth, kRowHeight};
  }
  void paint(QPainter* painter, const QStyleOptionViewItem& option,
             const QModelIndex& index) const override {
    const views::Theme& theme = views::theme();
    const bool current = option.state & QStyle::State_Selected;
    if (current) painter->fillRect(option.rect, theme.accent);
    const QRect row = option.rect.adjusted(12, 0, -12, 0);
    const QString text = index.data().toString();
    painter->setPen(current ? theme.accent_text : theme.text);
    painter->drawText(row, Qt::AlignVCenter, text);
    painter->drawText(row, Qt::AlignVCenter | Qt::AlignRight, index.data(keyRole).toString());
    if (!current) painter->setPen(theme.muted);
    const int after = option.fontMetrics.horizontalAdvance(text) + 12;
    painter->drawText(row.adjusted(after, 0, 0, 0), Qt::AlignVCenter,
                      index.data(menuRole).toString());
  }
};

}  // namespace

CommandPalette::CommandPalette(const ActionRegistry& registry, QWidget* window)
    : QFrame(window, Qt::Popup), registry_(registry) {
  setFrameShape(QFrame::StyledPanel);
  line_ = new QLineEdit(this);
  line_->setPlaceholderText(tr("Search a command or an analysis"));
  line_->setAccessibleName(tr("Search a command or an analysis"));
  line_->setMinimumHeight(36);
  line_->setFrame(false);
  line_->setTextMargins(4, 0, 4, 0);
  line_->installEventFilter(this);
  list_ = new QListWidget(this);
  list_->setFrameShape(QFrame::NoFrame);
  list_->setItemDelegate(new PaletteRow(list_));
  list_->setFocusPolicy(Qt::NoFocus);
  list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  list_->setAccessibleName(tr("Commands found"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(8, 8, 8, 8);
  column->setSpacing(4);
  column->addWidget(line_);
  column->addWidget(list_);
  setFixedSize(kWidth, 36 + kRows * kRowHeight + 24);
  connect(line_, &QLineEdit::textChanged, this, &CommandPalette::search);
  connect(list_, &QListWidget::itemClicked, this, &CommandPalette::runCurrent);
}

void CommandPalette::open() {
  line_->clear();
  search({});
  const QPoint top = parentWidget()->mapToGlobal(QPoint(parentWidget()->width() / 2, 56));
  move(top.x() - width() / 2, top.y());
  show();
  line_->setFocus();
}

void CommandPalette::search(const QString& typed) {
  struct Found {
    int score;
    QAction* action;
  };
  std::vector<Found> found;
  for (QAction* action : registry_.all()) {
    if (!action->isEnabled() || !action->isVisible()) continue;
    const QString text = plainText(*action) + ' ' + ActionRegistry::menuOf(action);
    if (const auto score = fuzzyScore(typed, text)) {
      found.push_back({*score, action});
    } else if (const auto of_id = fuzzyScore(typed, action->objectName())) {
      found.push_back({*of_id - kBehind, action});  // "regress": the id of an analysis
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Found& a, const Found& b) { return a.score > b.score; });
  list_->clear();
  for (const Found& entry : found) {
    auto* item = new QListWidgetItem(plainText(*entry.action), list_);
    item->setData(menuRole, ActionRegistry::menuOf(entry.action));
    item->setData(keyRole, entry.action->shortcut().toString(QKeySequence::NativeText));
    item->setData(actionRole, QVariant::fromValue(entry.action));
  }
  list_->setCurrentRow(0);
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
  if (watched != line_ || event->type() != QEvent::KeyPress) {
    return QFrame::eventFilter(watched, event);
  }
  const int key = static_cast<QKeyEvent*>(event)->key();
  if (key == Qt::Key_Return || key == Qt::Key_Enter) {
    runCurrent();
    return true;
  }
  if (key == Qt::Key_Down || key == Qt::Key_Up) {
    const int step = key == Qt::Key_Down ? 1 : -1;
    list_->setCurrentRow(std::clamp(list_->currentRow() + step, 0, list_->count() - 1));
    return true;
  }
  return QFrame::eventFilter(watched, event);
}

void CommandPalette::runCurrent() {
  const QListWidgetItem* item = list_->currentItem();
  if (!item) return;
  auto* action = item->data(actionRole).value<QAction*>();
  hide();
  action->trigger();
}

}  // namespace lineament::app
