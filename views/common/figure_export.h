// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <filesystem>

#include "views/common/view.h"

namespace lineament::views {

// The physical size of an exported figure. Common widths: 85 mm (one column), 114 mm, 174 mm (full
// width); slides 338.7 x 190.5 mm.
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
// there in full or not at all. Throws Error for an unknown ending or a place that cannot be
// written.
void exportFigure(const View& view, const std::filesystem::path& path, const FigureFormat& format,
                  const FigureRecord& record = {});

// The same into memory: an SVG for self-contained HTML, a PNG for the clipboard.
QByteArray figureSvg(const View& view, const FigureFormat& format, const FigureRecord& record = {});
QByteArray figurePng(const View& view, const FigureFormat& format, const FigureRecord& record = {});

}  // namespace lineament::views
