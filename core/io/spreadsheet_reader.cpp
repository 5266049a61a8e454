// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/spreadsheet_reader.h"

#include <fmt/ranges.h>
#include <ogrsf_frmts.h>

#include <array>

#include "core/base/file.h"
#include "core/io/field_columns.h"
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

Table tableOf(OGRLayer& layer, const Context& context) {
  FieldColumns fields(*layer.GetLayerDefn());
  const double rows = static_cast<double>(std::max<GIntBig>(layer.GetFeatureCount(), 1));
  std::size_t row = 0;
  for (const auto& feature : layer) {
    fields.add(*feature);
    if (++row % 1024 == 0) context.checkpoint(static_cast<double>(row) / rows, "Reading rows");
  }
  return fields.finish();
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
