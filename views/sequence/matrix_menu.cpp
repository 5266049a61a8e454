// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/sequence/matrix_menu.h"

#include <QCoreApplication>
#include <QMenu>

namespace lineament::views {

namespace {

struct Words {
  Q_DECLARE_TR_FUNCTIONS(MatrixMenu)
};

}  // namespace

void addMatrixActions(QMenu& menu, const nlohmann::json& options,
                      const std::function<void(const nlohmann::json&)>& choose) {
  const auto add = [&](const QString& text, const char* key, const char* value) {
    QAction* action = menu.addAction(text);
    action->setCheckable(true);
    action->setChecked(options.at(key) == value);
    QObject::connect(action, &QAction::triggered, &menu, [choose, key, value] {
      choose({{key, value}});
    });
  };
  add(Words::tr("Weights"), "show", "weights");
  add(Words::tr("Differences from the first"), "show", "difference");
  menu.addSeparator();
  add(Words::tr("Rows over the sum of their magnitudes"), "normalise", "rows");
  add(Words::tr("Weights as they are"), "normalise", "none");
}

}  // namespace lineament::views
