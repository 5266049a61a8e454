// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gdal_priv.h>

#include <filesystem>
#include <memory>
#include <string>

#include "core/base/context.h"
#include "core/data/raster.h"

namespace lineament::io {

// What all that goes through GDAL shares.

// Start-up does not pay for GDAL: its drivers come with the first file that needs them.
void registerGdal();

// Keeps GDAL's messages of this thread off the terminal while it lives, and the first failure: what
// GDAL calls one, it often goes on from as if nothing had been.
class GdalMessages {
 public:
  GdalMessages() { CPLPushErrorHandlerEx(keep, this); }
  ~GdalMessages() { CPLPopErrorHandler(); }
  GdalMessages(const GdalMessages&) = delete;
  GdalMessages& operator=(const GdalMessages&) = delete;

  bool failed() const { return !failure_.empty(); }
  std::string reason() const { return failed() ? failure_ : "no reason given"; }
  // Without the file's own name in front, which the Error says already.
  std::string reasonOf(const std::filesystem::path& path) const;

 private:
  static void CPL_STDCALL keep(CPLErr severity, CPLErrorNum, const char* message);
  std::string failure_;  // others follow from it
};

// Passes GDAL's progress on to a context, and its wish to stop back: GDAL then gives up with a
// failure, behind which the caller looks at the stop token. Throwing is not for GDAL's frames.
class GdalProgress {
 public:
  GdalProgress(const Context& context, double from, double to, const char* doing)
      : context_(context), from_(from), to_(to), doing_(doing) {}
  static int CPL_STDCALL tell(double done, const char*, void* self);

 private:
  const Context& context_;
  double from_, to_;
  const char* doing_;
};

struct CloseDataset {
  void operator()(GDALDataset* dataset) const { GDALClose(dataset); }
};
using Dataset = std::unique_ptr<GDALDataset, CloseDataset>;

Crs crsOf(const OGRSpatialReference* reference);  // null: none

}  // namespace lineament::io
