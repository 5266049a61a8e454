// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/model/model_sheet.h"

#include <QCoreApplication>
#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "views/common/number_text.h"

namespace lineament::views {

namespace {

constexpr ErrorText kSheet{"model.sheet", "Show the model of '{target}'", "{what}", "",
                           "The model was damaged or written by another program: fit it anew"};

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kStatistics = 6;  // standard error, t, p, low, high, vif
constexpr qsizetype kNamedLevels = 6;

struct Words {
  Q_DECLARE_TR_FUNCTIONS(ModelView)
};

QString qt(const std::string& text) {
  return QString::fromStdString(text);
}

QString counted(std::uint64_t count) {
  return numberText(static_cast<double>(count), 15);
}

[[noreturn]] void malformed(const Model& model, const std::string& what) {
  throw Error(kSheet, {{"target", model.target}, {"what", what}});
}

// The values of a tensor, `count` of them; nothing where the model has none of that name.
std::optional<std::vector<double>> values(const Model& model, const std::string& name,
                                          std::size_t count) {
  const auto found = model.tensors.find(name);
  if (found == model.tensors.end()) return std::nullopt;
  if (found->second.elements() != count) {
    malformed(model, "the tensor '" + name + "' has " + std::to_string(found->second.elements()) +
                         " elements, " + std::to_string(count) + " are needed");
  }
  return found->second.numbers();
}

// All values of a tensor that may be absent.
std::vector<double> valuesIfAny(const Model& model, const std::string& name) {
  const auto found = model.tensors.find(name);
  return found == model.tensors.end() ? std::vector<double>() : found->second.numbers();
}

double number(const nlohmann::json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_number() ? found->get<double>() : kNaN;
}

std::string word(const nlohmann::json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<std::size_t> size(const nlohmann::json& object, const char* key) {
  const double value = number(object, key);
  if (!(value >= 0) || value > 9e15 || value != std::floor(value)) return std::nullopt;
  return static_cast<std::size_t>(value);
}

QString typeTitle(const std::string& type) {
  if (type == "ols") return Words::tr("Least squares");
  if (type == "ridge") return Words::tr("Ridge regression");
  if (type == "mlp") return Words::tr("Neural network");
  if (type == "autoencoder") return Words::tr("Autoencoder");
  return qt(type);
}

QString perUnit(const Model& model, const Feature& feature, bool level) {
  const QString target = qt(model.target_unit), unit = qt(feature.unit);
  if (level || unit.isEmpty()) return target;
  return target.isEmpty() ? QStringLiteral("1/") + unit : Words::tr("%1 per %2").arg(target, unit);
}

void readEstimates(const Model& model, LinearPart& part) {
  const auto given = values(model, "estimates", (part.terms.size() + 1) * kStatistics);
  part.tested = given.has_value();
  const auto fill = [&](Coefficient& coefficient, std::size_t row) {
    const auto at = [&](std::size_t statistic) {
      return given ? (*given)[row * kStatistics + statistic] : kNaN;
    };
    coefficient.standard_error = at(0);
    coefficient.t = at(1);
    coefficient.p = at(2);
    coefficient.low = at(3);
    coefficient.high = at(4);
    coefficient.vif = at(5);
  };
  fill(part.intercept, 0);
  for (std::size_t i = 0; i < part.terms.size(); ++i) fill(part.terms[i], i + 1);
}

LinearPart linearPart(const Model& model) {
  const auto listed = model.configuration.find("terms");
  if (listed == model.configuration.end() || !listed->is_array()) {
    malformed(model, "its configuration lists no terms");
  }
  const auto coefficients = values(model, "coefficients", listed->size());
  if (!coefficients) malformed(model, "it has no tensor 'coefficients'");
  const auto deviations = values(model, "deviations", listed->size());
  LinearPart part;
  part.scaled = deviations.has_value();
  part.intercept.term = Words::tr("(intercept)");
  part.intercept.unit = qt(model.target_unit);
  part.intercept.value = number(model.configuration, "intercept");
  part.intercept.deviation = kNaN;
  for (std::size_t i = 0; i < listed->size(); ++i) {
    const nlohmann::json& term = (*listed)[i];
    const auto feature = size(term, "feature");
    if (!feature || *feature >= model.features.size()) {
      malformed(model, "a term names a feature that the model lacks");
    }
    Coefficient coefficient;
    coefficient.term = qt(word(term, "name"));
    coefficient.unit = perUnit(model, model.features[*feature], size(term, "level").has_value());
    coefficient.value = (*coefficients)[i];
    coefficient.deviation = deviations ? (*deviations)[i] : kNaN;
    part.terms.push_back(std::move(coefficient));
  }
  readEstimates(model, part);
  return part;
}

QString layerTitle(const std::string& type) {
  if (type == "linear") return Words::tr("Linear");
  if (type == "affine") return Words::tr("Scale and shift");
  if (type == "relu") return QStringLiteral("ReLU");
  if (type == "gelu") return QStringLiteral("GELU");
  if (type == "gelu_tanh") return QStringLiteral("GELU (tanh)");
  if (type == "tanh") return QStringLiteral("tanh");
  if (type == "sigmoid") return QStringLiteral("sigmoid");
  if (type == "selu") return QStringLiteral("SELU");
  return qt(type);
}

NetworkPart networkPart(const Model& model) {
  const auto listed = model.configuration.find("layers");
  if (listed == model.configuration.end() || !listed->is_array()) {
    malformed(model, "its configuration lists no layers");
  }
  NetworkPart part;
  std::uint64_t width = 0;
  for (const nlohmann::json& entry : *listed) {
    NetworkPart::Layer layer{layerTitle(word(entry, "type")), width, width, 0};
    if (const std::string name = word(entry, "name"); !name.empty()) {
      const auto inputs = size(entry, "inputs"), outputs = size(entry, "outputs");
      if (!inputs || !outputs) malformed(model, "a layer has no valid size");
      layer.inputs = *inputs;
      layer.outputs = width = *outputs;
      for (const char* suffix : {".weight", ".bias"}) {
        const auto tensor = model.tensors.find(name + suffix);
        if (tensor != model.tensors.end()) layer.parameters += tensor->second.elements();
      }
    }
    part.parameters += layer.parameters;
    part.layers.push_back(std::move(layer));
  }
  part.training_losses = valuesIfAny(model, "training.losses");
  part.validation_losses = valuesIfAny(model, "validation.losses");
  const auto training = model.configuration.find("training");
  if (training != model.configuration.end()) {
    part.best_epoch = static_cast<int>(size(*training, "best_epoch").value_or(0));
  }
  return part;
}

QString encodingOf(const Feature& feature) {
  if (!feature.categorical()) return Words::tr("number");
  QStringList levels;
  for (const std::string& level : feature.levels) {
    if (levels.size() == kNamedLevels) {
      levels << QStringLiteral("…");
      break;
    }
    levels << qt(level);
  }
  return Words::tr("%1 levels: %2").arg(counted(feature.levels.size()), levels.join(", "));
}

void addFeatures(const Model& model, ModelSheet& sheet) {
  const bool network = sheet.network.has_value();
  const auto means = network ? values(model, "input.mean", model.features.size()) : std::nullopt;
  const auto scales = network ? values(model, "input.scale", model.features.size()) : std::nullopt;
  sheet.scaled_features = means && scales;
  for (std::size_t i = 0; i < model.features.size(); ++i) {
    const Feature& feature = model.features[i];
    const bool scaled = sheet.scaled_features && !feature.categorical();
    sheet.features.push_back({qt(feature.name), qt(feature.unit), encodingOf(feature),
                              scaled ? (*means)[i] : kNaN, scaled ? (*scales)[i] : kNaN});
  }
}

QString quantity(double value, const QString& unit) {
  const QString text = numberText(value, 5);
  return unit.isEmpty() ? text : text + QChar(0x00a0) + unit;
}

class Facts {
 public:
  explicit Facts(ModelSheet& sheet) : sheet_(sheet) {}

  void add(const QString& name, const QString& value) {
    if (!value.isEmpty()) sheet_.facts.append({name, value});
  }
  void add(const QString& name, double value, const QString& unit = {}) {
    if (!std::isnan(value)) add(name, quantity(value, unit));
  }

 private:
  ModelSheet& sheet_;
};

void addNetworkFacts(const Model& model, const NetworkPart& network, Facts& facts) {
  facts.add(Words::tr("Parameters"), counted(network.parameters));
  const auto found = model.configuration.find("training");
  if (found == model.configuration.end()) return;
  const nlohmann::json& training = *found;
  facts.add(Words::tr("Rows fitted"), number(training, "rows"));
  facts.add(Words::tr("Validation rows"), number(training, "validation_rows"));
  facts.add(Words::tr("Epochs"), number(training, "epochs"));
  facts.add(Words::tr("Best epoch"), number(training, "best_epoch"));
  facts.add(Words::tr("Learning rate"), number(training, "learning_rate"));
  facts.add(Words::tr("Weight decay"), number(training, "weight_decay"));
  facts.add(Words::tr("Batch"), number(training, "batch"));
}

void addTargetScaling(const Model& model, Facts& facts) {
  const std::vector<double> means = valuesIfAny(model, "target.mean");
  const std::vector<double> scales = valuesIfAny(model, "target.scale");
  if (means.size() != 1 || scales.size() != 1) return;
  const QString unit = qt(model.target_unit);
  facts.add(Words::tr("Target's mean"), means[0], unit);
  facts.add(Words::tr("Target's scale"), scales[0], unit);
}

}  // namespace

ModelSheet sheetOf(const Model& model) {
  ModelSheet sheet;
  sheet.title = model.target.empty()
                    ? typeTitle(model.type)
                    : Words::tr("%1 for %2").arg(typeTitle(model.type), qt(model.target));
  sheet.target_unit = qt(model.target_unit);
  sheet.target = withUnit(qt(model.target), sheet.target_unit);
  if (model.type == "ols" || model.type == "ridge") sheet.linear = linearPart(model);
  if (model.type == "mlp" || model.type == "autoencoder") sheet.network = networkPart(model);
  addFeatures(model, sheet);

  Facts facts(sheet);
  if (!model.target.empty()) facts.add(Words::tr("Predicts"), sheet.target);
  facts.add(Words::tr("Features"), counted(model.features.size()));
  const nlohmann::json& configuration = model.configuration;
  if (sheet.network) {
    addNetworkFacts(model, *sheet.network, facts);
    addTargetScaling(model, facts);
    return sheet;
  }
  facts.add(Words::tr("Rows fitted"), number(configuration, "rows"));
  facts.add(Words::tr("R² on them"), number(configuration, "r2"));
  facts.add(Words::tr("Residual standard error"), number(configuration, "residual_standard_error"),
            sheet.target_unit);
  facts.add(Words::tr("Penalty λ"), number(configuration, "lambda"));
  facts.add(Words::tr("Effective coefficients"), number(configuration, "effective_freedom"));
  if (!sheet.linear) facts.add(Words::tr("Tensors"), counted(model.tensors.size()));
  return sheet;
}

}  // namespace lineament::views
