// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/all.h"

#include "core/analyses/table_regress.h"

namespace lineament {

const Catalogue& allAnalyses() {
  static const Catalogue catalogue = [] {
    Catalogue all;
    all.add(makeTableRegress());
    return all;
  }();
  return catalogue;
}

}  // namespace lineament
