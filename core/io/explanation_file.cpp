// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/explanation_file.h"

#include <algorithm>
#include <deque>

#include "core/base/error.h"
#include "core/io/npy.h"
#include "core/io/npy_record.h"

namespace lineament::io {

namespace {

constexpr ErrorText kFile{"explanation.file", "Read the explanation in {file}", "{problem}", "",
                          "Write the explanation again, or read the arrays one by one"};

// What the members of the archive are made of, kept until it is written.
class Members {
 public:
  void add(const char* name, std::vector<std::byte> file) {
    const auto& kept = files_.emplace_back(std::move(file));
    contents_.push_back({std::string(name) + ".npy", {std::span<const std::byte>(kept)}});
  }

  template <class T>
  void addNumbers(const char* name, DType dtype, const std::vector<std::uint64_t>& shape,
                  const SharedArray<T>& values) {
    const std::string& header =
        headers_.emplace_back(npyHeaderText(fmt::format("'{}'", npyDescr(dtype)), shape));
    contents_.push_back({std::string(name) + ".npy",
                         {std::as_bytes(std::span(header)), std::as_bytes(values.span())}});
  }

  void addNumber(const char* name, double value) {
    numbers_.push_back(std::vector<double>{value});
    addNumbers(name, DType::f64, {}, numbers_.back());
  }

  const std::vector<ZipContent>& contents() const { return contents_; }

 private:
  std::deque<std::vector<std::byte>> files_;
  std::deque<std::string> headers_;
  std::deque<SharedArray<double>> numbers_;
  std::vector<ZipContent> contents_;
};

bool isPlainMatrix(const Explanation& explanation) {
  const Table& data = explanation.data;
  if (data.columnCount() != explanation.featureCount()) return false;
  for (std::size_t j = 0; j < data.columnCount(); ++j) {
    const Column& column = data.column(j);
    if (column.type() != Column::Type::real || column.missingCount() != 0 ||
        column.name() != explanation.features[j]) {
      return false;
    }
  }
  return true;
}

SharedArray<double> matrixOf(const Table& table) {
  const std::size_t width = table.columnCount();
  std::vector<double> matrix(table.rows() * width);
  for (std::size_t j = 0; j < width; ++j) {
    for (std::size_t row = 0; row < table.rows(); ++row) {
      matrix[row * width + j] = table.column(j).number(row);
    }
  }
  return matrix;
}

SharedArray<std::uint8_t> maskOf(const Table& table) {
  const std::size_t width = table.columnCount();
  std::vector<std::uint8_t> mask(table.rows() * width);
  for (std::size_t j = 0; j < width; ++j) {
    for (std::size_t row = 0; row < table.rows(); ++row) {
      mask[row * width + j] = table.column(j).missing(row);
    }
  }
  return mask;
}

class ExplanationReader {
 public:
  ExplanationReader(const ZipArchive& archive, const Context& context)
      : archive_(archive), context_(context) {}

  Explanation read() {
    Explanation explanation;
    explanation.features = words("feature_names");
    explanation.values = reals("values");
    explanation.predictions = reals("predictions");
    explanation.base_value = commonBase();
    if (archive_.find("source_rows.npy")) explanation.source_rows = rows("source_rows");
    explanation.method = word("method");
    explanation.output_name = word("output_name");
    explanation.output_unit = word("output_unit");
    if (archive_.find("additivity_error.npy")) {
      explanation.additivity_error = reals("additivity_error")[0];
    }
    explanation.data = table(explanation);
    check(explanation);
    return explanation;
  }

 private:
  [[noreturn]] void fail(std::string_view problem) const {
    throw Error(kFile, {{"file", archive_.file()}, {"problem", problem}});
  }

  Data array(const std::string& name) const {
    const auto member = archive_.find(name + ".npy");
    if (!member) fail(fmt::format("'{}' is missing", name));
    return readNpy(archive_.read(*member), {archive_.file() + ": " + name}, context_);
  }

  Tensor tensor(const std::string& name) const {
    const Data data = array(name);
    if (!data.as<Tensor>()) fail(fmt::format("'{}' is not an array of numbers", name));
    return *data.as<Tensor>();
  }

  SharedArray<double> reals(const std::string& name) const {
    const Tensor found = tensor(name);
    if (found.elements() == 0 && name == "additivity_error") fail("a number is missing");
    return found.numbers();
  }

  SharedArray<std::uint64_t> rows(const std::string& name) const {
    const Tensor found = tensor(name);
    if (found.dtype() != DType::u64) fail(fmt::format("'{}' does not hold row numbers", name));
    std::vector<std::uint64_t> values(found.elements());
    if (!values.empty()) std::memcpy(values.data(), found.bytes().data(), found.bytes().size());
    return values;
  }

  std::vector<std::string> words(const std::string& name) const {
    const Data data = array(name);
    const Table* found = data.as<Table>();
    if (!found || found->columnCount() != 1) fail(fmt::format("'{}' is not a list of words", name));
    std::vector<std::string> list;
    for (std::size_t row = 0; row < found->rows(); ++row)
      list.push_back(found->column(0).text(row));
    return list;
  }

  std::string word(const std::string& name) const {
    if (!archive_.find(name + ".npy")) return {};
    const std::vector<std::string> list = words(name);
    return list.empty() ? std::string() : list[0];
  }

