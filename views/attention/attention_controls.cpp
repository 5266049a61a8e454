// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/attention/attention_controls.h"

#include <QActionGroup>
#include <QButtonGroup>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <algorithm>

#include "views/attention/limits_dialog.h"
#include "views/common/number_text.h"
#include "views/common/wrapping_layout.h"

namespace lineament::views {

namespace {

constexpr int kSpinButtons = 24;
constexpr std::size_t kLongMenu = 40;  // heads of other layers in one menu beyond this are nested

QString text(const std::string& name) {
  return QString::fromStdString(name);
}

}  // namespace

AttentionControls::AttentionControls(QWidget* parent) : QWidget(parent) {
  auto* line = new WrappingLayout(this);
  line->setContentsMargins(12, 4, 12, 4);
  line->setSpacing(8);
  makeModes(*line);
  makeHeads(*line);
  makeOfMode(*line);
  makeWeights(*line);
}

void AttentionControls::makeModes(QLayout& line) {
  modes_ = new QButtonGroup(this);
  QBoxLayout& buttons = *addTogether(line, 0);
  const auto add = [&](AttentionMode mode, const char* name, const QString& title,
                       const QString& tip) {
    auto* button = new QToolButton(this);
    button->setText(title);
    button->setToolTip(tip);
    button->setCheckable(true);
    button->setAutoRaise(true);
    modes_->addButton(button, static_cast<int>(mode));
    buttons.addWidget(button);
    connect(button, &QToolButton::clicked, this, [this, name] { Q_EMIT chosen({{"mode", name}}); });
  };
  add(AttentionMode::grid, "grid", tr("Heads"), tr("All heads of all layers, small"));
  add(AttentionMode::matrix, "matrix", tr("Matrix"), tr("One head with its tokens"));
  add(AttentionMode::arcs, "arcs", tr("Links"), tr("Lines from each query to what it attends to"));
  add(AttentionMode::text, "text", tr("Text"), tr("The tokens as text, coloured"));
  add(AttentionMode::measures, "measures", tr("Numbers"), tr("What is measured of each head"));
}

// What stays beside each other however narrow the view is.
QBoxLayout* AttentionControls::addTogether(QLayout& line, int spacing) {
  auto* together = new QWidget(this);
  auto* inside = new QHBoxLayout(together);
  inside->setContentsMargins(0, 0, 0, 0);
  inside->setSpacing(spacing);
  line.addWidget(together);
  return inside;
}

QComboBox* AttentionControls::addBox(QLayout& line, const QString& name, const QString& tip,
                                     Options options) {
  auto* box = new QComboBox(this);
  box->setAccessibleName(name);
  box->setToolTip(tip);
  box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  line.addWidget(box);
  connect(box, &QComboBox::activated, this,
          [this, options = std::move(options)] { Q_EMIT chosen(options()); });
  return box;
}

QPushButton* AttentionControls::addMenu(QLayout& line, const QString& title, const QString& tip,
                                        void (AttentionControls::*fill)()) {
  auto* button = new QPushButton(title, this);
  button->setToolTip(tip);
  auto* menu = new QMenu(button);
  menu->setToolTipsVisible(true);
  button->setMenu(menu);
  connect(menu, &QMenu::aboutToShow, this, fill);
  line.addWidget(button);
  return button;
}

HeadChoice AttentionControls::headNow() const {
  const auto layer = static_cast<std::size_t>(std::max(layer_->currentIndex(), 0));
  const auto column = static_cast<std::size_t>(std::max(head_->currentIndex(), 0));
  return headOf(figure_.stack(), layer, column);
}

void AttentionControls::makeHeads(QLayout& line) {
  const auto head = [this]() -> nlohmann::json { return {{"head", toJson(headNow())}}; };
  layer_ = addBox(line, tr("Layer"), tr("The layer; arrows up and down step through them"), head);
  head_ = addBox(line, tr("Head"), tr("The head; arrows left and right step through them"), head);
  minus_ = addMenu(line, tr("Minus"), tr("Show the difference from another head or run"),
                   &AttentionControls::fillMinus);
}

void AttentionControls::makeOfMode(QLayout& line) {
  measure_ =
      addBox(line, tr("Measure"), tr("The number under each head"), [this]() -> nlohmann::json {
        return {{"measure", measure_->currentData().toString().toStdString()}};
      });
  order_ =
      addBox(line, tr("Order"), tr("In which order the heads stand"), [this]() -> nlohmann::json {
        return {{"order", order_->currentData().toString().toStdString()}};
      });
  order_->addItem(tr("by layer"), QStringLiteral("layers"));
  order_->addItem(tr("largest first"), QStringLiteral("descending"));
  order_->addItem(tr("smallest first"), QStringLiteral("ascending"));
  linked_ = addMenu(line, tr("Heads"), tr("Whose links are drawn, each in a colour of its own"),
                    &AttentionControls::fillHeads);
  count_ = new QSpinBox(this);
  count_->setRange(2, static_cast<int>(kMostLinked));
  count_->setSuffix(tr(" tokens"));
  count_->setKeyboardTracking(false);
  count_->setAccessibleName(tr("Tokens"));
  count_->setToolTip(tr("Between how many tokens links are drawn, 2 to %1; the wheel moves along "
                        "the others")
                         .arg(kMostLinked));
  line.addWidget(count_);
  connect(count_, &QSpinBox::valueChanged, this, [this](int count) {
    Q_EMIT chosen({{"count", static_cast<std::uint64_t>(count)}});
  });
}

void AttentionControls::makeWeights(QLayout& line) {
  QBoxLayout& together = *addTogether(line, 4);
  threshold_group_ = together.parentWidget();
  auto* label = new QLabel(tr("Hide under"), this);
  together.addWidget(label);
  threshold_ = new QDoubleSpinBox(this);
  threshold_->setRange(0, 1e6);
  threshold_->setDecimals(4);
  threshold_->setFixedWidth(
      threshold_->fontMetrics().horizontalAdvance(QStringLiteral("0.00000000")) + kSpinButtons);
  threshold_->setSingleStep(0.01);
  threshold_->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
  threshold_->setKeyboardTracking(false);
  threshold_->setAccessibleName(tr("Hide weights under"));
  threshold_->setToolTip(
      tr("Weights of smaller magnitude are not drawn; 0 draws all, of links "
         "those of at least 0.01"));
  label->setBuddy(threshold_);
  together.addWidget(threshold_);
  connect(threshold_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
    Q_EMIT chosen({{"threshold", value}});
  });
  weights_ = addMenu(line, tr("Weights"), tr("How weights become colours, and which are left out"),
                     &AttentionControls::fillWeights);
  all_ = new QPushButton(this);
  all_->setObjectName(QStringLiteral("readAll"));
  all_->setCheckable(true);
  all_->hide();
  line.addWidget(all_);
  connect(all_, &QPushButton::clicked, this, &AttentionControls::readAllChosen);
}

