// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/attention_stack.h"
#include "core/data/checkpoint.h"
#include "core/data/comparison.h"
#include "core/data/explanation.h"
#include "core/data/figure_spec.h"
#include "core/data/model.h"
#include "core/data/note.h"
#include "core/data/point_cloud.h"
#include "core/data/series.h"
#include "core/data/tensor.h"
#include "core/io/blob_stream.h"

namespace lineament::io {

// The other kinds, one pair of functions each; tables have a file of their own.
void appendToBlob(BlobWriter& writer, const Tensor& tensor);
void appendToBlob(BlobWriter& writer, const Model& model);
void appendToBlob(BlobWriter& writer, const Explanation& explanation);
void appendToBlob(BlobWriter& writer, const Series& series);
void appendToBlob(BlobWriter& writer, const Note& note);
void appendToBlob(BlobWriter& writer, const Checkpoint& checkpoint);
void appendToBlob(BlobWriter& writer, const FigureSpec& spec);
void appendToBlob(BlobWriter& writer, const PointCloud& cloud);
void appendToBlob(BlobWriter& writer, const AttentionStack& stack);
void appendToBlob(BlobWriter& writer, const Comparison& comparison);

Tensor tensorFromBlob(BlobReader& reader);
Model modelFromBlob(BlobReader& reader);
Explanation explanationFromBlob(BlobReader& reader);
Series seriesFromBlob(BlobReader& reader);
Note noteFromBlob(BlobReader& reader);
Checkpoint checkpointFromBlob(BlobReader& reader);
FigureSpec figureFromBlob(BlobReader& reader);
PointCloud pointsFromBlob(BlobReader& reader);
AttentionStack attentionFromBlob(BlobReader& reader);
Comparison comparisonFromBlob(BlobReader& reader);

}  // namespace lineament::io
