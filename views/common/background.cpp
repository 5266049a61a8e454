// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/background.h"

#include <QCoreApplication>
#include <QPointer>
#include <QThreadPool>
#include <utility>

namespace lineament::views {

namespace {

class PooledBackground : public Background {
 public:
  Cancel start(const QString&, Work work, QObject* receiver, Ended ended) override {
    std::stop_source stop;
    Context context;
    context.stop = stop.get_token();
    QThreadPool::globalInstance()->start([context, work = std::move(work), ended = std::move(ended),
                                          guard = QPointer<QObject>(receiver)]() mutable {
      const Outcome<Nothing> outcome = settle(work, context);
      QMetaObject::invokeMethod(
          QCoreApplication::instance(),
          [outcome, ended = std::move(ended), guard = std::move(guard)] {
            if (guard) ended(outcome);
          },
          Qt::QueuedConnection);
    });
    return [stop]() mutable { stop.request_stop(); };
  }
};

}  // namespace

Background& pooledBackground() {
  static PooledBackground background;
  return background;
}

}  // namespace lineament::views
