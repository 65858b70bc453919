# cmake -P edges_test.cmake: declares modules as a configure would and shows which edges cmake/RondoModule.cmake refuses.
# Each case runs in a CMake of its own (-DCASE=...), since a refusal ends it.
cmake_minimum_required(VERSION 3.25)

get_filename_component(root ${CMAKE_CURRENT_LIST_DIR}/../.. ABSOLUTE)

if(NOT CASE)
    # case | what the configure must say; OK: nothing
    set(cases
        "a module may use a lower wing|OK"
        "a module may use a listed neighbour|OK"
        "a lower wing may not use a higher one|module async .base. may not use store .platform."
        "a neighbour must be listed|module async may not use its neighbour obs"
        "a used module must be declared before|module async USES nobody, which is not declared before it"
        "a module needs a README|module nowhere has no README.md"
        "a module lies in a wing|outside the wings")
    foreach(row IN LISTS cases)
        string(REGEX MATCH "^([^|]*)\\|(.*)$" _ "${row}")
        set(claim "${CMAKE_MATCH_1}")
        set(expected "${CMAKE_MATCH_2}")
        execute_process(COMMAND ${CMAKE_COMMAND} "-DCASE=${claim}" -P ${CMAKE_CURRENT_LIST_FILE}
            RESULT_VARIABLE failed OUTPUT_VARIABLE out ERROR_VARIABLE out)
        string(REGEX REPLACE "[ \n]+" " " out "${out}")
        if(expected STREQUAL "OK")
            if(failed)
                message(SEND_ERROR "${claim}: refused with: ${out}")
            endif()
        elseif(NOT failed OR NOT out MATCHES "${expected}")
            message(SEND_ERROR "${claim}: expected '${expected}', got: ${out}")
        endif()
    endforeach()
    return()
endif()

# Nothing is built: the commands that would make targets do nothing here.
function(add_library)
endfunction()
function(target_link_libraries)
endfunction()
set(PROJECT_SOURCE_DIR ${root})
include(${root}/cmake/RondoModule.cmake)

function(declare folder name)
    set(CMAKE_CURRENT_SOURCE_DIR ${root}/src/${folder})
    rondo_module(${name} SOURCES a.cpp USES ${ARGN})
endfunction()

declare(base base)
declare(base/obs obs base)
if(CASE STREQUAL "a module may use a lower wing")
    declare(platform/store store base obs)
elseif(CASE STREQUAL "a module may use a listed neighbour")
    declare(base/async async base)
elseif(CASE STREQUAL "a lower wing may not use a higher one")
    declare(platform/store store base)
    declare(base/async async store)
elseif(CASE STREQUAL "a neighbour must be listed")
    declare(base/async async obs)
elseif(CASE STREQUAL "a used module must be declared before")
    declare(base/async async nobody)
elseif(CASE STREQUAL "a module needs a README")
    declare(engine/nowhere nowhere base)
elseif(CASE STREQUAL "a module lies in a wing")
    declare(attic/old old base)
else()
    message(FATAL_ERROR "no such case: ${CASE}")
endif()
