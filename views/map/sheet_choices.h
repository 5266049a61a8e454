// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSizeF>
#include <QString>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace lineament::views {

// A paper that sheets are printed on, upright.
struct Paper {
  std::string_view name;  // "A4", as options have it
  QSizeF millimetres;
};
std::span<const Paper> papers();

enum class Orientation { automatic, landscape, portrait };  // automatic: of the larger scale
std::string_view name(Orientation orientation);             // "auto", "landscape", "portrait"

// A line of the title block that is no text of its own: "Silhouette" and "0.41".
struct SheetFact {
  QString name, value;
  bool operator==(const SheetFact&) const = default;
};

// One a line, "Silhouette: 0.41", as people edit them. A line without a colon is a name alone.
QString textOf(const std::vector<SheetFact>& facts);
std::vector<SheetFact> factsIn(const QString& text);

// What a person can change about a sheet, besides the map on it. As options have it: "page" (name
// of a paper), "orientation", "scale" (the N of 1:N; 0: the largest round one that shows all),
// "title", "subtitle", "author", "date", "sources" (of the data) and "facts" (a list of {"name",
// "value"}).
struct SheetChoices {
  Paper paper = papers().front();
  Orientation orientation = Orientation::automatic;
  double scale = 0;
  QString title, subtitle, author, date, sources;
  std::vector<SheetFact> facts;

  QSizeF page(bool landscape) const;  // mm

  // Members that are absent or malformed change nothing.
  void take(const nlohmann::json& options);
  nlohmann::json toJson() const;
};

}  // namespace lineament::views
