// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/bench/attention_flow.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QWheelEvent>
#include <algorithm>
#include <clocale>
#include <cmath>
#include <cstdio>

#include "app/bench/attention_stacks.h"
#include "app/bench/measurement.h"
#include "app/bench/process_memory.h"
#include "app/bench/window_hands.h"
#include "app/window/view_tabs.h"
#include "core/analyses/all.h"
#include "core/base/json.h"
#include "core/data/data.h"
#include "views/attention/attention_view.h"
#include "views/common/theme.h"

namespace lineament::app {

namespace {

constexpr int kFrames = 60;           // of each kind
constexpr int kBetweenFramesMs = 10;  // a hand's movements come about this often
constexpr double kFrameBar = 16;      // ms
constexpr QSize kWindow(1600, 1000);
constexpr double kMebi = 1024.0 * 1024;

// When a picture in which `wanted` holds has been painted.
class FirstPicture : public QObject {
 public:
  FirstPicture(QWidget& widget, std::function<bool()> wanted) : wanted_(std::move(wanted)) {
    clock_.start();
    widget.installEventFilter(this);
  }
  bool seen() const { return milliseconds_ > 0; }
  double milliseconds() const { return milliseconds_; }

  bool eventFilter(QObject* watched, QEvent* event) override {
    if (event->type() == QEvent::Paint && !seen() && !waiting_ && wanted_()) {
      waiting_ = true;
      // The loop comes to it when all of this picture is on the screen.
      QTimer::singleShot(
          0, this, [this] { milliseconds_ = static_cast<double>(clock_.nsecsElapsed()) * 1e-6; });
    }
    return QObject::eventFilter(watched, event);
  }

 private:
  std::function<bool()> wanted_;
  QElapsedTimer clock_;
  bool waiting_ = false;
  double milliseconds_ = 0;
};

class AttentionFlow : private WindowHands {
 public:
  AttentionFlow(WatchedApplication& application, MainWindow& window)
      : WindowHands(application, window) {}

  nlohmann::json run(const std::string& size) {
    act([&] {
      window_.resize(kWindow);
      window_.show();
    });
    idle();
    restartPeakMemory();
    before_ = memoryNow();
    if (size == "grid") headGrid();
    if (size == "long") longText();
    if (size == "million") millionTokens();
    if (size == "gla") longRecurrence(Recurrence::gated);
    if (size == "deltanet") longRecurrence(Recurrence::delta);
    return {{"numbers", numbers_}, {"phases", toJson(application_.watch())}};
  }

 private:
  void number(const std::string& name, double value, const char* unit,
              std::optional<double> bar = {}) {
    nlohmann::json made{{"name", name}, {"value", value}, {"unit", unit}};
    if (bar) made["bar"] = *bar;
    numbers_.push_back(std::move(made));
  }

  views::AttentionView& view() {
    return dynamic_cast<views::AttentionView&>(window_.tabs().currentPage()->view());
  }
  views::AttentionPlot& plot() { return view().plot(); }
  const views::AttentionFigure& figure() { return view().figure(); }

  // Opens the view of a stack that is there and says when its heads are first seen.
  void open(const AttentionStack& stack, double bar) {
    const Data data(stack, "attention");
    std::unique_ptr<FirstPicture> first;
    phase("open", [&] {
      act([&] {
        QElapsedTimer clock;
        clock.start();
        window_.tabs().show(data, {.view = "attention", .title = "Attention"});
        opened_ = static_cast<double>(clock.nsecsElapsed()) * 1e-6;
        const std::size_t heads = stack.layers.size() * stack.heads.size();
        first = std::make_unique<FirstPicture>(plot(), [this, heads] {
          const auto& thumbnails = figure().thumbnails();
          return thumbnails && thumbnails->made() == heads;
        });
      });
      until([&] { return first->seen(); });
    });
    number("heads_first_picture", opened_ + first->milliseconds(), "ms", bar);
  }

  // From now on, when a picture of every weight has been painted.
  void watchForExact(std::function<bool()> exact) {
    exact_ = std::make_unique<FirstPicture>(plot(), std::move(exact));
  }
  void untilExact() {
    phase("exact", [&] { until([&] { return exact_->seen(); }); });
    number("exact_picture", exact_->milliseconds() / 1000, "s");
  }

