// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/polygonize.h"

#include <gdal_alg.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <numeric>

#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/io/ogr_geometry.h"
#include "core/spatial/label_canvas.h"
#include "core/spatial/label_filter.h"

namespace lineament::spatial {

namespace {

constexpr ErrorText kFailed{"polygonize.failed", "Make polygons of a map", "{reason}", "",
                            "Join small patches first, or take a part of the map"};

class Patches {
 public:
  explicit Patches(const Context& context) : context_(context) {
    io::registerGdal();
    memory_.reset(GetGDALDriverManager()->GetDriverByName("Memory")->Create("", 0, 0, 0,
                                                                            GDT_Unknown, nullptr));
    if (!memory_) fail();
    layer_ = memory_->CreateLayer("patches", nullptr, wkbPolygon, nullptr);
    OGRFieldDefn label("label", OFTInteger);
    if (layer_ == nullptr || layer_->CreateField(&label) != OGRERR_NONE) fail();
  }

  void trace(LabelCanvas& canvas) {
    GDALRasterBand& band = canvas.band();
    const CPLErr result = GDALPolygonize(
        GDALRasterBand::ToHandle(&band), GDALRasterBand::ToHandle(band.GetMaskBand()),
        OGRLayer::ToHandle(layer_), 0, nullptr, io::GdalProgress::tell, &progress_);
    context_.checkpoint(0.8, "Sorting polygons");  // Cancelled, when that is why it ended
    if (result != CE_None || messages_.failed()) fail();
  }

  LabelPolygons sorted() {
    std::vector<std::uint8_t> labels;
    for (const auto& patch : *layer_) {
      labels.push_back(static_cast<std::uint8_t>(patch->GetFieldAsInteger(0)));
    }
    std::vector<std::size_t> order(labels.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return labels[i]; });
    LabelPolygons polygons;
    io::GeometryImport geometries;
    for (const std::size_t i : order) {
      if (polygons.labels.size() % kStep == 0) context_.checkpoint(0.9);
      const std::unique_ptr<OGRFeature> patch(layer_->GetFeature(static_cast<GIntBig>(i)));
      geometries.add(patch->GetGeometryRef());
      polygons.labels.push_back(labels[i]);
    }
    polygons.geometries = geometries.finish("polygons", context_);
    return polygons;
  }

 private:
  static constexpr std::size_t kStep = 1024;

  [[noreturn]] void fail() const { throw Error(kFailed, {{"reason", messages_.reason()}}); }

  const Context& context_;
  io::GdalMessages messages_;
  io::GdalProgress progress_{context_, 0, 0.8, "Tracing patches"};
  io::Dataset memory_;
  OGRLayer* layer_ = nullptr;
};

}  // namespace

LabelPolygons polygonize(const std::vector<std::uint8_t>& labels, const RasterGrid& grid,
                         const Context& context) {
  std::vector<std::uint8_t> own = labels;
  LabelCanvas canvas(own, grid);
  canvas.place(grid);
  Patches patches(context);
  patches.trace(canvas);
  return patches.sorted();
}

}  // namespace lineament::spatial
