// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/class_pattern.h"

#include <QCoreApplication>
#include <QLineF>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "views/common/colour_map.h"
#include "views/common/figure_style.h"

namespace lineament::views {

namespace {

struct Words {
  Q_DECLARE_TR_FUNCTIONS(MapLegend)
};

constexpr double kPatternLine = 0.8;  // units
constexpr double kDot = 0.9;          // radius
constexpr int kInkAlpha = 190;

struct Named {
  std::string_view name;
  const char* title;
};
constexpr std::array<Named, kClassPatterns.size()> kNames{{
    {"none", QT_TRANSLATE_NOOP("MapLegend", "No pattern")},
    {"dots", QT_TRANSLATE_NOOP("MapLegend", "Dots: sandstone")},
    {"bricks", QT_TRANSLATE_NOOP("MapLegend", "Bricks: limestone")},
    {"dashes", QT_TRANSLATE_NOOP("MapLegend", "Dashes: shale")},
    {"crosses", QT_TRANSLATE_NOOP("MapLegend", "Crosses: plutonic rock")},
    {"vees", QT_TRANSLATE_NOOP("MapLegend", "V: volcanic rock")},
    {"waves", QT_TRANSLATE_NOOP("MapLegend", "Waves: metamorphic rock")},
}};

// What one square of kPatternSide holds; its lines meet those of the squares beside it.
struct Motif {
  QList<QLineF> lines;
  QList<QPointF> dots;
};

Motif crosses() {
  Motif motif;
  for (const QPointF& at : {QPointF(2.5, 2.5), QPointF(7.5, 7.5)}) {
    motif.lines << QLineF(at - QPointF(1.6, 0), at + QPointF(1.6, 0))
                << QLineF(at - QPointF(0, 1.6), at + QPointF(0, 1.6));
  }
  return motif;
}

Motif vees() {
  Motif motif;
  for (const QPointF& foot : {QPointF(2.5, 4.2), QPointF(7.5, 9.2)}) {
    motif.lines << QLineF(foot - QPointF(1.5, 3.2), foot)
                << QLineF(foot, foot + QPointF(1.5, -3.2));
  }
  return motif;
}

Motif waves() {
  Motif motif;
  constexpr int kSteps = 8;
  const auto at = [](int step, double level) {
    const double x = kPatternSide * step / kSteps;
    return QPointF(x, level - 1.2 * std::sin(2 * M_PI * x / kPatternSide));
  };
  for (const double level : {2.5, 7.5}) {
    for (int i = 0; i < kSteps; ++i) motif.lines << QLineF(at(i, level), at(i + 1, level));
  }
  return motif;
}

Motif motifOf(ClassPattern pattern) {
  switch (pattern) {
    case ClassPattern::none:
      return {};
    case ClassPattern::dots:
      return {{}, {{2.5, 2.5}, {7.5, 7.5}}};
    case ClassPattern::bricks:
      return {{{0, 2.5, 10, 2.5},
               {0, 7.5, 10, 7.5},
               {2.5, 2.5, 2.5, 7.5},
               {7.5, 7.5, 7.5, 10},
               {7.5, 0, 7.5, 2.5}},
              {}};
    case ClassPattern::dashes:
      return {{{0.5, 2.5, 5, 2.5}, {5.5, 7.5, 10, 7.5}}, {}};
    case ClassPattern::crosses:
      return crosses();
    case ClassPattern::vees:
      return vees();
    case ClassPattern::waves:
      return waves();
  }
  return {};
}

// The part of a line inside the area (Liang and Barsky, 1984); nothing where none is.
std::optional<QLineF> within(const QLineF& line, const QRectF& area) {
  double from = 0, to = 1;
  const auto cut = [&](double direction, double room) {
    if (direction == 0) return room >= 0;
    const double share = room / direction;
    (direction < 0 ? from : to) = direction < 0 ? std::max(from, share) : std::min(to, share);
    return true;
  };
  const bool meets =
      cut(-line.dx(), line.x1() - area.left()) && cut(line.dx(), area.right() - line.x1()) &&
      cut(-line.dy(), line.y1() - area.top()) && cut(line.dy(), area.bottom() - line.y1());
  if (!meets || from >= to) return std::nullopt;
  return QLineF(line.pointAt(from), line.pointAt(to));
}

// Pixels along the square that repeats, the same for all patterns.
int sideOf(double ratio) {
  return std::max(static_cast<int>(std::lround(kPatternSide * ratio)), 4);
}

int wrapped(int value, int side) {
  return (value % side + side) % side;
}

// How much ink each pixel of a square has, of 255.
class InkTile {
 public:
  InkTile(const PatternFill& fill, int side) : side_(side), colour_(fill.ink.rgb()) {
    QImage drawn(side, side, QImage::Format_ARGB32_Premultiplied);
    drawn.fill(Qt::transparent);
    QPainter painter(&drawn);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.scale(side / kPatternSide, side / kPatternSide);
    QColor ink = Qt::black;
    ink.setAlpha(fill.ink.alpha());
    drawPattern(painter, {0, 0, kPatternSide, kPatternSide}, fill.pattern, ink);
    painter.end();
    ink_.reserve(static_cast<std::size_t>(side * side));
    for (int y = 0; y < side; ++y) {
      const auto* line = reinterpret_cast<const QRgb*>(drawn.constScanLine(y));
      for (int x = 0; x < side; ++x) ink_.push_back(static_cast<std::uint8_t>(qAlpha(line[x])));
    }
  }

