// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/sequence/problem.h"

namespace lineament::sequence {

namespace {

constexpr ErrorText kNotFinite{"sequence.not_finite", "Run the mechanism '{mechanism}'",
                               "expected finite numbers, found {value}",
                               "tensor '{name}' at {where}",
                               "Find out where the number comes from and mend or remove it"};
constexpr ErrorText kRange{"sequence.range", "Run the mechanism '{mechanism}'",
                           "expected numbers from {lowest} to {highest}, found {value}",
                           "tensor '{name}' at {where}", "{help}"};
constexpr ErrorText kElements{"sequence.elements", "Run the mechanism '{mechanism}'",
                              "expected {expected} numbers, found {found}", "tensor '{name}'",
                              "Give every number of the tensor"};
constexpr ErrorText kEmptyDim{
    "sequence.empty", "Run the mechanism '{mechanism}'",
    "the dimension {dimension} has size {size}", "",
    "Only batch and token may be 0; give at least one of everything else"};
constexpr ErrorText kStarts{"sequence.starts", "Split the tokens into packed sequences",
                            "expected starts that rise from 0 to {tokens} in a batch of 1",
                            "cu_seqlens, entry {index}",
                            "Give the cumulative lengths, beginning with 0"};
constexpr ErrorText kState{"sequence.state", "Continue from a state",
                           "expected {expected} numbers in the state, found {found}", "",
                           "Give a state that this mechanism made at these sizes"};
constexpr ErrorText kNoState{"sequence.no_state", "Continue from a state",
                             "the mechanism '{mechanism}' has none", "",
                             "Run it on the whole sequence at once"};

// "batch 0, token 5, head 2, key 1" of a contiguous element.
std::string placeText(const OperandSpec& spec, const Sizes& sizes, std::size_t element) {
  std::string text;
  auto rest = static_cast<std::int64_t>(element);
  for (std::size_t axis = spec.dims.size(); axis-- > 0;) {
    const std::int64_t size = sizes[spec.dims[axis]];
    text = fmt::format("{} {}{}{}", name(spec.dims[axis]), rest % size, text.empty() ? "" : ", ",
                       text);
    rest /= size;
  }
  return text;
}

void checkNumbers(const Problem& problem, const OperandSpec& spec,
                  const std::vector<double>& numbers) {
  const std::string_view id = problem.mechanism->description().id;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double value = numbers[i];
    const bool forgets = spec.infinite && value == -std::numeric_limits<double>::infinity();
    if (!std::isfinite(value) && !forgets) {
      throw Error(kNotFinite, {{"mechanism", id},
                               {"value", value},
                               {"name", spec.name},
                               {"where", placeText(spec, problem.sizes, i)}});
    }
    if (value < spec.lowest || value > spec.highest) {
      throw Error(kRange, {{"mechanism", id},
                           {"lowest", spec.lowest},
                           {"highest", spec.highest},
                           {"value", value},
                           {"name", spec.name},
                           {"where", placeText(spec, problem.sizes, i)},
                           {"help", spec.help}});
    }
  }
}

void checkStarts(const Problem& problem) {
  const auto& starts = problem.starts;
  if (starts.empty()) return;
  const std::int64_t tokens = problem.sizes.tokens();
  const auto fail = [&](std::size_t index) {
    throw Error::usage(kStarts, {{"tokens", tokens}, {"index", index}});
  };
  if (problem.sizes.batch() != 1 || starts.front() != 0) fail(0);
  for (std::size_t i = 1; i < starts.size(); ++i) {
    if (starts[i] < starts[i - 1]) fail(i);
  }
  if (starts.back() != tokens) fail(starts.size() - 1);
}

void checkStates(const Problem& problem) {
  if (problem.initial.empty()) return;
  const Mechanism& mechanism = *problem.mechanism;
  if (!mechanism.description().has_state) {
    throw Error::usage(kNoState, {{"mechanism", mechanism.description().id}});
  }
  const std::size_t sequences = problem.starts.empty() ? 1 : problem.starts.size() - 1;
  if (problem.initial.size() != sequences) {
    throw Error::usage(kState, {{"expected", sequences}, {"found", problem.initial.size()}});
  }
  for (const State<double>& state : problem.initial) {
    const std::size_t expected =
        elementsOf(mechanism.state(problem.sizes, problem.options, state.tokens));
    if (state.values.size() != expected) {
      throw Error::usage(kState, {{"expected", expected}, {"found", state.values.size()}});
    }
  }
}

}  // namespace

void checkProblem(const Problem& problem) {
  const Description& about = problem.mechanism->description();
  for (std::size_t i = 0; i < kDims; ++i) {
    const auto dim = static_cast<Dim>(i);
    const std::int64_t least = dim == Dim::batch || dim == Dim::token ? 0 : 1;
    if (problem.sizes[dim] < least) {
      throw Error::usage(
          kEmptyDim,
          {{"mechanism", about.id}, {"dimension", name(dim)}, {"size", problem.sizes[dim]}});
    }
  }
  elementsOf(about.output, problem.sizes);
  for (std::size_t i = 0; i < about.inputs.size(); ++i) {
    const OperandSpec& spec = about.inputs[i];
    const auto expected = static_cast<std::size_t>(elementsOf(spec.dims, problem.sizes));
    const std::vector<double>& numbers = problem.inputs[i];
    if (numbers.empty() && (spec.optional || expected == 0)) continue;
    if (numbers.size() != expected) {
      throw Error::usage(kElements, {{"mechanism", about.id},
                                     {"expected", expected},
                                     {"found", numbers.size()},
                                     {"name", spec.name}});
    }
    checkNumbers(problem, spec, numbers);
  }
  checkStarts(problem);
  checkStates(problem);
  problem.mechanism->check(problem.sizes, problem.options);
}

}  // namespace lineament::sequence
