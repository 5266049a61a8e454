// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/sequence_cost.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "core/analyses/sequence_setup.h"
#include "core/base/memory.h"
#include "core/sequence/prepared_call.h"
#include "core/sequence/registry.h"
#include "core/sequence/tile.h"

namespace lineament {

namespace {

using sequence::Dim;
using sequence::Problem;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Declaration declare() {
  using Type = Parameter::Type;
  Declaration declaration;
  declaration.id = "sequence.cost";
  declaration.title = "Measure the cost of sequence mechanisms";
  declaration.summary =
      "Runs the fast form of each mechanism on random sequences of growing length, here and now, "
      "and shows time and memory against length: a line of slope 1 for those that are linear in "
      "the length, of slope 2 for softmax attention.";
  declaration.source = "Measured on this machine";
  declaration.parameters = {mechanismsParameter()};
  for (Parameter& size : sizeParameters(8192, 4)) {
    if (size.id == "tokens") {
      size.title = "Longest sequence";
      size.help = "Lengths double from the shortest up to this one";
    }
    declaration.parameters.push_back(std::move(size));
  }
  declaration.parameters.push_back({.id = "shortest",
                                    .title = "Shortest sequence",
                                    .type = Type::integer,
                                    .fallback = std::int64_t{256},
                                    .help = "The first length that is measured",
                                    .lowest = 1,
                                    .highest = 1 << 24});
  declaration.parameters.push_back({.id = "repeats",
                                    .title = "Repeats",
                                    .type = Type::integer,
                                    .fallback = std::int64_t{3},
                                    .help = "Runs of each length after one to warm up; the "
                                            "median counts",
                                    .lowest = 1,
                                    .highest = 100,
                                    .advanced = true});
  declaration.parameters.push_back({.id = "seconds_per_point",
                                    .title = "Longest time for a length",
                                    .type = Type::real,
                                    .fallback = 10.0,
                                    .help = "A mechanism's longer lengths are left out once one "
                                            "run has taken this long",
                                    .unit = "s",
                                    .lowest = 0.01,
                                    .highest = 3600,
                                    .advanced = true});
  declaration.outputs = {
      {"times", Kind::table, "Times and memory", "One row for each mechanism and length"},
      {"time", Kind::series, "Time", "Seconds against length"},
      {"memory", Kind::series, "Memory", "Bytes beyond inputs and output against length"},
      {"figure_time", Kind::figure, "Figure: time", ""},
      {"figure_memory", Kind::figure, "Figure: memory", ""}};
  declaration.metrics = {{"steepest_growth", "Steepest growth", "",
                          "Largest exponent of time against length over the two longest lengths"}};
  return declaration;
}

struct Point {
  std::string mechanism;
  double tokens = 0, seconds = 0, bytes = 0;
};

double secondsOf(sequence::PreparedCall& call, const Context& context) {
  const auto begin = std::chrono::steady_clock::now();
  call.forward(context);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// What a run needs beside its inputs and its output: tiles of all threads, and the state.
double bytesBeside(const Problem& problem) {
  const auto state =
      problem.mechanism->state(problem.sizes, problem.options, problem.sizes.tokens());
  return static_cast<double>(sequence::workspaceBytes() +
                             sequence::elementsOf(state) * sizeof(float));
}

Point measured(const Problem& problem, std::int64_t repeats, const Context& context) {
  sequence::releaseWorkspaces();
  Context quiet = context;
  quiet.progress = nullptr;
  sequence::PreparedCall call(problem, sequence::Storage::f32);
  secondsOf(call, quiet);
  std::vector<double> times;
  for (std::int64_t i = 0; i < repeats; ++i) {
    context.checkpoint(static_cast<double>(i) / static_cast<double>(repeats));
    times.push_back(secondsOf(call, quiet));
  }
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2),
                   times.end());
  return {std::string(problem.mechanism->description().id),
          static_cast<double>(problem.sizes.tokens()), times[times.size() / 2],
          bytesBeside(problem)};
}

std::vector<std::int64_t> lengthsOf(const Parameters& parameters) {
  std::vector<std::int64_t> lengths;
  const std::int64_t longest = parameters.integer("tokens");
  for (std::int64_t length = std::min(longest, parameters.integer("shortest")); length < longest;
       length *= 2) {
    lengths.push_back(length);
  }
  lengths.push_back(longest);
  return lengths;
}

Series seriesOf(const std::vector<Point>& points, const char* title, const char* label,
                const char* unit, double Point::*value) {
  Series series{title, {"Tokens", "", true}, {label, unit, true}, {}, {}};
  for (std::size_t i = 0; i < points.size();) {
    std::vector<double> x, y;
    const std::string& name = points[i].mechanism;
    for (; i < points.size() && points[i].mechanism == name; ++i) {
      x.push_back(points[i].tokens);
      y.push_back(points[i].*value);
    }
    series.curves.push_back({name, std::move(x), std::move(y), Series::Style::line_and_points, {}});
  }
  return series;
}

// The exponent p of seconds ~ tokens^p between the last two lengths of each mechanism.
double steepestGrowth(const std::vector<Point>& points) {
  double steepest = kNaN;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const bool last = i + 1 == points.size() || points[i + 1].mechanism != points[i].mechanism;
    if (!last || points[i - 1].mechanism != points[i].mechanism) continue;
    const double growth = std::log(points[i].seconds / points[i - 1].seconds) /
                          std::log(points[i].tokens / points[i - 1].tokens);
    if (!(steepest >= growth)) steepest = growth;
  }
  return steepest;
}

