// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTemporaryDir>
#include <QtTest>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/context.h"
#include "core/base/error.h"
#include "core/base/file.h"
#include "core/data/table.h"

// What tests of table files share: a folder that goes away, tables as text, errors as keys.
namespace lineament::io::testing {

class Folder {
 public:
  std::filesystem::path path(const std::string& name) const {
    return std::filesystem::path(folder_.path().toStdString()) / name;
  }
  std::filesystem::path write(std::string_view content, const std::string& name = "t.csv") const {
    writeWhole(path(name), content);
    return path(name);
  }

 private:
  QTemporaryDir folder_;
};

// "a:integer=1,2;b:text=x,~" with ~ for a missing value.
inline std::string inWords(const Table& table) {
  std::string text;
  for (const Column& column : table.columns()) {
    text +=
        (text.empty() ? "" : ";") + column.name() + ":" + std::string(name(column.type())) + "=";
    for (std::size_t row = 0; row < column.size(); ++row) {
      text += (row ? "," : "") + (column.missing(row) ? std::string("~") : column.text(row));
    }
  }
  return text;
}

// Collects what is logged.
struct Log {
  std::vector<std::string> notes, warnings;

  Context context() {
    Context made;
    made.log = [this](Context::Severity severity, std::string_view line) {
      (severity == Context::Severity::warning ? warnings : notes).emplace_back(line);
    };
    return made;
  }
  std::string all() const {
    std::string text;
    for (const auto* lines : {&notes, &warnings}) {
      for (const std::string& line : *lines) text += line + "\n";
    }
    return text;
  }
};

template <class Work>
Error errorOf(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  static constexpr ErrorText kNone{"none", "", "", "", ""};
  return Error(kNone);
}

}  // namespace lineament::io::testing
