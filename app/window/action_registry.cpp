// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/action_registry.h"

#include <QMenu>
#include <QMenuBar>

#include "app/window/icons.h"

namespace lineament::app {
namespace {

constexpr char kMenuProperty[] = "menu";

QString withKey(const QString& words, const QAction& action) {
  const QString key = action.shortcut().toString(QKeySequence::NativeText);
  return key.isEmpty() ? words : QString("%1 (%2)").arg(words, key);
}

QIcon iconOf(const QString& platform, const QString& own) {
  if (own.isEmpty()) return QIcon::fromTheme(platform);
  return platform.isEmpty() ? lineIcon(own) : platformIcon(platform, own);
}

}  // namespace

ActionRegistry::ActionRegistry(QMenuBar& bar, QWidget& window)
    : QObject(&window), bar_(bar), window_(window) {}

QMenu* ActionRegistry::menu(const QString& path) {
  if (QMenu* found = menus_.value(path)) return found;
  const qsizetype slash = path.lastIndexOf('/');
  QMenu* made =
      slash < 0 ? bar_.addMenu(path) : menu(path.left(slash))->addMenu(path.mid(slash + 1));
  made->setToolTipsVisible(true);
  menus_.insert(path, made);
  return made;
}

QAction* ActionRegistry::add(const WindowCommand& command) {
  auto* action = new QAction(command.text, this);
  action->setObjectName(command.id);
  action->setShortcuts(command.keys);
  QString words = command.tip.isEmpty() ? command.text : command.tip;
  words.remove('&').remove(QString("…"));
  action->setToolTip(withKey(words, *action));
  if (!command.platform_icon.isEmpty() || !command.own_icon.isEmpty()) {
    action->setIcon(iconOf(command.platform_icon, command.own_icon));
    icons_.insert(action, {command.platform_icon, command.own_icon});
  }
  if (command.act) connect(action, &QAction::triggered, this, [act = command.act] { act(); });
  if (command.begins_group) menu(command.menu)->addSeparator();
  adopt(command.id, command.menu, action);
  return action;
}

void ActionRegistry::adopt(const QString& id, const QString& menu_path, QAction* action) {
  action->setProperty(kMenuProperty, QString(menu_path).remove('&').replace('/', QString(" › ")));
  menu(menu_path)->addAction(action);
  window_.addAction(action);
  actions_.insert(id, action);
  order_.append(action);
}

QString ActionRegistry::menuOf(const QAction* action) {
  return action->property(kMenuProperty).toString();
}

void ActionRegistry::redrawIcons() {
  for (auto entry = icons_.cbegin(); entry != icons_.cend(); ++entry) {
    entry.key()->setIcon(iconOf(entry.value().platform, entry.value().own));
  }
}

}  // namespace lineament::app
