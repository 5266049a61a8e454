// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/project_tree.h"

#include <QDesktopServices>
#include <QFileInfo>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QScrollBar>
#include <QUrl>

#include "app/report/numbers.h"
#include "app/window/icons.h"
#include "core/data/data.h"
#include "core/io/reader.h"
#include "views/common/roomy_rows.h"
#include "views/common/theme.h"

namespace lineament::app {
namespace {

constexpr int kRowHeight = 26;
enum Role { typeRole = Qt::UserRole, idRole, keyRole };

QString text(std::string_view words) {
  return QString::fromUtf8(words.data(), static_cast<qsizetype>(words.size()));
}

ProjectTree::Type typeOf(const QTreeWidgetItem* item) {
  return static_cast<ProjectTree::Type>(item->data(0, typeRole).toInt());
}

Id idOf(const QTreeWidgetItem* item) {
  return item->data(0, idRole).toLongLong();
}

QString iconOf(Kind kind) {
  switch (kind) {
    case Kind::table:
      return "table";
    case Kind::model:
      return "model";
    case Kind::explanation:
      return "explanation";
    case Kind::series:
    case Kind::comparison:
      return "series";
    case Kind::tensor:
    case Kind::attention:
      return "tensor";
    case Kind::points:
      return "points";
    case Kind::raster:
    case Kind::features:
      return "map";
    case Kind::checkpoint:
      return "checkpoint";
    case Kind::figure:
      return "figure";
    default:
      return "note";
  }
}

QString outcomeText(const RunRecord& record) {
  if (record.outcome == "done" && record.seconds < 0.001) return ProjectTree::tr("< 1 ms");
  if (record.outcome == "done") return secondsText(record.seconds);
  return record.outcome == "failed" ? ProjectTree::tr("failed") : text(record.outcome);
}

QString reportName(const project::ReportItem& item) {
  const QString words = QString::fromStdString(item.text).section('\n', 0, 0);
  return words.isEmpty() ? text(project::name(item.type)).replace('_', ' ') : words;
}

}  // namespace

ProjectTree::ProjectTree(ProjectSession& session, QWidget* parent)
    : QTreeWidget(parent), session_(session) {
  setObjectName("project");
  setAccessibleName(tr("Project"));
  setColumnCount(2);
  setHeaderHidden(true);
  setFrameShape(QFrame::NoFrame);
  viewport()->setAutoFillBackground(false);  // the dock's colour shows
  setItemDelegate(new views::RoomyRows(kRowHeight, this));
  setIndentation(14);
  setIconSize({16, 16});
  setUniformRowHeights(true);
  setContextMenuPolicy(Qt::CustomContextMenu);
  setEditTriggers(QAbstractItemView::EditKeyPressed);
  header()->setStretchLastSection(false);
  header()->setSectionResizeMode(0, QHeaderView::Stretch);
  header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
  connect(this, &QTreeWidget::itemActivated, this, &ProjectTree::openItem);
  connect(this, &QTreeWidget::itemChanged, this, [this](QTreeWidgetItem* item, int column) {
    if (!building_ && column == 0) rename(item);
  });
  connect(this, &QTreeWidget::itemCollapsed, this,
          [this](QTreeWidgetItem* item) { folded_.insert(item->data(0, keyRole).toString()); });
  connect(this, &QTreeWidget::itemExpanded, this,
          [this](QTreeWidgetItem* item) { folded_.remove(item->data(0, keyRole).toString()); });
  connect(this, &QWidget::customContextMenuRequested, this, &ProjectTree::openMenu);
  connect(&session, &ProjectSession::replaced, this, &ProjectTree::rebuild);
  connect(&session, &ProjectSession::changed, this, [this](const project::ChangeSet& changes) {
    using project::ItemType;
    for (const ItemType shown : {ItemType::source, ItemType::run, ItemType::result,
                                 ItemType::figure, ItemType::report_item}) {
      if (changes.touches(shown)) return rebuild();
    }
  });
  rebuild();
}

void ProjectTree::rebuild() {
  const QString current = currentItem() ? currentItem()->data(0, keyRole).toString() : QString();
  const int scrolled = verticalScrollBar()->value();
  building_ = true;
  clear();
  session_.attempt([&](const project::Project&) {
    addSources();
    addRuns();
    addFigures();
    addReport();
  });
  restoreExpanded();
  for (QTreeWidgetItemIterator it(this); *it; ++it) {
    if ((*it)->data(0, keyRole).toString() == current) setCurrentItem(*it);
  }
  verticalScrollBar()->setValue(scrolled);
  building_ = false;
}

void ProjectTree::restoreExpanded() {
  const QSignalBlocker quiet(this);
  for (QTreeWidgetItemIterator it(this); *it; ++it) {
    (*it)->setExpanded(!folded_.contains((*it)->data(0, keyRole).toString()));
  }
}

QTreeWidgetItem* ProjectTree::addGroup(const QString& title) {
  auto* group = new QTreeWidgetItem(this, {title});
  group->setData(0, typeRole, static_cast<int>(Type::group));
  group->setData(0, keyRole, title);
  group->setFlags(Qt::ItemIsEnabled);
  QFont strong = font();
  strong.setWeight(QFont::DemiBold);
  group->setFont(0, strong);
  return group;
}

QTreeWidgetItem* ProjectTree::addItem(QTreeWidgetItem* parent, Type type, Id id,
                                      const QString& name, const QString& detail,
                                      const QString& icon) {
  auto* item = new QTreeWidgetItem(parent, {name, detail});
  item->setData(0, typeRole, static_cast<int>(type));
  item->setData(0, idRole, static_cast<qlonglong>(id));
  item->setData(0, keyRole, QString("%1:%2").arg(static_cast<int>(type)).arg(id));
  item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsEditable);
  item->setIcon(0, lineIcon(icon));
  item->setForeground(1, views::theme().muted);
  item->setToolTip(0, name);
  return item;
}

