// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/figure_edits.h"

#include <QPointer>
#include <algorithm>
#include <atomic>
#include <optional>

#include "app/window/legend_followers.h"

namespace lineament::app {

namespace {

std::optional<project::Figure> figureIn(const project::Project& project, Id id) {
  const std::vector<project::Figure> figures = project.figures();
  const auto found = std::find_if(figures.begin(), figures.end(),
                                  [id](const project::Figure& figure) { return figure.id == id; });
  return found == figures.end() ? std::nullopt : std::optional(*found);
}

// Members of the options that the view knows take the place of the figure's; others stay.
FigureSpec edited(FigureSpec spec, const nlohmann::json& options) {
  spec.options.update(options);
  return spec;
}

}  // namespace

nlohmann::json withFigure(nlohmann::json options, const FigureSpec& figure) {
  if (figure.options.is_object()) options.update(figure.options);
  return options;
}

// The figure of a page, which the changes agree on: they come one after the other, each off the
// window's thread.
struct FigureEdits::Kept {
  std::atomic<Id> figure = 0;
  int under_way = 0;  // changes; for the window's thread
};

FigureEdits::FigureEdits(ProjectSession& session, ViewTabs& tabs, QObject* parent)
    : QObject(parent), session_(session), tabs_(tabs) {
  connect(&tabs, &ViewTabs::edited, this, &FigureEdits::keep);
  connect(&session, &ProjectSession::changed, this, &FigureEdits::follow);
}

std::shared_ptr<FigureEdits::Kept> FigureEdits::keptOf(ViewPage* page) {
  auto& kept = kept_[page];
  if (!kept) {
    kept = std::make_shared<Kept>();
    connect(page, &QObject::destroyed, this, [this, page] { kept_.remove(page); });
  }
  if (kept->under_way == 0) kept->figure = page->showing().figure_id;
  return kept;
}

void FigureEdits::keep(ViewPage* page, const QString& what, bool makes_figure) {
  if (session_.project().readOnly()) return;
  const std::shared_ptr<Kept> kept = keptOf(page);
  if (kept->figure == 0 && kept->under_way == 0 && !makes_figure) return;
  const Showing showing = page->showing();
  const FigureSpec made{
      showing.view.toStdString(), {}, showing.title.toStdString(), {}, page->view().keptOptions()};
  ++kept->under_way;
  session_.change(
      what,
      [kept, made, makes_figure, data = showing.data_id,
       title = what.toStdString()](project::Project& project) {
        const auto figure = figureIn(project, kept->figure);
        const project::Project::Group one_step(project, title);
        if (figure) {
          const project::ChangeOptions step{.merge_key = title + std::to_string(figure->id),
                                            .title = title};
          const FigureSpec now = edited(figure->spec, made.options);
          project.updateFigure(figure->id, now, step);
          if (now.view == "map") followLegend(project, data, now.options, step);
        } else if (makes_figure) {
          kept->figure = project.addFigure(data, made);
          if (made.view == "map") followLegend(project, data, made.options, {.title = title});
        }
      },
      [kept, shown = QPointer<ViewPage>(page)](bool) {
        --kept->under_way;
        if (shown && kept->figure != 0) shown->setFigure(kept->figure);
      });
}

// What a hand is still changing is newer than what the project has of it.
void FigureEdits::follow(const project::ChangeSet& changes) {
  for (ViewPage* page : tabs_.pages()) {
    const Id figure = page->showing().figure_id;
    const bool touched =
        figure != 0 && std::any_of(changes.items.begin(), changes.items.end(),
                                   [figure](const project::ChangeSet::Item& item) {
                                     return item.type == project::ItemType::figure &&
                                            item.id == figure;
                                   });
    if (touched && keptOf(page)->under_way == 0) showAsKept(*page);
  }
}

// Where the figure is gone, the page shows its data as they are shown at first.
void FigureEdits::showAsKept(ViewPage& page) const {
  nlohmann::json options = page.firstOptions();
  session_.attempt([&](const project::Project& project) {
    if (const auto figure = figureIn(project, page.showing().figure_id)) {
      options = withFigure(options, figure->spec);
    }
  });
  page.view().setOptions(options);
}

}  // namespace lineament::app
