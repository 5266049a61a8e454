// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/gdal.h"

#include <algorithm>
#include <array>
#include <mutex>

namespace lineament::io {

namespace {

// Bytes of decoded blocks. A row of the largest tiles in use, 1024 pixels high, of a scene of
// twelve bands takes half of it; GDAL's own default is a share of the machine's memory.
constexpr GIntBig kMostCached = GIntBig{512} << 20;

constexpr double kMetresOfADegree = 111319.49079327358;  // of WGS 84's equator

std::string unitOf(const OGRSpatialReference& reference, double metres) {
  if (reference.IsGeographic()) return "°";
  if (metres == 1) return "m";
  const char* name = nullptr;
  reference.GetLinearUnits(&name);
  return metres > 0.304 && metres < 0.305 ? "ft" : name;
}

}  // namespace

void registerGdal() {
  static std::once_flag once;
  std::call_once(once, [] {
    GDALAllRegister();
    GDALSetCacheMax64(kMostCached);
    CPLSetConfigOption("OGR_XLSX_HEADERS", "AUTO");
  });
}

void CPL_STDCALL GdalMessages::keep(CPLErr severity, CPLErrorNum, const char* message) {
  auto& messages = *static_cast<GdalMessages*>(CPLGetErrorHandlerUserData());
  if (severity >= CE_Failure && !messages.failed()) messages.failure_ = message;
}

std::string GdalMessages::reasonOf(const std::filesystem::path& path) const {
  const std::string name = path.string() + ": ", said = reason();
  return said.starts_with(name) ? said.substr(name.size()) : said;
}

int CPL_STDCALL GdalProgress::tell(double done, const char*, void* self) {
  const auto& own = *static_cast<GdalProgress*>(self);
  if (own.context_.progress) {
    const double share = std::clamp(done, 0.0, 1.0);  // some algorithms say a little more
    own.context_.progress(own.from_ + (own.to_ - own.from_) * share, own.doing_);
  }
  return own.context_.stopRequested() ? FALSE : TRUE;
}

Crs crsOf(const OGRSpatialReference* reference) {
  Crs crs;
  if (reference == nullptr || reference->IsEmpty() || reference->IsLocal()) return crs;
  const char* name = reference->GetName();
  // What a GeoPackage says where it has none.
  if (name != nullptr && std::string_view(name).starts_with("Undefined ")) return crs;
  const std::array<const char*, 2> format{"FORMAT=WKT2_2019", nullptr};
  char* text = nullptr;
  if (reference->exportToWkt(&text, format.data()) == OGRERR_NONE && text != nullptr) {
    crs.wkt = text;
  }
  CPLFree(text);
  if (name != nullptr) crs.name = name;
  crs.geographic = reference->IsGeographic() != 0;
  crs.metres = crs.geographic ? kMetresOfADegree : reference->GetLinearUnits();
  crs.unit = unitOf(*reference, crs.metres);
  return crs;
}

}  // namespace lineament::io
