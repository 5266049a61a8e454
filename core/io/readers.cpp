// SPDX-License-Identifier: GPL-3.0-or-later
// The one list of formats: a new reader is a pair of files in this folder and a line here.
#include "core/io/csv_reader.h"
#include "core/io/gguf.h"
#include "core/io/kitti.h"
#include "core/io/llama2c.h"
#include "core/io/npy.h"
#include "core/io/npz.h"
#include "core/io/onnx.h"
#include "core/io/pcd.h"
#include "core/io/raster_file.h"
#include "core/io/reader.h"
#include "core/io/safetensors.h"
#include "core/io/scalers_reader.h"
#include "core/io/spreadsheet_reader.h"
#include "core/io/text_reader.h"
#include "core/io/tokenizer_reader.h"
#include "core/io/torch.h"
#include "core/io/vector_file.h"

namespace lineament::io {

const std::vector<std::unique_ptr<Reader>>& readers() {
  static const auto list = [] {
    std::vector<std::unique_ptr<Reader>> all;
    all.push_back(makeNpyReader());
    all.push_back(makeNpzReader());
    all.push_back(makeSafetensorsReader());
    all.push_back(makeTorchReader());
    all.push_back(makeGgufReader());
    all.push_back(makeOnnxReader());
    all.push_back(makeLlama2cReader());
    all.push_back(makeTokenizerReader());
    all.push_back(makeRasterReader());
    all.push_back(makeVectorReader());
    all.push_back(makeSpreadsheetReader());
    all.push_back(makePcdReader());
    all.push_back(makeKittiReader());
    all.push_back(makeScalersReader());
    all.push_back(makeCsvReader());  // takes most text
    all.push_back(makeTextReader());
    return all;
  }();
  return list;
}

}  // namespace lineament::io
