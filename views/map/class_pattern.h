// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>
#include <QPainter>
#include <QString>
#include <array>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace lineament::views {

// What geological maps lay over a unit's colour to say what rock it is.
enum class ClassPattern { none, dots, bricks, dashes, crosses, vees, waves };
inline constexpr std::array kClassPatterns{
    ClassPattern::none,    ClassPattern::dots, ClassPattern::bricks, ClassPattern::dashes,
    ClassPattern::crosses, ClassPattern::vees, ClassPattern::waves};

std::string_view name(ClassPattern pattern);  // "dots", as options have it
std::optional<ClassPattern> patternFromName(std::string_view name);
QString title(ClassPattern pattern);  // "Dots: sandstone"

constexpr double kPatternSide = 10;  // units of the square that repeats

// Black or white, whichever is seen better on the colour.
QColor patternInk(const QColor& ground);

// The pattern as lines and dots over an area, cut at its edges by hand, as not every file knows how
// to clip.
void drawPattern(QPainter& painter, const QRectF& area, ClassPattern pattern, const QColor& ink);

// Patterns over a picture: where `marks` has the alpha i + 1, patterns[i] is laid over the
// picture's colours, `ratio` pixels to a unit, with a corner of its squares at `origin`. Both
// pictures are ARGB32_Premultiplied of one size.
struct PatternFill {
  ClassPattern pattern = ClassPattern::none;
  QColor ink;
};
void layPatterns(QImage& picture, const QImage& marks, const std::vector<PatternFill>& patterns,
                 double ratio, const QPointF& origin);

// The same for files of vectors: as lines and dots over an area, each cut where its class ends.
// `mark_at` says which pattern lies at a place, counted as in `marks`; it is asked every
// kPatternSample units along the lines.
constexpr double kPatternSample = 0.3;
using MarkAt = std::function<std::size_t(const QPointF&)>;
void drawPatterns(QPainter& painter, const QRectF& area, const std::vector<PatternFill>& patterns,
                  const QPointF& origin, const MarkAt& mark_at);

}  // namespace lineament::views
