// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/common/vtk/vtk_widget.h"

#include <vtkCallbackCommand.h>
#include <vtkCommand.h>
#include <vtkOpenGLFramebufferObject.h>
#include <vtkOpenGLState.h>

#include <QElapsedTimer>
#include <QOpenGLContext>
#include <QOpenGLFunctions>

namespace lineament::views {

namespace {

template <class Function>
vtkNew<vtkCallbackCommand> callback(VtkWidget* widget, Function function) {
  vtkNew<vtkCallbackCommand> command;
  command->SetClientData(widget);
  command->SetCallback(function);
  return command;
}

}  // namespace

QSurfaceFormat VtkWidget::surfaceFormat() {
  QSurfaceFormat format;
  format.setRenderableType(QSurfaceFormat::OpenGL);
  format.setVersion(3, 2);
  format.setProfile(QSurfaceFormat::CoreProfile);
  format.setDepthBufferSize(24);
  format.setStencilBufferSize(8);
  format.setAlphaBufferSize(8);
  format.setSamples(0);  // software drivers have 0 or 4; points need none
  return format;
}

VtkWidget::VtkWidget(QWidget* parent) : QOpenGLWidget(parent) {
  setFormat(surfaceFormat());
  window_->SetOwnContext(0);
  window_->SetMultiSamples(0);
  window_->AddRenderer(renderer_);

  // The widget's own makeCurrent() would rebind its framebuffer under VTK's feet.
  window_->AddObserver(vtkCommand::WindowMakeCurrentEvent,
                       callback(this, [](vtkObject*, unsigned long, void* self, void*) {
                         static_cast<VtkWidget*>(self)->makeVtkCurrent();
                       }));
  window_->AddObserver(vtkCommand::WindowIsCurrentEvent,
                       callback(this, [](vtkObject*, unsigned long, void* self, void* answer) {
                         const auto* widget = static_cast<VtkWidget*>(self);
                         *static_cast<bool*>(answer) =
                             widget->context() &&
                             QOpenGLContext::currentContext() == widget->context();
                       }));
}

VtkWidget::~VtkWidget() {
  releaseVtk();
  // The context dies in the base class's destructor, when there is nothing left to release.
  if (context()) disconnect(context(), nullptr, this, nullptr);
}

void VtkWidget::makeVtkCurrent() {
  if (context() && context()->surface()) context()->makeCurrent(context()->surface());
}

void VtkWidget::releaseVtk() {
  if (!context() || !window_->GetReadyForRendering()) return;
  makeCurrent();
  window_->Finalize();
  window_->SetReadyForRendering(false);
  doneCurrent();
}

void VtkWidget::initializeGL() {
  // Moving the widget to another window gives it a new context.
  connect(context(), &QOpenGLContext::aboutToBeDestroyed, this, &VtkWidget::releaseVtk,
          Qt::DirectConnection);
  window_->SetReadyForRendering(true);
  window_->SetForceMaximumHardwareLineWidth(1);
  window_->OpenGLInitContext();
}

void VtkWidget::resizeGL(int, int) {
  const QSize pixels = size() * devicePixelRatioF();
  window_->SetSize(pixels.width(), pixels.height());
}

void VtkWidget::paintGL() {
  QElapsedTimer clock;
  clock.start();
  vtkOpenGLState* state = window_->GetState();
  state->Reset();
  state->Push();
  state->vtkglDepthFunc(GL_LEQUAL);
  window_->Render();

  state->ResetFramebufferBindings();
  QOpenGLFunctions* gl = context()->functions();
  gl->glBindFramebuffer(GL_DRAW_FRAMEBUFFER, defaultFramebufferObject());
  window_->BlitDisplayFramebuffer();

  // The window composes widgets by their alpha: this one is opaque.
  gl->glColorMask(GL_FALSE, GL_FALSE, GL_FALSE, GL_TRUE);
  gl->glClearColor(0, 0, 0, 1);
  gl->glClear(GL_COLOR_BUFFER_BIT);
  gl->glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
  state->Pop();
  gl->glFinish();
  last_frame_seconds_ = static_cast<double>(clock.nsecsElapsed()) * 1e-9;
}

}  // namespace lineament::views
