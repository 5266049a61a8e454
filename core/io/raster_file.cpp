// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/raster_file.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <mutex>

#include "core/base/file.h"
#include "core/data/quality_band.h"
#include "core/io/gdal.h"
#include "core/io/product_scale.h"
#include "core/io/sensor_bands.h"

namespace lineament::io {

namespace {

constexpr ErrorText kUnreadable{"raster.unreadable", "Read {file} as a raster",
                                "its header is damaged or of no kind that can be read ({reason})",
                                "{path}", "Get the file again, or convert it to GeoTIFF"};
constexpr ErrorText kEmpty{"raster.empty", "Read {file} as a raster", "it has no pixels", "{path}",
                           "Get the file again"};
constexpr ErrorText kComplex{"raster.complex", "Read {file} as a raster",
                             "its values are complex numbers", "band {band}",
                             "Write their magnitude or phase to a file of its own"};
constexpr ErrorText kPixels{"raster.pixels", "Read pixels of {file}",
                            "they cannot be had ({reason})",
                            "columns {column} to {last_column}, rows {row} to {last_row}",
                            "The file is damaged or cut short: get it again"};

constexpr std::array<const char*, 4> kDrivers{"GTiff", "JP2OpenJPEG", "HFA", nullptr};
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Dataset open(const std::filesystem::path& path, const GdalMessages& messages) {
  Dataset dataset(static_cast<GDALDataset*>(GDALOpenEx(
      path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY, kDrivers.data(), nullptr, nullptr)));
  if (dataset) return dataset;
  throw Error(kUnreadable, {{"file", path.filename().string()},
                            {"path", path.string()},
                            {"reason", messages.reasonOf(path)}});
}

// A file's handles, one for each thread that reads: GDAL's are for one thread at a time.
class Handles {
 public:
  explicit Handles(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }

  Dataset take(const GdalMessages& messages) {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        Dataset dataset = std::move(idle_.back());
        idle_.pop_back();
        return dataset;
      }
    }
    return open(path_, messages);
  }
  void give(Dataset dataset) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(dataset));
  }

 private:
  std::filesystem::path path_;
  std::mutex mutex_;
  std::vector<Dataset> idle_;
};

class FileSource : public RasterSource {
 public:
  // `numbers` are GDAL's of the bands, which count from 1.
  FileSource(std::filesystem::path path, std::vector<RasterBand> bands, std::vector<int> numbers,
             bool reduces)
      : handles_(std::move(path)),
        bands_(std::move(bands)),
        numbers_(std::move(numbers)),
        reduces_(reduces) {}

  void read(const RasterWindow& window, std::span<const std::size_t> bands,
            std::int64_t out_columns, std::int64_t out_rows, std::span<float> to) const override {
    const GdalMessages messages;
    Dataset dataset = handles_.take(messages);
    const auto cells = static_cast<std::size_t>(out_columns * out_rows);
    for (std::size_t i = 0; i < bands.size(); ++i) {
      const Cells part{out_columns, out_rows, to.subspan(i * cells, cells)};
      if (!readBand(*dataset, window, bands[i], part)) fail(window, messages);
    }
    handles_.give(std::move(dataset));
  }

 private:
  struct Cells {
    std::int64_t columns, rows;
    std::span<float> values;
  };

  bool readBand(GDALDataset& dataset, const RasterWindow& window, std::size_t index,
                const Cells& to) const {
    GDALRasterBand& band = *dataset.GetRasterBand(numbers_[index]);
    const bool shrinks = to.columns < window.columns || to.rows < window.rows;
    const RasterBand& about = bands_[index];
    const bool averages = shrinks && reduces_ && qualityBandOf(about.name) == QualityBand::none;
    if (!readCells(band, window, GDT_Float32, averages, to.values.data(), to)) return false;
    if (!hide(band, window, to)) return false;
    if (about.nodata) {
      const auto nodata = static_cast<float>(*about.nodata);
      for (float& value : to.values) value = value == nodata ? kNaN : value;
    }
    if (about.scale != 1 || about.offset != 0) {
      for (float& value : to.values) {
        value = static_cast<float>(about.scale * value + about.offset);
      }
    }
    return true;
  }

  template <class T>
  static bool readCells(GDALRasterBand& band, const RasterWindow& window, GDALDataType type,
                        bool averages, T* values, const Cells& to) {
    GDALRasterIOExtraArg extra;
    INIT_RASTERIO_EXTRA_ARG(extra);
    extra.eResampleAlg = averages ? GRIORA_Average : GRIORA_NearestNeighbour;
    return band.RasterIO(GF_Read, static_cast<int>(window.column), static_cast<int>(window.row),
                         static_cast<int>(window.columns), static_cast<int>(window.rows), values,
                         static_cast<int>(to.columns), static_cast<int>(to.rows), type, 0, 0,
                         &extra) == CE_None;
  }

