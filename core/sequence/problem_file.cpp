// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/sequence/problem.h"

namespace lineament::sequence {

namespace {

constexpr std::string_view kStarts = "cu_seqlens";

constexpr ErrorText kMissing{"sequence.missing", "Run the mechanism '{mechanism}'",
                             "the tensor '{name}' with the dimensions [{dims}] is missing", "",
                             "Add it to the file; it takes: {names}"};
constexpr ErrorText kExtra{"sequence.extra", "Run the mechanism '{mechanism}'",
                           "it takes no tensor '{name}'", "",
                           "Rename or remove it; the mechanism takes: {names}"};
constexpr ErrorText kShape{"sequence.shape", "Run the mechanism '{mechanism}'",
                           "expected the dimensions [{dims}], found the shape {found}",
                           "tensor '{name}'",
                           "Make the sizes of a dimension agree in all tensors ({dimension} is "
                           "{expected} in another one)"};
constexpr ErrorText kRank{"sequence.rank", "Run the mechanism '{mechanism}'",
                          "expected the {rank} dimensions [{dims}], found the shape {found}",
                          "tensor '{name}'", "Reshape the tensor"};

std::string dimsText(const Dims& dims) {
  std::vector<std::string_view> names;
  for (const Dim dim : dims) names.push_back(name(dim));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string inputNames(const Description& about) {
  std::vector<std::string> names;
  for (const OperandSpec& spec : about.inputs) {
    names.push_back(fmt::format("{}{}", spec.name, spec.optional ? " (optional)" : ""));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

// Takes the sizes of one tensor; those that an earlier tensor has fixed have to agree.
void takeSizes(const Description& about, const OperandSpec& spec, const Tensor& tensor,
               Sizes& sizes, std::array<bool, kDims>& known) {
  if (tensor.rank() != spec.dims.size()) {
    throw Error::usage(kRank, {{"mechanism", about.id},
                               {"rank", spec.dims.size()},
                               {"dims", dimsText(spec.dims)},
                               {"found", shapeText(tensor.shape())},
                               {"name", spec.name}});
  }
  for (std::size_t axis = 0; axis < spec.dims.size(); ++axis) {
    const Dim dim = spec.dims[axis];
    const auto size = static_cast<std::int64_t>(tensor.shape()[axis]);
    bool& fixed = known[static_cast<std::size_t>(dim)];
    if (fixed && sizes[dim] != size) {
      throw Error::usage(kShape, {{"mechanism", about.id},
                                  {"dims", dimsText(spec.dims)},
                                  {"found", shapeText(tensor.shape())},
                                  {"name", spec.name},
                                  {"dimension", name(dim)},
                                  {"expected", sizes[dim]}});
    }
    sizes[dim] = size;
    fixed = true;
  }
}

void refuseOthers(const Description& about, const std::map<std::string, Tensor>& tensors) {
  for (const auto& [tensor_name, tensor] : tensors) {
    const bool known =
        tensor_name == kStarts ||
        std::any_of(about.inputs.begin(), about.inputs.end(),
                    [&](const OperandSpec& spec) { return spec.name == tensor_name; });
    if (!known) {
      throw Error::usage(
          kExtra, {{"mechanism", about.id}, {"name", tensor_name}, {"names", inputNames(about)}});
    }
  }
}

}  // namespace

Problem problemOf(const Mechanism& mechanism, const Options& options,
                  const std::map<std::string, Tensor>& tensors) {
  const Description& about = mechanism.description();
  refuseOthers(about, tensors);
  Problem problem{&mechanism, {}, options, {}, {}, {}};
  std::array<bool, kDims> known{};
  for (const OperandSpec& spec : about.inputs) {
    const auto found = tensors.find(std::string(spec.name));
    if (found == tensors.end()) {
      if (!spec.optional) {
        throw Error::usage(kMissing, {{"mechanism", about.id},
                                      {"name", spec.name},
                                      {"dims", dimsText(spec.dims)},
                                      {"names", inputNames(about)}});
      }
      problem.inputs.emplace_back();
      continue;
    }
    takeSizes(about, spec, found->second, problem.sizes, known);
    problem.inputs.push_back(found->second.numbers());
  }
  if (const auto starts = tensors.find(std::string(kStarts)); starts != tensors.end()) {
    for (const double start : starts->second.numbers()) {
      problem.starts.push_back(static_cast<std::int64_t>(start));
    }
  }
  return problem;
}

}  // namespace lineament::sequence
