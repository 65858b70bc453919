# rondo_assets(OUT_VAR FOLDER HEADER NAMESPACE TYPE FUNCTION [RECURSE]): writes a source file that holds every file of FOLDER in
# the binary and defines `std::span<const TYPE> NAMESPACE::FUNCTION()`, as HEADER declares it. TYPE is {path below FOLDER, bytes},
# both std::string_view. RECURSE: with the files of its folders. Built again when a file changes; configured again when one
# comes or goes.
function(rondo_assets out_var folder header namespace type function)
    if("RECURSE" IN_LIST ARGN)
        file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/*)
    else()
        file(GLOB files CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/*)
    endif()
    set(blobs "")
    set(table "")
    set(depends "")
    set(index 0)
    foreach(file IN LISTS files)
        if(IS_DIRECTORY ${folder}/${file})
            continue()
        endif()
        set(symbol rondo_${function}_${index})
        string(APPEND blobs
            "__asm__(\".section .rodata\\n.global ${symbol}\\n${symbol}:\\n.incbin \\\"${folder}/${file}\\\"\\n\"\n"
            "        \".global ${symbol}_end\\n${symbol}_end:\\n.byte 0\\n.previous\\n\");\n"
            "extern \"C\" const char ${symbol}[], ${symbol}_end[];\n")
        string(APPEND table "    {\"${file}\", {${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}},\n")
        list(APPEND depends ${folder}/${file})
        math(EXPR index "${index} + 1")
    endforeach()
    set(source ${CMAKE_CURRENT_BINARY_DIR}/${function}.cpp)
    set(body "#include \"${header}\"\n\n${blobs}\nnamespace ${namespace} {\n")
    if(index EQUAL 0)
        string(APPEND body "std::span<const ${type}> ${function}() { return {}; }\n")
    else()
        string(APPEND body "std::span<const ${type}> ${function}() {\n    static const ${type} assets[] = {\n${table}    };\n    return assets;\n}\n")
    endif()
    string(APPEND body "}  // namespace ${namespace}\n")
    file(CONFIGURE OUTPUT ${source} CONTENT "${body}" @ONLY)
    set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS "${depends}")
    set(${out_var} ${source} PARENT_SCOPE)
endfunction()
