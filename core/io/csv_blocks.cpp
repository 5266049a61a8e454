// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/csv_file.h"
#include "core/io/csv_reader.h"
#include "core/io/delimited_records.h"

namespace lineament::io {

namespace {

class CsvBlocks final : public TableBlocks {
 public:
  // `schema` is the table without rows, `file` where it came from.
  CsvBlocks(CsvFile file, Table schema)
      : file_(std::move(file)),
        schema_(std::move(schema)),
        missing_(file_.options.missing),
        source_(file_.path, file_.encoding),
        records_(source_, file_.layout.dialect, file_.blockBytes(), file_.layout.data_offset) {
    source_.skip(file_.layout.data_offset);
    for (const Column& column : schema_.columns()) {
      plans_.push_back({.type = column.type(), .fixed = true});
    }
  }

  const Table& schema() const override { return schema_; }

  std::optional<Table> next(const Context& context) override {
    RecordBlock block;
    while (true) {
      context.checkpoint(source_.fraction(), "Reading rows");
      if (!records_.next(block)) return std::nullopt;
      ChunkParser parser(file_.layout.dialect, missing_, file_.layout.columns);
      parser.parse(block, plans_, chunk_);
      if (chunk_.rows > 0) return table();
    }
  }

 private:
  Table table() const {
    std::vector<Column> columns;
    for (std::size_t i = 0; i < schema_.columnCount(); ++i) {
      if (chunk_.columns[i].conflict) failChanged(file_);
      ColumnBuilder builder(true);
      builder.append(chunk_.columns[i], chunk_.rows);
      columns.push_back(builder.finish(schema_.column(i).name(), schema_.column(i).unit()));
    }
    return Table(std::move(columns));
  }

  CsvFile file_;
  Table schema_;
  MissingWords missing_;
  TextSource source_;
  RecordBlocks records_;
  std::vector<ColumnPlan> plans_;
  Chunk chunk_;
};

}  // namespace

std::unique_ptr<TableBlocks> openCsvBlocks(const std::filesystem::path& path,
                                           const CsvOptions& options, const Context& context) {
  return withCsv(path, options, context, [&](const CsvFile& file) {
    const CsvPass pass = readRecords(file, {}, false, context);
    return std::unique_ptr<TableBlocks>(std::make_unique<CsvBlocks>(file, csvSchema(file, pass)));
  });
}

}  // namespace lineament::io
