// SPDX-License-Identifier: GPL-3.0-or-later
// What every reader is put through: good bytes cut at every length and changed at every place.
#pragma once

#include <QByteArray>
#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <functional>
#include <string>

#include "core/base/error.h"
#include "core/io/reader.h"

namespace lineament::io::testing {

// A folder for a test's files, removed with it.
class Scratch {
 public:
  std::filesystem::path write(const QString& name, const QByteArray& bytes) const {
    QFile file(folder_.filePath(name));
    if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write %s", qPrintable(name));
    file.write(bytes);
    return file.fileName().toStdString();
  }
  std::filesystem::path path(const QString& name) const {
    return folder_.filePath(name).toStdString();
  }

 private:
  QTemporaryDir folder_;
};

inline QByteArray bytesOf(const std::filesystem::path& path) {
  QFile file(QString::fromStdString(path.string()));
  if (!file.open(QIODevice::ReadOnly)) qFatal("cannot read %s", path.c_str());
  return file.readAll();
}

// The key of the Error that `work` throws; empty when it throws none. A "{name}" left over in the
// message, for which the code gives no argument, fails the test.
inline QString errorKey(const std::function<void()>& work) {
  static const QRegularExpression gap(QStringLiteral("\\{[a-z_]+\\}"));
  try {
    work();
  } catch (const Error& error) {
    const QString message = QString::fromUtf8(error.what());
    if (gap.match(message).hasMatch()) QTest::qFail(error.what(), __FILE__, __LINE__);
    return QString::fromStdString(error.key());
  }
  return {};
}

// Takes everything that a value offers, as a view would; lazy values fail here at the latest.
inline void useAll(const Data& data) {
  summaryOf(data);
  if (const auto* checkpoint = data.as<Checkpoint>()) {
    for (std::size_t i = 0; i < checkpoint->entries().size(); ++i) checkpoint->tensor(i);
  }
}

// How many of the shorter versions of `good` were read without an Error. Other exceptions and
// reads out of bounds end the test.
inline int readablePrefixes(const QByteArray& good, const QString& name) {
  const Scratch scratch;
  int readable = 0;
  for (int length = 0; length < good.size(); ++length) {
    const auto path = scratch.write(name, good.left(length));
    if (errorKey([&] { useAll(readFile(path)); }).isEmpty()) ++readable;
  }
  return readable;
}

// The same with one byte of `good` changed, for three changes at every place.
inline int readableFlips(const QByteArray& good, const QString& name) {
  const Scratch scratch;
  int readable = 0;
  for (int at = 0; at < good.size(); ++at) {
    for (const int change : {0xff, 0x01, 0x80}) {
      QByteArray bad = good;
      bad[at] = static_cast<char>(bad[at] ^ change);
      const auto path = scratch.write(name, bad);
      if (errorKey([&] { useAll(readFile(path)); }).isEmpty()) ++readable;
    }
  }
  return readable;
}

}  // namespace lineament::io::testing