void AttentionControls::offerAll(bool offered, bool reading) {
  const AttentionStack& stack = figure_.stack();
  const bool grid = figure_.look().mode == AttentionMode::grid;
  const double heads = grid ? static_cast<double>(stack.layers.size() * stack.heads.size()) : 1;
  const double weights = heads * static_cast<double>(stack.queries) *
                         static_cast<double>(stack.keys) / (stack.causal ? 2 : 1);
  all_->setVisible(offered || reading);
  all_->setChecked(reading);
  all_->setText(reading ? tr("Stop reading") : tr("Read all weights"));
  all_->setToolTip(tr("What is shown is a sample; reading all %1 weights takes a while, and can be "
                      "stopped")
                       .arg(numberText(weights, 2)));
}

void AttentionControls::setStack(const AttentionFigure& figure) {
  const AttentionStack& stack = figure.stack();
  const QSignalBlocker quiet_layer(layer_), quiet_head(head_), quiet_measure(measure_);
  layer_->clear();
  for (const std::string& name : stack.layers) layer_->addItem(text(name));
  head_->clear();
  for (const std::string& name : stack.heads) head_->addItem(text(name));
  if (stack.heads.size() > 1) {
    head_->addItem(tr("mean of heads"));
    head_->addItem(tr("max of heads"));
  }
  measure_->clear();
  for (const HeadMeasure& measure : stack.measures) {
    measure_->addItem(text(measure.title), text(measure.name));
    measure_->setItemData(measure_->count() - 1, text(measure.help), Qt::ToolTipRole);
  }
  show(figure);
}

