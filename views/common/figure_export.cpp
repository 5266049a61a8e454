// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/figure_export.h"

#include <QBuffer>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgGenerator>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/version.h"
#include "views/common/figure_style.h"

namespace lineament::views {

namespace {

constexpr ErrorText kEnding{"figure.ending", "Write the figure {file}",
                            "the ending '{ending}' is none that a figure can have", "",
                            "End the name in .svg, .pdf or .png"};
constexpr ErrorText kSize{
    "figure.size", "Draw a figure of {width} x {height} mm at {dpi} dpi", "that is {problem}", "",
    "Choose 10 to 2,000 mm and 36 to 2,400 dpi, in all at most 400 million pixels"};
constexpr ErrorText kEncode{"figure.encode", "Write a figure as {format}",
                            "the picture could not be made", "",
                            "Choose a smaller size or fewer dpi"};

struct Sheet {
  QSizeF millimetres;
  QSizeF units;
};

// The physical size: the figure's own paper, else what was asked for, with the height that the
// drawing asks for where none is given.
Sheet sizeOf(const Figure& figure, const FigureFormat& format) {
  if (const auto page = figure.pageSize()) return {*page, *page * kUnitsPerMillimetre};
  const double width = format.width_mm * kUnitsPerMillimetre;
  const double height = format.height_mm > 0 ? format.height_mm * kUnitsPerMillimetre
                                             : figure.naturalSize(width).height();
  return {{format.width_mm, height / kUnitsPerMillimetre}, {width, height}};
}

Sheet sheetOf(const Figure& figure, const FigureFormat& format) {
  const Sheet sheet = sizeOf(figure, format);
  const auto fail = [&](const char* problem) {
    throw Error::usage(kSize, {{"width", sheet.millimetres.width()},
                               {"height", sheet.millimetres.height()},
                               {"dpi", format.dpi},
                               {"problem", problem}});
  };
  const auto [smaller, larger] =
      std::minmax({sheet.millimetres.width(), sheet.millimetres.height()});
  if (!(smaller >= 10)) fail("too small to be read");
  if (!(larger <= 2000)) fail("larger than a sheet can be");
  if (format.dpi < 36 || format.dpi > 2400) fail("a resolution that no device has");
  const double pixels =
      sheet.units.width() * sheet.units.height() * std::pow(format.dpi / kUnitsPerInch, 2);
  if (pixels > 4e8) fail("too many pixels");
  return sheet;
}

// `down` moves the drawing, in device units.
void drawOn(QPaintDevice& device, const Figure& figure, const Sheet& sheet, double device_units,
            double down = 0) {
  QPainter painter(&device);
  painter.translate(0, down);
  painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
  painter.scale(device_units, device_units);
  figure.paint(painter, sheet.units, figureTheme());
}

QString creator() {
  return QStringLiteral("Lineament ") + QString::fromStdString(versionText());
}

QString millimetres(double value) {
  return QString::fromStdString(fmt::format("{:.4f}", value));
}

// QSvgGenerator knows whole pixels only: gives the root element the exact size, and the record.
QByteArray withExactSize(const QByteArray& svg, const Sheet& sheet, const FigureRecord& record) {
  const auto begin = svg.indexOf("<svg ");
  const auto end = svg.indexOf('>', begin);
  QString root = QStringLiteral(
      "<svg width=\"%1mm\" height=\"%2mm\" viewBox=\"0 0 %3 %4\"\n"
      " xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\""
      " version=\"1.1\">\n");
  root = root.arg(millimetres(sheet.millimetres.width()), millimetres(sheet.millimetres.height()),
                  millimetres(sheet.units.width()), millimetres(sheet.units.height()));
  QString metadata = QStringLiteral(
      "<metadata><figure xmlns=\"https://lineament.org/figure\" creator=\"%1\" project=\"%2\""
      " run=\"%3\">%4</figure></metadata>");
  metadata = metadata.arg(creator().toHtmlEscaped(), record.project.toHtmlEscaped(),
                          record.run.toHtmlEscaped(), record.parameters.toHtmlEscaped());
  return svg.left(begin) + root.toUtf8() + metadata.toUtf8() + svg.mid(end + 1);
}

QByteArray recordJson(const FigureRecord& record) {
  // Parameters that are no JSON are kept as the text they are.
  auto parameters = nlohmann::json::parse(record.parameters.toStdString(), nullptr, false);
  if (parameters.is_discarded()) parameters = record.parameters.toStdString();
  const nlohmann::json json = {{"title", record.title.toStdString()},
                               {"project", record.project.toStdString()},
                               {"run", record.run.toStdString()},
                               {"parameters", parameters}};
  return QByteArray::fromStdString(json.dump(1));
}

// QPdfWriter knows whole points only: writes the exact size over the rounded one, in as many bytes,
// so that the file's table of offsets stays right.
void setExactBox(QByteArray& pdf, const QSizeF& points) {
  const QByteArray key = "/MediaBox [0 0 ";
  const auto begin = pdf.indexOf(key);
  if (begin < 0) throw Error(kEncode, {{"format", "PDF"}});
  const auto end = pdf.indexOf(']', begin);
  const QByteArray box = key + QByteArray::fromStdString(
                                   fmt::format("{:.6f} {:.6f}", points.width(), points.height()));
  if (box.size() <= end - begin)
    pdf.replace(begin, end - begin, box.leftJustified(end - begin, ' '));
}

QByteArray figurePdf(const Figure& figure, const FigureFormat& format, const FigureRecord& record) {
  constexpr int kResolution = 1200;  // of the coordinates in the file, not of any raster
  const Sheet sheet = sheetOf(figure, format);
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QPdfWriter writer(&buffer);
  writer.setResolution(kResolution);
  const QSizeF points = sheet.units * 72 / kUnitsPerInch;
  const QSizeF whole(std::ceil(points.width()), std::ceil(points.height()));
  writer.setPageSize(
      QPageSize(whole, QPageSize::Point, QStringLiteral("figure"), QPageSize::ExactMatch));
  writer.setPageMargins(QMarginsF());
  writer.setTitle(record.title);
  writer.setCreator(creator());
  writer.addFileAttachment(QStringLiteral("record.json"), recordJson(record),
                           QStringLiteral("application/json"));
  // A PDF's heights count from the bottom, which stays where it is.
  const double down = (whole.height() - points.height()) / 72 * kResolution;
  drawOn(writer, figure, sheet, kResolution / kUnitsPerInch, down);
  setExactBox(bytes, points);
  return bytes;
}

}  // namespace

QByteArray figureSvg(const Figure& figure, const FigureFormat& format, const FigureRecord& record) {
  const Sheet sheet = sheetOf(figure, format);
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QSvgGenerator generator;
  generator.setOutputDevice(&buffer);
  generator.setResolution(static_cast<int>(kUnitsPerInch));
  generator.setSize({static_cast<int>(std::ceil(sheet.units.width())),
                     static_cast<int>(std::ceil(sheet.units.height()))});
  generator.setViewBox(QRectF(QPointF(), sheet.units));
  generator.setTitle(record.title.toHtmlEscaped());  // it writes what it is given
  generator.setDescription(creator());
  drawOn(generator, figure, sheet, 1);
  return withExactSize(bytes, sheet, record);
}

QImage figureImage(const Figure& figure, const FigureFormat& format) {
  const Sheet sheet = sheetOf(figure, format);
  const double scale = format.dpi / kUnitsPerInch;
  QImage image(static_cast<int>(std::lround(sheet.units.width() * scale)),
               static_cast<int>(std::lround(sheet.units.height() * scale)),
               QImage::Format_ARGB32_Premultiplied);
  if (image.isNull()) throw Error(kEncode, {{"format", "PNG"}});
  image.fill(Qt::white);
  drawOn(image, figure, sheet, scale);
  // Set after drawing: fonts in pixels do not ask, but nothing else should either.
  image.setDotsPerMeterX(static_cast<int>(std::lround(format.dpi / 0.0254)));
  image.setDotsPerMeterY(image.dotsPerMeterX());
  return image;
}

QByteArray figurePng(const Figure& figure, const FigureFormat& format, const FigureRecord& record) {
  QImage image = figureImage(figure, format);
  image.setText(QStringLiteral("Title"), record.title);
  image.setText(QStringLiteral("Software"), creator());
  image.setText(QStringLiteral("Project"), record.project);
  image.setText(QStringLiteral("Run"), record.run);
  image.setText(QStringLiteral("Parameters"), record.parameters);
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  if (!image.save(&buffer, "PNG")) throw Error(kEncode, {{"format", "PNG"}});
  return bytes;
}

void exportFigure(const Figure& figure, const std::filesystem::path& path,
                  const FigureFormat& format, const FigureRecord& record, const Context& context) {
  context.checkpoint(0, "Drawing the figure");
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  QByteArray bytes;
  if (ending == ".svg") {
    bytes = figureSvg(figure, format, record);
  } else if (ending == ".pdf") {
    bytes = figurePdf(figure, format, record);
  } else if (ending == ".png") {
    bytes = figurePng(figure, format, record);
  } else {
    throw Error::usage(kEnding, {{"file", path.string()}, {"ending", ending}});
  }
  context.checkpoint(1);
  writeWhole(path, std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
}

}  // namespace lineament::views
