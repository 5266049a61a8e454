// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/exporter.h"

#include <QFileInfo>

#include "app/report/compose.h"
#include "app/report/write_report.h"

namespace lineament::app {
namespace {

// A job keeps its work where it can be copied, so figures are shared.
std::shared_ptr<views::Figure> copyOf(const views::Figure& figure) {
  return figure.copy();
}

}  // namespace

Exporter::Exporter(JobQueue& jobs, const Catalogue& catalogue, QObject* parent)
    : QObject(parent), jobs_(jobs), catalogue_(catalogue) {}

void Exporter::writeFigure(const views::Figure& figure, const QString& path,
                           const views::FigureFormat& format, const views::FigureRecord& record) {
  jobs_.start(
      {.title = tr("Export %1").arg(QFileInfo(path).fileName())},
      [copy = copyOf(figure), file = path.toStdString(), format, record](const Context& context) {
        copy->prepare(context.part(0, 0.5));
        views::exportFigure(*copy, file, format, record, context.part(0.5, 1));
      },
      this, [this, path](const Outcome<Nothing>& outcome) { settled(outcome, path); });
}

void Exporter::copyFigure(const views::Figure& figure, const views::FigureFormat& format) {
  jobs_.start(
      {.title = tr("Copy the view")},
      [copy = copyOf(figure), format](const Context& context) {
        copy->prepare(context);
        return views::figureImage(*copy, format);
      },
      this,
      [this](const Outcome<QImage>& outcome) {
        if (const Error* error = errorOf(outcome)) Q_EMIT failed(*error);
        if (const QImage* picture = valueOf(outcome)) Q_EMIT copied(*picture);
      });
}

void Exporter::writeReport(const std::shared_ptr<project::Project>& project, const QString& path) {
  jobs_.start(
      {.title = tr("Export %1").arg(QFileInfo(path).fileName())},
      [project, catalogue = &catalogue_, file = path.toStdString()](const Context& context) {
        checkReportPath(file);
        const Report report = composeReport(*project, *catalogue, context.part(0, 0.4));
        app::writeReport(report, file, Paper::a4, context.part(0.4, 1));
      },
      this, [this, path](const Outcome<Nothing>& outcome) { settled(outcome, path); });
}

void Exporter::settled(const Outcome<Nothing>& outcome, const QString& path) {
  if (const Error* error = errorOf(outcome)) Q_EMIT failed(*error);
  if (valueOf(outcome)) Q_EMIT written(path);
}

}  // namespace lineament::app