void AttentionControls::show(const AttentionFigure& figure) {
  figure_ = figure;
  const AttentionOptions& look = figure.look();
  const HeadChoice& head = figure.cells().choice().head;
  const QSignalBlocker quiet_threshold(threshold_), quiet_count(count_);
  if (QAbstractButton* button = modes_->button(static_cast<int>(look.mode))) {
    button->setChecked(true);
  }
  layer_->setCurrentIndex(static_cast<int>(head.layer));
  const auto heads = static_cast<int>(figure.stack().heads.size());
  head_->setCurrentIndex(head.over == HeadChoice::Over::one    ? static_cast<int>(head.head)
                         : head.over == HeadChoice::Over::mean ? heads
                                                               : heads + 1);
  if (figure.measure()) measure_->setCurrentIndex(measure_->findData(text(figure.measure()->name)));
  order_->setCurrentIndex(static_cast<int>(look.order));
  count_->setValue(static_cast<int>(look.count));
  threshold_->setValue(look.look.threshold);
  const AttentionMode mode = look.mode;
  const bool grid = mode == AttentionMode::grid, links = mode == AttentionMode::arcs;
  const bool numbers = mode == AttentionMode::measures;
  layer_->setVisible(!grid && !numbers);
  head_->setVisible(!grid && !numbers);
  minus_->setVisible(!grid && !numbers);
  measure_->setVisible(grid && measure_->count() > 0);
  order_->setVisible(grid && measure_->count() > 0);
  linked_->setVisible(links && heads > 1);
  count_->setVisible(links);
  threshold_group_->setVisible(!numbers && mode != AttentionMode::text);
  weights_->setVisible(!numbers);
}

void AttentionControls::offer(const QList<Surroundings::Item>& others) {
  others_ = others;
}

void AttentionControls::fillMinus() {
  QMenu& menu = *minus_->menu();
  menu.clear();
  const AttentionStack& stack = figure_.stack();
  const MatrixChoice& choice = figure_.look().choice;
  const auto add = [&](QMenu& to, const QString& title, const nlohmann::json& options,
                       bool checked) {
    QAction* action = to.addAction(title);
    action->setCheckable(true);
    action->setChecked(checked);
    connect(action, &QAction::triggered, this, [this, options] { Q_EMIT chosen(options); });
  };
  add(menu, tr("Nothing"), {{"minus", nullptr}, {"companion", nullptr}}, !choice.minus);
  menu.addSeparator();
  const std::size_t columns = stack.heads.size() + (stack.heads.size() > 1 ? 2 : 0);
  const bool nested = stack.layers.size() * columns > kLongMenu;
  for (std::size_t layer = 0; layer < stack.layers.size(); ++layer) {
    QMenu& to = nested ? *menu.addMenu(text(stack.layers[layer])) : menu;
    for (std::size_t column = 0; column < columns; ++column) {
      const HeadChoice head = headOf(stack, layer, column);
      add(to, headTitle(stack, head), {{"minus", toJson(head)}, {"companion", nullptr}},
          choice.minus == head && !figure_.look().companion);
    }
  }
  if (others_.isEmpty()) return;
  menu.addSeparator();
  for (const Surroundings::Item& item : others_) {
    add(menu, tr("The same of %1").arg(item.name),
        {{"minus", toJson(choice.head)}, {"companion", static_cast<std::uint64_t>(item.id)}},
        figure_.look().companion == item.id);
  }
}