void ProjectTree::addSources() {
  QTreeWidgetItem* group = addGroup(tr("Sources"));
  for (const project::Source& source : session_.project().sources()) {
    auto* item = addItem(group, Type::source, source.id, QString::fromStdString(source.name),
                         source.embedded ? tr("embedded") : QString(), iconOf(source.kind));
    item->setToolTip(0, QString::fromStdString(source.absolute_path.string()));
  }
}

void ProjectTree::addRuns() {
  QTreeWidgetItem* group = addGroup(tr("Runs"));
  const std::vector<project::Result> results = session_.project().results();
  run_titles_.clear();
  for (const project::Run& run : session_.project().runs()) {
    run_titles_[run.id] = QString::fromStdString(run.title);
    if (run.hidden) continue;
    const bool failed = run.record.outcome != "done";
    auto* item = addItem(group, Type::run, run.id, QString::fromStdString(run.title),
                         outcomeText(run.record), failed ? "failed" : "run");
    if (failed) item->setForeground(1, views::theme().error);
    if (failed) item->setToolTip(0, QString::fromStdString(run.record.error));
    for (const project::Result& result : results) {
      // Figures stand under their own heading.
      if (result.run != run.id || result.kind == Kind::figure) continue;
      addItem(item, Type::result, result.id, QString::fromStdString(result.title), {},
              iconOf(result.kind));
    }
  }
}

void ProjectTree::addFigures() {
  QTreeWidgetItem* group = addGroup(tr("Figures"));
  for (const project::Figure& figure : session_.project().figures()) {
    addItem(group, Type::figure, figure.id, QString::fromStdString(figure.spec.title), QString(),
            "figure");
  }
}

void ProjectTree::addReport() {
  QTreeWidgetItem* group = addGroup(tr("Report"));
  for (const project::ReportItem& item : session_.project().report()) {
    QString name = reportName(item);
    if (item.type == project::ReportItem::Type::figure && item.text.empty()) {
      name = QString::fromStdString(session_.project().figure(item.target).spec.title);
    }
    if (item.type == project::ReportItem::Type::run && item.text.empty()) {
      name = run_titles_[item.target];
    }
    addItem(group, Type::report_item, item.id, name, text(project::name(item.type)), "report");
  }
}

void ProjectTree::reveal(Type type, Id id) {
  for (QTreeWidgetItemIterator it(this); *it; ++it) {
    if (typeOf(*it) == type && idOf(*it) == id) setCurrentItem(*it);
  }
}

void ProjectTree::openItem(QTreeWidgetItem* item) {
  switch (typeOf(item)) {
    case Type::source:
    case Type::result:
      Q_EMIT dataWanted(idOf(item));
      break;
    case Type::figure:
      Q_EMIT figureWanted(idOf(item));
      break;
    case Type::run:
      Q_EMIT logWanted(idOf(item));
      break;
    case Type::group:
    case Type::report_item:
      break;
  }
}

