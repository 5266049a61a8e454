// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/geotiff_writer.h"

#include <cpl_string.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <system_error>

#include "core/base/file.h"
#include "core/io/gdal.h"

namespace lineament::io {

namespace {

constexpr ErrorText kWrite{"raster.write", "Write {file}", "GDAL could not ({reason})", "{path}",
                           "Make room on the disk, or choose another folder"};

constexpr std::int64_t kTile = 256;
constexpr std::int64_t kSmallest = 256;  // a side that needs no overview

class GeoTiff {
 public:
  GeoTiff(const Raster& raster, const std::filesystem::path& path, const Context& context)
      : raster_(raster), path_(path), context_(context), file_(path) {}
  ~GeoTiff() {
    dataset_.reset();
    std::error_code none;
    std::filesystem::remove(beside(file_.temporaryPath()), none);
  }
  GeoTiff(const GeoTiff&) = delete;
  GeoTiff& operator=(const GeoTiff&) = delete;

  void write() {
    registerGdal();
    create();
    describe();
    for (std::int64_t row = 0; row < raster_.rows(); row += kTile) {
      context_.checkpoint(0.8 * static_cast<double>(row) / static_cast<double>(raster_.rows()),
                          "Writing pixels");
      writeRows(row, std::min(kTile, raster_.rows() - row));
    }
    buildOverviews();
    dataset_.reset();  // writes what is left
    if (messages_.failed()) fail();
    file_.commit();
    if (std::filesystem::exists(beside(file_.temporaryPath()))) {
      std::filesystem::rename(beside(file_.temporaryPath()), beside(path_));
    }
  }

 private:
  // GDAL keeps the names of classes there.
  static std::filesystem::path beside(std::filesystem::path path) { return path += ".aux.xml"; }

  // Classes of values that a byte holds, beside one for none.
  bool palette() const {
    if (!raster_.categorical() || raster_.bands().size() != 1) return false;
    for (const RasterClass& one : raster_.classes()) {
      if (one.value < 0 || one.value > 254) return false;
    }
    return true;
  }
  double nodata() const { return palette() ? 255 : std::nan(""); }

  void create() {
    CPLStringList options;
    options.SetNameValue("TILED", "YES");
    options.SetNameValue("COMPRESS", "DEFLATE");
    options.SetNameValue("BIGTIFF", "IF_SAFER");
    options.SetNameValue("INTERLEAVE", "BAND");
    if (!palette()) options.SetNameValue("PREDICTOR", "3");
    GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
    dataset_.reset(
        driver->Create(file_.temporaryPath().c_str(), static_cast<int>(raster_.columns()),
                       static_cast<int>(raster_.rows()), static_cast<int>(raster_.bands().size()),
                       palette() ? GDT_Byte : GDT_Float32, options.List()));
    if (!dataset_) fail();
  }

  void describe() {
    const RasterGrid& grid = raster_.grid();
    std::array<double, 6> transform = grid.transform;
    if (transform != RasterGrid().transform || grid.crs.known()) {
      dataset_->SetGeoTransform(transform.data());
    }
    if (grid.crs.known()) dataset_->SetProjection(grid.crs.wkt.c_str());
    dataset_->SetMetadataItem("TIFFTAG_SOFTWARE", "Lineament");
    for (std::size_t i = 0; i < raster_.bands().size(); ++i) describeBand(i);
  }

  void describeBand(std::size_t index) {
    GDALRasterBand& band = *dataset_->GetRasterBand(static_cast<int>(index) + 1);
    const RasterBand& about = raster_.bands()[index];
    band.SetDescription(about.name.c_str());
    band.SetNoDataValue(nodata());
    if (!about.unit.empty()) band.SetUnitType(about.unit.c_str());
    if (std::isfinite(about.wavelength)) {
      band.SetMetadataItem("wavelength", fmt::format("{}", about.wavelength).c_str());
      band.SetMetadataItem("wavelength_units", "Nanometers");
    }
    if (palette()) describeClasses(band);
  }

  void describeClasses(GDALRasterBand& band) {
    GDALColorTable colours;
    std::int64_t last = 0;
    for (const RasterClass& one : raster_.classes()) last = std::max(last, one.value);
    CPLStringList names;
    for (std::int64_t value = 0; value <= last; ++value) {
      const RasterClass* one = raster_.findClass(value);
      names.AddString(one ? one->name.c_str() : "");
      if (one == nullptr) continue;
      const GDALColorEntry entry{one->colour[0], one->colour[1], one->colour[2], 255};
      colours.SetColorEntry(static_cast<int>(value), &entry);
    }
    band.SetColorTable(&colours);
    band.SetCategoryNames(names.List());
  }

  void writeRows(std::int64_t row, std::int64_t rows) {
    const RasterWindow window{0, row, raster_.columns(), rows};
    for (std::size_t i = 0; i < raster_.bands().size(); ++i) {
      std::vector<float> values = raster_.values(window, i);
      if (palette()) {
        for (float& value : values) value = std::isnan(value) ? 255.0f : value;
      }
      GDALRasterBand& band = *dataset_->GetRasterBand(static_cast<int>(i) + 1);
      if (band.RasterIO(GF_Write, 0, static_cast<int>(row), static_cast<int>(raster_.columns()),
                        static_cast<int>(rows), values.data(), static_cast<int>(raster_.columns()),
                        static_cast<int>(rows), GDT_Float32, 0, 0, nullptr) != CE_None) {
        fail();
      }
    }
  }

  void buildOverviews() {
    std::vector<int> factors;
    for (std::int64_t factor = 2; std::max(raster_.columns(), raster_.rows()) / factor >= kSmallest;
         factor *= 2) {
      factors.push_back(static_cast<int>(factor));
    }
    if (factors.empty()) return;
    const char* method = raster_.categorical() ? "NEAREST" : "AVERAGE";
    GdalProgress progress(context_, 0.8, 1, "Making overviews");
    const CPLErr result =
        dataset_->BuildOverviews(method, static_cast<int>(factors.size()), factors.data(), 0,
                                 nullptr, GdalProgress::tell, &progress);
    context_.checkpoint(1);  // Cancelled, when that is why it ended
    if (result != CE_None) fail();
  }

  [[noreturn]] void fail() const {
    throw Error(kWrite, {{"file", path_.filename().string()},
                         {"path", path_.string()},
                         {"reason", messages_.reason()}});
  }

  const Raster& raster_;
  const std::filesystem::path& path_;
  const Context& context_;
  GdalMessages messages_;
  OutputFile file_;
  Dataset dataset_;
};

}  // namespace

void writeGeoTiff(const Raster& raster, const std::filesystem::path& path, const Context& context) {
  GeoTiff(raster, path, context).write();
}

}  // namespace lineament::io
