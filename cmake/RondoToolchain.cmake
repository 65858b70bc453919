# What every target is compiled with. Included once, before any target exists.

# g++ 12 miscompiles coroutines (temporaries in a co_await expression are destroyed twice).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
    message(FATAL_ERROR
        "g++ ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines (silent double frees); "
        "use clang 19 (cmake --preset release) or g++ 14 and later.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

set(RONDO_SANITIZE "" CACHE STRING "Comma-separated sanitizers, e.g. address,undefined")
option(RONDO_COVERAGE "Source-based coverage" OFF)
option(RONDO_FUZZ "Link the fuzz targets with libFuzzer (RONDO_SANITIZE has fuzzer-no-link)" OFF)
option(RONDO_CCACHE "Compile through ccache when it is installed" ON)
option(RONDO_PCH "Precompile the Asio headers" ON)

add_library(rondo_flags INTERFACE)
target_include_directories(rondo_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(rondo_flags INTERFACE -Wall -Wextra -Werror -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    add_link_options(-fuse-ld=lld)
endif()
if(RONDO_SANITIZE)
    add_compile_options(-fsanitize=${RONDO_SANITIZE} -fno-sanitize-recover=undefined)
    add_link_options(-fsanitize=${RONDO_SANITIZE})
endif()
if(RONDO_COVERAGE)
    add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
    add_link_options(-fprofile-instr-generate)
endif()
# Debug tests run under sanitizers; -Og would hide variables, -O1 keeps them and halves the run time.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -gline-tables-only")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

find_program(CCACHE_PROGRAM ccache)
if(RONDO_CCACHE AND CCACHE_PROGRAM)
    # A precompiled header is only cacheable when its time stamp is left out of it. Paths below the base are hashed as relative
    # ones, so that a second checkout finds what the first one compiled.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
        ${CCACHE_PROGRAM})
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
        target_compile_options(rondo_flags INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
    endif()
endif()
