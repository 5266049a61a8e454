// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QImage>
#include <QString>
#include <filesystem>

#include "views/common/figure.h"

namespace lineament::views {

// The physical size of an exported figure. Common widths: 85 mm (one column), 114 mm, 174 mm (full
// width); slides 338.7 x 190.5 mm. A figure with a page of its own has the size of that.
struct FigureFormat {
  double width_mm = 174;
  double height_mm = 0;  // 0: the drawing's natural height at this width
  int dpi = 300;         // of PNG, and of raster parts inside SVG and PDF
};

// What the file says of itself (PDF document information, SVG <metadata>, PNG text chunks).
struct FigureRecord {
  QString title;
  QString project;
  QString run;         // id, analysis
  QString parameters;  // JSON
};

// Writes .svg, .pdf or .png, by the ending, with fonts embedded and text kept as text. The file is
// there in full or not at all. May run on any thread, like all of this file. Throws Cancelled, and
// Error for an unknown ending or a place that cannot be written.
void exportFigure(const Figure& figure, const std::filesystem::path& path,
                  const FigureFormat& format, const FigureRecord& record = {},
                  const Context& context = {});

// The same into memory: an SVG for self-contained HTML, a picture for the clipboard.
QByteArray figureSvg(const Figure& figure, const FigureFormat& format,
                     const FigureRecord& record = {});
QImage figureImage(const Figure& figure, const FigureFormat& format);
QByteArray figurePng(const Figure& figure, const FigureFormat& format,
                     const FigureRecord& record = {});

}  // namespace lineament::views
