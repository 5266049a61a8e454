// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace lineament::views {

// Whether OpenGL on this display is drawn by the processor, as without a graphics card or its
// driver. Loads the driver when first asked, through a connection to the display of its own, which
// takes a while: call it off the window's thread. Drivers that do not tell count as hardware.
// Source: GLX_MESA_query_renderer.
bool openGLIsSoftware();

}  // namespace lineament::views
