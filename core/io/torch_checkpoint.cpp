// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <unordered_map>

#include "core/base/error.h"
#include "core/io/strided_copy.h"
#include "core/io/torch_file.h"

namespace lineament::io {

namespace {

constexpr ErrorText kTensor{"torch.tensor", "Read {file}", "{problem}", "tensor '{name}'",
                            "The file is incomplete or was tampered with: download it again"};
constexpr ErrorText kNoTensors{"torch.no_tensors", "Read {file}", "it holds no tensors", "",
                               "Save the model's state_dict() with torch.save"};
constexpr ErrorText kUnsupported{"torch.unsupported", "Get the values of '{name}'", "{problem}", "",
                                 "Save a dense, unquantised copy of it"};

// A tensor with a stride of 0 takes no bytes in the file but all of them when it is written out.
constexpr std::uint64_t kMostExpanded = std::uint64_t{1} << 30;

std::uint64_t bytesPer(DType dtype) {
  return bitsPerElement(dtype) / 8;
}

// Where a tensor's bytes lie in its storage, after all checks.
struct Place {
  std::uint64_t begin = 0;   // bytes from the storage's start to element 0
  std::uint64_t extent = 0;  // bytes from there to the end of the last element
  std::uint64_t bytes = 0;   // of the tensor
  bool contiguous = true;
};

bool isContiguous(const TorchTensor& tensor) {
  const auto expected = rowMajorStrides(tensor.shape);
  for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
    if (tensor.shape[d] > 1 && tensor.strides[d] != expected[d]) return false;
  }
  return true;
}

class Checker {
 public:
  Checker(const TorchFile& file, const TorchTree::Leaf& leaf)
      : file_(file), leaf_(leaf), tensor_(file.objects.tensors()[leaf.tensor]) {}

  Place place() const {
    Place place;
    if (!tensor_.unsupported.empty()) return place;
    if (!tensorBytes(tensor_.dtype, tensor_.shape, place.bytes)) fail("its shape is too large");
    const TorchStorage& storage = file_.objects.storages()[tensor_.storage];
    const std::uint64_t available = storageBytes(storage, place);
    if (place.bytes == 0) return place;
    place.contiguous = isContiguous(tensor_);
    std::uint64_t offset = 0, extent = 0;
    if (!reach(offset, extent) || offset > available || extent > available - offset) {
      fail(fmt::format("shape {} reaches outside its storage of {} bytes", shapeText(tensor_.shape),
                       available));
    }
    place.begin += offset;
    place.extent = extent;
    if (!place.contiguous && place.bytes > std::max(available, kMostExpanded)) {
      fail(fmt::format("it would expand {} bytes to {}", available, place.bytes));
    }
    return place;
  }

 private:
  [[noreturn]] void fail(std::string_view problem) const {
    throw Error(kTensor,
                {{"file", file_.objects.file()}, {"name", leaf_.path}, {"problem", problem}});
  }

  std::uint64_t storageBytes(const TorchStorage& storage, Place& place) const {
    const auto present = file_.storage_size(storage.key);
    if (!present) fail(fmt::format("its storage '{}' is not in the file", storage.key));
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(storage.first, bytesPer(storage.dtype), &place.begin) ||
        __builtin_mul_overflow(storage.elements, bytesPer(storage.dtype), &bytes) ||
        place.begin > *present || bytes > *present - place.begin) {
      fail(fmt::format("its storage '{}' should have {} elements, {} bytes are present",
                       storage.key, storage.elements, *present));
    }
    return bytes;
  }

  // Bytes to the first element, and from there to the end of the last; false when they overflow.
  bool reach(std::uint64_t& offset, std::uint64_t& extent) const {
    const std::uint64_t item = bytesPer(tensor_.dtype);
    std::uint64_t last = 0;
    for (std::size_t d = 0; d < tensor_.shape.size(); ++d) {
      std::uint64_t step = 0;
      if (__builtin_mul_overflow(tensor_.shape[d] - 1, tensor_.strides[d], &step) ||
          __builtin_add_overflow(last, step, &last)) {
        return false;
      }
    }
    return !__builtin_add_overflow(last, std::uint64_t{1}, &last) &&
           !__builtin_mul_overflow(last, item, &extent) &&
           !__builtin_mul_overflow(tensor_.offset, item, &offset);
  }

  const TorchFile& file_;
  const TorchTree::Leaf& leaf_;
  const TorchTensor& tensor_;
};

Tensor load(const TorchFile& file, const TorchTree::Leaf& leaf, const Place& place) {
  const TorchTensor& tensor = file.objects.tensors()[leaf.tensor];
  if (!tensor.unsupported.empty()) {
    throw Error(kUnsupported, {{"name", leaf.path}, {"problem", tensor.unsupported}});
  }
  if (place.bytes == 0) return Tensor(tensor.dtype, tensor.shape, {});
  const auto storage = file.storage_bytes(file.objects.storages()[tensor.storage].key);
  const auto elements = storage.slice(place.begin, place.extent);
  const std::size_t item = bytesPer(tensor.dtype);
  if (place.contiguous && !file.big_endian) return Tensor(tensor.dtype, tensor.shape, elements);
  const auto strides = place.contiguous ? rowMajorStrides(tensor.shape) : tensor.strides;
  std::vector<std::byte> copy = copyStrided(elements.span(), item, tensor.shape, strides, {});
  if (file.big_endian && item > 1) {
    const bool complex = tensor.dtype == DType::c64 || tensor.dtype == DType::c128;
    swapBytes(copy, complex ? item / 2 : item);
  }
  return Tensor(tensor.dtype, tensor.shape, std::move(copy));
}

// Tensors that lie in the same storage are said to: tied weights, views of one buffer.
void noteSharing(const TorchFile& file, const TorchTree& tree,
                 std::vector<Checkpoint::Entry>& entries) {
  std::unordered_map<std::string, std::string> owners;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const TorchTensor& tensor = file.objects.tensors()[tree.leaves[i].tensor];
    if (!tensor.unsupported.empty()) continue;
    const std::string& key = file.objects.storages()[tensor.storage].key;
    const auto [owner, first] = owners.try_emplace(key, entries[i].name);
    if (!first) entries[i].note = fmt::format("shares its storage with {}", owner->second);
  }
}

}  // namespace

Checkpoint torchCheckpoint(std::shared_ptr<const TorchFile> file, const Context& context) {
  TorchTree tree = walkTorchTree(*file);
  if (tree.leaves.empty()) throw Error(kNoTensors, {{"file", file->objects.file()}});
  std::vector<Checkpoint::Entry> entries;
  std::vector<Place> places;
  for (const TorchTree::Leaf& leaf : tree.leaves) {
    if (entries.size() % 1024 == 0) context.checkpoint(0.5, "Checking tensors");
    const TorchTensor& tensor = file->objects.tensors()[leaf.tensor];
    places.push_back(Checker(*file, leaf).place());
    entries.push_back(
        {leaf.path, tensor.dtype, tensor.shape, places.back().bytes, tensor.unsupported});
  }
  noteSharing(*file, tree, entries);
  nlohmann::json metadata{{"format", file->format}};
  if (!tree.values.empty()) metadata["values"] = std::move(tree.values);
  auto load_tensor = [file, leaves = std::move(tree.leaves),
                      places = std::move(places)](std::size_t index) {
    return load(*file, leaves.at(index), places[index]);
  };
  return Checkpoint(std::move(entries), std::move(load_tensor), std::move(metadata),
                    std::move(tree.structure));
}

}  // namespace lineament::io
