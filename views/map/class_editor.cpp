// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/class_editor.h"

#include <QColorDialog>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QPixmap>

#include "views/common/plot_view.h"

namespace lineament::views {

namespace {

constexpr QSize kPicture(28, 14);

QColor colourOf(const ShownClass& one) {
  return {one.colour[0], one.colour[1], one.colour[2]};
}

// A menu takes an ampersand for the mark of a key.
QString menuText(const ShownClass& one) {
  return classLabel(one).replace(u'&', QStringLiteral("&&"));
}

QIcon pictureOf(const QColor& colour, ClassPattern pattern, double ratio) {
  QPixmap picture(kPicture * ratio);
  picture.setDevicePixelRatio(ratio);
  picture.fill(colour);
  QPainter painter(&picture);
  painter.setRenderHint(QPainter::Antialiasing);
  drawPattern(painter, QRectF({0, 0}, QSizeF(kPicture)), pattern, patternInk(colour));
  return picture;
}

const ShownClass* find(const std::vector<ShownClass>& classes, std::int64_t value) {
  for (const ShownClass& one : classes) {
    if (one.value == value) return &one;
  }
  return nullptr;
}

}  // namespace

ClassEditor::ClassEditor(MapCanvas& canvas) : QObject(&canvas), canvas_(canvas) {
  connect(&canvas, &MapCanvas::classOpened, this, &ClassEditor::rename);
}

void ClassEditor::ask(const QString& what, const Change& change) {
  ClassEdits changed = edits();
  change(changed);
  if (changed != edits()) Q_EMIT wanted(what, changed);
}

void ClassEditor::fillMenu(QMenu& menu, std::int64_t value) {
  const std::vector<ShownClass> all = canvas_.figure().shownClasses();
  const ShownClass* one = find(all, value);
  if (!one) return;
  menu.addAction(tr("Rename…"), this, [this, value] { rename(value); });
  menu.addAction(pictureOf(colourOf(*one), ClassPattern::none, canvas_.devicePixelRatioF()),
                 tr("Colour…"), this, [this, value] { chooseColour(value); });
  addPatterns(menu, *one);
  addMergers(menu, *one, all);
  QAction* shown = menu.addAction(tr("Show"), this, [this, value, hidden = one->hidden] {
    ask(hidden ? tr("Show a class") : tr("Hide a class"),
        [&](ClassEdits& changed) { changed.setHidden(value, !hidden); });
  });
  shown->setCheckable(true);
  shown->setChecked(!one->hidden);
  menu.addAction(tr("As the data have it"), this, [this, value] {
    ask(tr("Show a class as the data have it"), [&](ClassEdits& changed) {
      changed.forget(value);
      changed.separate(value);
    });
  });
}

void ClassEditor::addPatterns(QMenu& menu, const ShownClass& of) {
  QMenu* patterns = menu.addMenu(tr("Pattern"));
  for (const ClassPattern pattern : kClassPatterns) {
    QAction* action =
        patterns->addAction(pictureOf(colourOf(of), pattern, canvas_.devicePixelRatioF()),
                            title(pattern), this, [this, value = of.value, pattern] {
                              ask(tr("Give a class a pattern"),
                                  [&](ClassEdits& changed) { changed.setPattern(value, pattern); });
                            });
    action->setCheckable(true);
    action->setChecked(pattern == of.pattern);
  }
}

void ClassEditor::addMergers(QMenu& menu, const ShownClass& of,
                             const std::vector<ShownClass>& all) {
  QMenu* mergers = menu.addMenu(tr("Merge into"));
  for (const ShownClass& other : all) {
    if (other.value == of.value) continue;
    mergers->addAction(pictureOf(colourOf(other), other.pattern, canvas_.devicePixelRatioF()),
                       menuText(other), this, [this, value = of.value, into = other.value] {
                         ask(tr("Merge classes"),
                             [&](ClassEdits& changed) { changed.merge(value, into); });
                       });
  }
  mergers->setEnabled(all.size() > 1);
  QAction* apart = menu.addAction(tr("Separate what was merged"), this, [this, value = of.value] {
    ask(tr("Separate classes"), [&](ClassEdits& changed) { changed.separate(value); });
  });
  apart->setVisible(of.members.size() > 1);
}

void ClassEditor::fillMenuOfAll(QMenu& menu) {
  const std::vector<ShownClass> all = canvas_.figure().shownClasses();
  bool hidden = false;
  for (const ShownClass& one : all) {
    QMenu* own = menu.addMenu(pictureOf(colourOf(one), one.pattern, canvas_.devicePixelRatioF()),
                              menuText(one));
    fillMenu(*own, one.value);
    hidden = hidden || one.hidden;
  }
  menu.addSeparator();
  QAction* show = menu.addAction(tr("Show all"), this, [this] {
    ask(tr("Show all classes"), [](ClassEdits& changed) { changed.showAll(); });
  });
  show->setEnabled(hidden);
  QAction* forget = menu.addAction(tr("All as the data have them"), this, [this] {
    ask(tr("Show the classes as the data have them"),
        [](ClassEdits& changed) { changed = ClassEdits(); });
  });
  forget->setEnabled(!edits().empty());
}

// A field over the name; where that is out of sight, at the legend's top.
void ClassEditor::rename(std::int64_t value) {
  const std::vector<ShownClass> all = canvas_.figure().shownClasses();
  const ShownClass* one = find(all, value);
  if (!one) return;
  delete field_;
  QRectF name = canvas_.figure().legendNameOf(value, canvas_.figureSize());
  if (name.isEmpty()) {
    name = canvas_.figure().legendArea(canvas_.figureSize());
    if (name.isEmpty()) name = canvas_.camera().plot();
  }
  constexpr double kScale = PlotView::kScreenScale;
  field_ = new QLineEdit(classLabel(*one), &canvas_);
  field_->setAccessibleName(tr("Name of the class"));
  const int height = field_->sizeHint().height();
  const int left = static_cast<int>(name.left() * kScale) - 6;
  const int middle = static_cast<int>((name.top() + kLegendRow / 2) * kScale);
  field_->setGeometry(left, std::max(middle - height / 2, 0), canvas_.width() - left - 4, height);
  field_->installEventFilter(this);
  field_->selectAll();
  field_->show();
  field_->setFocus();
  connect(field_, &QLineEdit::editingFinished, this, [this, value, before = classLabel(*one)] {
    if (!field_) return;
    const QString text = field_->text().trimmed();
    closeField();
    if (text == before) return;
    ask(tr("Rename a class"),
        [&](ClassEdits& changed) { changed.rename(value, text.toStdString()); });
  });
}

void ClassEditor::closeField() {
  const bool focused = field_->hasFocus();
  field_->deleteLater();
  field_ = nullptr;
  if (focused) canvas_.setFocus();
}

bool ClassEditor::eventFilter(QObject* watched, QEvent* event) {
  const bool escape =
      event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape;
  if (watched != field_ || !escape) return false;
  closeField();
  return true;
}

void ClassEditor::chooseColour(std::int64_t value) {
  const std::vector<ShownClass> all = canvas_.figure().shownClasses();
  const ShownClass* one = find(all, value);
  if (!one) return;
  auto* dialog = new QColorDialog(colourOf(*one), &canvas_);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(tr("Colour of %1").arg(classLabel(*one)));
  connect(dialog, &QColorDialog::colorSelected, this, [this, value](const QColor& colour) {
    ask(tr("Recolour a class"), [&](ClassEdits& changed) {
      changed.recolour(value, {static_cast<std::uint8_t>(colour.red()),
                               static_cast<std::uint8_t>(colour.green()),
                               static_cast<std::uint8_t>(colour.blue())});
    });
  });
  dialog->open();
}

}  // namespace lineament::views
