// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/icons.h"

#include <QFile>
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

}  // namespace

QIcon lineIcon(const QString& name) {
  static const bool registered = (registerIcons(), true);
  Q_UNUSED(registered);
  QFile file(QString(":/lineament/%1.svg").arg(name));
  if (!file.open(QIODevice::ReadOnly)) return {};
  const QByteArray svg = file.readAll();
  const views::Theme& theme = views::theme();
  QIcon icon;
  for (const int side : {16, 20, 32, 40}) {
    icon.addPixmap(drawn(svg, theme.text, side), QIcon::Normal);
    icon.addPixmap(drawn(svg, theme.line, side), QIcon::Disabled);
    icon.addPixmap(drawn(svg, theme.accent_text, side), QIcon::Selected);
  }
  return icon;
}

QIcon platformIcon(const QString& freedesktop_name, const QString& own_name) {
  return QIcon::fromTheme(freedesktop_name, lineIcon(own_name));
}

}  // namespace lineament::app