  // The matrix's picture, whose dots each frame paints anew.
  void plotSide() {
    const double scale = views::PlotView::kScreenScale * plot().devicePixelRatioF();
    const QRectF place = figure().plotArea(QSizeF(plot().size()) / views::PlotView::kScreenScale);
    number("plot_side", place.width() * scale, "pixels");
  }

  void firstMatrix(double bar) {
    std::unique_ptr<FirstPicture> first;
    phase("first_matrix", [&] {
      act([&] {
        first = std::make_unique<FirstPicture>(plot(), [this] {
          return figure().look().mode == views::AttentionMode::matrix && figure().plane();
        });
        plot().choose({{"mode", "matrix"}});
      });
      until([&] { return first->seen(); });
    });
    number("matrix_first_picture", first->milliseconds(), "ms", bar);
    plotSide();
  }

  // Steps of a hand, each with the picture after it: on the window's thread, from the input to what
  // has been painted; of that, its time on the processor.
  void frames(const std::string& name, const std::function<void(int)>& step) {
    std::vector<double> times, processor;
    phase(name, [&] {
      for (int i = 0; i < kFrames; ++i) {
        QTimer::singleShot(0, &window_, [&, i] {
          const long long used = threadNanoseconds();
          QElapsedTimer clock;
          clock.start();
          step(i);
          plot().repaint();
          times.push_back(static_cast<double>(clock.nsecsElapsed()) * 1e-6);
          processor.push_back(static_cast<double>(threadNanoseconds() - used) * 1e-6);
        });
        rest(kBetweenFramesMs);
      }
    });
    number(name + ".p50", quantile(times, 0.5), "ms", kFrameBar);
    number(name + ".p95", quantile(times, 0.95), "ms", kFrameBar);
    number(name + ".max", quantile(times, 1), "ms", kFrameBar);
    number(name + ".processor_p95", quantile(processor, 0.95), "ms", kFrameBar);
  }

  void turnWheel(int delta) {
    const QPointF at(plot().width() * 0.45, plot().height() * 0.6);
    QWheelEvent event(at, plot().mapToGlobal(at), {}, {0, delta}, Qt::NoButton, {},
                      Qt::NoScrollPhase, false);
    application_.sendEvent(&plot(), &event);
  }
  void mouse(QEvent::Type type, const QPointF& at) {
    const bool press = type == QEvent::MouseButtonPress;
    QMouseEvent event(type, at, plot().mapToGlobal(at), press ? Qt::LeftButton : Qt::NoButton,
                      Qt::LeftButton, Qt::NoModifier);
    application_.sendEvent(&plot(), &event);
  }

  void lookAround(const std::string& when) {
    frames(when + "zoom_in", [&](int) { turnWheel(60); });
    const QPointF from(plot().width() * 0.5, plot().height() * 0.5);
    act([&] { mouse(QEvent::MouseButtonPress, from); });
    frames(when + "pan", [&](int i) { mouse(QEvent::MouseMove, from + QPointF(3 * i, 2 * i)); });
    act([&] { mouse(QEvent::MouseButtonRelease, from); });
    frames(when + "zoom_out", [&](int) { turnWheel(-60); });
    act([&] { plot().fit(); });
    frames(when + "colour_range", [&](int i) {
      plot().choose({{"range", {1e-6, 0.002 * (i + 1)}}});
    });
    act([&] { plot().choose({{"range", nullptr}}); });
  }

  // The row and the column of a token, beside the matrix and in the text.
  void chooseToken(std::size_t token) {
    std::unique_ptr<FirstPicture> first;
    phase("token", [&] {
      act([&] {
        first = std::make_unique<FirstPicture>(
            plot(), [this] { return figure().token() && figure().profileFits(); });
        plot().chooseToken(token);
      });
      until([&] { return first->seen(); });
    });
    number("token_row_and_column", first->milliseconds(), "ms");
  }

