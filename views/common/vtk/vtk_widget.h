// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vtkGenericOpenGLRenderWindow.h>
#include <vtkNew.h>
#include <vtkRenderer.h>

#include <QOpenGLWidget>
#include <functional>

class vtkObject;

namespace lineament::views {

// A VTK scene inside a Qt 6 window, for VTK versions whose own widget is built for Qt 5. VTK draws
// into its framebuffer with the widget's context and the picture is blitted into the widget's own
// framebuffer. Input stays with Qt: views move the camera themselves.
class VtkWidget : public QOpenGLWidget {
  Q_OBJECT

 public:
  explicit VtkWidget(QWidget* parent = nullptr);
  ~VtkWidget() override;

  // The format VTK needs. To be the default format before the first such widget is made.
  static QSurfaceFormat surfaceFormat();

  vtkRenderer* renderer() { return renderer_; }
  // Seconds the last frame took to draw, for adapting the level of detail.
  double lastFrameSeconds() const { return last_frame_seconds_; }

 protected:
  void initializeGL() override;
  void resizeGL(int width, int height) override;
  void paintGL() override;

 private:
  void makeVtkCurrent();
  void releaseVtk();

  vtkNew<vtkGenericOpenGLRenderWindow> window_;
  vtkNew<vtkRenderer> renderer_;
  double last_frame_seconds_ = 0;
};

}  // namespace lineament::views
