// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <functional>

#include "core/base/context.h"
#include "core/base/outcome.h"

class QObject;

namespace lineament::views {

// Where the longer work of views runs, off the window's thread. The app makes jobs of it, which a
// person sees and can cancel.
class Background {
 public:
  using Work = std::function<void(const Context&)>;
  using Ended = std::function<void(const Outcome<Nothing>&)>;
  using Cancel = std::function<void()>;

  virtual ~Background() = default;

  // Calls work(context) on another thread, then ended(outcome) on this one, unless `receiver` is
  // gone by then. What the work makes passes through what both hold. Returns how to cancel it,
  // which may be called at any time.
  virtual Cancel start(const QString& title, Work work, QObject* receiver, Ended ended) = 0;
};

// Threads of Qt's pool, for views outside the app.
Background& pooledBackground();

}  // namespace lineament::views
