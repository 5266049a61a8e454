// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/view_tabs.h"

#include <QTabBar>
#include <QToolButton>
#include <algorithm>

#include "app/figures/view_catalogue.h"
#include "app/window/icons.h"
#include "core/base/outcome.h"

namespace lineament::app {
namespace {

constexpr int kLongestLabel = 160;  // pixels

constexpr ErrorText kNoView{"window.no_view", "Show {title}",
                            "there is no view for data of the kind {kind}", "",
                            "Use it as the input of an analysis"};

bool showsOrigin(const ViewPage& page, const std::string& origin) {
  if (page.data().origin() == origin) return true;
  const std::vector<std::string> others = page.view().otherOrigins();
  return std::find(others.begin(), others.end(), origin) != others.end();
}

}  // namespace

ViewTabs::ViewTabs(views::Background& background, QWidget* parent)
    : QTabWidget(parent), background_(background) {
  setDocumentMode(true);
  setMovable(true);
  tabBar()->setExpanding(false);
  tabBar()->setElideMode(Qt::ElideNone);  // long titles are cut here, tabs scroll
  tabBar()->setAccessibleName(tr("Open views"));
  connect(this, &QTabWidget::tabCloseRequested, this, &ViewTabs::close);
  connect(this, &QTabWidget::currentChanged, this, &ViewTabs::changed);
}

ViewPage* ViewTabs::page(int index) const {
  return qobject_cast<ViewPage*>(widget(index));
}

QList<ViewPage*> ViewTabs::pages() const {
  QList<ViewPage*> all;
  for (int index = 0; index < count(); ++index) all << page(index);
  return all;
}

void ViewTabs::show(const Data& value, const Showing& wanted, bool in_front,
                    const nlohmann::json& shared) {
  Showing showing = wanted;
  const QStringList views = viewsFor(value.kind());
  if (showing.view.isEmpty()) showing.view = views.value(0);
  for (ViewPage* open : pages()) {
    const Showing& shown = open->showing();
    if (shown.data_id == showing.data_id && shown.view == showing.view &&
        shown.figure_id == showing.figure_id) {
      if (in_front) setCurrentWidget(open);
      if (!shared.empty()) open->view().setOptions(shared);
      return;
    }
  }
  const auto added = settle([&] { add(value, showing, in_front); });
  if (const Error* error = errorOf(added)) Q_EMIT failed(*error);
}

void ViewTabs::add(const Data& value, const Showing& showing, bool in_front) {
  if (showing.view.isEmpty()) {
    throw Error(kNoView, {{"title", showing.title.toStdString()}, {"kind", name(value.kind())}});
  }
  auto view = makeView(showing.view);
  view->setBackground(background_);
  view->setSurroundings(surroundings_);
  auto* made = new ViewPage(std::move(view), value, showing, viewsFor(value.kind()));
  connect(&made->view(), &views::View::selectionEdited, this, &ViewTabs::share);
  connect(made, &ViewPage::viewWanted, this, [this, made](const QString& id) {
    Showing other = made->showing();
    other.view = id;
    other.figure_id = 0;
    const nlohmann::json shared = made->view().sharedOptions();
    other.options.update(shared);
    show(made->data(), other, true, shared);
  });
  connect(&made->view(), &views::View::edited, this,
          [this, made](const QString& what, bool makes_figure) {
            Q_EMIT edited(made, what, makes_figure);
          });
  connect(made, &ViewPage::exportWanted, this, [this, made] { Q_EMIT exportWanted(made); });
  connect(made, &ViewPage::copyWanted, this, [this, made] { Q_EMIT copyWanted(made); });
  const auto origin = QString::fromStdString(value.origin());
  if (selections_.contains(origin)) made->view().setSelection(selections_.value(origin));

  QString label = tabBar()->fontMetrics().elidedText(showing.title, Qt::ElideRight, kLongestLabel);
  const int index = addTab(made, label.replace('&', "&&"));
  tabBar()->setTabButton(index, QTabBar::RightSide, closeButton(made));
  setTabToolTip(index, showing.title);
  if (in_front || count() == 1) setCurrentIndex(index);
  if (count() == 1) Q_EMIT filled();
  Q_EMIT changed();
}

QToolButton* ViewTabs::closeButton(ViewPage* page_to_close) {
  auto* button = new QToolButton(this);
  button->setIcon(lineIcon("close"));
  button->setIconSize({12, 12});
  button->setAutoRaise(true);
  button->setFocusPolicy(Qt::NoFocus);
  button->setToolTip(tr("Close this tab"));
  button->setAccessibleName(tr("Close this tab"));
  connect(button, &QToolButton::clicked, page_to_close,
          [this, page_to_close] { close(indexOf(page_to_close)); });
  return button;
}

void ViewTabs::share(const Selection& selection) {
  const auto origin = QString::fromStdString(selection.origin());
  selections_.insert(origin, selection);
  for (ViewPage* other : pages()) {
    if (&other->view() == sender() || !showsOrigin(*other, selection.origin())) continue;
    other->view().setSelection(selection);
    Q_EMIT other->view().captionChanged();
  }
}

void ViewTabs::close(int index) {
  QWidget* gone = widget(index);
  removeTab(index);
  gone->deleteLater();
  Q_EMIT changed();
  if (count() == 0) Q_EMIT emptied();
}

void ViewTabs::closeAll() {
  selections_.clear();
  if (count() == 0) return;
  // Out of sight first: else each tab that goes shows the next one for a moment.
  Q_EMIT emptied();
  while (count() > 0) {
    QWidget* gone = widget(count() - 1);
    removeTab(count() - 1);
    gone->deleteLater();
  }
  Q_EMIT changed();
}

void ViewTabs::closeData(project::Id data_id) {
  for (int index = count() - 1; index >= 0; --index) {
    if (page(index)->showing().data_id == data_id) close(index);
  }
}

void ViewTabs::redraw() {
  for (ViewPage* open : pages()) {
    if (open->data().kind() == Kind::explanation) {
      open->view().setOptions(open->view().options());
    }
  }
}

void ViewTabs::refresh() {
  for (ViewPage* open : pages()) {
    open->refresh();
    QWidget* button = tabBar()->tabButton(indexOf(open), QTabBar::RightSide);
    if (auto* close = qobject_cast<QToolButton*>(button)) close->setIcon(lineIcon("close"));
  }
}

}  // namespace lineament::app
