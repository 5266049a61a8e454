// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/all.h"

#include "core/analyses/explain_shap.h"
#include "core/analyses/sample_piles.h"
#include "core/analyses/table_predict.h"
#include "core/analyses/table_regress.h"

namespace lineament {

const Catalogue& allAnalyses() {
  static const Catalogue catalogue = [] {
    Catalogue all;
    all.add(makeTableRegress());
    all.add(makeTablePredict());
    all.add(makeExplainShap());
    all.add(makeSamplePiles());
    return all;
  }();
  return catalogue;
}

}  // namespace lineament
