// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/analysis/declaration.h"
#include "core/analysis/parameters.h"
#include "core/base/context.h"
#include "core/data/data.h"

namespace lineament {

// What a run is given: the data of each named input, in the order they were given.
class Inputs {
 public:
  void add(std::string_view id, Data data);
  const std::vector<Data>& all(std::string_view id) const;  // empty when none was given
  bool has(std::string_view id) const { return !all(id).empty(); }
  const Data& one(std::string_view id) const { return all(id).front(); }

  // The input as a value of its type; see Data::require.
  template <class T>
  const T& get(std::string_view id) const {
    return one(id).require<T>();
  }

 private:
  std::map<std::string, std::vector<Data>, std::less<>> data_;
};

// What a run made. Figures are outputs too: their FigureSpec names the output they show.
struct Outputs {
  std::vector<std::pair<std::string, Data>> data;  // in the order people should see them
  std::map<std::string, double> metrics;           // snake_case names

  void add(std::string id, Data value) { data.emplace_back(std::move(id), std::move(value)); }
  const Data* find(std::string_view id) const;
};

// One thing a person can run. Stateless: everything of a run is in the arguments, so that runs may
// go on side by side.
class Analysis {
 public:
  virtual ~Analysis() = default;
  virtual const Declaration& declaration() const = 0;
  // Inputs and parameters have been checked against the declaration. Throws Error or Cancelled.
  virtual Outputs run(const Inputs& inputs, const Parameters& parameters,
                      const Context& context) const = 0;
};

}  // namespace lineament
