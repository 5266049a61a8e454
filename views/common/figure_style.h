// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QPainter>
#include <QPen>
#include <QString>

namespace lineament::views {

// Every length in a figure is in units of 1/96 inch, text too: so that the screen, SVG, PDF and PNG
// are one drawing.
constexpr double kUnitsPerInch = 96;
constexpr double kUnitsPerPoint = kUnitsPerInch / 72;
constexpr double kUnitsPerMillimetre = kUnitsPerInch / 25.4;

// Text of figures in pixels of a unit each: 7.5, 8.25 and 9 pt.
enum class TextSize { small = 10, label = 11, large = 12 };

// A sans-serif font without hinting, whose advances are the same at every scale.
QFont figureFont(TextSize size = TextSize::label, bool bold = false);

// A pen of at least 0.4 pt, the thinnest line that prints.
constexpr double kThinnest = 0.4 * kUnitsPerPoint;
QPen figurePen(const QColor& colour, double width = 0.75, Qt::PenStyle style = Qt::SolidLine);

double textWidth(const QFont& font, const QString& text);
double textHeight(const QFont& font);
QString elidedText(const QFont& font, const QString& text, double width);

// Draws one line of text with the painter's font and pen so that the side or centre of it that
// `alignment` names lies at `anchor`: AlignRight | AlignVCenter ends there, centred on the height
// of its capitals.
void drawLabel(QPainter& painter, const QPointF& anchor, Qt::Alignment alignment,
               const QString& text);

// The same turned a quarter to the left, reading upwards, centred at `anchor`.
void drawUpwardLabel(QPainter& painter, const QPointF& anchor, const QString& text);

}  // namespace lineament::views
