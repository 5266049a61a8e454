// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/vector_writer.h"

#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <fmt/format.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <cmath>

#include "core/base/file.h"
#include "core/data/feature_legend.h"
#include "core/io/gdal.h"
#include "core/io/ogr_geometry.h"
#include "core/io/qgis_style.h"

namespace lineament::io {

namespace {

constexpr ErrorText kWrite{"vector.write", "Write {file}", "GDAL could not ({reason})", "{path}",
                           "Choose another format, or leave out the attribute or feature named"};
constexpr ErrorText kNoCrs{"vector.geojson_crs", "Write {file}",
                           "GeoJSON has longitudes and latitudes, and the layer has no coordinate "
                           "system to work them out from",
                           "{path}", "Write a GeoPackage, or give the layer a coordinate system"};

constexpr int kUtc = 100;
constexpr std::size_t kStep = 256;

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// A name that none of these has; case does not count.
std::string freeName(const std::string& wanted, const std::vector<std::string>& taken) {
  std::string name = wanted;
  const auto used = [&] {
    return std::ranges::any_of(taken,
                               [&](const std::string& one) { return lower(one) == lower(name); });
  };
  for (int i = 2; used(); ++i) name = fmt::format("{}_{}", wanted, i);
  return name;
}

// A folder in GDAL's memory, gone with it.
class MemoryFolder {
 public:
  MemoryFolder() {
    static std::atomic<std::uint64_t> made = 0;
    path_ = fmt::format("/vsimem/lineament-{}", made++);
  }
  ~MemoryFolder() { VSIRmdirRecursive(path_.c_str()); }
  MemoryFolder(const MemoryFolder&) = delete;
  MemoryFolder& operator=(const MemoryFolder&) = delete;
  std::string file(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

struct FieldType {
  OGRFieldType type;
  OGRFieldSubType subtype = OFSTNone;
};

FieldType fieldTypeOf(Column::Type type) {
  switch (type) {
    case Column::Type::real:
      return {OFTReal};
    case Column::Type::integer:
      return {OFTInteger64};
    case Column::Type::boolean:
      return {OFTInteger, OFSTBoolean};
    case Column::Type::date:
      return {OFTDate};
    case Column::Type::time:
      return {OFTDateTime};
    case Column::Type::text:
      break;
  }
  return {OFTString};
}

void setTime(OGRFeature& feature, int field, std::int32_t days, std::int64_t microseconds) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  const auto seconds = static_cast<int>(microseconds / 1'000'000);
  const float rest = static_cast<float>(static_cast<double>(microseconds % 1'000'000) / 1e6);
  feature.SetField(field, static_cast<int>(date.year()),
                   static_cast<int>(static_cast<unsigned>(date.month())),
                   static_cast<int>(static_cast<unsigned>(date.day())), seconds / 3600,
                   seconds / 60 % 60, static_cast<float>(seconds % 60) + rest, kUtc);
}

void setField(OGRFeature& feature, int field, const Column& column, std::size_t row) {
  constexpr std::int64_t kDay = 86'400'000'000;
  if (column.missing(row)) return feature.SetFieldNull(field);
  switch (column.type()) {
    case Column::Type::real: {
      const double value = std::get<SharedArray<double>>(column.values())[row];
      return std::isnan(value) ? feature.SetFieldNull(field) : feature.SetField(field, value);
    }
    case Column::Type::integer: {
      const std::int64_t value = std::get<SharedArray<std::int64_t>>(column.values())[row];
      return feature.SetField(field, static_cast<GIntBig>(value));
    }
    case Column::Type::boolean:
      return feature.SetField(field, column.number(row) != 0 ? 1 : 0);
    case Column::Type::text:
      return feature.SetField(field, column.text(row).c_str());
    case Column::Type::date:
      return setTime(feature, field, std::get<SharedArray<Column::Date>>(column.values())[row].days,
                     0);
    case Column::Type::time: {
      const std::int64_t all =
          std::get<SharedArray<Column::Time>>(column.values())[row].microseconds;
      const std::int64_t days = all / kDay - (all % kDay < 0 ? 1 : 0);
      return setTime(feature, field, static_cast<std::int32_t>(days), all - days * kDay);
    }
  }
}

OGRwkbGeometryType layerTypeOf(const Features& features) {
  if (features.size() > 0 && features.geometries().vertices() == 0) return wkbUnknown;
  const bool multi = features.multipart();
  switch (features.commonType().value_or(GeometryType::none)) {
    case GeometryType::point:
      return multi ? wkbMultiPoint : wkbPoint;
    case GeometryType::line:
      return multi ? wkbMultiLineString : wkbLineString;
    case GeometryType::polygon:
      return multi ? wkbMultiPolygon : wkbPolygon;
    case GeometryType::none:
      break;
  }
  return wkbUnknown;
}

std::string layerNameOf(const Features& features, const std::filesystem::path& path) {
  return features.name().empty() ? path.stem().string() : features.name();
}

class VectorWriter {
 public:
  VectorWriter(const Features& features, const std::filesystem::path& path, const Context& context)
      : features_(features), path_(path), context_(context) {}

