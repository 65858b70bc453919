# `cmake --install` and the Debian package. Included last: it needs the target rondo.
#
# Below the prefix: bin/rondo, share/rondo/scenarios (the program finds them relative to itself), the manual page, completions,
# the systemd unit, documentation. The configuration lies in /etc/rondo for the prefix /usr, else in <prefix>/etc/rondo.
include(GNUInstallDirs)

# The manual page and the completions are what the program says about itself.
set(generated ${PROJECT_BINARY_DIR}/packaging)
file(MAKE_DIRECTORY ${generated})
add_custom_command(
    OUTPUT ${generated}/rondo.1.gz ${generated}/rondo.bash ${generated}/_rondo
    COMMAND rondo generate ${generated}
    COMMAND gzip -9nf ${generated}/rondo.1
    DEPENDS rondo
    COMMENT "Writing the manual page and the completions")
add_custom_target(rondo_manual ALL DEPENDS ${generated}/rondo.1.gz)

install(TARGETS rondo RUNTIME DESTINATION bin)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/scenarios/ DESTINATION share/rondo/scenarios)
install(FILES ${generated}/rondo.1.gz DESTINATION share/man/man1)
install(FILES ${generated}/rondo.bash DESTINATION share/bash-completion/completions RENAME rondo)
install(FILES ${generated}/_rondo DESTINATION share/zsh/vendor-completions)
install(FILES README.md README.zh.md CHANGELOG.md LICENSE DESTINATION share/doc/rondo)
install(FILES packaging/debian/copyright DESTINATION share/doc/rondo)
install(DIRECTORY docs/ DESTINATION share/doc/rondo/docs)

# These name the prefix, which is known when installing, not when configuring.
set(install_script [[
    set(RONDO_ETC "${CMAKE_INSTALL_PREFIX}/etc/rondo")
    if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
        set(RONDO_ETC "/etc/rondo")
    endif()
    set(RONDO_SHARE "${CMAKE_INSTALL_PREFIX}/share/rondo")
    configure_file("@PROJECT_SOURCE_DIR@/packaging/rondo.service.in" "@generated@/rondo.service" @ONLY)
    configure_file("@PROJECT_SOURCE_DIR@/packaging/rondo.yaml.in" "@generated@/rondo.yaml" @ONLY)
    file(INSTALL "@generated@/rondo.service" DESTINATION "${CMAKE_INSTALL_PREFIX}/lib/systemd/system")
    if(EXISTS "$ENV{DESTDIR}${RONDO_ETC}/rondo.yaml")
        message(STATUS "Kept: $ENV{DESTDIR}${RONDO_ETC}/rondo.yaml")
    else()
        file(INSTALL "@generated@/rondo.yaml" DESTINATION "${RONDO_ETC}")
    endif()
]])
string(REPLACE "@PROJECT_SOURCE_DIR@" "${PROJECT_SOURCE_DIR}" install_script "${install_script}")
string(REPLACE "@generated@" "${generated}" install_script "${install_script}")
install(CODE "${install_script}")

# cpack --config build/release/CPackConfig.cmake, or the target `package`.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME rondo)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR rondo)
set(CPACK_PACKAGE_CONTACT "the rondo maintainers <maintainers@rondo.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "conversation server for AI coaches, tutors and role-play trainers")
set(CPACK_PACKAGE_DESCRIPTION [[
rondo runs each turn of a conversation over HTTP: it recognises the intent,
looks up what is known, lets a character answer token by token, coaches the
learner, checks the answer, and records what the turn used and cost. The store
and a deterministic rehearsal model are built in; a turn that was accepted
survives a crash of the process.]])
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON)  # for the configuration, which lies outside the prefix
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS passwd)  # useradd
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${PROJECT_SOURCE_DIR}/packaging/debian/conffiles
    ${PROJECT_SOURCE_DIR}/packaging/debian/postinst
    ${PROJECT_SOURCE_DIR}/packaging/debian/prerm
    ${PROJECT_SOURCE_DIR}/packaging/debian/postrm)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
include(CPack)
