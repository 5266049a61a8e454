// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QString>
#include <string_view>

namespace lineament::app {

// The translated words of reports: Words::tr("Data").
struct Words {
  Q_DECLARE_TR_FUNCTIONS(Report)
};

inline QString text(std::string_view utf8) {
  return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

// "1 run", "3 runs": `one` and `many` are translated; `many` has the number at %1.
inline QString counted(qsizetype count, const QString& one, const QString& many) {
  return count == 1 ? one : many.arg(count);
}

}  // namespace lineament::app