Table tableOf(const std::vector<Point>& points) {
  TextBuilder names;
  std::vector<double> tokens, seconds, bytes, per_token;
  for (const Point& point : points) {
    names.add(point.mechanism);
    tokens.push_back(point.tokens);
    seconds.push_back(point.seconds);
    bytes.push_back(point.bytes);
    per_token.push_back(point.seconds / point.tokens * 1e9);
  }
  const SharedArray<std::uint8_t> all_there;
  std::vector<Column> columns;
  columns.emplace_back("mechanism", names.finish());
  columns.emplace_back("tokens", std::move(tokens));
  columns.emplace_back("time", std::move(seconds), all_there, "s");
  columns.emplace_back("time_per_token", std::move(per_token), all_there, "ns");
  columns.emplace_back("working_memory", std::move(bytes), all_there, "B");
  return Table(std::move(columns));
}

class SequenceCost : public Analysis {
 public:
  const Declaration& declaration() const override { return declaration_; }

  Outputs run(const Inputs&, const Parameters& parameters, const Context& context) const override {
    const auto mechanisms = mechanismsOf(parameters.text("mechanisms"));
    const auto lengths = lengthsOf(parameters);
    const double steps = static_cast<double>(mechanisms.size() * lengths.size());
    std::vector<Point> points;
    double done = 0;
    for (const sequence::Mechanism* mechanism : mechanisms) {
      for (std::size_t i = 0; i < lengths.size(); ++i, ++done) {
        context.checkpoint(
            done / steps, fmt::format("{}, {} tokens", mechanism->description().title, lengths[i]));
        points.push_back(point(*mechanism, lengths[i], parameters,
                               context.part(done / steps, (done + 1) / steps)));
        if (points.back().seconds > parameters.real("seconds_per_point")) {
          context.note(fmt::format("{} is left out above {} tokens", mechanism->description().title,
                                   lengths[i]));
          done += static_cast<double>(lengths.size() - i);
          break;
        }
      }
    }
    return outputsOf(points);
  }

 private:
  static Point point(const sequence::Mechanism& mechanism, std::int64_t length,
                     const Parameters& parameters, const Context& context) {
    sequence::Sizes sizes = sizesOf(mechanism, parameters);
    sizes[Dim::token] = length;
    const auto room = reserveMemory(problemBytes(mechanism, sizes), "the tensors of a sequence");
    const Problem problem =
        sequence::drawProblem(mechanism, sizes, optionsOf(mechanism, ""), context.seed);
    sequence::checkProblem(problem);
    return measured(problem, parameters.integer("repeats"), context);
  }

  static Outputs outputsOf(const std::vector<Point>& points) {
    Outputs outputs;
    outputs.add("times", Data(tableOf(points)));
    outputs.add("time", Data(seriesOf(points, "Time", "Time", "s", &Point::seconds)));
    outputs.add("memory", Data(seriesOf(points, "Memory beyond inputs and output",
                                        "Memory beyond inputs and output", "B", &Point::bytes)));
    outputs.add("figure_time", Data(FigureSpec{"series", "time", "Time against length", "", {}}));
    outputs.add("figure_memory",
                Data(FigureSpec{"series", "memory", "Memory against length", "", {}}));
    const double growth = steepestGrowth(points);
    if (std::isfinite(growth)) outputs.metrics["steepest_growth"] = growth;
    return outputs;
  }

  Declaration declaration_ = declare();
};

}  // namespace

std::unique_ptr<Analysis> makeSequenceCost() {
  return std::make_unique<SequenceCost>();
}

}  // namespace lineament
