// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ogrsf_frmts.h>

#include <string>
#include <vector>

#include "core/data/table.h"

namespace lineament::io {

// Collects one field of features that GDAL reads. What is neither number, truth value, date nor
// time becomes the text that GDAL writes it as.
class FieldColumn {
 public:
  FieldColumn(std::string name, OGRFieldType type, OGRFieldSubType subtype);

  void add(const OGRFeature& feature, int index);
  Column finish();

 private:
  void addTime(const OGRFeature& feature, int index, bool is_missing);
  Column::Values values();

  std::string name_;
  Column::Type type_;
  std::vector<std::uint8_t> missing_;
  bool any_missing_ = false;
  std::vector<double> reals_;
  std::vector<std::int64_t> integers_;
  std::vector<std::uint8_t> booleans_;
  std::vector<Column::Date> dates_;
  std::vector<Column::Time> times_;
  TextBuilder words_;
};

// All fields of a layer, one row per feature. Times are taken to be in UTC unless the file names
// their zone.
class FieldColumns {
 public:
  explicit FieldColumns(const OGRFeatureDefn& definition);

  void add(const OGRFeature& feature);
  std::size_t size() const { return columns_.size(); }
  Table finish();

 private:
  std::vector<FieldColumn> columns_;
};

}  // namespace lineament::io
