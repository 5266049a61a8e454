// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/window_memory.h"

#include "app/window/figure_edits.h"

namespace lineament::app {
namespace {

constexpr int kRememberAfterMs = 800;
constexpr char kKey[] = "window";

}  // namespace

WindowMemory::WindowMemory(QMainWindow& window, ViewTabs& tabs, ProjectSession& session,
                           DataStore& store)
    : QObject(&window), window_(window), tabs_(tabs), session_(session), store_(store) {
  soon_.setSingleShot(true);
  soon_.setInterval(kRememberAfterMs);
  connect(&soon_, &QTimer::timeout, this, &WindowMemory::remember);
  connect(&tabs, &ViewTabs::changed, &soon_, qOverload<>(&QTimer::start));
  connect(&session, &ProjectSession::aboutToReplace, this, [this] {
    remember();
    tabs_.closeAll();
    soon_.stop();
  });
  connect(&session, &ProjectSession::replaced, this, &WindowMemory::restore);
}

nlohmann::json WindowMemory::openTabs() const {
  nlohmann::json tabs = nlohmann::json::array();
  for (const ViewPage* page : tabs_.pages()) {
    const Showing showing = page->current();
    tabs.push_back({{"data", showing.data_id},
                    {"figure", showing.figure_id},
                    {"view", showing.view.toStdString()},
                    {"title", showing.title.toStdString()},
                    {"options", showing.options}});
  }
  return tabs;
}

void WindowMemory::remember() {
  soon_.stop();
  if (session_.project().readOnly()) return;
  const nlohmann::json state{{"docks", window_.saveState().toBase64().toStdString()},
                             {"tabs", openTabs()},
                             {"front", tabs_.currentIndex()}};
  session_.change(tr("Remember the window"), [state](project::Project& project) {
    if (project.windowState(kKey) != state) project.setWindowState(kKey, state);
  });
}

void WindowMemory::restore() {
  session_.attempt([&](const project::Project& project) {
    const nlohmann::json state = project.windowState(kKey);
    if (!state.is_object()) {
      Q_EMIT nothingRemembered();
      return;
    }
    window_.restoreState(
        QByteArray::fromBase64(QByteArray::fromStdString(state.value("docks", std::string()))));
    const nlohmann::json tabs = state.value("tabs", nlohmann::json::array());
    const int front = state.value("front", 0);
    int index = 0;
    for (const nlohmann::json& tab : tabs) reopen(tab, index++ == front);
  });
}

void WindowMemory::reopen(const nlohmann::json& tab, bool in_front) {
  Showing showing;
  showing.data_id = tab.value("data", Id{0});
  showing.figure_id = tab.value("figure", Id{0});
  showing.view = QString::fromStdString(tab.value("view", std::string()));
  showing.title = QString::fromStdString(tab.value("title", std::string()));
  showing.options = tab.value("options", nlohmann::json::object());
  for (const project::Figure& figure : session_.project().figures()) {
    // The figure may have been edited after the window was remembered.
    if (figure.id == showing.figure_id) showing.options = withFigure(showing.options, figure.spec);
  }
  store_.load(showing.data_id, this,
              [this, showing, in_front](const Data& data) { tabs_.show(data, showing, in_front); });
}

}  // namespace lineament::app
