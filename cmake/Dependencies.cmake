# SPDX-License-Identifier: GPL-3.0-or-later
# Everything comes from the system's packages; what is missing is named, nothing is downloaded.

macro(lineament_require package debian)
  find_package(${package} ${ARGN} QUIET)
  if(NOT ${package}_FOUND)
    message(FATAL_ERROR "${package} was not found. Install it with: apt-get install ${debian}")
  endif()
endmacro()

lineament_require(Eigen3 libeigen3-dev 3.4)
lineament_require(OpenBLAS libopenblas-dev)
lineament_require(TBB libtbb-dev)
lineament_require(fmt libspdlog-dev)
lineament_require(nlohmann_json nlohmann-json3-dev)
# libzip's own CMake file insists on its command line tools, which Debian packs apart.
lineament_require(PkgConfig pkg-config)
pkg_check_modules(libzip QUIET IMPORTED_TARGET GLOBAL libzip)
if(NOT libzip_FOUND)
  message(FATAL_ERROR "libzip was not found. Install it with: apt-get install libzip-dev")
endif()
pkg_check_modules(fftw QUIET IMPORTED_TARGET GLOBAL fftw3 fftw3f)
if(NOT fftw_FOUND)
  message(FATAL_ERROR "FFTW was not found. Install it with: apt-get install libfftw3-dev")
endif()
lineament_require(liblzf liblzf-dev)
lineament_require(ZLIB zlib1g-dev)
lineament_require(OpenSSL libssl-dev)
lineament_require(SQLite3 libsqlite3-dev)
lineament_require(GDAL libgdal-dev)
lineament_require(PROJ libproj-dev)
lineament_require(hwy libhwy-dev)
lineament_require(Threads libc6-dev)

if(LINEAMENT_WINDOW OR LINEAMENT_TESTS)
  lineament_require(Qt6 qt6-base-dev 6.4 COMPONENTS Core Test)
  # These two differ from test to test, and one precompiled header has to fit them all.
  get_target_property(definitions Qt6::Test INTERFACE_COMPILE_DEFINITIONS)
  list(FILTER definitions EXCLUDE REGEX "^QT_TESTCASE_(BUILD|SOURCE)DIR=")
  set_target_properties(Qt6::Test PROPERTIES INTERFACE_COMPILE_DEFINITIONS "${definitions}")
endif()
if(LINEAMENT_WINDOW)
  lineament_require(Qt6 "qt6-base-dev libqt6svg6-dev qt6-tools-dev" 6.4
    COMPONENTS Core Gui Widgets Svg PrintSupport OpenGL OpenGLWidgets LinguistTools)
  lineament_require(X11 libx11-dev)
  lineament_require(OpenGL libgl-dev COMPONENTS GLX)
  lineament_require(QCustomPlotQt6 libqcustomplot-dev)
  # MPI has to be found before VTK, whose own search otherwise stops at a missing MPI::MPI_C.
  find_package(MPI COMPONENTS C CXX QUIET)
  lineament_require(VTK libvtk9-dev 9.1 COMPONENTS
    CommonCore CommonDataModel RenderingCore RenderingOpenGL2 InteractionStyle)
  qt_standard_project_setup()
  set(CMAKE_AUTOMOC OFF)  # only the rooms with Qt in them ask for it
  set(CMAKE_AUTOUIC OFF)
endif()
