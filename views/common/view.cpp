// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/view.h"

namespace lineament::views {

void View::setSelection(const Selection& selection) {
  if (selection_ == selection) return;
  selection_ = selection;
  update();
}

}  // namespace lineament::views
