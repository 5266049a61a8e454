// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analyses/all.h"

#include "core/analyses/attention_group.h"
#include "core/analyses/attention_measures.h"
#include "core/analyses/checkpoint_compare.h"
#include "core/analyses/checkpoint_summary.h"
#include "core/analyses/explain_shap.h"
#include "core/analyses/map_assess.h"
#include "core/analyses/map_choose_k.h"
#include "core/analyses/map_cluster.h"
#include "core/analyses/map_index.h"
#include "core/analyses/map_polygons.h"
#include "core/analyses/map_rasterize.h"
#include "core/analyses/map_reduce.h"
#include "core/analyses/sample_piles.h"
#include "core/analyses/sample_scene.h"
#include "core/analyses/sample_words.h"
#include "core/analyses/sequence_compare.h"
#include "core/analyses/sequence_cost.h"
#include "core/analyses/sequence_distil.h"
#include "core/analyses/sequence_run.h"
#include "core/analyses/sequence_train.h"
#include "core/analyses/table_predict.h"
#include "core/analyses/table_regress.h"
#include "core/analyses/text_attention.h"
#include "core/analyses/text_generate.h"
#include "core/analyses/text_tokenize.h"

namespace lineament {

const Catalogue& allAnalyses() {
  static const Catalogue catalogue = [] {
    Catalogue all;
    all.add(makeTableRegress());
    all.add(makeTablePredict());
    all.add(makeExplainShap());
    all.add(makeMapCluster());
    all.add(makeMapChooseK());
    all.add(makeMapReduce());
    all.add(makeMapIndex());
    all.add(makeMapAssess());
    all.add(makeMapPolygons());
    all.add(makeMapRasterize());
    all.add(makeSequenceRun());
    all.add(makeSequenceCompare());
    all.add(makeSequenceCost());
    all.add(makeSequenceTrain());
    all.add(makeSequenceDistil());
    all.add(makeTextAttention());
    all.add(makeTextGenerate());
    all.add(makeTextTokenize());
    all.add(makeAttentionMeasures());
    all.add(makeAttentionRollout());
    all.add(makeAttentionGroup());
    all.add(makeCheckpointSummary());
    all.add(makeCheckpointCompare());
    all.add(makeSamplePiles());
    all.add(makeSampleScene());
    all.add(makeSampleWords());
    return all;
  }();
  return catalogue;
}

}  // namespace lineament
