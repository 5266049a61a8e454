// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QObject>
#include <QString>
#include <memory>

#include "app/jobs/job_queue.h"
#include "core/analysis/catalogue.h"
#include "core/project/project.h"
#include "views/common/figure_export.h"

namespace lineament::app {

// Writes figures and reports, each in a job: the file is there in full when the job is done, and
// not at all when it was cancelled or failed.
class Exporter : public QObject {
  Q_OBJECT

 public:
  Exporter(JobQueue& jobs, const Catalogue& catalogue, QObject* parent);

  // The figure as it is now; what a person changes afterwards does not matter.
  void writeFigure(const views::Figure& figure, const QString& path,
                   const views::FigureFormat& format, const views::FigureRecord& record);
  void copyFigure(const views::Figure& figure, const views::FigureFormat& format);
  void writeReport(const std::shared_ptr<project::Project>& project, const QString& path);

 Q_SIGNALS:
  void written(const QString& path);
  void copied(const QImage& picture);
  void failed(const lineament::Error& error);

 private:
  void settled(const Outcome<Nothing>& outcome, const QString& path);

  JobQueue& jobs_;
  const Catalogue& catalogue_;
};

}  // namespace lineament::app
