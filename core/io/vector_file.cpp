// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/vector_file.h"

#include <cpl_conv.h>
#include <fmt/ranges.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <array>

#include "core/base/file.h"
#include "core/base/memory.h"
#include "core/io/field_columns.h"
#include "core/io/gdal.h"
#include "core/io/ogr_geometry.h"
#include "core/io/vector_formats.h"

namespace lineament::io {

namespace {

constexpr ErrorText kUnreadable{"vector.unreadable", "Read {file} as a vector layer",
                                "its content is damaged or of no kind that can be read ({reason})",
                                "{path}", "Get the file again, or save it as a GeoPackage"};
constexpr ErrorText kNoLayer{"vector.no_layer", "Read the layer '{layer}' of {file}",
                             "the file has no layer of that name", "{path}",
                             "Choose one with layer=NAME, of {names}"};
constexpr ErrorText kNoLayers{"vector.no_layers", "Read {file} as a vector layer",
                              "there is no layer of features in it", "{path}",
                              "Export the layer again, or choose another file"};
constexpr ErrorText kCompanion{"vector.companion", "Read {file} as a vector layer",
                               "its index {companion} is missing", "{path}",
                               "Put the files of the Shapefile (.shp, .shx, .dbf, .prj) side by "
                               "side, or save the layer as a GeoPackage"};

constexpr const char* kStyles = "layer_styles";  // where QGIS keeps its own
constexpr std::size_t kStep = 256;               // features between two looks at the stop token
constexpr std::size_t kBytesOfVertex = 2 * sizeof(double), kBytesOfField = 32;

VectorFormat formatOf(const std::filesystem::path& path, const InputFile& file) {
  std::vector<std::byte> head(std::min<std::uint64_t>(64 << 10, file.size()));
  file.readExactly(0, head);
  return vectorFormatOf({head, file.size(), path});
}

// GDAL takes WGS 84 for any GeoJSON that does not name another system.
bool inDegrees(const Extent& extent) {
  return extent.empty() || (extent.low_x >= -360 && extent.high_x <= 360 && extent.low_y >= -90 &&
                            extent.high_y <= 90);
}

class VectorFile {
 public:
  VectorFile(const std::filesystem::path& path, const Context& context)
      : path_(path), name_(path.filename().string()), context_(context) {
    const InputFile file(path);  // says what is wrong with the path
    size_ = file.size();
    format_ = formatOf(path, file);
    if (format_ == VectorFormat::shapefile) requireCompanions();
    registerGdal();
    // A file from a stranger may bring views and triggers along.
    const CPLConfigOptionSetter distrust("OGR_SQLITE_PRAGMA", "trusted_schema=OFF", false);
    const std::array<const char*, 2> drivers{gdalDriverOf(format_), nullptr};
    dataset_.reset(static_cast<GDALDataset*>(GDALOpenEx(
        path.c_str(), GDAL_OF_VECTOR | GDAL_OF_READONLY, drivers.data(), nullptr, nullptr)));
    if (format_ == VectorFormat::none || !dataset_) fail();
  }

  Features read(const std::string& wanted) {
    OGRLayer& layer = choose(wanted);
    // Its coordinates and words, and what is made of them.
    std::vector<MemoryReservation> room;
    std::size_t reserved = 0;
    const auto reserve = [&](std::size_t bytes) {
      if (bytes <= reserved) return;
      room.push_back(reserveMemory(bytes - reserved, "the features of " + name_));
      reserved = bytes;
    };
    reserve(2 * size_);
    FieldColumns fields(*layer.GetLayerDefn());
    GeometryImport geometries;
    const double count = static_cast<double>(std::max<GIntBig>(layer.GetFeatureCount(), 1));
    std::size_t done = 0;
    for (const auto& feature : layer) {
      if (done++ % kStep == 0) {
        context_.checkpoint(std::min(1.0, static_cast<double>(done) / count), "Reading features");
        // A view of a database may have more than the file does.
        reserve(2 *
                (geometries.vertices() * kBytesOfVertex + done * fields.size() * kBytesOfField));
      }
      fields.add(*feature);
      geometries.add(feature->GetGeometryRef());
    }
    if (messages_.failed()) fail();
    return made(layer, geometries, fields);
  }