  double commonBase() const {
    const SharedArray<double> values = reals("base_values");
    for (const double value : values) {
      if (value != values[0]) fail("its base values differ from row to row");
    }
    return values.empty() ? 0 : values[0];
  }

  Table table(const Explanation& explanation) const {
    const Data data = array("data");
    if (const Tensor* matrix = data.as<Tensor>()) return fromMatrix(*matrix, explanation);
    const Table& plain = data.require<Table>();
    const bool masked = archive_.find("data_missing.npy").has_value();
    const SharedArray<double> mask = masked ? reals("data_missing") : SharedArray<double>();
    const std::vector<std::string> units =
        archive_.find("data_units.npy") ? words("data_units") : std::vector<std::string>();
    const std::size_t width = plain.columnCount();
    if ((masked && mask.size() != plain.rows() * width) ||
        (!units.empty() && units.size() != width)) {
      fail("the data's mask or units do not fit its columns");
    }
    std::vector<Column> columns;
    for (std::size_t j = 0; j < width; ++j) {
      const Column& column = plain.column(j);
      std::vector<std::uint8_t> missing;
      bool any = false;
      for (std::size_t row = 0; masked && row < plain.rows(); ++row) {
        missing.push_back(mask[row * width + j] != 0);
        any = any || missing.back();
      }
      if (!any) missing.clear();
      columns.emplace_back(column.name(), column.values(), std::move(missing),
                           units.empty() ? column.unit() : units[j]);
    }
    return Table(std::move(columns));
  }

  Table fromMatrix(const Tensor& matrix, const Explanation& explanation) const {
    const std::size_t width = explanation.featureCount();
    if (matrix.rank() != 2 || matrix.shape()[1] != width) fail("the data has another width");
    const std::vector<std::string> units =
        archive_.find("data_units.npy") ? words("data_units") : std::vector<std::string>(width);
    if (units.size() != width) fail("the data's units do not fit its columns");
    const std::vector<double> numbers = matrix.numbers();
    std::vector<Column> columns;
    for (std::size_t j = 0; j < width; ++j) {
      std::vector<double> values;
      for (std::size_t at = j; at < numbers.size(); at += width) values.push_back(numbers[at]);
      columns.emplace_back(explanation.features[j], std::move(values), SharedArray<std::uint8_t>{},
                           units[j]);
    }
    return Table(std::move(columns));
  }

  void check(const Explanation& explanation) const {
    const std::size_t count = explanation.rows();
    if (explanation.values.size() != count * explanation.featureCount()) {
      fail("its values do not fit its rows and features");
    }
    if (explanation.data.columnCount() != 0 && explanation.data.rows() != count) {
      fail("its data has another number of rows");
    }
    if (!explanation.source_rows.empty() && explanation.source_rows.size() != count) {
      fail("its row numbers do not fit its rows");
    }
  }

  const ZipArchive& archive_;
  const Context& context_;
};

std::vector<std::uint64_t> shapeOf(const ZipArchive& archive, const std::string& name) {
  const std::size_t member = *archive.find(name + ".npy");
  return parseNpyHeader(archive.readStart(member, kNpyHeaderLimit).span(), archive.file()).shape;
}

}  // namespace

void writeExplanation(const Explanation& explanation, const std::filesystem::path& path) {
  const std::uint64_t rows = explanation.rows(), width = explanation.featureCount();
  const Table& data = explanation.data;
  Members members;
  const SharedArray<double> matrix =
      isPlainMatrix(explanation) ? matrixOf(data) : matrixOf(Table());
  const SharedArray<std::uint8_t> mask = maskOf(data);
  std::vector<std::string> units;
  for (const Column& column : data.columns()) units.push_back(column.unit());
  members.addNumbers("values", DType::f64, {rows, width}, explanation.values);
  members.addNumber("base_values", explanation.base_value);
  members.addNumbers("predictions", DType::f64, {rows}, explanation.predictions);
  if (isPlainMatrix(explanation)) {
    members.addNumbers("data", DType::f64, {data.rows(), width}, matrix);
  } else {
    members.add("data", npyOfTable(data));
    members.addNumbers("data_missing", DType::u8, {data.rows(), data.columnCount()}, mask);
  }
  members.add("data_units", npyOfWords(units));
  members.add("feature_names", npyOfWords(explanation.features));
  if (!explanation.source_rows.empty()) {
    members.addNumbers("source_rows", DType::u64, {rows}, explanation.source_rows);
  }
  members.add("method", npyOfWord(explanation.method));
  members.add("output_name", npyOfWord(explanation.output_name));
  members.add("output_unit", npyOfWord(explanation.output_unit));
  members.addNumber("additivity_error", explanation.additivity_error);
  writeZip(members.contents(), path);
}

bool holdsExplanation(const ZipArchive& archive) {
  for (const char* name : {"values", "base_values", "predictions", "data", "feature_names"}) {
    if (!archive.find(std::string(name) + ".npy")) return false;
  }
  const auto values = shapeOf(archive, "values"), predictions = shapeOf(archive, "predictions");
  const auto names = shapeOf(archive, "feature_names");
  return values.size() == 2 && predictions.size() == 1 && names.size() == 1 &&
         values[0] == predictions[0] && values[1] == names[0];
}

Explanation readExplanation(const ZipArchive& archive, const Context& context) {
  return ExplanationReader(archive, context).read();
}

}  // namespace lineament::io
