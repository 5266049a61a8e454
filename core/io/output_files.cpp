// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/output_files.h"

#include "core/base/file.h"
#include "core/io/csv_writer.h"
#include "core/io/explanation_file.h"
#include "core/io/geotiff_writer.h"
#include "core/io/json_text.h"
#include "core/io/model_file.h"
#include "core/io/npy.h"
#include "core/io/points_writer.h"
#include "core/io/qgis_style.h"
#include "core/io/safetensors.h"
#include "core/io/series_json.h"
#include "core/io/vector_writer.h"

namespace lineament::io {

namespace {

using Files = std::vector<std::string>;

bool numpyHas(DType dtype) {
  return dtype <= DType::c128 && dtype != DType::bf16;
}

// Knows the folder and the stem of the names; one call per kind.
class Writer {
 public:
  Writer(const std::filesystem::path& folder, const std::string& name, const Context& context)
      : folder_(folder), name_(name), context_(context) {}

  Files operator()(const Table& table) { return {csv(table)}; }

  Files operator()(const Tensor& tensor) {
    if (numpyHas(tensor.dtype())) {
      writeNpy(tensor, at(".npy"));
      return {name_ + ".npy"};
    }
    writeSafetensors({{name_, tensor}}, {}, at(".safetensors"));
    return {name_ + ".safetensors"};
  }

  Files operator()(const Model& model) {
    writeModel(model, at(".safetensors"));
    return {name_ + ".safetensors"};
  }

  Files operator()(const Explanation& explanation) {
    writeExplanation(explanation, at(".npz"));
    return {name_ + ".npz", csv(explanationTable(explanation))};
  }

  Files operator()(const Series& series) {
    writeWhole(at(".json"), jsonText(toJson(series), 1) + "\n");
    return {csv(longForm(series)), name_ + ".json"};
  }

  Files operator()(const Note& note) {
    if (note.plain) {
      writeWhole(at(".txt"), note.markdown);
      return {name_ + ".txt"};
    }
    const std::string title = note.title.empty() ? "" : "# " + note.title + "\n\n";
    writeWhole(at(".md"), title + note.markdown + "\n");
    return {name_ + ".md"};
  }

  Files operator()(const Checkpoint& checkpoint) {
    NamedTensors tensors;
    for (std::size_t i = 0; i < checkpoint.entries().size(); ++i) {
      context_.checkpoint(double(i) / double(checkpoint.entries().size()), "Writing tensors");
      tensors.emplace_back(checkpoint.entries()[i].name, checkpoint.tensor(i));
    }
    std::map<std::string, std::string> metadata;
    for (const auto& [key, value] : checkpoint.metadata().items()) {
      metadata[key] = value.is_string() ? value.get<std::string>() : jsonText(value);
    }
    for (auto& [key, value] : networkMetadata(checkpoint)) metadata[key] = value;
    writeSafetensors(tensors, metadata, at(".safetensors"));
    return {name_ + ".safetensors"};
  }

  Files operator()(const FigureSpec& spec) {
    writeWhole(at(".json"), jsonText(toJson(spec), 1) + "\n");
    return {name_ + ".json"};
  }

  Files operator()(const PointCloud& cloud) {
    writePly(cloud, at(".ply"), context_);
    return {name_ + ".ply"};
  }

  // The numbers as one array, what its axes stand for beside it.
  Files operator()(const AttentionStack& given) {
    const AttentionStack stack = held(given, context_);
    writeNpy(Tensor::of({stack.layers.size(), stack.heads.size(), stack.queries, stack.keys},
                        std::vector<float>(stack.weights.begin(), stack.weights.end())),
             at(".npy"));
    writeWhole(at(".json"), jsonText(toJson(stack), 1) + "\n");
    return {name_ + ".npy", name_ + ".json"};
  }

  Files operator()(const Raster& raster) {
    writeGeoTiff(raster, at(".tif"), context_);
    Files files{name_ + ".tif"};
    if (std::filesystem::exists(at(".tif.aux.xml"))) files.push_back(name_ + ".tif.aux.xml");
    return files;
  }

  // With its legend beside it, by the name that QGIS looks for.
  Files operator()(const Features& features) {
    writeGeoPackage(features, at(".gpkg"), context_.part(0, 0.6));
    Files files{name_ + ".gpkg"};
    if (const auto style = qgisStyleOf(features, geoPackageLayerName(features, at(".gpkg")))) {
      writeWhole(at(".qml"), style->qml);
      writeWhole(at(".sld"), style->sld);
      files.insert(files.end(), {name_ + ".qml", name_ + ".sld"});
    }
    if (!features.crs().known()) return files;
    try {
      writeGeoJson(features, at(".geojson"), context_.part(0.6, 1));
      files.push_back(name_ + ".geojson");
    } catch (const Error& error) {  // there are systems that no way leads from to longitudes
      context_.warn(fmt::format("{}.geojson is not written: {}", name_, error.found()));
    }
    return files;
  }

  // The matrices, the measures, and beside them the curves with the mechanism each belongs to.
  Files operator()(const Comparison& comparison) {
    const AttentionStack& attention = comparison.attention;
    nlohmann::json plots = nlohmann::json::array();
    for (const Comparison::Plot& plot : comparison.plots) {
      plots.push_back({{"over", lineament::name(plot.over)},
                       {"owners", std::vector(plot.owners.begin(), plot.owners.end())},
                       {"series", toJson(plot.series)}});
    }
    (*this)(attention);
    const nlohmann::json all{{"attention", lineament::toJson(attention)}, {"plots", plots}};
    writeWhole(at(".json"), jsonText(all, 1) + "\n");
    return {name_ + ".npy", csv(comparison.measures), name_ + ".json"};
  }

 private:
  std::filesystem::path at(const char* ending) const { return folder_ / (name_ + ending); }

  std::string csv(const Table& table) const {
    writeCsv(table, at(".csv"), context_);
    return name_ + ".csv";
  }

  const std::filesystem::path& folder_;
  const std::string& name_;
  const Context& context_;
};

}  // namespace

Table longForm(const Series& series) {
  TextBuilder names;
  std::vector<double> x, y;
  for (const Series::Curve& curve : series.curves) {
    for (std::size_t i = 0; i < curve.x.size(); ++i) names.add(curve.name);
    x.insert(x.end(), curve.x.begin(), curve.x.end());
    y.insert(y.end(), curve.y.begin(), curve.y.end());
  }
  std::vector<Column> columns;
  columns.emplace_back("curve", names.finish());
  columns.emplace_back("x", std::move(x), SharedArray<std::uint8_t>{}, series.x.unit);
  columns.emplace_back("y", std::move(y), SharedArray<std::uint8_t>{}, series.y.unit);
  return Table(std::move(columns));
}

std::vector<std::string> writeOutput(const std::filesystem::path& folder, const std::string& name,
                                     const Data& data, const Context& context) {
  return std::visit(Writer(folder, name, context), data.value());
}

}  // namespace lineament::io
