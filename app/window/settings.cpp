// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/settings.h"

#include <QDir>
#include <QFileInfo>
#include <QSettings>
#include <QStandardPaths>

#include "core/base/file.h"

namespace lineament::app {
namespace {

constexpr qsizetype kMostRecent = 12;

// Named by its path, since QSettings itself does not follow the test mode.
QSettings stored() {
  const QString folder = QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation);
  return QSettings(folder + "/lineament/lineament.ini", QSettings::IniFormat);
}

QVariant value(const QString& key, const QVariant& fallback = {}) {
  return stored().value(key, fallback);
}

void setValue(const QString& key, const QVariant& value) {
  stored().setValue(key, value);
}

}  // namespace

QStringList Settings::recentProjects() const {
  QStringList there;
  const QStringList all = value("recent").toStringList();
  for (const QString& path : all) {
    if (QFileInfo::exists(path)) there << path;
  }
  return there;
}

void Settings::addRecentProject(const QString& path) {
  QStringList all = value("recent").toStringList();
  all.removeAll(path);
  all.prepend(path);
  setValue("recent", all.mid(0, kMostRecent));
}

Settings::ThemeChoice Settings::theme() const {
  const QString name = value("theme").toString();
  if (name == QLatin1String("light")) return ThemeChoice::light;
  if (name == QLatin1String("dark")) return ThemeChoice::dark;
  return ThemeChoice::system;
}

void Settings::setTheme(ThemeChoice choice) {
  constexpr const char* names[] = {"system", "light", "dark"};
  setValue("theme", QString(names[static_cast<int>(choice)]));
}

bool Settings::safeColours() const {
  return value("safe_colours", false).toBool();
}
void Settings::setSafeColours(bool safe) {
  setValue("safe_colours", safe);
}

int Settings::threads() const {
  return std::max(0, value("threads", 0).toInt());
}
void Settings::setThreads(int threads) {
  setValue("threads", threads);
}

std::size_t Settings::memoryBudget() const {
  return value("memory", 0).toULongLong();
}
void Settings::setMemoryBudget(std::size_t bytes) {
  setValue("memory", static_cast<qulonglong>(bytes));
}

QByteArray Settings::windowGeometry() const {
  return value("geometry").toByteArray();
}
void Settings::setWindowGeometry(const QByteArray& geometry) {
  setValue("geometry", geometry);
}

QString untitledFolder() {
  QString state = qEnvironmentVariable("XDG_STATE_HOME");
  if (QStandardPaths::isTestModeEnabled()) {
    state = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + "/state";
  } else if (state.isEmpty()) {
    state = QDir::homePath() + "/.local/state";
  }
  const QString folder = state + "/lineament";
  makeFolder(folder.toStdString());
  return folder;
}

}  // namespace lineament::app
