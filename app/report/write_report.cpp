// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/write_report.h"

#include "app/report/html_report.h"
#include "app/report/pdf_report.h"
#include "core/base/file.h"

namespace lineament::app {

namespace {

constexpr ErrorText kEnding{"report.ending", "Write the report {file}",
                            "a name that ends in .pdf or .html is expected", "",
                            "Choose one of these endings"};

bool endsIn(const std::filesystem::path& path, const char* ending) {
  return QString::fromStdString(path.extension().string()).toLower() == QLatin1String(ending);
}

}  // namespace

void checkReportPath(const std::filesystem::path& path) {
  if (endsIn(path, ".pdf") || endsIn(path, ".html")) return;
  throw Error::usage(kEnding, {{"file", path.filename().string()}});
}

void writeReport(const Report& report, const std::filesystem::path& path, Paper paper,
                 const Context& context) {
  checkReportPath(path);
  const auto size = paper == Paper::letter ? QPageSize::Letter : QPageSize::A4;
  const QByteArray bytes =
      endsIn(path, ".pdf") ? pdfReport(report, size, context) : htmlReport(report, context);
  context.checkpoint(1);
  writeWhole(path, std::string_view(bytes.data(), static_cast<std::size_t>(bytes.size())));
}

}  // namespace lineament::app
