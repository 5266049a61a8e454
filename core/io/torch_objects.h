// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/data/tensor.h"
#include "core/io/pickle_machine.h"

namespace lineament::io {

// A run of elements that tensors lie in, as a pickle names it.
struct TorchStorage {
  std::string key;
  DType dtype = DType::u8;
  std::uint64_t elements = 0;
  std::uint64_t first = 0;  // of a view into the storage `key`, in elements
};

struct TorchTensor {
  std::size_t storage = 0;  // number in TorchObjects::storages
  DType dtype = DType::f32;
  std::uint64_t offset = 0;  // in elements
  std::vector<std::uint64_t> shape;
  std::vector<std::uint64_t> strides;  // in elements
  std::string unsupported;             // why its values cannot be had; empty: they can
};

// The meaning of the few names that PyTorch's files need: tensors, parameters and plain
// containers. Classes of TorchScript (`__torch__.*`) become inert records. Throws Error
// "torch.program" for names that would run something, "torch.objects" for other Python objects, and
// "torch.malformed" for arguments of the wrong form.
class TorchObjects final : public PickleRules {
 public:
  explicit TorchObjects(std::string file) : file_(std::move(file)) {}

  void checkName(const std::string& name) override;
  PickleValue* reduce(const PickleValue& name, const PickleValue& arguments,
                      PickleValue* fresh) override;
  void persistent(const PickleValue& id, PickleValue& fresh) override;

  const std::vector<TorchStorage>& storages() const { return storages_; }
  const std::vector<TorchTensor>& tensors() const { return tensors_; }
  const std::string& file() const { return file_; }

 private:
  void rebuildTensor(const std::string& function, const PickleValue& arguments,
                     PickleValue& result);
  void fillDictionary(const PickleValue& arguments, PickleValue& result) const;
  std::vector<std::uint64_t> countsFrom(const PickleValue& tuple) const;
  PickleValue& argument(const PickleValue& arguments, std::size_t index,
                        PickleValue::Kind kind) const;
  std::uint64_t count(const PickleValue& arguments, std::size_t index) const;
  [[noreturn]] void malformed(std::string_view problem) const;
  [[noreturn]] void refuse(const std::string& name) const;

  std::string file_;
  std::vector<TorchStorage> storages_;
  std::vector<TorchTensor> tensors_;
};

}  // namespace lineament::io
