// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/base/json.h"
#include "core/data/attention_stack.h"
#include "core/data/checkpoint.h"
#include "core/data/comparison.h"
#include "core/data/explanation.h"
#include "core/data/features.h"
#include "core/data/figure_spec.h"
#include "core/data/model.h"
#include "core/data/note.h"
#include "core/data/point_cloud.h"
#include "core/data/raster.h"
#include "core/data/series.h"
#include "core/data/table.h"
#include "core/data/tensor.h"

namespace lineament {

// The closed list of kinds. A kind whose value type is still to come has its name here, so that
// files and declarations can already speak of it.
enum class Kind {
  table,
  tensor,
  model,
  explanation,
  series,
  note,
  checkpoint,
  figure,
  points,
  attention,
  comparison,
  raster,
  features,
  boxes,
  tokens,
  graph,
  image
};

std::string_view name(Kind kind);          // "table", ..., as the command line writes it
std::string_view title(Kind kind);         // "Table", "Point cloud", for people
Kind kindFromName(std::string_view name);  // Error (usage) when there is none of that name

// Anything a person can look at: read from a file or made by an analysis. Immutable and shared, so
// copies are cheap.
class Data {
 public:
  using Value = std::variant<Table, Tensor, Model, Explanation, Series, Note, Checkpoint,
                             FigureSpec, PointCloud, AttentionStack, Comparison, Raster, Features>;

  Data() : Data(Note{}) {}
  Data(Value value, std::string origin = {});  // NOLINT: a value is data

  Kind kind() const { return static_cast<Kind>(value_->index()); }
  const Value& value() const { return *value_; }

  // What selections of this data count in; the same for data whose rows are the same things.
  const std::string& origin() const { return origin_; }
  Data withOrigin(std::string origin) const;

  template <class T>
  const T* as() const {
    return std::get_if<T>(value_.get());
  }

  // The value of that type; an Error (usage) that names both kinds when it is another.
  template <class T>
  const T& require() const {
    if (const T* found = as<T>()) return *found;
    wrongKind(static_cast<Kind>(Value(std::in_place_type<T>).index()));
  }

 private:
  [[noreturn]] void wrongKind(Kind expected) const;
  std::shared_ptr<const Value> value_;
  std::string origin_;
};

// What `lineament inspect --json` prints under "summary", by kind: rows and columns; shape and
// dtype; points and attributes; tensors and parameters; ...
nlohmann::json summaryOf(const Data& data);

// The same in a line: "1,018 rows, 9 columns".
std::string summaryLine(const Data& data);

std::string countText(std::uint64_t count);  // "1,018"

}  // namespace lineament
