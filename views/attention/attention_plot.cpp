// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/attention_plot.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "views/attention/spared_thread.h"

namespace lineament::views {

namespace {

constexpr double kClick = 4;  // pixels that a press may move and still be a click
constexpr int kLook = 15;     // ms between looks whether all thumbnails have been begun
constexpr int kPoll = 120;    // ms between pictures of what has been made

}  // namespace

AttentionPlot::AttentionPlot(QWidget* parent)
    : PlotOf(parent), tiles_([this]() -> Background& { return background(); }) {
  setAccessibleName(tr("Attention"));
  connect(&poll_, &QTimer::timeout, this, [this] {
    auto thumbnails = maker_->now();
    const bool all = thumbnails->made() == thumbnails->layers * thumbnails->heads;
    const bool soon = poll_.interval() == kLook;
    if (soon && !all && !polled_.hasExpired(kPoll)) return;
    polled_.start();
    if (soon && all) poll_.start(kPoll);
    editedFigure().setThumbnails(std::move(thumbnails));
    came();
  });
  connect(&tiles_, &WeightTiles::changed, this, [this] {
    editedFigure().setTiles(tiles_.planes());
    came();
  });
  connect(this, &View::optionsChanged, this, &AttentionPlot::ask);  // zoomed, too
}

void AttentionPlot::setData(const Data& shown) {
  for (LatestJob* job : {&thumbnails_job_, &plane_job_, &profile_job_, &links_job_, &reading_heads_,
                         &reading_matrix_}) {
    job->stop();
  }
  poll_.stop();
  maker_.reset();
  plane_of_.reset();
  tiles_of_.reset();
  PlotOf::setData(shown);
  ask();
}

void AttentionPlot::setOptions(const nlohmann::json& options) {
  PlotOf::setOptions(options);
  // The figure has let go of what was made of the choice before.
  if (plane_of_ != figure().cells().choice()) plane_of_.reset();
  ask();
  Q_EMIT captionChanged();
}

void AttentionPlot::setSelection(const Selection& selection) {
  PlotOf::setSelection(selection);
  ask();
}

void AttentionPlot::setCompanion(std::int64_t id, const Data& shown) {
  editedFigure().setCompanion(id, shown);
  plane_of_.reset();
  tiles_of_.reset();
  pictureChanged();
  ask();
  Q_EMIT captionChanged();
}

void AttentionPlot::fit() {
  PlotOf::fit();
  ask();
}

void AttentionPlot::choose(const nlohmann::json& options) {
  setOptions(options);
  Q_EMIT optionsChanged();
}

void AttentionPlot::chooseToken(std::optional<std::size_t> token) {
  const Selection wanted(figure().origin(),
                         token ? std::vector<std::size_t>{*token} : std::vector<std::size_t>{});
  if (wanted == selection() || (!token && selection().empty())) return;
  setSelection(wanted);
  Q_EMIT selectionEdited(wanted);
}

bool AttentionPlot::complete() const {
  const bool working = thumbnails_job_.running() || plane_job_.running() ||
                       profile_job_.running() || links_job_.running() || reading_heads_.running() ||
                       reading_matrix_.running();
  return !working && tiles_.complete();
}

void AttentionPlot::came() {
  pictureChanged();
  Q_EMIT captionChanged();
  Q_EMIT workDone();
}

// Whether it has been done; where it has not, the figure says why.
bool AttentionPlot::told(const Outcome<Nothing>& outcome) {
  if (valueOf(outcome)) return true;
  const Error* error = errorOf(outcome);
  editedFigure().setProblem(error ? QString::fromStdString(error->found())
                                  : tr("Not worked out: cancelled"));
  came();
  return false;
}

void AttentionPlot::ask() {
  if (figure().empty()) return;
  figure().needsThumbnails() ? askForThumbnails() : leaveThumbnails();
  switch (figure().look().mode) {
    case AttentionMode::matrix:
      askForPlane();
      askForTiles();
      break;
    case AttentionMode::arcs:
      askForLinks();
      break;
    case AttentionMode::grid:
    case AttentionMode::text:
    case AttentionMode::measures:
      break;
  }
  askForProfile();
}

// Goes on where it has been left.
void AttentionPlot::askForThumbnails() {
  const HiddenKeys hidden = figure().look().choice.hidden;
  if (!maker_ || made_hidden_ != hidden) {
    stopReadingHeads();
    leaveThumbnails();
    const auto& known = figure().thumbnails();
    thumbnails_settled_ = !maker_ && known && known->complete() && hidden == HiddenKeys::none;
    maker_ = std::make_shared<ThumbnailMaker>(figure().sharedStack(), hidden);
    made_hidden_ = hidden;
  }
  if (thumbnails_settled_ || thumbnails_job_.running() || reading_heads_.running()) return;
  thumbnails_job_.start(
      background(), tr("Reduce attention matrices"),
      [maker = maker_, exactly = !figure().manyInAll()](const Context& context) {
        maker->make(exactly, context);
      },
      this,
      [this](const Outcome<Nothing>& outcome) {
        thumbnails_settled_ = true;
        poll_.stop();
        told(outcome);
        editedFigure().setThumbnails(maker_->now());
        came();
      });
  polled_.start();
  poll_.start(kLook);
}

// The processor is for what is looked at.
void AttentionPlot::leaveThumbnails() {
  if (!thumbnails_job_.running()) return;
  thumbnails_job_.stop();
  poll_.stop();
}

// What has been made stays, and is gone on from when it is asked for again.
void AttentionPlot::stopReadingHeads() {
  if (!reading_heads_.running()) return;
  reading_heads_.stop();
  poll_.stop();
}

// The first picture from a sample of the queries, then all weights.
void AttentionPlot::askForPlane() {
  const MatrixChoice& choice = figure().cells().choice();
  if (figure().plane() && !figure().plane()->sampled) {
    plane_job_.stop();
    reading_matrix_.stop();
    plane_of_ = choice;
    return;
  }
  if (plane_of_ == choice) return;
  plane_of_ = choice;
  stopReadingHeads();
  reading_matrix_.stop();
  const auto made = std::make_shared<PlanePtr>();
  plane_job_.start(
      background(), tr("Work out attention"),
      [cells = figure().cells(), made](const Context& context) {
        *made = std::make_shared<const ReducedPlane>(sampleOf(cells, context));
      },
      this,
      [this, made, choice](const Outcome<Nothing>& outcome) {
        if (!told(outcome)) return;
        editedFigure().setPlane(choice, *made);
        const bool reduced = (*made)->sampled || (*made)->block_keys > 1;
        if (reduced)
          askForOverview(plane_job_, figure().manyInMatrix() ? finerSampleOf : overviewOf);
        came();
      });
}

void AttentionPlot::askForOverview(LatestJob& job, Reducing reducing) {
  const MatrixChoice choice = figure().cells().choice();
  const auto made = std::make_shared<PlanePtr>();
  job.start(
      background(), tr("Reduce the attention matrix"),
      [cells = figure().cells(), reducing, made](const Context& context) {
        const ThreadLimit limit = spareTheWindow();
        *made = std::make_shared<const ReducedPlane>(reducing(cells, context));
      },
      this,
      [this, made, choice](const Outcome<Nothing>& outcome) {
        if (valueOf(outcome)) editedFigure().setPlane(choice, *made);
        if (figure().look().mode == AttentionMode::matrix) askForTiles();  // perhaps fewer
        came();
      });
}

bool AttentionPlot::offersAll() const {
  if (figure().empty() || readsAll()) return false;
  const auto& thumbnails = figure().thumbnails();
  const PlanePtr& plane = figure().plane();
  switch (figure().look().mode) {
    case AttentionMode::grid:
      return thumbnails && !thumbnails->complete() && !thumbnails_job_.running();
    case AttentionMode::matrix:
      return plane && plane->sampled && !plane_job_.running();
    case AttentionMode::arcs:
    case AttentionMode::text:
    case AttentionMode::measures:
      break;
  }
  return false;
}

// The matrix alone where it is what is seen, otherwise all heads.
bool AttentionPlot::readsAll() const {
  const bool matrix = figure().look().mode == AttentionMode::matrix;
  return (matrix ? reading_matrix_ : reading_heads_).running();
}

void AttentionPlot::readAll() {
  if (!offersAll()) return;
  if (figure().look().mode == AttentionMode::matrix) {
    plane_job_.stop();
    askForOverview(reading_matrix_, overviewOf);
  } else {
    reading_heads_.start(
        background(), tr("Read all attention weights"),
        [maker = maker_](const Context& context) { maker->make(true, context); }, this,
        [this](const Outcome<Nothing>&) {
          poll_.stop();
          editedFigure().setThumbnails(maker_->now());
          came();
        });
    poll_.start(kPoll);
  }
  came();
}

void AttentionPlot::stopReadingAll() {
  if (figure().look().mode == AttentionMode::matrix) {
    reading_matrix_.stop();
  } else {
    stopReadingHeads();
  }
  came();
}

void AttentionPlot::askForTiles() {
  const ShownCells& cells = figure().cells();
  if (tiles_of_ != cells.choice() || tiles_stack_ != figure().sharedStack()) {
    tiles_of_ = cells.choice();
    tiles_stack_ = figure().sharedStack();
    tiles_.setMatrix(cells);
  }
  const QRectF plot = figure().plotArea(figureSize());
  const double pixels = plot.width() * kScreenScale * devicePixelRatioF() / figure().area().keys;
  tiles_.want(figure().area(), pixels, figure().tileLevels());
  editedFigure().setTiles(tiles_.planes());
}

void AttentionPlot::askForProfile() {
  const auto token = figure().token();
  if (!token || figure().profileFits()) return;
  const auto made = std::make_shared<TokenProfile>();
  profile_job_.start(
      background(), tr("Work out attention"),
      [cells = figure().cells(), token = *token, made](const Context& context) {
        *made = profileOf(cells, token, context);
      },
      this,
      [this, made](const Outcome<Nothing>& outcome) {
        if (!valueOf(outcome)) return;
        editedFigure().setProfile(std::make_shared<const TokenProfile>(std::move(*made)));
        came();
      });
}

void AttentionPlot::askForLinks() {
  if (figure().linksFit()) return;
  const AttentionOptions& look = figure().look();
  const auto made = std::make_shared<LinkedTokens>();
  links_job_.start(
      background(), tr("Work out attention"),
      [stack = figure().sharedStack(), other = figure().sharedOther(), choice = look.choice,
       heads = figure().linkedHeads(), first = look.first, count = look.count,
       made](const Context& context) {
        *made = linkedTokens(stack, other, choice, heads, first, count, context);
      },
      this,
      [this, made](const Outcome<Nothing>& outcome) {
        if (!told(outcome)) return;
        editedFigure().setLinks(std::make_shared<const LinkedTokens>(std::move(*made)));
        came();
      });
}

// Through the heads of a layer and on to the next one; the two extra columns belong to it.
void AttentionPlot::stepHead(int right, int down) {
  const AttentionStack& stack = figure().stack();
  const HeadChoice& now = figure().cells().choice().head;
  const auto heads = static_cast<int>(stack.heads.size());
  const int columns = heads + (heads > 1 ? 2 : 0);
  const int layers = static_cast<int>(stack.layers.size());
  int column = now.over == HeadChoice::Over::one    ? static_cast<int>(now.head)
               : now.over == HeadChoice::Over::mean ? heads
                                                    : heads + 1;
  int layer = static_cast<int>(now.layer) + down;
  column += right;
  if (column < 0 || column >= columns) {
    layer += column < 0 ? -1 : 1;
    column = column < 0 ? columns - 1 : 0;
  }
  if (layer < 0 || layer >= layers) return;
  choose({{"head", toJson(headOf(stack, static_cast<std::size_t>(layer),
                                 static_cast<std::size_t>(column)))}});
}

void AttentionPlot::moveLinks(std::int64_t tokens) {
  const AttentionStack& stack = figure().stack();
  const auto all = static_cast<std::int64_t>(std::min(stack.queries, stack.keys));
  const auto count = static_cast<std::int64_t>(figure().look().count);
  const auto first =
      std::clamp<std::int64_t>(static_cast<std::int64_t>(figure().look().first) + tokens, 0,
                               std::max<std::int64_t>(all - count, 0));
  if (first != static_cast<std::int64_t>(figure().look().first)) {
    choose({{"first", static_cast<std::uint64_t>(first)}});
  }
}

void AttentionPlot::hoverToken(const QPointF& at) {
  const auto focus = figure().arcTokenAt(at, figureSize());
  if (focus == figure().focus()) return;
  editedFigure().setFocus(focus);
  pictureChanged();
}

// A head is opened, whatever token is chosen: nothing else hears of the click.
void AttentionPlot::mousePressEvent(QMouseEvent* event) {
  pressed_ = event->position();
  pressed_head_.reset();
  if (event->button() == Qt::LeftButton) {
    pressed_head_ = figure().headAt(figurePoint(pressed_), figureSize());
  }
  if (!pressed_head_) PlotOf::mousePressEvent(event);
}

void AttentionPlot::mouseMoveEvent(QMouseEvent* event) {
  pointer_ = figurePoint(event->position());
  PlotOf::mouseMoveEvent(event);
  if (figure().look().mode == AttentionMode::arcs) hoverToken(*pointer_);
  update();
}

void AttentionPlot::mouseReleaseEvent(QMouseEvent* event) {
  if (!pressed_head_) return PlotOf::mouseReleaseEvent(event);
  const HeadChoice head = *pressed_head_;
  pressed_head_.reset();
  if ((event->position() - pressed_).manhattanLength() > kClick) return;
  choose({{"head", toJson(head)}, {"mode", "matrix"}, {"zoom", {0, 1, 0, 1}}});
}

void AttentionPlot::leaveEvent(QEvent* event) {
  pointer_.reset();
  editedFigure().setFocus({});
  if (figure().look().mode == AttentionMode::arcs) pictureChanged();
  PlotOf::leaveEvent(event);
}

void AttentionPlot::wheelEvent(QWheelEvent* event) {
  if (figure().look().mode != AttentionMode::arcs) return PlotOf::wheelEvent(event);
  const double turned = event->angleDelta().y() / 120.0;
  moveLinks(static_cast<std::int64_t>(std::lround(-3 * turned)));
  event->accept();
}

void AttentionPlot::keyPressEvent(QKeyEvent* event) {
  const AttentionMode mode = figure().look().mode;
  const bool zoomed = mode == AttentionMode::matrix && !figure().zoomWindow().whole();
  const bool step = !zoomed || (event->modifiers() & Qt::ControlModifier);
  switch (event->key()) {
    case Qt::Key_Left:
      if (step) return stepHead(-1, 0);
      break;
    case Qt::Key_Right:
      if (step) return stepHead(1, 0);
      break;
    case Qt::Key_Up:
      if (mode == AttentionMode::arcs) return moveLinks(-1);
      if (step) return stepHead(0, -1);
      break;
    case Qt::Key_Down:
      if (mode == AttentionMode::arcs) return moveLinks(1);
      if (step) return stepHead(0, 1);
      break;
    case Qt::Key_PageUp:
      return stepHead(-1, 0);
    case Qt::Key_PageDown:
      return stepHead(1, 0);
    case Qt::Key_Return:
    case Qt::Key_Enter:
      if (mode == AttentionMode::grid || mode == AttentionMode::measures) {
        return choose({{"mode", "matrix"}, {"zoom", {0, 1, 0, 1}}});
      }
      break;
    case Qt::Key_Escape:
      if (selection().empty() && mode != AttentionMode::grid) return choose({{"mode", "grid"}});
      break;
    default:
      break;
  }
  PlotOf::keyPressEvent(event);
}

void AttentionPlot::resizeEvent(QResizeEvent* event) {
  PlotOf::resizeEvent(event);
  ask();
}

void AttentionPlot::paintEvent(QPaintEvent* event) {
  PlotOf::paintEvent(event);
  if (!pointer_) return;
  const auto cell = figure().cellAt(*pointer_, figureSize());
  if (!cell) return;
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.scale(kScreenScale, kScreenScale);
  drawCrosshair({painter, figureSize(), theme(), true}, figure().paneLayout(figureSize()),
                figure().area(), *cell, figure().stack());
}

}  // namespace lineament::views
