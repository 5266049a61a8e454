// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>
#include <QtTest>
#include <string>
#include <vector>

#include "core/data/model.h"

// A real numeric table as a model takes it.
struct NumericCsv {
  std::vector<lineament::Feature> features;
  std::vector<double> rows;
  std::vector<double> targets;
};

// Plain numbers under one line of quoted or bare names.
inline NumericCsv numericCsv(const QString& name, const QString& target,
                             const QStringList& features) {
  NumericCsv csv;
  QFile file(QString(LINEAMENT_REAL_DATA) + "/tabular/" + name);
  if (!file.open(QIODevice::ReadOnly)) return csv;
  const QString text = QString::fromUtf8(file.readAll()).remove('"').remove('\r');
  const QStringList lines = text.split('\n', Qt::SkipEmptyParts);
  const QStringList names = lines[0].split(',');
  for (const QString& feature : features) csv.features.push_back({feature.toStdString(), "", {}});
  for (const QString& line : lines.mid(1)) {
    const QStringList cells = line.split(',');
    csv.targets.push_back(cells[names.indexOf(target)].toDouble());
    for (const QString& feature : features) {
      csv.rows.push_back(cells[names.indexOf(feature)].toDouble());
    }
  }
  return csv;
}
