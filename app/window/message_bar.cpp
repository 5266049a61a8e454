// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/message_bar.h"

#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/window/icons.h"
#include "views/common/theme.h"

namespace lineament::app {
namespace {

constexpr int kMostBars = 3;
constexpr int kDetailsHeight = 120;
constexpr int kStripe = 4;

QString sentence(const std::string& part) {
  QString text = QString::fromStdString(part);
  if (text.isEmpty()) return text;
  text[0] = text[0].toUpper();
  return text.endsWith('.') ? text : text + '.';
}

QColor stripeColour(Message::Severity severity) {
  const views::Theme& theme = views::theme();
  switch (severity) {
    case Message::Severity::error:
      return theme.error;
    case Message::Severity::warning:
      return theme.warning;
    case Message::Severity::information:
      break;
  }
  return theme.accent;
}

QLabel* wrapped(const QString& words, QWidget* parent) {
  auto* label = new QLabel(words, parent);
  label->setTextFormat(Qt::PlainText);  // names of files are shown, never interpreted
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  return label;
}

}  // namespace

Message Message::of(const Error& error) {
  Message message;
  message.headline = MessageBar::tr("%1: %2").arg(QString::fromStdString(error.asked()),
                                                  QString::fromStdString(error.found()));
  QStringList rest;
  if (!error.where().empty()) rest << sentence(error.where());
  if (!error.remedy().empty()) rest << sentence(error.remedy());
  message.body = rest.join(' ');
  message.details =
      QString("%1\n%2").arg(QString::fromStdString(error.key()), QString::fromUtf8(error.what()));
  return message;
}

MessageBar::MessageBar(const Message& message, QWidget* parent)
    : QFrame(parent), severity_(message.severity) {
  setObjectName("message");
  setAccessibleName(message.headline);
  setAccessibleDescription(message.body);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(12 + kStripe, 8, 8, 8);
  column->setSpacing(8);
  auto* line = new QHBoxLayout;
  line->setSpacing(8);
  column->addLayout(line);

  auto* words = new QVBoxLayout;
  words->setSpacing(2);
  QLabel* headline = wrapped(message.headline, this);
  QFont strong = headline->font();
  strong.setWeight(QFont::DemiBold);
  headline->setFont(strong);
  words->addWidget(headline);
  if (!message.body.isEmpty()) words->addWidget(wrapped(message.body, this));
  line->addLayout(words, 1);
  makeButtons(message, line);
  if (details_) column->addWidget(details_);
}

void MessageBar::makeButtons(const Message& message, QHBoxLayout* line) {
  for (const Message::Remedy& remedy : message.remedies) {
    auto* button = new QPushButton(remedy.text, this);
    connect(button, &QPushButton::clicked, this, [this, act = remedy.act] {
      Q_EMIT closed();
      act();
    });
    line->addWidget(button, 0, Qt::AlignTop);
  }
  if (!message.details.isEmpty()) {
    details_ = new QPlainTextEdit(message.details, this);
    details_->setReadOnly(true);
    details_->setFixedHeight(kDetailsHeight);
    details_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    details_->setAccessibleName(tr("Details"));
    details_->hide();
    auto* button = new QPushButton(tr("Details"), this);
    button->setCheckable(true);
    button->setFlat(true);
    connect(button, &QPushButton::toggled, details_, &QWidget::setVisible);
    line->addWidget(button, 0, Qt::AlignTop);
  }
  auto* close = new QToolButton(this);
  close->setObjectName("close");
  close->setIcon(lineIcon("close"));
  close->setAutoRaise(true);
  close->setToolTip(tr("Close this message"));
  close->setAccessibleName(tr("Close this message"));
  connect(close, &QToolButton::clicked, this, &MessageBar::closed);
  line->addWidget(close, 0, Qt::AlignTop);
}

void MessageBar::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const views::Theme& theme = views::theme();
  const QColor stripe = stripeColour(severity_);
  QColor tint = stripe;
  tint.setAlphaF(theme.dark ? 0.16F : 0.08F);
  painter.fillRect(rect(), theme.panel);
  painter.fillRect(rect(), tint);
  painter.fillRect(QRect(0, 0, kStripe, height()), stripe);
}

MessageArea::MessageArea(QWidget* parent) : QWidget(parent) {
  column_ = new QVBoxLayout(this);
  column_->setContentsMargins(0, 0, 0, 0);
  column_->setSpacing(1);
}

void MessageArea::show(const Message& message) {
  const QString said = message.headline + '\n' + message.body;
  for (const Bar& bar : std::as_const(bars_)) {
    if (bar.said == said) return;
  }
  auto* bar = new MessageBar(message, this);
  connect(bar, &MessageBar::closed, this, [this, bar] { remove(bar); });
  bars_.prepend({bar, said});
  column_->insertWidget(0, bar);
  if (bars_.size() > kMostBars) remove(bars_.last().widget);
}

void MessageArea::remove(MessageBar* bar) {
  bars_.removeIf([bar](const Bar& entry) { return entry.widget == bar; });
  bar->hide();
  bar->deleteLater();
}

void MessageArea::clear() {
  while (!bars_.isEmpty()) remove(bars_.last().widget);
}

}  // namespace lineament::app
