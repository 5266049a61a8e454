// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QPair>
#include <QString>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/data/model.h"

namespace lineament::views {

// A model as its sheet shows it, read from its type, configuration and tensors and checked. Numbers
// that a model does not have are NaN.

struct Coefficient {
  QString term;  // "distance", "location = ground"
  QString unit;  // of the coefficient: "mm/s per m"
  double value = 0;
  double standard_error = 0;
  double t = 0;
  double p = 0;
  double low = 0;  // 95 % confidence interval
  double high = 0;
  double vif = 0;
  double deviation = 0;  // standard deviation of the term's column
};

struct LinearPart {
  Coefficient intercept;
  std::vector<Coefficient> terms;
  bool tested = false;  // standard errors and intervals are known
  bool scaled = false;  // deviations are known
};

struct NetworkPart {
  struct Layer {
    QString title;  // "Linear", "ReLU"
    std::uint64_t inputs = 0;
    std::uint64_t outputs = 0;
    std::uint64_t parameters = 0;  // 0: it has none
  };
  std::vector<Layer> layers;
  std::uint64_t parameters = 0;
  std::vector<double> training_losses;  // per epoch; empty where the model does not carry them
  std::vector<double> validation_losses;
  int best_epoch = 0;  // 0: unknown
};

struct FeatureRow {
  QString name;
  QString unit;
  QString encoding;  // "number", "3 levels: x, y, z"
  double mean = 0;   // what a network's input is scaled by
  double scale = 0;
};

struct ModelSheet {
  QString title;   // "Least squares for PPV"
  QString target;  // with its unit
  QString target_unit;
  QList<QPair<QString, QString>> facts;
  std::vector<FeatureRow> features;
  bool scaled_features = false;
  std::optional<LinearPart> linear;
  std::optional<NetworkPart> network;
};

// Throws Error "model.sheet" where type, configuration and tensors do not fit each other. A type
// that is not known has its facts and features.
ModelSheet sheetOf(const Model& model);

}  // namespace lineament::views
