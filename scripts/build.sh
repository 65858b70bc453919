# CMake and ninja. Sourced after common.sh.

# build PRESET [TARGET...]: configures once (ninja configures again by itself when a CMake file changes), then builds.
build() {
    local preset=$1 log=$logs/configure-$1.log
    shift
    if [[ ! -f build/$preset/build.ninja ]]; then
        say "configuring build/$preset"
        cmake --preset "$preset" </dev/null >"$log" 2>&1 || die "configuring $preset failed: $(configure_reason "$log") (log: $log)"
    fi
    cmake --build --preset "$preset" ${1:+--target "$@"} </dev/null >&2 || die "building $preset failed (above)"
}

# The first fault's own words: CMake prints them indented below the line that names the place.
configure_reason() {
    awk '/^CMake Error/ { place = $0; next } place && NF { sub(/^ +/, ""); print; exit }' "$1"
}
