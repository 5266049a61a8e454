// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/io/csv_options.h"

#include <fmt/ranges.h>

#include <map>

namespace lineament::io {

namespace {

constexpr const char* kAutomatic = "auto";

const std::map<std::string, char>& delimiters() {
  static const std::map<std::string, char> map{
      {"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}, {"bar", '|'}, {"blanks", ' '}};
  return map;
}

const std::map<std::string, char>& quotes() {
  static const std::map<std::string, char> map{{"double", '"'}, {"single", '\''}, {"none", '\0'}};
  return map;
}

const std::map<std::string, char>& decimals() {
  static const std::map<std::string, char> map{{"point", '.'}, {"comma", ','}};
  return map;
}

const std::map<std::string, char>& comments() {
  static const std::map<std::string, char> map{{"hash", '#'}, {"percent", '%'}, {"none", '\0'}};
  return map;
}

const std::map<std::string, bool>& answers() {
  static const std::map<std::string, bool> map{{"yes", true}, {"no", false}};
  return map;
}

const std::map<std::string, TextEncoding>& encodings() {
  static const std::map<std::string, TextEncoding> map{{"utf-8", TextEncoding::utf8},
                                                       {"utf-16le", TextEncoding::utf16_little},
                                                       {"utf-16be", TextEncoding::utf16_big},
                                                       {"windows-1252", TextEncoding::windows1252}};
  return map;
}

template <class T>
std::optional<T> chosen(const Parameters& parameters, const char* id,
                        const std::map<std::string, T>& values) {
  const auto found = values.find(parameters.text(id));
  if (found == values.end()) return std::nullopt;  // "auto"
  return found->second;
}

Parameter choice(std::string id, std::string title, std::string help,
                 std::vector<Parameter::Choice> choices) {
  Parameter parameter;
  parameter.id = std::move(id);
  parameter.title = std::move(title);
  parameter.type = Parameter::Type::choice;
  parameter.fallback = std::string(kAutomatic);
  parameter.help = std::move(help);
  parameter.choices = std::move(choices);
  parameter.choices.insert(parameter.choices.begin(), {kAutomatic, "Automatic", ""});
  return parameter;
}

Parameter missingWords() {
  Parameter parameter;
  parameter.id = "missing";
  parameter.title = "Missing values";
  parameter.type = Parameter::Type::text;
  parameter.fallback = fmt::format("{}", fmt::join(CsvOptions::defaultMissing(), ","));
  parameter.help =
      "Words that stand for a missing value, separated by commas; empty cells always do.";
  parameter.advanced = true;
  return parameter;
}

Parameter skippedRows() {
  Parameter parameter;
  parameter.id = "skip_rows";
  parameter.title = "Skip lines";
  parameter.type = Parameter::Type::integer;
  parameter.fallback = std::int64_t{0};
  parameter.help = "Lines at the start of the file to leave out.";
  parameter.lowest = 0;
  parameter.highest = 1e6;
  parameter.advanced = true;
  return parameter;
}

Declaration makeDeclaration() {
  Declaration declaration;
  declaration.id = "csv";
  declaration.title = "CSV table";
  declaration.summary = "How a table in delimited text is read.";
  declaration.parameters = {
      choice("delimiter", "Delimiter", "What stands between two cells.",
             {{"comma", "Comma", ""},
              {"semicolon", "Semicolon", ""},
              {"tab", "Tab", ""},
              {"bar", "Vertical bar", ""},
              {"blanks", "Blanks", "Any run of blanks and tabs"}}),
      choice("header", "Header", "Whether the first row holds the names of the columns.",
             {{"yes", "Yes", ""}, {"no", "No", ""}}),
      choice("decimal", "Decimal sign", "What stands before the fraction of a number.",
             {{"point", "Point", "1.5"}, {"comma", "Comma", "1,5"}}),
      choice("encoding", "Encoding", "How letters are stored.",
             {{"utf-8", "UTF-8", ""},
              {"utf-16le", "UTF-16, little-endian", ""},
              {"utf-16be", "UTF-16, big-endian", ""},
              {"windows-1252", "Windows-1252", ""}}),
      choice(
          "quote", "Quote",
          "What encloses a cell that holds a delimiter; one that opens a cell has to be closed.",
          {{"double", "Double quote", ""}, {"single", "Single quote", ""}, {"none", "None", ""}}),
      choice("units_row", "Units row", "Whether units stand in the row under the header.",
             {{"yes", "Yes", ""}, {"no", "No", ""}}),
      choice("comment", "Comments", "What a line that is no data begins with.",
             {{"hash", "#", ""}, {"percent", "%", ""}, {"none", "None", ""}}),
      missingWords(),
      skippedRows()};
  for (const char* id : {"quote", "units_row", "comment"}) {
    for (Parameter& parameter : declaration.parameters) {
      if (parameter.id == id) parameter.advanced = true;
    }
  }
  return declaration;
}

std::vector<std::string> wordsOf(const std::string& list) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t comma = std::min(list.find(',', at), list.size());
    if (comma > at) words.push_back(list.substr(at, comma - at));
    at = comma + 1;
  }
  return words;
}

}  // namespace

std::vector<std::string> CsvOptions::defaultMissing() {
  return {"NA", "N/A", "n/a", "NaN",  "nan",     "NAN",     "null",   "NULL",
          "-",  "--",  "?",   "#N/A", "#DIV/0!", "#VALUE!", "1.#QNAN"};
}

CsvOptions CsvOptions::from(const Parameters& parameters) {
  CsvOptions options;
  options.delimiter = chosen(parameters, "delimiter", delimiters());
  options.quote = chosen(parameters, "quote", quotes());
  options.decimal = chosen(parameters, "decimal", decimals());
  options.header = chosen(parameters, "header", answers());
  options.units_row = chosen(parameters, "units_row", answers());
  options.comment = chosen(parameters, "comment", comments());
  options.encoding = chosen(parameters, "encoding", encodings());
  options.missing = wordsOf(parameters.text("missing"));
  options.skip_rows = static_cast<std::size_t>(parameters.integer("skip_rows"));
  return options;
}

const Declaration& csvOptionsDeclaration() {
  static const Declaration declaration = makeDeclaration();
  return declaration;
}

}  // namespace lineament::io
