# Races and parsers: what ./test runs beside the two presets. Sourced after common.sh and build.sh.

# The programs whose threads meet: loops, store, and the whole server over HTTP and WebSockets.
tsan_targets=(unit_async unit_store component ws_protocol)

# tsan_component: runs them under ThreadSanitizer, from the preset tsan. A race ends the program.
tsan_component() {
    local pattern
    pattern=$(IFS='|' && printf '^(%s)$' "${tsan_targets[*]}")
    say "under ThreadSanitizer: ${tsan_targets[*]}"
    ctest --preset tsan --no-tests=error -R "$pattern" </dev/null
}

# fuzz SECONDS: gives every target of the preset fuzz so long, two at a time. What libFuzzer finds interesting stays in
# build/fuzz/corpus; an input that breaks a promise is left in build/fuzz/findings, to be fixed and kept in tests/fuzz/corpus.
fuzz() {
    local seconds=$1 program lane failed=0
    local -a programs=() lanes=()
    mkdir -p build/fuzz/findings
    for program in build/fuzz/tests/fuzz/fuzz_*; do
        if [[ -f $program && -x $program ]]; then programs+=("$program"); fi
    done
    for lane in 0 1; do
        fuzz_lane "$lane" "$seconds" "${programs[@]}" &
        lanes+=($!)
    done
    for lane in "${lanes[@]}"; do wait "$lane" || failed=1; done
    ((failed == 0)) || die "fuzzing found inputs that break the code (build/fuzz/findings)"
}

# fuzz_lane LANE SECONDS PROGRAM...: every second of the programs, one after the other.
fuzz_lane() {
    local place=$1 seconds=$2 program name log failed=0
    shift 2
    for program in "$@"; do
        if ((place++ % 2)); then continue; fi
        name=${program##*/fuzz_}
        log=$logs/fuzz-$name.log
        mkdir -p "build/fuzz/corpus/$name"
        if "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=8192 -print_final_stats=1 \
            -artifact_prefix="build/fuzz/findings/$name-" "build/fuzz/corpus/$name" "tests/fuzz/corpus/$name" </dev/null >"$log" 2>&1; then
            say "fuzz $name: $(awk '/number_of_executed_units/ { print $2 }' "$log") inputs in $seconds s, nothing found"
        else
            failed=1
            say "fuzz $name FAILED: $(grep -am1 -E 'broken promise|ERROR:|SUMMARY:|runtime error' "$log" || true) (log: $log)"
        fi
    done
    return "$failed"
}