  void writeGeoPackage() {
    // The bytes are those of the layer, whenever it is written.
    const CPLConfigOptionSetter date("OGR_CURRENT_DATE", "1970-01-01T00:00:00.000Z", false);
    create("GPKG");
    std::vector<std::string> taken = columnNames();
    CPLStringList options;
    taken.push_back(freeName("fid", taken));
    options.SetNameValue("FID", taken.back().c_str());
    geometry_column_ = freeName("geom", taken);
    options.SetNameValue("GEOMETRY_NAME", geometry_column_.c_str());
    addLayer(geoPackageLayerName(features_, path_), options);
    addFeatures();
    addStyle();
    finish();
  }

  void writeGeoJson() {
    if (!features_.crs().known()) {
      throw Error(kNoCrs, {{"file", path_.filename().string()}, {"path", path_.string()}});
    }
    create("GeoJSON");
    CPLStringList options;
    options.SetNameValue("RFC7946", "YES");
    addLayer(layerNameOf(features_, path_), options);
    addFeatures();
    finish();
  }

 private:
  // GDAL tells them apart without regard to case.
  std::vector<std::string> columnNames() const {
    std::vector<std::string> names;
    for (const Column& column : features_.attributes().columns()) {
      names.push_back(freeName(column.name(), names));
    }
    return names;
  }

  void create(const char* driver) {
    registerGdal();
    dataset_.reset(GetGDALDriverManager()->GetDriverByName(driver)->Create(
        memory_.file("layer").c_str(), 0, 0, 0, GDT_Unknown, nullptr));
    if (!dataset_) fail();
  }

  void addLayer(const std::string& name, const CPLStringList& options) {
    OGRSpatialReference reference;
    const Crs& crs = features_.crs();
    if (!crs.known()) {
      reference.SetLocalCS("Undefined Cartesian SRS");  // GeoPackage's own word for none
    } else if (reference.importFromWkt(crs.wkt.c_str()) != OGRERR_NONE) {
      fail();
    }
    reference.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    layer_ = dataset_->CreateLayer(name.c_str(), &reference, layerTypeOf(features_),
                                   const_cast<char**>(options.List()));
    if (layer_ == nullptr) fail();
    const std::vector<std::string> names = columnNames();
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto [type, subtype] = fieldTypeOf(features_.attributes().column(i).type());
      OGRFieldDefn field(names[i].c_str(), type);
      field.SetSubType(subtype);
      if (layer_->CreateField(&field) != OGRERR_NONE) fail();
    }
  }

