// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace lineament::spatial {

// How often each class meets each unit: counts[class * units + unit].
struct Contingency {
  std::size_t classes = 0, units = 0;
  std::vector<double> counts;

  Contingency(std::size_t class_count, std::size_t unit_count)
      : classes(class_count), units(unit_count), counts(class_count * unit_count) {}
  double& at(std::size_t one, std::size_t unit) { return counts[one * units + unit]; }
  double at(std::size_t one, std::size_t unit) const { return counts[one * units + unit]; }
  double total() const;
  std::vector<double> classSums() const;
  std::vector<double> unitSums() const;
};

// The unit of each class such that as many pixels as can be agree, no unit taken twice; -1 for
// classes beyond the number of units. Hungarian method (Kuhn, 1955; Munkres, 1957), O(n^3).
std::vector<int> bestMatching(const Contingency& table);

struct Agreement {
  std::vector<int> unit_of;           // of each class
  double accuracy = 0;                // share of the pixels whose class is matched to their unit
  double kappa = 0;                   // accuracy beyond chance (Cohen, 1960)
  double purity = 0;                  // share that agrees when classes may share a unit
  double adjusted_rand = 0;           // Hubert and Arabie (1985)
  double mutual_information = 0;      // nat
  double normalised_information = 0;  // over the mean of the entropies
  std::vector<double> producers;  // of each unit: share of its pixels that are found; NaN for none
  std::vector<double> users;      // of each unit: share of what is called so that is; NaN for none
};

Agreement agreementOf(const Contingency& table);

}  // namespace lineament::spatial
