// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/map/sheet_choices.h"

#include <QStringList>
#include <algorithm>
#include <array>
#include <cmath>

namespace lineament::views {

namespace {

constexpr std::array kPapers{Paper{"A4", {210, 297}}, Paper{"A3", {297, 420}},
                             Paper{"A2", {420, 594}}, Paper{"Letter", {215.9, 279.4}}};
constexpr double kSmallestScale = 1e9;  // the Earth on a hand

// Texts of a sheet with the members that keep them.
struct TextMember {
  const char* key;
  QString SheetChoices::*text;
};
constexpr std::array kTexts{
    TextMember{"title", &SheetChoices::title}, TextMember{"subtitle", &SheetChoices::subtitle},
    TextMember{"author", &SheetChoices::author}, TextMember{"date", &SheetChoices::date},
    TextMember{"sources", &SheetChoices::sources}};

QString textIn(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return {};
  return QString::fromStdString(found->get<std::string>());
}

std::vector<SheetFact> factsFrom(const nlohmann::json& list) {
  std::vector<SheetFact> facts;
  for (const nlohmann::json& one : list) {
    if (!one.is_object()) continue;
    SheetFact fact{textIn(one, "name"), textIn(one, "value")};
    if (!fact.name.isEmpty()) facts.push_back(std::move(fact));
  }
  return facts;
}

}  // namespace

std::span<const Paper> papers() {
  return kPapers;
}

std::string_view name(Orientation orientation) {
  switch (orientation) {
    case Orientation::landscape:
      return "landscape";
    case Orientation::portrait:
      return "portrait";
    case Orientation::automatic:
      break;
  }
  return "auto";
}

QString textOf(const std::vector<SheetFact>& facts) {
  QStringList lines;
  for (const SheetFact& fact : facts) {
    lines << (fact.value.isEmpty() ? fact.name : fact.name + QStringLiteral(": ") + fact.value);
  }
  return lines.join(u'\n');
}

std::vector<SheetFact> factsIn(const QString& text) {
  std::vector<SheetFact> facts;
  for (const QString& line : text.split(u'\n')) {
    const qsizetype colon = line.indexOf(u':');
    SheetFact fact{line.left(colon).trimmed(), {}};
    if (colon >= 0) fact.value = line.mid(colon + 1).trimmed();
    if (!fact.name.isEmpty()) facts.push_back(std::move(fact));
  }
  return facts;
}

QSizeF SheetChoices::page(bool landscape) const {
  return landscape ? paper.millimetres.transposed() : paper.millimetres;
}

void SheetChoices::take(const nlohmann::json& options) {
  if (!options.is_object()) return;
  for (const TextMember& member : kTexts) {
    const auto found = options.find(member.key);
    if (found != options.end() && found->is_string())
      this->*member.text = textIn(options, member.key);
  }
  const std::string wanted = textIn(options, "page").toStdString();
  const auto known = std::ranges::find(kPapers, std::string_view(wanted), &Paper::name);
  if (known != kPapers.end()) paper = *known;
  const std::string turned = textIn(options, "orientation").toStdString();
  for (const Orientation one :
       {Orientation::automatic, Orientation::landscape, Orientation::portrait}) {
    if (turned == name(one)) orientation = one;
  }
  if (const auto found = options.find("scale"); found != options.end() && found->is_number()) {
    const double asked = found->get<double>();
    if (asked == 0 || (asked >= 1 && asked <= kSmallestScale)) scale = asked;
  }
  if (const auto found = options.find("facts"); found != options.end() && found->is_array()) {
    facts = factsFrom(*found);
  }
}

nlohmann::json SheetChoices::toJson() const {
  nlohmann::json options{
      {"page", paper.name}, {"orientation", name(orientation)}, {"scale", scale}};
  for (const TextMember& member : kTexts) options[member.key] = (this->*member.text).toStdString();
  options["facts"] = nlohmann::json::array();
  for (const SheetFact& fact : facts) {
    options["facts"].push_back(
        {{"name", fact.name.toStdString()}, {"value", fact.value.toStdString()}});
  }
  return options;
}

}  // namespace lineament::views
