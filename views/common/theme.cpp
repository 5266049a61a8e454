// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/theme.h"

#include <QApplication>
#include <QToolTip>
#include <QWidget>

namespace lineament::views {

namespace {

const Theme* current_theme = nullptr;

Theme makeLight() {
  Theme theme;
  theme.name = QStringLiteral("light");
  theme.window = QColor(0xf1f3f5);
  theme.panel = QColor(0xf8f9fa);
  theme.view = QColor(0xffffff);
  theme.text = QColor(0x1c2127);
  theme.muted = QColor(0x596270);
  theme.line = QColor(0x808895);
  theme.grid = QColor(0xe7e9ec);
  theme.accent = QColor(0x175cd3);
  theme.accent_text = QColor(0xffffff);
  theme.selection = QColor(0xb86a00);
  theme.warning = QColor(0x8f5a00);
  theme.error = QColor(0xb4231a);
  return theme;
}

Theme makeDark() {
  Theme theme;
  theme.name = QStringLiteral("dark");
  theme.dark = true;
  theme.window = QColor(0x14171b);
  theme.panel = QColor(0x20242a);
  theme.view = QColor(0x1a1d22);
  theme.text = QColor(0xe8eaed);
  theme.muted = QColor(0x9fa7b3);
  theme.line = QColor(0x707986);
  theme.grid = QColor(0x2c3138);
  theme.accent = QColor(0x7db1ff);
  theme.accent_text = QColor(0x0e1726);
  theme.selection = QColor(0xffc247);
  theme.warning = QColor(0xf2b84b);
  theme.error = QColor(0xff8a80);
  return theme;
}

Theme makeFigure() {
  Theme theme = makeLight();
  theme.name = QStringLiteral("figure");
  theme.window = theme.panel = theme.view = QColor(Qt::white);
  return theme;
}

}  // namespace

QPalette Theme::palette() const {
  QPalette made;
  made.setColor(QPalette::Window, panel);
  made.setColor(QPalette::WindowText, text);
  made.setColor(QPalette::Base, view);
  made.setColor(QPalette::AlternateBase, panel);
  made.setColor(QPalette::Text, text);
  made.setColor(QPalette::PlaceholderText, muted);
  made.setColor(QPalette::Button, panel);
  made.setColor(QPalette::ButtonText, text);
  made.setColor(QPalette::BrightText, error);
  made.setColor(QPalette::Highlight, accent);
  made.setColor(QPalette::HighlightedText, accent_text);
  made.setColor(QPalette::Link, accent);
  made.setColor(QPalette::LinkVisited, accent);
  made.setColor(QPalette::ToolTipBase, dark ? panel : text);
  made.setColor(QPalette::ToolTipText, dark ? text : view);
  made.setColor(QPalette::Light, dark ? line : view);
  made.setColor(QPalette::Midlight, grid);
  made.setColor(QPalette::Mid, line);
  made.setColor(QPalette::Dark, line);
  made.setColor(QPalette::Shadow, dark ? window : line);
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    made.setColor(QPalette::Disabled, role, line);
  }
  return made;
}

const Theme& lightTheme() {
  static const Theme theme = makeLight();
  return theme;
}

const Theme& darkTheme() {
  static const Theme theme = makeDark();
  return theme;
}

const Theme& figureTheme() {
  static const Theme theme = makeFigure();
  return theme;
}

const Theme& theme() {
  return current_theme ? *current_theme : lightTheme();
}

void setTheme(const Theme& wanted) {
  // Only the themes that live as long as the program are kept by address.
  current_theme = wanted.dark ? &darkTheme() : &lightTheme();
  if (!qobject_cast<QApplication*>(QCoreApplication::instance())) return;
  systemIsDark();  // remembers the platform's palette before it is replaced
  const QPalette palette = current_theme->palette();
  QApplication::setPalette(palette);
  QToolTip::setPalette(palette);
  const auto widgets = QApplication::allWidgets();
  for (QWidget* widget : widgets) widget->update();
}

bool systemIsDark() {
  // Text lighter than its ground is what makes a theme dark; asked once, before ours is set.
  static const bool dark = [] {
    const QPalette palette = QGuiApplication::palette();
    return palette.color(QPalette::WindowText).lightness() >
           palette.color(QPalette::Window).lightness();
  }();
  return dark;
}

}  // namespace lineament::views
