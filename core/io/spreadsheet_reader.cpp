// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/spreadsheet_reader.h"

#include <fmt/ranges.h>
#include <ogr_api.h>
#include <ogrsf_frmts.h>

#include <array>

#include "core/base/file.h"
#include "core/io/gdal.h"

namespace lineament::io {

namespace {

constexpr ErrorText kUnreadable{"spreadsheet.unreadable", "Read {file} as a spreadsheet",
                                "its content is damaged or not a workbook ({reason})", "{path}",
                                "Open it in a spreadsheet program and save it again as XLSX"};
constexpr ErrorText kUnsupported{"spreadsheet.unsupported", "Read {file} as a spreadsheet",
                                 "this installation cannot read the old XLS format", "{path}",
                                 "Save it as XLSX or CSV in a spreadsheet program"};
constexpr ErrorText kNoSheet{"spreadsheet.no_sheet", "Read the sheet '{sheet}' of {file}",
                             "the workbook has no sheet of that name", "{path}", "{suggestion}"};
constexpr ErrorText kEmpty{"spreadsheet.empty", "Read {file} as a spreadsheet",
                           "no sheet has a cell with content", "{path}",
                           "Save the workbook with its values"};

enum class Workbook { none, xlsx, ods, xls };

Workbook workbookOf(std::string_view head) {
  if (head.substr(0, 4) == "\xD0\xCF\x11\xE0") return Workbook::xls;
  if (head.substr(0, 4) != "PK\x03\x04") return Workbook::none;
  if (head.find("application/vnd.oasis.opendocument.spreadsheet") != head.npos)
    return Workbook::ods;
  for (const char* member : {"xl/", "[Content_Types].xml", "docProps/"}) {
    if (head.find(member) != head.npos) return Workbook::xlsx;
  }
  return Workbook::none;
}

const char* driverOf(Workbook workbook) {
  switch (workbook) {
    case Workbook::xlsx:
      return "XLSX";
    case Workbook::ods:
      return "ODS";
    default:
      return "XLS";
  }
}

[[noreturn]] void failUnreadable(const std::filesystem::path& path, const GdalMessages& messages) {
  throw Error(
      kUnreadable,
      {{"file", path.filename().string()}, {"path", path.string()}, {"reason", messages.reason()}});
}

Dataset openWorkbook(const std::filesystem::path& path, const GdalMessages& messages) {
  const InputFile input(path);
  std::array<std::byte, 4096> head{};
  const std::size_t count = input.readSome(0, head);
  const Workbook workbook = workbookOf({reinterpret_cast<const char*>(head.data()), count});
  const char* driver = driverOf(workbook);
  if (workbook == Workbook::xls && !GDALGetDriverByName(driver)) {
    throw Error(kUnsupported, {{"file", path.filename().string()}, {"path", path.string()}});
  }
  Dataset dataset;
  if (workbook != Workbook::none) {
    const std::array<const char*, 2> drivers{driver, nullptr};
    dataset.reset(static_cast<GDALDataset*>(
        GDALOpenEx(path.c_str(), GDAL_OF_VECTOR, drivers.data(), nullptr, nullptr)));
  }
  if (!dataset) failUnreadable(path, messages);
  return dataset;
}

std::vector<std::string> sheetNames(GDALDataset& dataset) {
  std::vector<std::string> names;
  for (OGRLayer* layer : dataset.GetLayers()) names.emplace_back(layer->GetName());
  return names;
}

OGRLayer& chooseSheet(GDALDataset& dataset, const std::string& sheet,
                      const std::filesystem::path& path, const Context& context) {
  const std::string file = path.filename().string();
  const std::vector<std::string> names = sheetNames(dataset);
  if (!sheet.empty()) {
    if (OGRLayer* layer = dataset.GetLayerByName(sheet.c_str())) return *layer;
    throw Error(kNoSheet,
                {{"file", file},
                 {"path", path.string()},
                 {"sheet", sheet},
                 {"suggestion", fmt::format("Its sheets are {}", fmt::join(names, ", "))}});
  }
  for (OGRLayer* layer : dataset.GetLayers()) {
    if (layer->GetLayerDefn()->GetFieldCount() == 0) continue;
    if (names.size() > 1) {
      context.note(fmt::format("{}: read the sheet '{}' of {}", file, layer->GetName(),
                               fmt::join(names, ", ")));
    }
    return *layer;
  }
  throw Error(kEmpty, {{"file", file}, {"path", path.string()}});
}

// Collects one field of all features.
class FieldColumn {
 public:
  explicit FieldColumn(OGRFieldDefn& field) : name_(field.GetNameRef()), type_(typeOf(field)) {}

