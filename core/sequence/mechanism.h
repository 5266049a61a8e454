// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <complex>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/context.h"
#include "core/sequence/options.h"
#include "core/sequence/sizes.h"
#include "core/sequence/view.h"

namespace lineament::sequence {

// How random numbers are drawn for an input, so that a call means something: keys of unit length
// for a delta rule, log gates that are never positive.
enum class Draw : std::uint8_t {
  normal,          // standard normal
  unit_rows,       // standard normal, each row scaled to length 1
  log_gate,        // log sigmoid(standard normal) / 16, as GLA's layer makes its gates
  log_decay,       // -exp(uniform) * softplus(standard normal), as Mamba-2's layer makes its decays
  sigmoid,         // sigmoid(standard normal), in (0, 1)
  twice_sigmoid,   // in (0, 2)
  step,            // softplus-like step sizes, log-uniform in [0.001, 0.1]
  negative_range,  // -1, -2, ..., -n along the last axis: S4D-real, Mamba's A
  small_normal     // normal / sqrt(size of the last axis)
};

// One input tensor of a mechanism.
struct OperandSpec {
  enum class Role : std::uint8_t {
    query,
    key,
    value,
    log_decay,  // natural log of a decay: 0 keeps, minus infinity forgets
    beta,       // strength of a write
    other,      // per token, without a picture of its own
    weight      // does not depend on the token: learned
  };

  std::string_view name;  // as in files: "q", "g", "beta"
  Dims dims;
  Role role = Role::other;
  Draw draw = Draw::normal;
  double lowest = -std::numeric_limits<double>::infinity();
  double highest = std::numeric_limits<double>::infinity();
  bool optional = false;
  bool infinite = false;  // minus infinity is a value (a gate that forgets all)
  std::string_view help;
};

// A part of a mechanism's state.
struct StatePart {
  std::string_view name;  // "S", "z", "keys"
  std::vector<std::uint64_t> shape;
  bool matrix = false;  // [batch, head, key, value] or alike: one matrix for each head to look at
};

// What a mechanism remembers of the tokens so far, in the layout of Mechanism::state: its parts one
// after the other, each row-major. Streaming feeds any lengths and passes the state on.
template <class T>
struct State {
  std::vector<T> values;
  std::int64_t tokens = 0;  // seen so far
};

template <class T>
struct InputOf;
template <>
struct InputOf<double> {
  using type = View<const double>;
};
template <>
struct InputOf<float> {
  using type = StoredView;
};
template <class T>
struct OutputOf;
template <>
struct OutputOf<double> {
  using type = View<double>;
};
template <>
struct OutputOf<float> {
  using type = StoredTarget;
};

// A forward call in the caller's memory. The inputs stand in the order of the description; one that
// is not given has no data. Calls were checked before (see problem.h): a mechanism may rely on
// shapes, ranges and finite numbers.
template <class T>
struct Call {
  Sizes sizes;
  const Options* options = nullptr;
  std::span<const typename InputOf<T>::type> inputs;
  typename OutputOf<T>::type output;
  const State<T>* initial = nullptr;  // null: nothing was seen before
  State<T>* final = nullptr;          // null: not asked for. May be `initial`'s own object
  std::span<T> kept;                  // Mechanism::keptElements numbers for backward; may be empty
  const Context* context = nullptr;
};

// The gradient of a loss by a call's inputs and initial state, from its gradient by the output and
// the final state.
template <class T>
struct BackwardCall {
  Call<T> forward;                           // `output` and `final` unused
  View<const T> output;                      // what the forward call made; fast forms only
  View<const T> output_gradient;             // of the output's shape
  const State<T>* final_gradient = nullptr;  // null: zero
  std::span<const View<T>> input_gradients;  // added to, never set; without data: not wanted
  State<T>* initial_gradient = nullptr;      // set; null: not wanted
};

struct Description {
  std::string_view id;       // "gated-deltanet"
  std::string_view title;    // "Gated DeltaNet"
  std::string_view summary;  // one sentence with the recurrence
  std::string_view source;   // the paper
  std::vector<OperandSpec> inputs;
  Dims output = {Dim::batch, Dim::token, Dim::head, Dim::value};
  std::vector<OptionSpec> options;
  bool causal = true;     // o_t depends on tokens up to t only; only then is there a step
  bool has_state = true;  // initial and final states exist: streaming, decoding
  // Error to demand of the fast form against the reference, rms(x - ref) / rms(ref).
  double tolerance_f32 = 1e-5;
  double tolerance_bf16 = 1e-2;
};

// One mechanism that mixes a sequence's tokens: softmax attention, linear attention, a state-space
// model. Stateless: everything of a call is in its arguments, so that calls may go on side by side.
//
// Three forms compute the same function: `reference` is the definition in double precision and
// plain loops, `fast` is chunkwise, vectorised and threaded in single precision, `step` takes one
// token and a state. To add a mechanism: one header, one source, one line in registry.cpp, one test
// (tests/core/sequence/mechanism_checks.h holds it against everything that is asked of one).
class Mechanism {
 public:
  virtual ~Mechanism() = default;
  virtual const Description& description() const = 0;

  // The sizes nearest to `wanted` (batch, token, head, key, value) that suit the mechanism: a
  // scalar state-space model has values of width 1, a mixture more than one memory.
  virtual Sizes suited(const Sizes& wanted) const { return wanted; }

  // What the description cannot say: sizes that have to divide each other. Throws Error.
  virtual void check(const Sizes&, const Options&) const {}

  // The state after `tokens` tokens; empty where has_state is false.
  virtual std::vector<StatePart> state(const Sizes& sizes, const Options& options,
                                       std::int64_t tokens) const = 0;

  virtual void reference(const Call<double>& call) const = 0;
  virtual void referenceBackward(const BackwardCall<double>& call) const = 0;
  virtual void fast(const Call<float>& call) const = 0;
  virtual void fastBackward(const BackwardCall<float>& call) const = 0;

  // One token (sizes.tokens() is 1) from `state`, which becomes the state after it. Where the fast
  // form of one token is as quick, it is the step.
  virtual void step(const Call<float>& call, State<float>& state) const;

  // How many numbers the forward pass may leave in `kept` to spare the backward pass work.
  virtual std::size_t keptElements(const Sizes&, const Options&) const { return 0; }

  // A[t, s], row-major [T, T]: how much of the value of token s is in the output of token t of one
  // head, starting from no state. In double precision. The default takes it from the reference by
  // giving it the unit matrix for values, which works wherever the output is linear in an operand
  // of role `value` whose width is free.
  virtual std::vector<double> attention(const Call<double>& call, std::int64_t batch,
                                        std::int64_t head) const;

  // Eigenvalues of the matrix that takes the state of one head over token t (identity minus a
  // rank-one matrix, a diagonal of decays, ...). Empty where the state has no such matrix.
  virtual std::vector<std::complex<double>> transition(const Call<double>& call, std::int64_t batch,
                                                       std::int64_t head, std::int64_t token) const;

  // Least work of a forward pass, for floors: multiplications and additions counted apart, each
  // input read once and the output written once.
  virtual double flops(const Sizes& sizes, const Options& options) const = 0;
  double bytes(const Sizes& sizes) const;

 protected:
  // Position of the operand `name` among the inputs.
  std::size_t indexOf(std::string_view name) const;
};

// Elements of all parts together.
std::size_t elementsOf(const std::vector<StatePart>& parts);

}  // namespace lineament::sequence
