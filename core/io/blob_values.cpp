// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/blob_values.h"

#include "core/base/error.h"
#include "core/data/factored_attention.h"
#include "core/data/recurrent_attention.h"
#include "core/data/scan_attention.h"
#include "core/io/blob_table.h"

namespace lineament::io {

namespace {

constexpr ErrorText kNoValues{"checkpoint.no_values", "Get the values of the tensor '{name}'",
                              "they were not stored: {note}", "",
                              "Read the checkpoint's own file again"};

constexpr std::size_t kMostDimensions = 32;

void appendShape(BlobWriter& writer, DType dtype, const std::vector<std::uint64_t>& shape) {
  writer.number(static_cast<std::uint8_t>(dtype));
  writer.array(std::span<const std::uint64_t>(shape));
}

DType shapeFrom(BlobReader& reader, std::vector<std::uint64_t>& shape) {
  const auto dtype = reader.number<std::uint8_t>();
  if (dtype > static_cast<std::uint8_t>(DType::f6_e3m2)) reader.malformed("an unknown dtype");
  shape = reader.array<std::uint64_t>();
  if (shape.size() > kMostDimensions) reader.malformed("more than 32 dimensions");
  return static_cast<DType>(dtype);
}

void appendAxis(BlobWriter& writer, const Axis& axis) {
  writer.text(axis.label);
  writer.text(axis.unit);
  writer.flag(axis.logarithmic);
}

Axis axisFrom(BlobReader& reader) {
  Axis axis;
  axis.label = reader.text();
  axis.unit = reader.text();
  axis.logarithmic = reader.flag();
  return axis;
}

Series::Curve curveFrom(BlobReader& reader) {
  Series::Curve curve;
  curve.name = reader.text();
  curve.x = reader.array<double>();
  curve.y = reader.array<double>();
  const auto style = reader.number<std::uint8_t>();
  curve.rows = reader.array<std::uint64_t>();
  if (style > static_cast<std::uint8_t>(Series::Style::line_and_points) ||
      curve.x.size() != curve.y.size() ||
      (!curve.rows.empty() && curve.rows.size() != curve.x.size())) {
    reader.malformed("a curve's lists do not fit together");
  }
  curve.style = static_cast<Series::Style>(style);
  return curve;
}

template <class Measure>
void appendMeasure(BlobWriter& writer, const Measure& measure) {
  writer.text(measure.name);
  writer.text(measure.title);
  writer.text(measure.unit);
  writer.array(std::span<const double>(measure.values));
}

template <class Measure>
Measure measureFrom(BlobReader& reader) {
  Measure measure;
  measure.name = reader.text();
  measure.title = reader.text();
  measure.unit = reader.text();
  measure.values = reader.array<double>();
  return measure;
}

}  // namespace

void appendToBlob(BlobWriter& writer, const Tensor& tensor) {
  appendShape(writer, tensor.dtype(), tensor.shape());
  writer.texts(tensor.dimensionNames());
  writer.array(tensor.bytes());
}

Tensor tensorFromBlob(BlobReader& reader) {
  std::vector<std::uint64_t> shape;
  const DType dtype = shapeFrom(reader, shape);
  std::vector<std::string> names = reader.texts();
  if (!names.empty() && names.size() != shape.size()) {
    reader.malformed("a tensor's dimensions are not all named");
  }
  return Tensor(dtype, std::move(shape), reader.array<std::byte>(), std::move(names));
}

void appendToBlob(BlobWriter& writer, const Model& model) {
  writer.text(model.type);
  writer.number<std::int32_t>(model.version);
  writer.count(model.features.size());
  for (const Feature& feature : model.features) {
    writer.text(feature.name);
    writer.text(feature.unit);
    writer.texts(feature.levels);
  }
  writer.text(model.target);
  writer.text(model.target_unit);
  writer.json(model.configuration);
  writer.count(model.tensors.size());
  for (const auto& [name, tensor] : model.tensors) {
    writer.text(name);
    appendToBlob(writer, tensor);
  }
}

Model modelFromBlob(BlobReader& reader) {
  Model model;
  model.type = reader.text();
  model.version = reader.number<std::int32_t>();
  for (std::size_t left = reader.count(24); left > 0; --left) {
    Feature feature;
    feature.name = reader.text();
    feature.unit = reader.text();
    feature.levels = reader.texts();
    model.features.push_back(std::move(feature));
  }
  model.target = reader.text();
  model.target_unit = reader.text();
  model.configuration = reader.json();
  for (std::size_t left = reader.count(8); left > 0; --left) {
    std::string name = reader.text();
    model.tensors.insert_or_assign(std::move(name), tensorFromBlob(reader));
  }
  return model;
}

void appendToBlob(BlobWriter& writer, const Explanation& explanation) {
  writer.text(explanation.method);
  writer.text(explanation.output_name);
  writer.text(explanation.output_unit);
  writer.texts(explanation.features);
  writer.number(explanation.base_value);
  writer.array(explanation.values);
  writer.array(explanation.predictions);
  writer.array(explanation.source_rows);
  writer.number(explanation.additivity_error);
  appendToBlob(writer, explanation.data);
}

Explanation explanationFromBlob(BlobReader& reader) {
  Explanation explanation;
  explanation.method = reader.text();
  explanation.output_name = reader.text();
  explanation.output_unit = reader.text();
  explanation.features = reader.texts();
  explanation.base_value = reader.number<double>();
  explanation.values = reader.array<double>();
  explanation.predictions = reader.array<double>();
  explanation.source_rows = reader.array<std::uint64_t>();
  explanation.additivity_error = reader.number<double>();
  explanation.data = tableFromBlob(reader);
  const std::size_t rows = explanation.rows();
  std::size_t cells = 0;
  if (__builtin_mul_overflow(rows, explanation.featureCount(), &cells) ||
      explanation.values.size() != cells ||
      (explanation.data.columnCount() != 0 && explanation.data.rows() != rows) ||
      (!explanation.source_rows.empty() && explanation.source_rows.size() != rows)) {
    reader.malformed("an explanation's arrays do not fit together");
  }
  return explanation;
}

void appendToBlob(BlobWriter& writer, const Series& series) {
  writer.text(series.title);
  appendAxis(writer, series.x);
  appendAxis(writer, series.y);
  writer.count(series.curves.size());
  for (const Series::Curve& curve : series.curves) {
    writer.text(curve.name);
    writer.array(curve.x);
    writer.array(curve.y);
    writer.number(static_cast<std::uint8_t>(curve.style));
    writer.array(curve.rows);
  }
  writer.count(series.marks.size());
  for (const Series::Mark& mark : series.marks) {
    writer.text(mark.label);
    writer.number(mark.position);
    writer.flag(mark.on_x);
  }
  writer.flag(series.identity_line);
}

Series seriesFromBlob(BlobReader& reader) {
  Series series;
  series.title = reader.text();
  series.x = axisFrom(reader);
  series.y = axisFrom(reader);
  for (std::size_t left = reader.count(33); left > 0; --left) {
    series.curves.push_back(curveFrom(reader));
  }
  for (std::size_t left = reader.count(17); left > 0; --left) {
    Series::Mark mark;
    mark.label = reader.text();
    mark.position = reader.number<double>();
    mark.on_x = reader.flag();
    series.marks.push_back(std::move(mark));
  }
  series.identity_line = reader.flag();
  return series;
}

void appendToBlob(BlobWriter& writer, const Note& note) {
  writer.text(note.title);
  writer.text(note.markdown);
  if (note.plain) writer.flag(true);
}

Note noteFromBlob(BlobReader& reader) {
  Note note;
  note.title = reader.text();
  note.markdown = reader.text();
  // Stored notes did not always end with a flag; behind them stands the checksum.
  note.plain = reader.remaining() > sizeof(std::uint32_t) && reader.flag();
  return note;
}

void appendToBlob(BlobWriter& writer, const Checkpoint& checkpoint) {
  writer.json(checkpoint.metadata());
  writer.json(checkpoint.structure());
  writer.count(checkpoint.entries().size());
  for (std::size_t i = 0; i < checkpoint.entries().size(); ++i) {
    const Checkpoint::Entry& entry = checkpoint.entries()[i];
    writer.text(entry.name);
    writer.text(entry.note);
    writer.number(entry.bytes);
    appendShape(writer, entry.dtype, entry.shape);
    std::optional<Tensor> tensor;
    try {
      tensor = checkpoint.tensor(i);
    } catch (const Error&) {
      // Its note says why; the rest of the checkpoint is worth keeping.
    }
    writer.flag(tensor.has_value());
    if (tensor) appendToBlob(writer, *tensor);
  }
  writer.json(checkpoint.configuration());
  const TokenizerFiles tokenizer = checkpoint.tokenizer();
  writer.count(tokenizer.files.size());
  for (const auto& [name, content] : tokenizer.files) {
    writer.text(name);
    writer.text(content);
  }
}

Checkpoint checkpointFromBlob(BlobReader& reader) {
  nlohmann::json metadata = reader.json();
  nlohmann::json structure = reader.json();
  std::vector<Checkpoint::Entry> entries;
  std::vector<std::optional<Tensor>> tensors;
  for (std::size_t left = reader.count(34); left > 0; --left) {
    Checkpoint::Entry entry;
    entry.name = reader.text();
    entry.note = reader.text();
    entry.bytes = reader.number<std::uint64_t>();
    entry.dtype = shapeFrom(reader, entry.shape);
    tensors.emplace_back();
    if (reader.flag()) tensors.back() = tensorFromBlob(reader);
    entries.push_back(std::move(entry));
  }
  auto listed = entries;
  auto load = [listed = std::move(listed), tensors = std::move(tensors)](std::size_t index) {
    if (tensors.at(index)) return *tensors[index];
    throw Error(kNoValues, {{"name", listed[index].name}, {"note", listed[index].note}});
  };
  Checkpoint checkpoint(std::move(entries), std::move(load), std::move(metadata),
                        std::move(structure));
  if (reader.layout() < 2) return checkpoint;
  checkpoint = checkpoint.withConfiguration(reader.json());
  TokenizerFiles tokenizer;
  for (std::size_t left = reader.count(16); left > 0; --left) {
    std::string name = reader.text();
    tokenizer.files.insert_or_assign(std::move(name), reader.text());
  }
  return checkpoint.withTokenizer([tokenizer = std::move(tokenizer)] { return tokenizer; });
}

void appendToBlob(BlobWriter& writer, const FigureSpec& spec) {
  writer.text(spec.view);
  writer.text(spec.data);
  writer.text(spec.title);
  writer.text(spec.caption);
  writer.json(spec.options);
}

FigureSpec figureFromBlob(BlobReader& reader) {
  FigureSpec spec;
  spec.view = reader.text();
  spec.data = reader.text();
  spec.title = reader.text();
  spec.caption = reader.text();
  spec.options = reader.json();
  return spec;
}

void appendToBlob(BlobWriter& writer, const PointCloud& cloud) {
  writer.array(cloud.positions);
  writer.count(cloud.attributes.size());
  for (const PointCloud::Attribute& attribute : cloud.attributes) {
    writer.text(attribute.name);
    writer.text(attribute.unit);
    writer.array(attribute.values);
  }
  for (const double coordinate : cloud.origin) writer.number(coordinate);
  writer.text(cloud.frame);
}

PointCloud pointsFromBlob(BlobReader& reader) {
  PointCloud cloud;
  cloud.positions = reader.array<float>();
  if (cloud.positions.size() % 3 != 0) reader.malformed("positions are not triples");
  for (std::size_t left = reader.count(24); left > 0; --left) {
    PointCloud::Attribute attribute;
    attribute.name = reader.text();
    attribute.unit = reader.text();
    attribute.values = reader.array<float>();
    if (attribute.values.size() != cloud.points()) {
      reader.malformed("an attribute has another length than the cloud");
    }
    cloud.attributes.push_back(std::move(attribute));
  }
  for (double& coordinate : cloud.origin) coordinate = reader.number<double>();
  cloud.frame = reader.text();
  return cloud;
}

namespace {

void appendFactors(BlobWriter& writer, const RecurrentFactors& factors) {
  for (const std::size_t size :
       {factors.heads, factors.tokens, factors.size, factors.decay_width}) {
    writer.number(std::uint64_t{size});
  }
  writer.flag(factors.reads_before);
  for (const auto* array : {&factors.queries, &factors.writes, &factors.decays, &factors.removals,
                            &factors.recalls, &factors.diagonal}) {
    writer.array(*array);
  }
}

void appendFactors(BlobWriter& writer, const ScanFactors& factors) {
  for (const std::size_t size : {factors.tokens, factors.channels, factors.states}) {
    writer.number(std::uint64_t{size});
  }
  for (const auto* array : {&factors.steps, &factors.rates, &factors.writes, &factors.reads}) {
    writer.array(*array);
  }
}

// The layers of what recurrences imply; none where the source is of another kind.
template <class Source>
void appendLayers(BlobWriter& writer, const Source* source) {
  writer.count(source ? source->layers().size() : 0);
  for (std::size_t i = 0; source && i < source->layers().size(); ++i) {
    appendFactors(writer, source->layers()[i]);
  }
}

}  // namespace

void appendToBlob(BlobWriter& writer, const AttentionStack& stack) {
  writer.texts(stack.layers);
  writer.texts(stack.heads);
  writer.number(stack.queries);
  writer.number(stack.keys);
  writer.texts(stack.query_tokens);
  writer.texts(stack.key_tokens);
  writer.text(stack.meaning);
  writer.flag(stack.causal);
  const AttentionSource::Factors* factors = stack.source ? stack.source->factors() : nullptr;
  const auto* recurrent = dynamic_cast<const RecurrentAttention*>(stack.source.get());
  const auto* scan = dynamic_cast<const ScanAttention*>(stack.source.get());
  const bool cells = stack.source && !factors && !recurrent && !scan;
  writer.array(cells ? held(stack, {}).weights : stack.weights);
  writer.flag(factors != nullptr);
  if (factors) {
    writer.array(factors->queries);
    writer.array(factors->keys);
    writer.array(factors->log_sums);
    writer.number(factors->size);
    writer.number(factors->scale);
  }
  writer.count(stack.measures.size());
  for (const HeadMeasure& measure : stack.measures) {
    appendMeasure(writer, measure);
    writer.text(measure.help);
  }
  writer.count(stack.token_measures.size());
  for (const TokenMeasure& measure : stack.token_measures) appendMeasure(writer, measure);
  appendLayers(writer, recurrent);
  appendLayers(writer, scan);
}

namespace {

std::shared_ptr<const AttentionSource> factorsFrom(BlobReader& reader,
                                                   const AttentionStack& stack) {
  AttentionSource::Factors factors;
  factors.queries = reader.array<float>();
  factors.keys = reader.array<float>();
  factors.log_sums = reader.array<float>();
  factors.size = reader.number<std::uint64_t>();
  factors.scale = reader.number<double>();
  const FactoredAttention::Shape shape{stack.layers.size(), stack.heads.size(), stack.queries,
                                       stack.keys, stack.causal};
  if (!FactoredAttention::fits(shape, factors)) {
    reader.malformed("an attention's queries and keys do not fit its size");
  }
  return std::make_shared<const FactoredAttention>(shape, std::move(factors));
}

void readFactors(BlobReader& reader, RecurrentFactors& factors) {
  for (auto* size : {&factors.heads, &factors.tokens, &factors.size, &factors.decay_width}) {
    *size = reader.number<std::uint64_t>();
  }
  factors.reads_before = reader.flag();
  for (auto* array : {&factors.queries, &factors.writes, &factors.decays, &factors.removals,
                      &factors.recalls, &factors.diagonal}) {
    *array = reader.array<float>();
  }
}

void readFactors(BlobReader& reader, ScanFactors& factors) {
  for (auto* size : {&factors.tokens, &factors.channels, &factors.states}) {
    *size = reader.number<std::uint64_t>();
  }
  for (auto* array : {&factors.steps, &factors.rates, &factors.writes, &factors.reads}) {
    *array = reader.array<float>();
  }
}

std::size_t headsOf(const RecurrentFactors& factors) {
  return factors.heads;
}
std::size_t headsOf(const ScanFactors&) {
  return 1;
}

// Null where there are none.
template <class Source, class Factors>
std::shared_ptr<const AttentionSource> layersFrom(BlobReader& reader, const AttentionStack& stack) {
  std::vector<Factors> layers(reader.count(40));
  for (Factors& factors : layers) {
    readFactors(reader, factors);
    if (!factors.fits() || factors.tokens != stack.queries || factors.tokens != stack.keys ||
        headsOf(factors) != stack.heads.size() || layers.size() != stack.layers.size()) {
      reader.malformed("what an attention is worked out from does not fit its size");
    }
  }
  if (layers.empty()) return nullptr;
  return std::make_shared<const Source>(std::move(layers));
}

}  // namespace

AttentionStack attentionFromBlob(BlobReader& reader) {
  AttentionStack stack;
  stack.layers = reader.texts();
  stack.heads = reader.texts();
  stack.queries = reader.number<std::uint64_t>();
  stack.keys = reader.number<std::uint64_t>();
  stack.query_tokens = reader.texts();
  stack.key_tokens = reader.texts();
  stack.meaning = reader.text();
  stack.causal = reader.flag();
  stack.weights = reader.array<float>();
  if (reader.layout() >= 2) {
    if (reader.flag()) stack.source = factorsFrom(reader, stack);
    for (std::size_t left = reader.count(40); left > 0; --left) {
      auto measure = measureFrom<HeadMeasure>(reader);
      measure.help = reader.text();
      stack.measures.push_back(std::move(measure));
    }
    for (std::size_t left = reader.count(32); left > 0; --left) {
      stack.token_measures.push_back(measureFrom<TokenMeasure>(reader));
    }
  }
  if (reader.layout() >= 3) {
    if (auto source = layersFrom<RecurrentAttention, RecurrentFactors>(reader, stack)) {
      stack.source = std::move(source);
    }
    if (auto source = layersFrom<ScanAttention, ScanFactors>(reader, stack)) {
      stack.source = std::move(source);
    }
  }
  if (!isConsistent(stack)) reader.malformed("an attention's lists do not fit together");
  return stack;
}

void appendToBlob(BlobWriter& writer, const Comparison& comparison) {
  appendToBlob(writer, comparison.attention);
  writer.count(comparison.plots.size());
  for (const Comparison::Plot& plot : comparison.plots) {
    writer.number(static_cast<std::uint8_t>(plot.over));
    appendToBlob(writer, plot.series);
    writer.array(plot.owners);
  }
  appendToBlob(writer, comparison.measures);
}

Comparison comparisonFromBlob(BlobReader& reader) {
  Comparison comparison;
  comparison.attention = attentionFromBlob(reader);
  for (std::size_t left = reader.count(68); left > 0; --left) {
    Comparison::Plot plot;
    const auto over = reader.number<std::uint8_t>();
    if (over > static_cast<std::uint8_t>(Comparison::Over::plane)) {
      reader.malformed("what a plot's axis counts is not known");
    }
    plot.over = static_cast<Comparison::Over>(over);
    plot.series = seriesFromBlob(reader);
    plot.owners = reader.array<std::uint64_t>();
    comparison.plots.push_back(std::move(plot));
  }
  comparison.measures = tableFromBlob(reader);
  if (!isConsistent(comparison)) reader.malformed("a comparison's parts do not fit together");
  return comparison;
}

}  // namespace lineament::io
