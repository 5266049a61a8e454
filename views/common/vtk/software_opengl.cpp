// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/vtk/software_opengl.h"

#include <memory>
#include <string_view>

#include <GL/glx.h>
#include <GL/glxext.h>

namespace lineament::views {

namespace {

bool askTheDriver() {
  constexpr int kFirstRenderer = 0;
  const std::unique_ptr<Display, int (*)(Display*)> display(XOpenDisplay(nullptr), XCloseDisplay);
  if (!display) return false;
  const int screen = DefaultScreen(display.get());
  const char* extensions = glXQueryExtensionsString(display.get(), screen);
  if (!extensions ||
      std::string_view(extensions).find("GLX_MESA_query_renderer") == std::string_view::npos) {
    return false;
  }
  const auto ask = reinterpret_cast<PFNGLXQUERYRENDERERINTEGERMESAPROC>(
      glXGetProcAddress(reinterpret_cast<const GLubyte*>("glXQueryRendererIntegerMESA")));
  unsigned accelerated = 1;
  return ask &&
         ask(display.get(), screen, kFirstRenderer, GLX_RENDERER_ACCELERATED_MESA, &accelerated) &&
         accelerated == 0;
}

}  // namespace

bool openGLIsSoftware() {
  static const bool software = askTheDriver();
  return software;
}

}  // namespace lineament::views