  void add(OGRFeature& feature, int index) {
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
        words_.add(is_missing ? "" : feature.GetFieldAsString(index));
        break;
      case Column::Type::date:
      case Column::Type::time:
        addTime(feature, index, is_missing);
        break;
    }
  }

  Column finish() {
    SharedArray<std::uint8_t> mask;
    if (any_missing_) mask = std::move(missing_);
    return Column(name_, values(), std::move(mask));
  }

 private:
  static Column::Type typeOf(const OGRFieldDefn& field) {
    switch (field.GetType()) {
      case OFTInteger:
        return field.GetSubType() == OFSTBoolean ? Column::Type::boolean : Column::Type::integer;
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

  void addTime(OGRFeature& feature, int index, bool is_missing) {
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
    // GDAL keeps thousandths of a second.
    const auto thousandths = static_cast<std::int64_t>(std::llround(double{second} * 1000));
    times_.push_back(
        {((days * std::int64_t{24} + hour) * 60 + minute) * 60'000'000 + thousandths * 1000});
  }

  Column::Values values() {
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

Table tableOf(OGRLayer& layer, const Context& context) {
  std::vector<FieldColumn> fields;
  const OGRFeatureDefn& definition = *layer.GetLayerDefn();
  for (int i = 0; i < definition.GetFieldCount(); ++i) {
    fields.emplace_back(*const_cast<OGRFeatureDefn&>(definition).GetFieldDefn(i));
  }
  const double rows = static_cast<double>(std::max<GIntBig>(layer.GetFeatureCount(), 1));
  std::size_t row = 0;
  for (const auto& feature : layer) {
    for (std::size_t i = 0; i < fields.size(); ++i) fields[i].add(*feature, static_cast<int>(i));
    if (++row % 1024 == 0) context.checkpoint(static_cast<double>(row) / rows, "Reading rows");
  }
  std::vector<Column> columns;
  for (FieldColumn& field : fields) columns.push_back(field.finish());
  return Table(std::move(columns));
}

class SpreadsheetReader final : public Reader {
 public:
  std::string_view id() const override { return "xlsx"; }
  std::string_view title() const override { return "Spreadsheet"; }
  std::vector<std::string> extensions() const override {
    return {".xlsx", ".xlsm", ".ods", ".xls"};
  }

  Confidence probe(const Probe& probe) const override {
    const bool named = probe.hasExtension(".xlsx") || probe.hasExtension(".xlsm") ||
                       probe.hasExtension(".ods") || probe.hasExtension(".xls");
    const Workbook workbook = workbookOf(probe.text());
    if (workbook == Workbook::xls) return named ? Confidence::certain : Confidence::perhaps;
    if (workbook != Workbook::none) return named ? Confidence::certain : Confidence::likely;
    return named ? Confidence::perhaps : Confidence::no;
  }

  const Declaration& options() const override {
    static const Declaration declaration = [] {
      Declaration made;
      made.id = "xlsx";
      made.title = "Spreadsheet";
      made.summary = "Which part of a workbook is read.";
      Parameter sheet;
      sheet.id = "sheet";
      sheet.title = "Sheet";
      sheet.type = Parameter::Type::text;
      sheet.fallback = std::string();
      sheet.help = "The name of the sheet; empty means the first one.";
      made.parameters.push_back(std::move(sheet));
      return made;
    }();
    return declaration;
  }

  Data read(const std::filesystem::path& path, const Parameters& options,
            const Context& context) const override {
    return Data(readSpreadsheet(path, options.text("sheet"), context));
  }
};

}  // namespace

Table readSpreadsheet(const std::filesystem::path& path, const std::string& sheet,
                      const Context& context) {
  registerGdal();
  const GdalMessages messages;
  const Dataset dataset = openWorkbook(path, messages);
  OGRLayer& layer = chooseSheet(*dataset, sheet, path, context);
  Table table = tableOf(layer, context);
  if (messages.failed()) failUnreadable(path, messages);
  return table;
}

std::unique_ptr<Reader> makeSpreadsheetReader() {
  return std::make_unique<SpreadsheetReader>();
}

}  // namespace lineament::io
