# SPDX-License-Identifier: GPL-3.0-or-later
# Compiler settings that every target shares.

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

find_program(LINEAMENT_CCACHE ccache)
if(LINEAMENT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without these words ccache turns away everything that uses a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    env CCACHE_SLOPPINESS=pch_defines,time_macros ${LINEAMENT_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${LINEAMENT_CCACHE})
endif()

add_library(lineament_flags INTERFACE)
find_program(LINEAMENT_MOLD mold)  # links the many test programs in a fraction of the time
if(LINEAMENT_MOLD)
  target_link_options(lineament_flags INTERFACE -fuse-ld=mold)
endif()
target_include_directories(lineament_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(lineament_flags INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wno-missing-field-initializers
  # The same bytes on every platform: no silent fused multiply-add, no reassociation.
  -ffp-contract=off -fno-math-errno -fno-trapping-math)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  target_compile_options(lineament_flags INTERFACE -march=x86-64-v2)
endif()
# JSON converts by name (`get`) only. With implicit conversions each overload and each comparison asks
# whether a value could become its type, which is a fifth of the time of compiling a test.
target_compile_definitions(lineament_flags INTERFACE JSON_USE_IMPLICIT_CONVERSIONS=0)
# Kernels need no AES; with it asked for, SSE4 and what is below would be two sets to compile.
target_compile_definitions(lineament_flags INTERFACE HWY_DISABLE_PCLMUL_AES)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(lineament_flags INTERFACE -fpch-preprocess)  # for ccache
  # With -O3 gcc 12 sees impossible sizes in its own library. The dev preset has them as errors.
  target_compile_options(lineament_flags INTERFACE
    "$<$<CONFIG:Release>:-Wno-stringop-overflow;-Wno-stringop-overread>")
endif()
if(LINEAMENT_WERROR)
  target_compile_options(lineament_flags INTERFACE -Werror)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  # Line tables are enough for a backtrace and halve the size of the objects.
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
endif()
if(LINEAMENT_SANITIZE)
  target_compile_options(lineament_flags INTERFACE
    -fsanitize=${LINEAMENT_SANITIZE} -fno-omit-frame-pointer -O1)
  target_link_options(lineament_flags INTERFACE -fsanitize=${LINEAMENT_SANITIZE})
endif()
if(LINEAMENT_FUZZ)
  target_compile_options(lineament_flags INTERFACE -fsanitize=fuzzer-no-link,address,undefined)
  target_link_options(lineament_flags INTERFACE -fsanitize=address,undefined)
endif()
