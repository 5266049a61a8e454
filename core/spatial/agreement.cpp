// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spatial/agreement.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace lineament::spatial {

namespace {

double pairs(double count) {
  return count * (count - 1) / 2;
}

double pairsOf(const std::vector<double>& counts) {
  double sum = 0;
  for (const double count : counts) sum += pairs(count);
  return sum;
}

double entropyOf(const std::vector<double>& counts, double total) {
  double sum = 0;
  for (const double count : counts) {
    if (count > 0) sum -= count / total * std::log(count / total);
  }
  return sum;
}

double mutualInformation(const Contingency& table, const std::vector<double>& of_class,
                         const std::vector<double>& of_unit, double total) {
  double sum = 0;
  for (std::size_t i = 0; i < table.classes; ++i) {
    for (std::size_t j = 0; j < table.units; ++j) {
      const double count = table.at(i, j);
      if (count > 0) sum += count / total * std::log(count * total / (of_class[i] * of_unit[j]));
    }
  }
  return std::max(0.0, sum);
}

double adjustedRand(const Contingency& table, const std::vector<double>& of_class,
                    const std::vector<double>& of_unit, double total) {
  const double together = pairsOf(table.counts), a = pairsOf(of_class), b = pairsOf(of_unit);
  const double expected = total > 1 ? a * b / pairs(total) : 0;
  const double most = (a + b) / 2;
  return most == expected ? 1 : (together - expected) / (most - expected);
}

// Shortest augmenting paths with potentials over a square of costs, rows and columns from 1.
std::vector<std::size_t> cheapestColumns(const std::vector<double>& cost, std::size_t size) {
  const double far = std::numeric_limits<double>::infinity();
  std::vector<double> row_price(size + 1), column_price(size + 1);
  std::vector<std::size_t> row_of(size + 1), before(size + 1);
  for (std::size_t row = 1; row <= size; ++row) {
    std::vector<double> slack(size + 1, far);
    std::vector<bool> reached(size + 1);
    std::size_t column = 0;
    row_of[0] = row;
    while (row_of[column] != 0) {
      reached[column] = true;
      const std::size_t from = row_of[column];
      double least = far;
      std::size_t next = 0;
      for (std::size_t j = 1; j <= size; ++j) {
        if (reached[j]) continue;
        const double reduced = cost[(from - 1) * size + j - 1] - row_price[from] - column_price[j];
        if (reduced < slack[j]) {
          slack[j] = reduced;
          before[j] = column;
        }
        if (slack[j] < least) {
          least = slack[j];
          next = j;
        }
      }
      for (std::size_t j = 0; j <= size; ++j) {
        if (reached[j]) {
          row_price[row_of[j]] += least;
          column_price[j] -= least;
        } else {
          slack[j] -= least;
        }
      }
      column = next;
    }
    for (; column != 0; column = before[column]) row_of[column] = row_of[before[column]];
  }
  std::vector<std::size_t> column_of(size);
  for (std::size_t j = 1; j <= size; ++j) column_of[row_of[j] - 1] = j - 1;
  return column_of;
}

}  // namespace

double Contingency::total() const {
  return std::accumulate(counts.begin(), counts.end(), 0.0);
}

std::vector<double> Contingency::classSums() const {
  std::vector<double> sums(classes);
  for (std::size_t i = 0; i < classes; ++i) {
    for (std::size_t j = 0; j < units; ++j) sums[i] += at(i, j);
  }
  return sums;
}

std::vector<double> Contingency::unitSums() const {
  std::vector<double> sums(units);
  for (std::size_t i = 0; i < classes; ++i) {
    for (std::size_t j = 0; j < units; ++j) sums[j] += at(i, j);
  }
  return sums;
}

std::vector<int> bestMatching(const Contingency& table) {
  const std::size_t size = std::max(table.classes, table.units);
  std::vector<double> cost(size * size);
  for (std::size_t i = 0; i < table.classes; ++i) {
    for (std::size_t j = 0; j < table.units; ++j) cost[i * size + j] = -table.at(i, j);
  }
  const std::vector<std::size_t> columns = cheapestColumns(cost, size);
  std::vector<int> units(table.classes);
  for (std::size_t i = 0; i < table.classes; ++i) {
    units[i] = columns[i] < table.units ? static_cast<int>(columns[i]) : -1;
  }
  return units;
}

Agreement agreementOf(const Contingency& table) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), total = table.total();
  const std::vector<double> of_class = table.classSums(), of_unit = table.unitSums();
  Agreement agreement;
  agreement.unit_of = bestMatching(table);
  agreement.producers.assign(table.units, nan);
  agreement.users.assign(table.units, nan);
  double agreed = 0, chance = 0, best = 0;
  for (std::size_t i = 0; i < table.classes; ++i) {
    double most = 0;
    for (std::size_t j = 0; j < table.units; ++j) most = std::max(most, table.at(i, j));
    best += most;
    if (agreement.unit_of[i] < 0) continue;
    const auto unit = static_cast<std::size_t>(agreement.unit_of[i]);
    const double both = table.at(i, unit);
    agreed += both;
    chance += of_class[i] / total * (of_unit[unit] / total);
    if (of_class[i] > 0) agreement.users[unit] = both / of_class[i];
    if (of_unit[unit] > 0) agreement.producers[unit] = both / of_unit[unit];
  }
  // A unit that no class stands for is never found.
  for (std::size_t j = 0; j < table.units; ++j) {
    if (std::isnan(agreement.producers[j]) && of_unit[j] > 0) agreement.producers[j] = 0;
  }
  agreement.accuracy = agreed / total;
  agreement.kappa = chance < 1 ? (agreement.accuracy - chance) / (1 - chance) : 1;
  agreement.purity = best / total;
  agreement.adjusted_rand = adjustedRand(table, of_class, of_unit, total);
  agreement.mutual_information = mutualInformation(table, of_class, of_unit, total);
  const double mean = (entropyOf(of_class, total) + entropyOf(of_unit, total)) / 2;
  agreement.normalised_information = mean > 0 ? agreement.mutual_information / mean : 1;
  return agreement;
}

}  // namespace lineament::spatial