  QRgb colour() const { return colour_; }
  int at(int x, int y) const { return ink_[static_cast<std::size_t>(y * side_ + x)]; }

 private:
  int side_;
  QRgb colour_;
  std::vector<std::uint8_t> ink_;
};

// `ink` over a premultiplied colour, whose own alpha stays.
QRgb inked(QRgb colour, QRgb ink, int amount) {
  const int alpha = qAlpha(colour);
  const auto mixed = [&](int below, int above) {
    return (below * (255 - amount) + above * alpha / 255 * amount + 127) / 255;
  };
  return qRgba(mixed(qRed(colour), qRed(ink)), mixed(qGreen(colour), qGreen(ink)),
               mixed(qBlue(colour), qBlue(ink)), alpha);
}

}  // namespace

std::string_view name(ClassPattern pattern) {
  return kNames[static_cast<std::size_t>(pattern)].name;
}

std::optional<ClassPattern> patternFromName(std::string_view wanted) {
  for (const ClassPattern pattern : kClassPatterns) {
    if (name(pattern) == wanted) return pattern;
  }
  return std::nullopt;
}

QString title(ClassPattern pattern) {
  return QCoreApplication::translate("MapLegend", kNames[static_cast<std::size_t>(pattern)].title);
}

QColor patternInk(const QColor& ground) {
  QColor ink = contrast(ground, Qt::black) >= contrast(ground, Qt::white) ? Qt::black : Qt::white;
  ink.setAlpha(kInkAlpha);
  return ink;
}

void drawPattern(QPainter& painter, const QRectF& area, ClassPattern pattern, const QColor& ink) {
  const Motif motif = motifOf(pattern);
  QList<QLineF> lines;
  QList<QPointF> dots;
  const QRectF inside = area.adjusted(kDot, kDot, -kDot, -kDot);
  for (double top = area.top(); top < area.bottom(); top += kPatternSide) {
    for (double left = area.left(); left < area.right(); left += kPatternSide) {
      for (const QLineF& line : motif.lines) {
        if (const auto part = within(line.translated(left, top), area)) lines << *part;
      }
      for (const QPointF& dot : motif.dots) {
        const QPointF at = dot + QPointF(left, top);
        if (inside.contains(at)) dots << at;
      }
    }
  }
  painter.setBrush(Qt::NoBrush);
  painter.setPen(figurePen(ink, kPatternLine));
  painter.drawLines(lines);
  painter.setPen(Qt::NoPen);
  painter.setBrush(ink);
  for (const QPointF& dot : dots) painter.drawEllipse(dot, kDot, kDot);
}

void layPatterns(QImage& picture, const QImage& marks, const std::vector<PatternFill>& patterns,
                 double ratio, const QPointF& origin) {
  const int side = sideOf(ratio);
  std::vector<InkTile> tiles;
  for (const PatternFill& fill : patterns) tiles.emplace_back(fill, side);
  const QPoint corner = origin.toPoint();
  for (int y = 0; y < picture.height(); ++y) {
    auto* line = reinterpret_cast<QRgb*>(picture.scanLine(y));
    const auto* mark = reinterpret_cast<const QRgb*>(marks.constScanLine(y));
    const int row = wrapped(y - corner.y(), side);
    int column = wrapped(-corner.x(), side);
    for (int x = 0; x < picture.width(); ++x, column = column + 1 == side ? 0 : column + 1) {
      const auto which = static_cast<std::size_t>(qAlpha(mark[x]));
      if (which == 0 || which > tiles.size()) continue;
      const InkTile& tile = tiles[which - 1];
      const int amount = tile.at(column, row);
      if (amount > 0) line[x] = inked(line[x], tile.colour(), amount);
    }
  }
}

namespace {

// The pieces of a line whose places have that mark, joined to the path's end where they meet it.
void addMarked(QPainterPath& path, const QLineF& line, std::size_t mark, const MarkAt& mark_at) {
  const int pieces = std::max(static_cast<int>(std::ceil(line.length() / kPatternSample)), 1);
  const auto point = [&](int i) { return line.pointAt(static_cast<double>(i) / pieces); };
  int from = -1;
  for (int i = 0; i <= pieces; ++i) {
    const bool inside = i < pieces && mark_at(line.pointAt((i + 0.5) / pieces)) == mark;
    if (inside && from < 0) from = i;
    if (inside || from < 0) continue;
    const QPointF begin = point(from);
    if (path.isEmpty() || path.currentPosition() != begin) path.moveTo(begin);
    path.lineTo(point(i));
    from = -1;
  }
}

// The first multiple of the square's side from `origin` on that is not above `low`.
double squareBefore(double low, double origin) {
  return origin + kPatternSide * std::floor((low - origin) / kPatternSide);
}

}  // namespace

void drawPatterns(QPainter& painter, const QRectF& area, const std::vector<PatternFill>& patterns,
                  const QPointF& origin, const MarkAt& mark_at) {
  constexpr double kSpeck = 0.01;  // a dot is a line that is hardly one, with round ends
  painter.setBrush(Qt::NoBrush);
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const Motif motif = motifOf(patterns[i].pattern);
    QPainterPath lines, dots;
    for (double y = squareBefore(area.top(), origin.y()); y < area.bottom(); y += kPatternSide) {
      for (double x = squareBefore(area.left(), origin.x()); x < area.right(); x += kPatternSide) {
        for (const QLineF& line : motif.lines) {
          const auto part = within(line.translated(x, y), area);
          if (part) addMarked(lines, *part, i + 1, mark_at);
        }
        for (const QPointF& dot : motif.dots) {
          const QPointF at = dot + QPointF(x, y);
          if (!area.contains(at) || mark_at(at) != i + 1) continue;
          dots.moveTo(at);
          dots.lineTo(at + QPointF(kSpeck, 0));
        }
      }
    }
    QPen pen = figurePen(patterns[i].ink, kPatternLine);
    pen.setCapStyle(Qt::FlatCap);
    pen.setJoinStyle(Qt::BevelJoin);
    painter.strokePath(lines, pen);
    pen.setWidthF(2 * kDot);
    pen.setCapStyle(Qt::RoundCap);
    painter.strokePath(dots, pen);
  }
}

}  // namespace lineament::views
