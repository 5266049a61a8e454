// SPDX-License-Identifier: GPL-3.0-or-later
// Measures the CSV reader:
//   csv_read make FILE ROWS COLUMNS DIGITS   writes a table of numbers (DIGITS 0: all digits)
//   csv_read FILE [THREADS]                  reads it; prints seconds, bytes and peak memory as
//   JSON
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/random.h"
#include "core/io/csv_reader.h"

namespace {

std::size_t peakBytes() {
  struct rusage usage {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

void make(const char* path, std::size_t rows, std::size_t columns, int digits) {
  lineament::OutputFile file(path);
  lineament::Random random(1);
  std::string text;
  for (std::size_t j = 0; j < columns; ++j) text += fmt::format("{}x{}", j ? "," : "", j + 1);
  text += '\n';
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      if (j) text += ',';
      const double value = random.normal() * 100;
      text += digits == 0 ? fmt::format("{}", value) : fmt::format("{:.{}f}", value, digits);
    }
    text += '\n';
    if (text.size() > (1u << 20)) {
      file.write(text);
      text.clear();
    }
  }
  file.write(text);
  file.commit();
}

void read(const char* path, int threads) {
  lineament::Context context;
  context.threads = threads;
  const std::size_t before = peakBytes();
  const auto start = std::chrono::steady_clock::now();
  const lineament::Table table = lineament::io::readCsv(path, {}, context);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  double sum = 0;  // of the last row, so that the peer can see that both read the same
  for (const auto& column : table.columns()) sum += column.number(table.rows() - 1);
  std::printf(
      "{\"seconds\": %.6f, \"rows\": %zu, \"columns\": %zu, \"last_row_sum\": %.17g, "
      "\"table_bytes\": %zu, \"peak_bytes\": %zu, \"start_bytes\": %zu}\n",
      seconds.count(), table.rows(), table.columnCount(), sum, table.bytes(), peakBytes(), before);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 6 && std::strcmp(argv[1], "make") == 0) {
      make(argv[2], std::strtoul(argv[3], nullptr, 10), std::strtoul(argv[4], nullptr, 10),
           std::atoi(argv[5]));
    } else if (argc == 2 || argc == 3) {
      read(argv[1], argc == 3 ? std::atoi(argv[2]) : 0);
    } else {
      std::fprintf(stderr, "csv_read make FILE ROWS COLUMNS DIGITS | csv_read FILE [THREADS]\n");
      return 2;
    }
  } catch (const lineament::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
