// SPDX-License-Identifier: GPL-3.0-or-later
// Zip archives made byte by byte, so that tests can make wrong ones.
#pragma once

#include <zlib.h>

#include <QByteArray>
#include <QList>

namespace lineament::io::testing {

struct ZipEntry {
  QByteArray name;
  QByteArray content;
  bool deflate = false;
  quint16 flags = 0;
  quint32 claimed_size = 0;    // said instead of the true size, where not 0
  qint64 local_at = -1;        // said instead of the true place of the local header
  QByteArray local_name = {};  // in the local header, where not empty
};

template <class T>
void put(QByteArray& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

inline QByteArray deflated(const QByteArray& content) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
  QByteArray packed(static_cast<int>(deflateBound(&stream, static_cast<uLong>(content.size()))),
                    '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  ::deflate(&stream, Z_FINISH);
  packed.truncate(static_cast<int>(stream.total_out));
  deflateEnd(&stream);
  return packed;
}

inline QByteArray zipOf(const QList<ZipEntry>& entries) {
  QByteArray archive, directory;
  for (const ZipEntry& entry : entries) {
    const QByteArray packed = entry.deflate ? deflated(entry.content) : entry.content;
    const auto crc =
        static_cast<quint32>(::crc32(0, reinterpret_cast<const Bytef*>(entry.content.data()),
                                     static_cast<uInt>(entry.content.size())));
    const auto size = entry.claimed_size ? entry.claimed_size : quint32(entry.content.size());
    const QByteArray local_name = entry.local_name.isEmpty() ? entry.name : entry.local_name;
    const auto common = [&](QByteArray& to) {
      put<quint16>(to, 20);
      put<quint16>(to, entry.flags);
      put<quint16>(to, entry.deflate ? 8 : 0);
      put<quint32>(to, 0x00210000);  // 1980-01-01
      put<quint32>(to, crc);
      put<quint32>(to, entry.deflate ? quint32(packed.size()) : size);
      put<quint32>(to, size);
    };
    const auto at = static_cast<quint32>(entry.local_at >= 0 ? entry.local_at : archive.size());
    put<quint32>(archive, 0x04034b50);
    common(archive);
    put<quint16>(archive, quint16(local_name.size()));
    put<quint16>(archive, 0);
    archive += local_name + packed;
    put<quint32>(directory, 0x02014b50);
    put<quint16>(directory, 20);
    common(directory);
    put<quint16>(directory, quint16(entry.name.size()));
    directory += QByteArray(12, '\0');
    put<quint32>(directory, at);
    directory += entry.name;
  }
  const auto begin = static_cast<quint32>(archive.size());
  archive += directory;
  put<quint32>(archive, 0x06054b50);
  put<quint32>(archive, 0);
  put<quint16>(archive, quint16(entries.size()));
  put<quint16>(archive, quint16(entries.size()));
  put<quint32>(archive, quint32(directory.size()));
  put<quint32>(archive, begin);
  put<quint16>(archive, 0);
  return archive;
}

}  // namespace lineament::io::testing
