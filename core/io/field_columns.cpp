// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/field_columns.h"

#include <cmath>

#include "core/io/utf8.h"

namespace lineament::io {

namespace {

constexpr int kUtc = 100;  // as GDAL counts zones: quarters of an hour from here

Column::Type typeOf(OGRFieldType type, OGRFieldSubType subtype) {
  switch (type) {
    case OFTInteger:
      return subtype == OFSTBoolean ? Column::Type::boolean : Column::Type::integer;
    case OFTInteger64:
      return Column::Type::integer;
    case OFTReal:
      return Column::Type::real;
    case OFTDate:
      return Column::Type::date;
    case OFTDateTime:
      return Column::Type::time;
    default:
      return Column::Type::text;
  }
}

}  // namespace

FieldColumn::FieldColumn(std::string name, OGRFieldType type, OGRFieldSubType subtype)
    : name_(std::move(name)), type_(typeOf(type, subtype)) {}

void FieldColumn::add(const OGRFeature& feature, int index) {
  const bool is_missing = !feature.IsFieldSetAndNotNull(index);
  missing_.push_back(is_missing);
  any_missing_ |= is_missing;
  switch (type_) {
    case Column::Type::real:
      reals_.push_back(is_missing ? std::nan("") : feature.GetFieldAsDouble(index));
      break;
    case Column::Type::integer:
      integers_.push_back(is_missing ? 0 : feature.GetFieldAsInteger64(index));
      break;
    case Column::Type::boolean:
      booleans_.push_back(!is_missing && feature.GetFieldAsInteger(index) != 0);
      break;
    case Column::Type::text:
      words_.add(is_missing ? "" : utf8OrLatin1(feature.GetFieldAsString(index)));
      break;
    case Column::Type::date:
    case Column::Type::time:
      addTime(feature, index, is_missing);
      break;
  }
}

Column FieldColumn::finish() {
  SharedArray<std::uint8_t> mask;
  if (any_missing_) mask = std::move(missing_);
  return Column(name_, values(), std::move(mask));
}

void FieldColumn::addTime(const OGRFeature& feature, int index, bool is_missing) {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, zone = 0;
  float second = 0;
  if (!is_missing) {
    feature.GetFieldAsDateTime(index, &year, &month, &day, &hour, &minute, &second, &zone);
  }
  const std::int32_t days = daysFromCivil(year, month, day);
  if (type_ == Column::Type::date) {
    dates_.push_back({days});
    return;
  }
  if (zone > 1) minute -= 15 * (zone - kUtc);
  // GDAL keeps thousandths of a second.
  const auto thousandths = static_cast<std::int64_t>(std::llround(double{second} * 1000));
  times_.push_back(
      {((days * std::int64_t{24} + hour) * 60 + minute) * 60'000'000 + thousandths * 1000});
}

Column::Values FieldColumn::values() {
  switch (type_) {
    case Column::Type::real:
      return SharedArray<double>(std::move(reals_));
    case Column::Type::integer:
      return SharedArray<std::int64_t>(std::move(integers_));
    case Column::Type::boolean:
      return SharedArray<std::uint8_t>(std::move(booleans_));
    case Column::Type::date:
      return SharedArray<Column::Date>(std::move(dates_));
    case Column::Type::time:
      return SharedArray<Column::Time>(std::move(times_));
    case Column::Type::text:
      break;
  }
  return words_.finish();
}

FieldColumns::FieldColumns(const OGRFeatureDefn& definition) {
  for (int i = 0; i < definition.GetFieldCount(); ++i) {
    const OGRFieldDefn& field = *definition.GetFieldDefn(i);
    columns_.emplace_back(utf8OrLatin1(field.GetNameRef()), field.GetType(), field.GetSubType());
  }
}

void FieldColumns::add(const OGRFeature& feature) {
  for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i].add(feature, static_cast<int>(i));
}

Table FieldColumns::finish() {
  std::vector<Column> columns;
  for (FieldColumn& column : columns_) columns.push_back(column.finish());
  return Table(std::move(columns));
}

}  // namespace lineament::io