void ProjectTree::rename(QTreeWidgetItem* item) {
  const Id id = idOf(item);
  const std::string name = item->text(0).trimmed().toStdString();
  const Type type = typeOf(item);
  session_.change(
      tr("Rename"),
      [type, id, name](project::Project& project) {
        if (type == Type::source) project.renameSource(id, name);
        if (type == Type::run) project.renameRun(id, name);
        if (type == Type::result) project.renameResult(id, name);
        if (type == Type::figure) {
          FigureSpec spec = project.figure(id).spec;
          spec.title = name;
          project.updateFigure(id, spec);
        }
      },
      [this](bool) { rebuild(); });
}

void ProjectTree::remove(QTreeWidgetItem* item) {
  const Id id = idOf(item);
  const Type type = typeOf(item);
  session_.change(tr("Remove"), [type, id](project::Project& project) {
    if (type == Type::source) project.removeSource(id);
    if (type == Type::run) project.removeRun(id);
    if (type == Type::figure) project.removeFigure(id);
    if (type == Type::report_item) project.removeReportItem(id);
  });
}

void ProjectTree::addToReport(project::ReportItem::Type type, Id target) {
  session_.change(tr("Add to the report"), [type, target](project::Project& project) {
    project.addReportItem({.type = type, .target = target});
  });
}

void ProjectTree::sourceMenu(QMenu& menu, Id id) {
  menu.addAction(tr("Analyse…"), this, [this, id] { Q_EMIT analyseWanted(id); });
  menu.addSeparator();
  menu.addAction(tr("Show in the file manager"), this, [this, id] {
    session_.attempt([&](const project::Project& project) {
      const QString path = QString::fromStdString(project.source(id).absolute_path.string());
      QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(path).absolutePath()));
    });
  });
  QAction* reading =
      menu.addAction(tr("Read with options…"), this, [this, id] { Q_EMIT readOptionsWanted(id); });
  reading->setEnabled(false);  // for what has none
  session_.attempt([&](const project::Project& project) {
    const io::Reader* reader = io::findReader(project.source(id).reader);
    reading->setEnabled(reader && !reader->options().parameters.empty() && !project.readOnly());
  });
  menu.addAction(tr("Locate…"), this, [this, id] { Q_EMIT relinkWanted(id); });
  menu.addAction(tr("Embed in the project"), this, [this, id] { Q_EMIT embedWanted(id); });
  menu.addAction(tr("Add to the report"), this,
                 [this, id] { addToReport(project::ReportItem::Type::table, id); });
}

void ProjectTree::runMenu(QMenu& menu, Id id) {
  menu.addAction(tr("Run again"), this, [this, id] { Q_EMIT rerunWanted(id); });
  menu.addAction(tr("Log and record"), this, [this, id] { Q_EMIT logWanted(id); });
  menu.addAction(tr("Add to the report"), this,
                 [this, id] { addToReport(project::ReportItem::Type::run, id); });
  menu.addAction(tr("Hide"), this, [this, id] {
    session_.change(tr("Hide a run"),
                    [id](project::Project& project) { project.setRunHidden(id, true); });
  });
}

void ProjectTree::figureMenu(QMenu& menu, Id id) {
  menu.addAction(tr("Show"), this, [this, id] { Q_EMIT figureWanted(id); });
  menu.addAction(tr("Add to the report"), this,
                 [this, id] { addToReport(project::ReportItem::Type::figure, id); });
}

void ProjectTree::openMenu(const QPoint& at) {
  QTreeWidgetItem* item = itemAt(at);
  if (!item || typeOf(item) == Type::group) return;
  const Id id = idOf(item);
  const Type type = typeOf(item);
  QMenu menu(this);
  if (type == Type::source || type == Type::result) {
    menu.addAction(tr("Show"), this, [this, id] { Q_EMIT dataWanted(id); });
  }
  if (type == Type::source) sourceMenu(menu, id);
  if (type == Type::run) runMenu(menu, id);
  if (type == Type::figure) figureMenu(menu, id);
  if (type == Type::result) {
    menu.addAction(tr("Analyse…"), this, [this, id] { Q_EMIT analyseWanted(id); });
    menu.addAction(tr("Add to the report"), this,
                   [this, id] { addToReport(project::ReportItem::Type::table, id); });
  }
  menu.addSeparator();
  if (type != Type::report_item) {
    menu.addAction(tr("Rename"), this, [this, item] { editItem(item, 0); });
  }
  if (type != Type::result) menu.addAction(tr("Remove"), this, [this, item] { remove(item); });
  menu.exec(viewport()->mapToGlobal(at));
}

}  // namespace lineament::app