 private:
  Features made(OGRLayer& layer, GeometryImport& geometries, FieldColumns& fields) const {
    Geometries read = geometries.finish(name_, context_);
    Crs crs = crsOf(layer.GetSpatialRef());
    if (format_ == VectorFormat::geojson && crs.geographic && !inDegrees(read.extent())) {
      context_.warn(name_ +
                    ": GeoJSON should have longitudes and latitudes, but these are none; "
                    "its coordinate system is not known");
      crs = {};
    }
    if (!crs.known()) context_.note(name_ + " has no coordinate system");
    Features features(layer.GetName(), std::move(crs), std::move(read), fields.finish());
    if (features.size() == 0) context_.warn(name_ + ": the layer has no features");
    return features;
  }

  // GDAL would make a new index, beside the file.
  void requireCompanions() const {
    const auto there = [this](const char* lower, const char* upper) {
      std::filesystem::path small = path_, large = path_;
      return std::filesystem::exists(small.replace_extension(lower)) ||
             std::filesystem::exists(large.replace_extension(upper));
    };
    if (!there(".shx", ".SHX")) {
      throw Error(kCompanion, {{"file", name_},
                               {"path", path_.string()},
                               {"companion", path_.stem().string() + ".shx"}});
    }
    if (!there(".dbf", ".DBF")) {
      context_.warn(name_ + " has no .dbf beside it: its features have no attributes");
    }
  }

  OGRLayer& choose(const std::string& wanted) {
    std::vector<std::string> names;
    OGRLayer* chosen = nullptr;
    for (OGRLayer* layer : dataset_->GetLayers()) {
      const std::string name = layer->GetName();
      if (name == kStyles) continue;
      names.push_back(name);
      const bool fits = wanted.empty() ? layer->GetGeomType() != wkbNone : name == wanted;
      if (fits && chosen == nullptr) chosen = layer;
    }
    if (chosen == nullptr && !wanted.empty() && !names.empty()) {
      throw Error(kNoLayer, {{"file", name_},
                             {"path", path_.string()},
                             {"layer", wanted},
                             {"names", fmt::format("{}", fmt::join(names, ", "))}});
    }
    if (chosen == nullptr) throw Error(kNoLayers, {{"file", name_}, {"path", path_.string()}});
    if (names.size() > 1 && wanted.empty()) {
      context_.note(fmt::format("{}: read the layer '{}' of {}", name_, chosen->GetName(),
                                fmt::join(names, ", ")));
    }
    return *chosen;
  }

  [[noreturn]] void fail() const {
    throw Error(kUnreadable,
                {{"file", name_}, {"path", path_.string()}, {"reason", messages_.reasonOf(path_)}});
  }

  const std::filesystem::path& path_;
  std::string name_;
  const Context& context_;
  std::uint64_t size_ = 0;
  VectorFormat format_ = VectorFormat::none;
  GdalMessages messages_;
  Dataset dataset_;
};

class VectorReader final : public Reader {
 public:
  std::string_view id() const override { return "vector"; }
  std::string_view title() const override {
    return "Vector layer (GeoPackage, GeoJSON, Shapefile, KML)";
  }
  std::vector<std::string> extensions() const override {
    return {".gpkg", ".geojson", ".shp", ".kml"};
  }

  Confidence probe(const Probe& probe) const override {
    return vectorFormatOf(probe) == VectorFormat::none ? Confidence::no : Confidence::certain;
  }

  const Declaration& options() const override {
    static const Declaration declaration = [] {
      Declaration made;
      made.id = "vector";
      made.title = "Vector layer";
      made.summary = "Which layer of a file is read.";
      made.parameters = {{.id = "layer",
                          .title = "Layer",
                          .type = Parameter::Type::text,
                          .fallback = std::string(),
                          .help = "The name of the layer; empty means the first with geometries."}};
      return made;
    }();
    return declaration;
  }

  Data read(const std::filesystem::path& path, const Parameters& options,
            const Context& context) const override {
    return Data(readFeatures(path, options.text("layer"), context));
  }
};

}  // namespace

Features readFeatures(const std::filesystem::path& path, const std::string& layer,
                      const Context& context) {
  return VectorFile(path, context).read(layer);
}

std::unique_ptr<Reader> makeVectorReader() {
  return std::make_unique<VectorReader>();
}

}  // namespace lineament::io