  // A mask that the file brings along, its own band or an alpha one.
  static bool hide(GDALRasterBand& band, const RasterWindow& window, const Cells& to) {
    if ((band.GetMaskFlags() & GMF_PER_DATASET) == 0) return true;
    std::vector<std::uint8_t> mask(to.values.size());
    if (!readCells(*band.GetMaskBand(), window, GDT_Byte, false, mask.data(), to)) return false;
    for (std::size_t i = 0; i < mask.size(); ++i) {
      if (mask[i] == 0) to.values[i] = kNaN;
    }
    return true;
  }

  [[noreturn]] void fail(const RasterWindow& window, const GdalMessages& messages) const {
    throw Error(kPixels, {{"file", handles_.path().filename().string()},
                          {"reason", messages.reasonOf(handles_.path())},
                          {"column", window.column + 1},
                          {"last_column", window.column + window.columns},
                          {"row", window.row + 1},
                          {"last_row", window.row + window.rows}});
  }

  mutable Handles handles_;
  std::vector<RasterBand> bands_;
  std::vector<int> numbers_;
  bool reduces_;
};

std::optional<DType> typeOf(GDALDataType type) {
  switch (type) {
    case GDT_Byte:
      return DType::u8;
    case GDT_UInt16:
      return DType::u16;
    case GDT_Int16:
      return DType::i16;
    case GDT_UInt32:
      return DType::u32;
    case GDT_Int32:
      return DType::i32;
    case GDT_UInt64:
      return DType::u64;
    case GDT_Int64:
      return DType::i64;
    case GDT_Float32:
      return DType::f32;
    case GDT_Float64:
      return DType::f64;
    default:
      return std::nullopt;
  }
}

bool holds(DType type, double nodata) {
  switch (type) {
    case DType::u8:
      return nodata >= 0 && nodata <= 255;
    case DType::u16:
      return nodata >= 0 && nodata <= 65535;
    case DType::i16:
      return nodata >= -32768 && nodata <= 32767;
    case DType::u32:
      return nodata >= 0 && nodata <= 4294967295.0;
    case DType::i32:
      return nodata >= -2147483648.0 && nodata <= 2147483647.0;
    default:
      return true;
  }
}

RasterGrid gridOf(GDALDataset& dataset) {
  RasterGrid grid;
  grid.columns = dataset.GetRasterXSize();
  grid.rows = dataset.GetRasterYSize();
  std::array<double, 6> transform{};
  const bool placed = dataset.GetGeoTransform(transform.data()) == CE_None;
  const bool turns = transform[1] * transform[5] - transform[2] * transform[4] != 0;
  if (placed && turns &&
      std::all_of(transform.begin(), transform.end(), [](double x) { return std::isfinite(x); })) {
    grid.transform = transform;
    grid.crs = crsOf(dataset.GetSpatialRef());
  }
  return grid;
}

// nm, from the metadata that ENVI's and our own files carry; NaN without.
double wavelengthOf(GDALRasterBand& band) {
  const char* text = band.GetMetadataItem("wavelength");
  const char* unit = band.GetMetadataItem("wavelength_units");
  if (text == nullptr) return std::nan("");
  double value = 0;
  const std::string_view digits(text);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || !(value > 0)) return std::nan("");
  return unit != nullptr && std::string_view(unit).starts_with("Micro") ? value * 1000 : value;
}

RasterBand bandOf(GDALRasterBand& band, int index, const std::filesystem::path& path,
                  const Context& context) {
  const std::string file = path.filename().string();
  const std::optional<DType> type = typeOf(band.GetRasterDataType());
  if (!type) throw Error(kComplex, {{"file", file}, {"band", index}});
  RasterBand about;
  about.name = band.GetDescription();
  about.type = *type;
  int there = 0;
  const double nodata = band.GetNoDataValue(&there);
  if (there && !std::isnan(nodata)) {
    if (holds(*type, nodata)) {
      about.nodata = nodata;
    } else {
      context.warn(
          fmt::format("{}: band {} says {} stands for no data, which {} cannot hold; it is ignored",
                      file, index, nodata, name(*type)));
    }
  }
  const double scale = band.GetScale(&there);
  if (there && std::isfinite(scale) && scale != 0) about.scale = scale;
  const double offset = band.GetOffset(&there);
  if (there && std::isfinite(offset)) about.offset = offset;
  about.unit = band.GetUnitType();
  about.wavelength = wavelengthOf(band);
  return about;
}

