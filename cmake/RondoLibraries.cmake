# Third-party libraries, all Debian 12 packages (docs/decisions/0002-dependencies.md says why each).
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(OpenSSL REQUIRED)
find_package(Protobuf 3.21 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_path(RONDO_SODIUM_INCLUDE sodium.h REQUIRED)
find_library(RONDO_SODIUM sodium REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(simdjson REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED COMPONENTS core)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)

# Asio and Beast are compiled once each: base/async/asio_impl.cpp and platform/net/beast_impl.cpp.
add_library(rondo_asio INTERFACE)
target_link_libraries(rondo_asio INTERFACE Boost::headers Boost::json Threads::Threads)
target_compile_definitions(rondo_asio INTERFACE
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
    BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=16  # coroutine frames of a turn in flight come from there
    BOOST_ASIO_NO_DEPRECATED BOOST_ALL_NO_LIB)

# The programs' allocator (docs/decisions/0007-allocator.md). Sanitizers bring their own.
add_library(rondo_allocator INTERFACE)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
    find_library(RONDO_JEMALLOC jemalloc REQUIRED)
    target_link_libraries(rondo_allocator INTERFACE ${RONDO_JEMALLOC})
endif()

# One precompiled header, reused by every module that says ASIO.
file(WRITE ${PROJECT_BINARY_DIR}/pch/empty.cpp "")
add_library(rondo_pch OBJECT ${PROJECT_BINARY_DIR}/pch/empty.cpp)
target_link_libraries(rondo_pch PRIVATE rondo_flags rondo_asio)
if(RONDO_PCH)
    target_precompile_headers(rondo_pch PRIVATE ${PROJECT_SOURCE_DIR}/cmake/asio_pch.hpp)
endif()
