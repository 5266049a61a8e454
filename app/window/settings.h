// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>
#include <cstddef>

namespace lineament::app {

// What a person chose for the program, kept between starts in the platform's configuration folder.
// In the test mode of QStandardPaths nothing of a person's is read or written.
class Settings {
 public:
  QStringList recentProjects() const;  // newest first; only those that still exist
  void addRecentProject(const QString& path);

  enum class ThemeChoice { system, light, dark };
  ThemeChoice theme() const;
  void setTheme(ThemeChoice choice);

  bool safeColours() const;  // for SHAP figures: a pair that nearly everyone can tell apart
  void setSafeColours(bool safe);

  int threads() const;  // 0: all
  void setThreads(int threads);
  std::size_t memoryBudget() const;  // bytes; 0: three quarters of RAM
  void setMemoryBudget(std::size_t bytes);

  QByteArray windowGeometry() const;
  void setWindowGeometry(const QByteArray& geometry);
};

// Where projects without a name of their own are kept: the XDG state folder. Made when missing.
QString untitledFolder();

}  // namespace lineament::app
