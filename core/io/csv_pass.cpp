// SPDX-License-Identifier: GPL-3.0-or-later
#include <oneapi/tbb/parallel_pipeline.h>

#include <algorithm>
#include <deque>
#include <exception>
#include <mutex>

#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/io/csv_file.h"
#include "core/io/delimited_chunk.h"
#include "core/io/delimited_records.h"
#include "core/io/utf8.h"

namespace lineament::io {

namespace {

// A block on its way through the stages, with memory that the next one uses again.
struct Work {
  Work(const CsvFile& file, const MissingWords& missing)
      : parser(file.layout.dialect, missing, file.layout.columns) {}

  RecordBlock block;
  ChunkParser parser;
  Chunk chunk;
  std::exception_ptr failure;
  std::size_t zero_at = std::string_view::npos;     // the first byte that no text holds
  std::size_t invalid_at = std::string_view::npos;  // the first byte that is not UTF-8
  double fraction = 0;
};

class Pass {
 public:
  Pass(const CsvFile& file, const std::vector<ColumnPlan>& plans, bool keep, const Context& context)
      : file_(file),
        plans_(plans),
        keep_(keep),
        context_(context),
        missing_(file.options.missing),
        source_(file.path, file.encoding),
        blocks_(positioned(source_, file.layout), file.layout.dialect, file.blockBytes(),
                file.layout.data_offset) {}

  CsvPass run();

 private:
  static TextSource& positioned(TextSource& source, const Layout& layout) {
    source.skip(layout.data_offset);
    return source;
  }

  bool cut(Work& work);
  void parse(Work& work);
  void merge(Work& work);
  void appendColumns(const Chunk& chunk);
  void reserveRows();
  void failIfBad(const Work& work) const;
  std::vector<ColumnPlan> currentPlans();

