# SPDX-License-Identifier: GPL-3.0-or-later
# One static library per folder, one test program per tested file.

# lineament_room(core/linear SOURCES a.cpp ... [PUBLIC lib ...] [PRIVATE lib ...])
# Makes the library lineament_core_linear. PUBLIC names what its headers show.
function(lineament_room path)
  cmake_parse_arguments(room "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  string(REPLACE "/" "_" name "lineament_${path}")
  add_library(${name} STATIC ${room_SOURCES})
  target_link_libraries(${name} PUBLIC lineament_flags ${room_PUBLIC} PRIVATE ${room_PRIVATE})
  if(path MATCHES "^(views|app)")
    set_target_properties(${name} PROPERTIES AUTOMOC ON)
    # Not QT_NO_KEYWORDS: QCustomPlot's header is written with them.
    target_compile_definitions(${name} PUBLIC QT_NO_CAST_FROM_BYTEARRAY)
  endif()
endfunction()

# lineament_test(core/linear/ridge LINKS lib ... [REAL_DATA] [WINDOW] [OPENGL])
# Builds tests/core/linear/ridge_test.cpp as the CTest test "core/linear/ridge".
#   REAL_DATA  the test needs LINEAMENT_REAL_DATA and is registered only where that folder exists
#   WINDOW     the test makes widgets; it runs on the offscreen platform
#   OPENGL     the test needs an X server with OpenGL; it runs under xvfb-run
function(lineament_test path)
  cmake_parse_arguments(test "REAL_DATA;WINDOW;OPENGL" "TIMEOUT" "LINKS" ${ARGN})
  if(test_REAL_DATA AND NOT IS_DIRECTORY "${LINEAMENT_REAL_DATA}")
    message(STATUS "No real data at ${LINEAMENT_REAL_DATA}: ${path} is left out")
    return()
  endif()
  if((test_WINDOW OR test_OPENGL) AND NOT LINEAMENT_WINDOW)
    return()
  endif()
  string(REPLACE "/" "_" name "test_${path}")
  add_executable(${name} ${CMAKE_SOURCE_DIR}/tests/${path}_test.cpp)
  set_target_properties(${name} PROPERTIES AUTOMOC ON)
  target_link_libraries(${name} PRIVATE Qt6::Test lineament_flags ${test_LINKS})
  if(test_REAL_DATA)
    target_compile_definitions(${name} PRIVATE LINEAMENT_REAL_DATA="${LINEAMENT_REAL_DATA}")
  endif()
  if(test_OPENGL)
    add_test(NAME ${path} COMMAND xvfb-run -a -s "-screen 0 1600x1000x24" $<TARGET_FILE:${name}>)
    set_tests_properties(${path} PROPERTIES
      ENVIRONMENT "QT_QPA_PLATFORM=xcb;QT_XCB_GL_INTEGRATION=xcb_glx;LIBGL_ALWAYS_SOFTWARE=1"
      LABELS "opengl" RESOURCE_LOCK xvfb)
  else()
    add_test(NAME ${path} COMMAND ${name})
    set_tests_properties(${path} PROPERTIES ENVIRONMENT "QT_QPA_PLATFORM=offscreen")
  endif()
  if(test_TIMEOUT)
    set_tests_properties(${path} PROPERTIES TIMEOUT ${test_TIMEOUT})
  endif()
endfunction()
