// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace lineament::app {

// Opens the window and does in it what a person does: the sample project, its figures, a long
// table, analyses, exports while an analysis runs, a point cloud, a large scene with classes over
// it, the themes. Prints what its event loop was busy with as JSON, a list of phases: "name",
// "waits" (milliseconds until the loop came to an input that was ready), "longest" ("milliseconds",
// "processor" of them, "doing"), "reached" (milliseconds until the first picture of a scene; else
// 0). Returns the exit status.
int measureFrames(int count, char** words);

}  // namespace lineament::app
