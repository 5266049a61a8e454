// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/analyses/all.h"
#include "core/analysis/run.h"
#include "tests/core/base/caught.h"