  const CsvFile& file_;
  const std::vector<ColumnPlan>& plans_;
  bool keep_;
  const Context& context_;
  MissingWords missing_;
  TextSource source_;
  RecordBlocks blocks_;
  CsvPass result_;
  std::size_t lines_ = 0;  // before the next block, from where the data begin
  std::mutex seen_mutex_;
  std::vector<Seen> seen_;         // what blocks merged so far have found, per column
  std::size_t expected_rows_ = 0;  // of the whole file, from its first block
  std::vector<MemoryReservation> reservations_;
  std::size_t reserved_ = 0;
};

// How many rows a file has if the part of it that was read goes for the rest. A little more, since
// too much room costs nothing and too little has to be moved.
std::size_t rowsFor(std::size_t rows, double fraction) {
  constexpr double kMargin = 1.02, kMost = 1e12;
  const double all = static_cast<double>(rows) / fraction;
  return fraction >= 1 ? rows : static_cast<std::size_t>(std::min(all * kMargin, kMost));
}

bool Pass::cut(Work& work) {
  work.failure = nullptr;
  work.zero_at = work.invalid_at = std::string_view::npos;
  try {
    if (context_.stopRequested()) throw Cancelled{};
    const bool more = blocks_.next(work.block);
    work.fraction = source_.fraction();
    return more;
  } catch (...) {
    work.failure = std::current_exception();  // reported once the blocks before are through
    return true;
  }
}

std::vector<ColumnPlan> Pass::currentPlans() {
  std::vector<ColumnPlan> plans = plans_;
  const std::lock_guard lock(seen_mutex_);
  plans.resize(std::max(plans.size(), seen_.size()));
  for (std::size_t i = 0; i < seen_.size(); ++i) plans[i].seen |= seen_[i];
  return plans;
}

void Pass::parse(Work& work) {
  if (work.failure) return;
  const std::string_view text = work.block.text();
  work.zero_at = text.find('\0');
  if (work.zero_at != text.npos) return;  // told when the block is merged
  if (file_.encoding == TextEncoding::utf8) {
    const std::size_t valid = validUtf8Prefix(text);
    if (valid < text.size()) {
      work.invalid_at = valid;
      return;
    }
  }
  try {
    work.parser.parse(work.block, currentPlans(), work.chunk);
  } catch (...) {
    work.failure = std::current_exception();
  }
}

void Pass::failIfBad(const Work& work) const {
  if (work.failure) std::rethrow_exception(work.failure);
  constexpr std::size_t kNowhere = std::string_view::npos;
  if (work.zero_at != kNowhere) failBinary(file_, work.block.offset() + work.zero_at);
  if (work.invalid_at != kNowhere) {
    const std::size_t line = lineAt(file_.path, file_.encoding, file_.layout.dialect.line_end,
                                    work.block.offset() + work.invalid_at);
    throw NotUtf8{line, file_.encoding_is_sure};
  }
  for (std::size_t i = 0; i < std::min(plans_.size(), work.chunk.columns.size()); ++i) {
    if (plans_[i].fixed && work.chunk.columns[i].conflict) {
      failChanged(file_);
    }
  }
}

void Pass::merge(Work& work) {
  failIfBad(work);
  const Chunk& chunk = work.chunk;
  if (result_.rows == 0 && work.fraction > 0) {
    expected_rows_ = rowsFor(chunk.rows, work.fraction);
  }
  appendColumns(chunk);
  for (const std::size_t line : chunk.ragged_lines) {
    if (result_.ragged_lines.size() < kRaggedLinesNamed) {
      result_.ragged_lines.push_back(lines_ + line);
    }
  }
  lines_ += chunk.lines;
  result_.rows += chunk.rows;
  result_.empty_rows += chunk.empty_rows;
  result_.short_rows += chunk.short_rows;
  result_.long_rows += chunk.long_rows;
  reserveRows();
  context_.checkpoint(work.fraction, "Reading rows");
}

void Pass::appendColumns(const Chunk& chunk) {
  auto& columns = result_.columns;
  while (columns.size() < chunk.columns.size()) {
    const std::size_t index = columns.size();
    const bool wanted = index >= plans_.size() || plans_[index].wanted;
    columns.emplace_back(keep_ && wanted);
    columns.back().expect(expected_rows_);
    columns.back().appendMissing(result_.rows);
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i < chunk.columns.size()) {
      columns[i].append(chunk.columns[i], chunk.rows);
    } else {
      columns[i].appendMissing(chunk.rows);
    }
  }
  const std::lock_guard lock(seen_mutex_);
  seen_.resize(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) seen_[i] = columns[i].seen();
}

// Asks for the memory in steps as the table grows, so that one that does not fit ends in an Error.
void Pass::reserveRows() {
  constexpr std::size_t kStep = std::size_t{64} << 20;
  if (!keep_) return;
  std::size_t used = 0;
  for (const ColumnBuilder& column : result_.columns) used += column.bytes();
  while (used > reserved_) {
    reservations_.push_back(reserveMemory(kStep, "the table " + file_.path.filename().string()));
    reserved_ += kStep;
  }
}

CsvPass Pass::run() {
  namespace tbb = oneapi::tbb;
  const ThreadLimit limit(context_.threads);
  const int threads = context_.threads > 0 ? context_.threads : hardwareThreads();
  // Blocks retire in order, so a slot is free again when its number comes round.
  std::deque<Work> slots;
  for (int i = 0; i < 2 * threads + 1; ++i) slots.emplace_back(file_, missing_);
  std::size_t sequence = 0;
  bool ended = false;
  const auto input = [&](tbb::flow_control& control) -> Work* {
    Work& work = slots[sequence++ % slots.size()];
    if (ended || !cut(work)) {
      control.stop();
      return nullptr;
    }
    ended = work.failure != nullptr;
    return &work;
  };
  tbb::parallel_pipeline(slots.size(),
                         tbb::make_filter<void, Work*>(tbb::filter_mode::serial_in_order, input) &
                             tbb::make_filter<Work*, Work*>(tbb::filter_mode::parallel,
                                                            [&](Work* work) {
                                                              parse(*work);
                                                              return work;
                                                            }) &
                             tbb::make_filter<Work*, void>(tbb::filter_mode::serial_in_order,
                                                           [&](Work* work) { merge(*work); }));
  const std::size_t before =
      lineAt(file_.path, file_.encoding, file_.layout.dialect.line_end, file_.layout.data_offset);
  for (std::size_t& line : result_.ragged_lines) line += before;
  return std::move(result_);
}

}  // namespace

CsvPass readRecords(const CsvFile& file, const std::vector<ColumnPlan>& plans, bool keep,
                    const Context& context) {
  return Pass(file, plans, keep, context).run();
}

}  // namespace lineament::io
