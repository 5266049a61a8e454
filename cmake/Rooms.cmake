# SPDX-License-Identifier: GPL-3.0-or-later
# One static library per folder, one test program per tested file.

# lineament_headers(name [LINKS lib ...] HEADERS <a> ...)
# Compiles headers once for every target that reuses them. System headers and core/base/json.h: a
# change to another of ours would compile everything again. Sources still include what they use: the sanitizer presets
# build without these.
function(lineament_headers name)
  cmake_parse_arguments(headers "" "" "LINKS;HEADERS" ${ARGN})
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/headers/${name}.cpp CONTENT "")
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/headers/${name}.cpp)
  target_link_libraries(${name} PRIVATE
    fmt::fmt nlohmann_json::nlohmann_json lineament_flags ${headers_LINKS})
  target_precompile_headers(${name} PRIVATE ${headers_HEADERS})
endfunction()

function(lineament_reuse_headers target name)
  target_precompile_headers(${target} REUSE_FROM ${name})
endfunction()

# lineament_room(core/linear SOURCES a.cpp ... [PUBLIC lib ...] [PRIVATE lib ...] [OWN_HEADERS])
# Makes the library lineament_core_linear. PUBLIC names what its headers show. OWN_HEADERS: it is
# compiled with other definitions than the headers of its floor, and does without them.
function(lineament_room path)
  cmake_parse_arguments(room "OWN_HEADERS" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  string(REPLACE "/" "_" name "lineament_${path}")
  add_library(${name} STATIC ${room_SOURCES})
  target_link_libraries(${name} PUBLIC lineament_flags ${room_PUBLIC} PRIVATE ${room_PRIVATE})
  if(path MATCHES "^(views|app)")
    set_target_properties(${name} PROPERTIES AUTOMOC ON)
    # Not QT_NO_KEYWORDS: QCustomPlot's header is written with them.
    target_compile_definitions(${name} PUBLIC QT_NO_CAST_FROM_BYTEARRAY)
    set(headers lineament_window_headers)
  else()
    set(headers lineament_core_headers)
  endif()
  if(NOT room_OWN_HEADERS)
    lineament_reuse_headers(${name} ${headers})
  endif()
endfunction()

# Runs moc on a source that includes its own "NAME.moc". AUTOMOC would do the same with a target,
# two programs and an empty file to compile beside each test.
function(lineament_moc target source)
  get_filename_component(stem ${source} NAME_WE)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target}_moc)
  file(MAKE_DIRECTORY ${folder})
  qt6_generate_moc(${source} ${folder}/${stem}.moc TARGET ${target})
  target_sources(${target} PRIVATE ${folder}/${stem}.moc)
  target_include_directories(${target} PRIVATE ${folder})
endfunction()

# How tests and their headers are compiled; both have to be the same. What a test checks is compiled
# in its room, as it ships; the test's own lines need no more than -O1, and no debugger.
function(lineament_test_options name)
  target_compile_options(${name} PRIVATE $<$<NOT:$<CONFIG:Debug>>:-O1 -g0>)
endfunction()

# Builds on the headers that were compiled with the definitions of the libraries in ARGN.
function(lineament_reuse_test_headers name)
  set(headers lineament_test_headers)
  if("${ARGN}" MATCHES "lineament_app_jobs")
    return()  # the window's definitions without its libraries: fits neither
  elseif("${ARGN}" MATCHES "lineament_(views|app)_")
    set(headers lineament_window_test_headers)
  else()
    target_compile_definitions(${name} PRIVATE QT_NO_KEYWORDS)  # core has names like `slots`
  endif()
  lineament_reuse_headers(${name} ${headers})
  lineament_test_options(${name})
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
  target_link_libraries(${name} PRIVATE Qt6::Test fmt::fmt lineament_flags ${test_LINKS})
  lineament_moc(${name} ${CMAKE_SOURCE_DIR}/tests/${path}_test.cpp)
  lineament_reuse_test_headers(${name} ${test_LINKS})
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
