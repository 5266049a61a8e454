// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/subnormals.h"

#include <QtTest>
#include <limits>

using namespace lineament;

class SubnormalsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void flushedInsideAndNotAfter() {
    const volatile float smallest = std::numeric_limits<float>::min();
    const volatile float half = 0.5f;
    float inside = 1;
    {
      const FlushSubnormals flush;
      inside = smallest * half;
    }
    const float after = smallest * half;
#if defined(__SSE__) || defined(__aarch64__)
    QCOMPARE(inside, 0.0f);
#endif
    QVERIFY(after > 0);
  }
};

QTEST_GUILESS_MAIN(SubnormalsTest)
#include "subnormals_test.moc"