  void addFeatures() {
    dataset_->StartTransaction();  // GeoJSON has none and needs none
    const bool multi = features_.commonType() && features_.multipart();
    for (std::size_t i = 0; i < features_.size(); ++i) {
      if (i % kStep == 0) {
        context_.checkpoint(0.9 * static_cast<double>(i) / static_cast<double>(features_.size()),
                            "Writing features");
      }
      OGRFeature feature(layer_->GetLayerDefn());
      const Table& attributes = features_.attributes();
      for (std::size_t c = 0; c < attributes.columnCount(); ++c) {
        setField(feature, static_cast<int>(c), attributes.column(c), i);
      }
      feature.SetGeometryDirectly(ogrGeometryOf(features_.geometries(), i, multi).release());
      if (layer_->CreateFeature(&feature) != OGRERR_NONE) fail();
    }
    dataset_->CommitTransaction();
  }

  // The table that QGIS keeps styles in, and takes a layer's default one from.
  void addStyle() {
    const std::optional<QgisStyle> style =
        qgisStyleOf(features_, geoPackageLayerName(features_, path_));
    if (!style) return;
    const std::string layer_name = layer_->GetName();
    const CPLStringList options(CSLSetNameValue(nullptr, "FID", "id"));
    OGRLayer* styles =
        dataset_->CreateLayer("layer_styles", nullptr, wkbNone, const_cast<char**>(options.List()));
    if (styles == nullptr) fail();
    const std::array<std::pair<const char*, std::string>, 11> texts{{
        {"f_table_catalog", ""},
        {"f_table_schema", ""},
        {"f_table_name", layer_name},
        {"f_geometry_column", geometry_column_},
        {"styleName", layer_name},
        {"styleQML", style->qml},
        {"styleSLD", style->sld},
        {"description", "Classes by " + style->attribute},
        {"owner", ""},
        {"ui", ""},
        {"update_time", "1970-01-01T00:00:00.000Z"},
    }};
    for (const auto& [name, text] : texts) {
      OGRFieldDefn field(name, std::string_view(name) == "update_time" ? OFTDateTime : OFTString);
      if (styles->CreateField(&field) != OGRERR_NONE) fail();
    }
    OGRFieldDefn by_default("useAsDefault", OFTInteger);
    by_default.SetSubType(OFSTBoolean);
    if (styles->CreateField(&by_default) != OGRERR_NONE) fail();
    OGRFeature row(styles->GetLayerDefn());
    for (const auto& [name, text] : texts) row.SetField(name, text.c_str());
    row.SetField("useAsDefault", 1);
    if (styles->CreateFeature(&row) != OGRERR_NONE) fail();
  }

  void finish() {
    context_.checkpoint(0.9, "Writing the file");
    dataset_.reset();  // writes what is left
    if (messages_.failed()) fail();
    vsi_l_offset size = 0;
    const GByte* bytes = VSIGetMemFileBuffer(memory_.file("layer").c_str(), &size, FALSE);
    if (bytes == nullptr) fail();
    OutputFile file(path_);
    file.write(std::as_bytes(std::span(bytes, static_cast<std::size_t>(size))));
    file.commit();
  }

  [[noreturn]] void fail() const {
    throw Error(kWrite, {{"file", path_.filename().string()},
                         {"path", path_.string()},
                         {"reason", messages_.reason()}});
  }

  const Features& features_;
  const std::filesystem::path& path_;
  const Context& context_;
  std::string geometry_column_;
  GdalMessages messages_;
  MemoryFolder memory_;
  Dataset dataset_;
  OGRLayer* layer_ = nullptr;
};

}  // namespace

std::string geoPackageLayerName(const Features& features, const std::filesystem::path& path) {
  const std::string name = layerNameOf(features, path), small = lower(name);
  for (const char* own : {"gpkg", "sqlite_", "rtree_", "layer_styles"}) {
    if (small.starts_with(own)) return "features_" + name;
  }
  return name;
}

void writeGeoPackage(const Features& features, const std::filesystem::path& path,
                     const Context& context) {
  VectorWriter(features, path, context).writeGeoPackage();
}

void writeGeoJson(const Features& features, const std::filesystem::path& path,
                  const Context& context) {
  VectorWriter(features, path, context).writeGeoJson();
}

}  // namespace lineament::io