  // A window of so many cells a side in the middle of the lower triangle.
  void window(double cells) {
    std::unique_ptr<FirstPicture> first;
    phase("window", [&] {
      act([&] {
        const auto all = static_cast<double>(figure().stack().keys);
        const double side = cells / all;
        plot().choose({{"zoom", {0.3, 0.3 + side, 0.4, 0.4 + side}}});
        first = std::make_unique<FirstPicture>(plot(), [this] {
          return !plot().tiles().planes().empty() && plot().tiles().complete();
        });
      });
      until([&] { return first->seen(); });
    });
    number("window_exact", first->milliseconds(), "ms");
  }

  // The farthest that cells as they are read lie from the products of their queries and keys.
  void compareWithProducts(const AttentionStack& stack) {
    const AttentionSource::Factors& factors = *stack.source->factors();
    double farthest = 0;
    constexpr std::uint64_t side = 512;
    const std::uint64_t query = stack.queries * 3 / 4, key = stack.keys / 3;
    std::vector<float> cells(side * side);
    readCells(stack, 0, 0, {query, key, side, side}, cells, {});
    for (std::uint64_t i = 0; i < side * side; ++i) {
      const std::uint64_t row = query + i / side, column = key + i % side;
      double product = 0;
      for (std::uint64_t k = 0; k < factors.size; ++k) {
        product += static_cast<double>(factors.queries.data()[row * factors.size + k]) *
                   static_cast<double>(factors.keys.data()[column * factors.size + k]);
      }
      const double exact =
          std::exp(factors.scale * product - static_cast<double>(factors.log_sums.data()[row]));
      farthest = std::max(farthest, std::abs(static_cast<double>(cells[i]) - exact));
    }
    number("farthest_from_product", farthest, "", 1e-5);
  }

  double memoryGrowth() const { return static_cast<double>(peakMemory() - before_); }

  void headGrid() {
    AttentionStack stack = drawnAttention({12, 12, 2048, 16}, {});
    stack = held(stack, {});
    const auto raw = static_cast<double>(stack.weights.size() * sizeof(float));
    open(stack, 1000);
    watchForExact([this] { return figure().thumbnails()->complete(); });
    untilExact();
    idle();
    number("memory", memoryGrowth() / raw, "x raw", 1.2);
    firstMatrix(100);
    idle();
    lookAround("");
  }

  void longText() {
    const AttentionStack stack = drawnAttention({1, 1, 32'768, 64}, {});
    compareWithProducts(stack);
    restartPeakMemory();
    open(stack, 100);
    firstMatrix(100);
    watchForExact([this] { return figure().plane() && !figure().plane()->sampled; });
    lookAround("early.");
    untilExact();
    idle();
    lookAround("");
    idle();
    chooseToken(20'000);
    window(512);
    number("memory", memoryGrowth() / kMebi, "MiB", 512);
  }

  void millionTokens() {
    const AttentionStack stack = drawnAttention({1, 1, 1'048'576, 64}, {});
    compareWithProducts(stack);
    open(stack, 1000);
    firstMatrix(1000);
    lookAround("");
    chooseToken(600'000);
    window(512);
    number("memory", memoryGrowth() / kMebi, "MiB");
  }

  void longRecurrence(Recurrence recurrence) {
    open(impliedAttention({1, 1, 32'768, 64}, recurrence), 100);
    firstMatrix(100);
    window(512);
    number("memory", memoryGrowth() / kMebi, "MiB", 512);
  }

  nlohmann::json numbers_ = nlohmann::json::array();
  std::size_t before_ = 0;
  double opened_ = 0;
  std::unique_ptr<FirstPicture> exact_;
};

}  // namespace

int measureAttention(const std::string& size, int count, char** words) {
  WatchedApplication application(count, words);
  std::setlocale(LC_NUMERIC, "C");
  views::setTheme(views::lightTheme());
  nlohmann::json found;
  {
    MainWindow window(allAnalyses());
    found = AttentionFlow(application, window).run(size);
    window.jobs().cancelAll();
    window.close();
  }
  std::printf("%s\n", found.dump().c_str());
  return 0;
}

}  // namespace lineament::app
