// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <algorithm>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "core/data/tensor.h"

namespace lineament::io::testing {

// Writes GGUF files, good ones unless told otherwise.
class GgufBytes {
 public:
  GgufBytes& key(const std::string& name, const std::string& text) {
    return add(name, 8, textBytes(text));
  }
  GgufBytes& key(const std::string& name, const char* text) { return key(name, std::string(text)); }
  GgufBytes& key(const std::string& name, std::uint32_t value) { return add(name, 4, raw(value)); }
  GgufBytes& key(const std::string& name, std::uint16_t value) { return add(name, 2, raw(value)); }
  GgufBytes& key(const std::string& name, float value) { return add(name, 6, raw(value)); }
  GgufBytes& key(const std::string& name, bool value) {
    return add(name, 7, QByteArray(1, value ? 1 : 0));
  }
  GgufBytes& key(const std::string& name, const std::vector<std::string>& texts) {
    QByteArray list = raw(std::uint32_t{8}) + raw(std::uint64_t{texts.size()});
    for (const std::string& each : texts) list += textBytes(each);
    return add(name, 9, list);
  }
  // A value of any type as it lies in the file.
  GgufBytes& add(const std::string& name, std::uint32_t type, const QByteArray& value) {
    keys_ += textBytes(name) + raw(type) + value;
    ++key_count_;
    return *this;
  }

  // `shape` slowest first, as NumPy has it.
  GgufBytes& tensor(const std::string& name, std::vector<std::uint64_t> shape, std::uint32_t type,
                    const QByteArray& data) {
    return tensor(name, std::move(shape), type, data, static_cast<std::uint64_t>(data_.size()));
  }
  GgufBytes& tensor(const std::string& name, std::vector<std::uint64_t> shape, std::uint32_t type,
                    const QByteArray& data, std::uint64_t offset) {
    entries_ += textBytes(name) + raw(static_cast<std::uint32_t>(shape.size()));
    std::ranges::reverse(shape);
    for (const std::uint64_t size : shape) entries_ += raw(size);
    entries_ += raw(type) + raw(offset);
    data_ += data;
    pad(data_);
    ++entry_count_;
    return *this;
  }
  GgufBytes& tensor(const std::string& name, const Tensor& values) {
    const std::vector<float> numbers = values.floats();
    return tensor(name, values.shape(), 0,
                  QByteArray(reinterpret_cast<const char*>(numbers.data()),
                             static_cast<qsizetype>(numbers.size() * sizeof(float))));
  }

  QByteArray bytes(std::uint32_t version = 3) const {
    QByteArray file =
        "GGUF" + raw(version) + raw(entry_count_) + raw(key_count_) + keys_ + entries_;
    if (entry_count_ > 0) pad(file);
    return file + data_;
  }

  template <class T>
  static QByteArray raw(T value) {
    static_assert(std::is_arithmetic_v<T>);
    return {reinterpret_cast<const char*>(&value), sizeof value};
  }
  static QByteArray textBytes(const std::string& text) {
    return raw(std::uint64_t{text.size()}) + QByteArray::fromStdString(text);
  }

 private:
  static void pad(QByteArray& bytes) { bytes.append((32 - bytes.size() % 32) % 32, '\0'); }

  QByteArray keys_, entries_, data_;
  std::uint64_t key_count_ = 0, entry_count_ = 0;
};

}  // namespace lineament::io::testing