// A palette makes the one band of a file categories.
std::vector<RasterClass> classesOf(GDALDataset& dataset) {
  std::vector<RasterClass> classes;
  if (dataset.GetRasterCount() != 1) return classes;
  GDALRasterBand& band = *dataset.GetRasterBand(1);
  const GDALColorTable* colours = band.GetColorTable();
  if (colours == nullptr) return classes;
  char** names = band.GetCategoryNames();
  const int named = CSLCount(names);
  int there = 0;
  const double nodata = band.GetNoDataValue(&there);
  const int last =
      named > 0 ? std::min(named, colours->GetColorEntryCount()) : colours->GetColorEntryCount();
  for (int value = 0; value < last; ++value) {
    if (there && nodata == value) continue;
    const GDALColorEntry& entry = *colours->GetColorEntry(value);
    if (named == 0 && entry.c1 == 0 && entry.c2 == 0 && entry.c3 == 0) continue;  // not set
    const std::string name = value < named && names[value][0] != '\0'
                                 ? std::string(names[value])
                                 : fmt::format("Class {}", value);
    classes.push_back({value,
                       name,
                       {static_cast<std::uint8_t>(entry.c1), static_cast<std::uint8_t>(entry.c2),
                        static_cast<std::uint8_t>(entry.c3)}});
  }
  return classes;
}

class RasterReader final : public Reader {
 public:
  std::string_view id() const override { return "raster"; }
  std::string_view title() const override { return "Raster (GeoTIFF, JPEG 2000, Erdas)"; }
  std::vector<std::string> extensions() const override {
    return {".tif", ".tiff", ".gtif", ".jp2", ".img"};
  }

  Confidence probe(const Probe& probe) const override {
    using namespace std::string_view_literals;
    for (const std::string_view magic : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv,
                                         "\0\0\0\x0cjP  \r\n\x87\n"sv, "EHFA_HEADER_TAG"sv}) {
      if (probe.startsWith(magic)) return Confidence::certain;
    }
    return Confidence::no;
  }

  const Declaration& options() const override {
    static const Declaration declaration = [] {
      Declaration made;
      made.id = "raster";
      made.title = "Raster";
      made.summary = "What the bands of a scene are.";
      Parameter sensor;
      sensor.id = "sensor";
      sensor.title = "Instrument";
      sensor.type = Parameter::Type::choice;
      sensor.fallback = std::string("auto");
      sensor.help = "Gives bands without names the names and wavelengths of this instrument.";
      sensor.choices = {{"auto", "By the file's name", ""}, {"none", "None", ""}};
      for (const Sensor& one : sensors()) {
        sensor.choices.push_back({std::string(one.id), std::string(one.title), ""});
      }
      made.parameters.push_back(std::move(sensor));
      made.parameters.push_back(
          {.id = "reflectance",
           .title = "Scale to reflectance",
           .type = Parameter::Type::boolean,
           .fallback = true,
           .help = "Where the names of the file and its folders say which product it is of: "
                   "Landsat Collection 2 level 2, Sentinel-2 with its baseline, ASTER 07XT."});
      return made;
    }();
    return declaration;
  }

  Data read(const std::filesystem::path& path, const Parameters& options,
            const Context& context) const override {
    return Data(readRaster(path, options.text("sensor"), context, options.flag("reflectance")));
  }
};

}  // namespace

Raster readRaster(const std::filesystem::path& path, std::string_view sensor,
                  const Context& context, bool reflectance) {
  const InputFile readable(path);  // says what is wrong with the path
  registerGdal();
  const GdalMessages messages;
  const Dataset dataset = open(path, messages);
  RasterGrid grid = gridOf(*dataset);
  if (grid.columns < 1 || grid.rows < 1 || dataset->GetRasterCount() < 1) {
    throw Error(kEmpty, {{"file", path.filename().string()}, {"path", path.string()}});
  }
  std::vector<RasterBand> bands;
  std::vector<int> numbers;
  for (int i = 1; i <= dataset->GetRasterCount(); ++i) {
    GDALRasterBand& band = *dataset->GetRasterBand(i);
    if (dataset->GetRasterCount() > 1 && band.GetColorInterpretation() == GCI_AlphaBand) continue;
    bands.push_back(bandOf(band, i, path, context));
    numbers.push_back(i);
  }
  std::vector<RasterClass> classes = classesOf(*dataset);
  const std::string stem = path.stem().string();
  if (classes.empty()) {
    nameBands(bands, sensor == "auto" ? sensorOfFile(stem) : findSensor(sensor), stem);
    if (reflectance) scaleBands(bands, path);
  } else if (bands.front().name.empty()) {
    bands.front().name = stem;
  }
  if (!grid.crs.known()) {
    context.note(path.filename().string() + " has no coordinate system: distances are in pixels");
  }
  auto source = std::make_shared<FileSource>(path, bands, std::move(numbers), classes.empty());
  return Raster(std::move(grid), std::move(bands), std::move(source), std::move(classes));
}

std::unique_ptr<Reader> makeRasterReader() {
  return std::make_unique<RasterReader>();
}

}  // namespace lineament::io
