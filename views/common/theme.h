// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>
#include <QString>

namespace lineament::views {

// The named roles of every colour that is not data. Two themes are built from this one list;
// exported figures always use the light one on white.
struct Theme {
  QString name;  // "light", "dark"
  bool dark = false;
  QColor window;       // behind everything
  QColor panel;        // docks, forms
  QColor view;         // behind a figure
  QColor text;         // contrast to all three at least 4.5 : 1
  QColor muted;        // secondary text, at least 4.5 : 1
  QColor line;         // separators
  QColor grid;         // barely visible
  QColor accent;       // the one accent
  QColor accent_text;  // on the accent
  QColor selection;    // rows, points and bars that are chosen
  QColor warning;
  QColor error;

  QPalette palette() const;
};

const Theme& lightTheme();
const Theme& darkTheme();
const Theme& figureTheme();  // light, white background: for files and reports

// The theme of the window. Setting it restyles the application and repaints all views.
const Theme& theme();
void setTheme(const Theme& theme);
bool systemIsDark();  // from the platform's own palette

}  // namespace lineament::views
