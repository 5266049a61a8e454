// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/icons.h"

#include <QFile>
#include <QHash>
#include <QPainter>
#include <QSvgRenderer>

#include "views/common/theme.h"

// Resources of a static library are registered from outside of any namespace.
static void registerIcons() {
  Q_INIT_RESOURCE(icons);
}

namespace lineament::app {
namespace {

QPixmap drawn(const QByteArray& svg, const QColor& colour, int side) {
  QByteArray coloured = svg;
  coloured.replace("currentColor", colour.name().toLatin1());
  QSvgRenderer renderer(coloured);
  QPixmap pixmap(side, side);
  pixmap.fill(Qt::transparent);
  QPainter painter(&pixmap);
  renderer.render(&painter);
  return pixmap;
}

QIcon drawnIcon(const QString& name, const views::Theme& theme) {
  static const bool registered = (registerIcons(), true);
  Q_UNUSED(registered);
  QFile file(QString(":/lineament/%1.svg").arg(name));
  if (!file.open(QIODevice::ReadOnly)) return {};
  const QByteArray svg = file.readAll();
  QIcon icon;
  for (const int side : {16, 20, 32, 40}) {
    icon.addPixmap(drawn(svg, theme.text, side), QIcon::Normal);
    icon.addPixmap(drawn(svg, theme.line, side), QIcon::Disabled);
    icon.addPixmap(drawn(svg, theme.accent_text, side), QIcon::Selected);
  }
  return icon;
}

}  // namespace

// Drawn once for each theme: a tree of a hundred lines has six different ones.
QIcon lineIcon(const QString& name) {
  static QHash<QString, QIcon> drawn_before;
  const views::Theme& theme = views::theme();
  const QString key = theme.name + '/' + name;
  const auto found = drawn_before.constFind(key);
  if (found != drawn_before.cend()) return *found;
  return *drawn_before.insert(key, drawnIcon(name, theme));
}

QIcon platformIcon(const QString& freedesktop_name, const QString& own_name) {
  return QIcon::fromTheme(freedesktop_name, lineIcon(own_name));
}

}  // namespace lineament::app