void AttentionControls::fillHeads() {
  QMenu& menu = *linked_->menu();
  menu.clear();
  const std::vector<std::size_t> now = figure_.linkedHeads();
  const auto& heads = figure_.stack().heads;
  const auto all = menu.addAction(tr("All heads"));
  connect(all, &QAction::triggered, this, [this, count = heads.size()] {
    std::vector<std::size_t> each;
    for (std::size_t head = 0; head < count; ++head) each.push_back(head);
    Q_EMIT chosen({{"heads", each}});
  });
  connect(menu.addAction(tr("The chosen head alone")), &QAction::triggered, this, [this] {
    Q_EMIT chosen({{"heads", nlohmann::json::array()}});
  });
  menu.addSeparator();
  for (std::size_t head = 0; head < heads.size(); ++head) {
    QAction* action = menu.addAction(text(heads[head]));
    action->setCheckable(true);
    action->setChecked(std::find(now.begin(), now.end(), head) != now.end());
    connect(action, &QAction::toggled, this, [this, now, head](bool on) {
      std::vector<std::size_t> wanted = now;
      std::erase(wanted, head);
      if (on) wanted.insert(std::upper_bound(wanted.begin(), wanted.end(), head), head);
      Q_EMIT chosen({{"heads", wanted}});
    });
  }
}

void AttentionControls::addChoices(QMenu& menu, const QString& title, const char* key,
                                   const QList<QPair<QString, QString>>& choices) {
  menu.addSection(title);
  auto* group = new QActionGroup(&menu);
  const nlohmann::json now = figure_.options().at(key);
  for (const auto& [value, name] : choices) {
    QAction* action = menu.addAction(name);
    action->setCheckable(true);
    action->setActionGroup(group);
    action->setChecked(now == value.toStdString());
    connect(action, &QAction::triggered, this, [this, key, value] {
      Q_EMIT chosen({{key, value.toStdString()}});
    });
  }
}

void AttentionControls::addRanges(QMenu& menu) {
  menu.addSection(tr("The strongest colour is"));
  auto* group = new QActionGroup(&menu);
  const auto add = [&](const QString& title, const nlohmann::json& range) {
    QAction* action = menu.addAction(title);
    action->setCheckable(true);
    action->setActionGroup(group);
    action->setChecked(figure_.options().at("range") == range);
    connect(action, &QAction::triggered, this, [this, range] {
      Q_EMIT chosen({{"range", range}});
    });
  };
  add(tr("the largest that is shown"), nullptr);
  if (figure_.look().mode != AttentionMode::arcs) {
    add(tr("the head's largest"), "head");
    add(tr("its layer's largest"), "layer");
    add(tr("the largest of all heads"), "all");
  }
  add(tr("1"), nlohmann::json{0.0, 1.0});
  QAction* typed = menu.addAction(tr("other limits…"));
  connect(typed, &QAction::triggered, this, &AttentionControls::askForLimits);
}

void AttentionControls::askForLimits() {
  auto* dialog = new LimitsDialog(figure_.look().range.value_or(AttentionOptions::Range{}), this);
  connect(dialog, &LimitsDialog::chosen, this, [this](double low, double high) {
    Q_EMIT chosen({{"range", {low, high}}});
  });
  dialog->open();
}

void AttentionControls::fillWeights() {
  QMenu& menu = *weights_->menu();
  menu.clear();
  addChoices(menu, tr("Colours go with"), "scale",
             {{QStringLiteral("log"), tr("the logarithm")},
              {QStringLiteral("sqrt"), tr("the square root")},
              {QStringLiteral("linear"), tr("the weight itself")}});
  const auto toggle = [&](const QString& title, bool on, const nlohmann::json& options) {
    QAction* action = menu.addAction(title);
    action->setCheckable(true);
    action->setChecked(on);
    connect(action, &QAction::triggered, this, [this, options] { Q_EMIT chosen(options); });
  };
  const AttentionOptions& look = figure_.look();
  menu.addSeparator();
  if (look.mode == AttentionMode::matrix || look.mode == AttentionMode::grid) {
    toggle(tr("each row over its largest"), look.look.per_row, {{"rows", !look.look.per_row}});
  }
  toggle(tr("no colour where a weight is 0"), look.look.mask, {{"mask", !look.look.mask}});
  if (look.mode != AttentionMode::text) addRanges(menu);
  addChoices(
      menu, tr("A dot of several weights shows"), "reduction",
      {{QStringLiteral("max"), tr("the strongest")}, {QStringLiteral("mean"), tr("their mean")}});
  addChoices(menu, tr("Keys left out"), "hide",
             {{QStringLiteral("none"), tr("none")},
              {QStringLiteral("first"), tr("the first token")},
              {QStringLiteral("special"), tr("the first token and marks like [SEP]")}});
}

}  // namespace lineament::views
