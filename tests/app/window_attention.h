// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/window/action_registry.h"
#include "core/analyses/all.h"
#include "tests/app/window_fixture.h"
#include "views/attention/attention_view.h"

namespace lineament::app::testing {

inline views::AttentionView* attentionOf(MainWindow& window) {
  ViewPage* page = pageOf(window, "attention");
  return page ? qobject_cast<views::AttentionView*>(&page->view()) : nullptr;
}

// Drops the model, sets the parameters and clicks "Run".
inline void attend(MainWindow& window, const QString& model,
                   const QList<std::pair<QString, QString>>& settings) {
  drop(window, model);
  QTRY_COMPARE_WITH_TIMEOUT(window.tabs().count(), 1, kPatienceMs);
  QCOMPARE(window.tabs().currentPage()->showing().view, QString("checkpoint"));
  window.actions().action("analyse.text.attention")->trigger();
  for (const auto& [parameter, value] : settings) window.form().set(parameter, value);
  clickRun(window);
  QTRY_COMPARE_WITH_TIMEOUT(window.session().project().runs().size(), 1U, kPatienceMs);
  const auto& record = window.session().project().runs()[0].record;
  QVERIFY2(record.outcome == "done", record.error.c_str());
  QTRY_VERIFY_WITH_TIMEOUT(attentionOf(window), kPatienceMs);
}

}  // namespace lineament::app::testing
