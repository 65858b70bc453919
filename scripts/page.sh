# The npm side: the page of web/ and the browser tests. Sourced after common.sh and packages.sh.

# npm_ci FOLDER: installs exactly what its package-lock.json says, when that changed.
npm_ci() {
    local name=npm-${1//\//-} wanted log
    wanted=$(cat "$1/package.json" "$1/package-lock.json" | sha256sum)
    if stamped "$name" "$wanted" && [[ -d $1/node_modules ]]; then return; fi
    log=$logs/$name.log
    say "installing the npm packages of $1/"
    rm -f "$stamps/$name"  # npm ci empties node_modules first; half an installation must not pass for a whole one
    (cd "$1" && npm ci --prefer-offline --no-audit --no-fund) </dev/null >"$log" 2>&1 || die "npm ci in $1/ failed: $(npm_reason "$log") (log: $log)"
    stamp "$name" "$wanted"
}

npm_reason() {
    if grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT' "$1"; then
        printf 'no network to install npm packages from'
    else
        grep -m1 -E '^npm (error|ERR!)' "$1" || tail -n 1 "$1"
    fi
}

# Builds web/ into build/web/, from where CMake embeds it in the binary.
build_page() {
    local wanted log=$logs/web.log
    npm_ci web
    wanted=$(hash_tree web)
    if stamped web "$wanted" && [[ -f build/web/index.html ]]; then return; fi
    say "building the page"
    (cd web && npm run build) </dev/null >"$log" 2>&1 || {
        cat "$log" >&2
        die "the page does not build (above; log: $log)"
    }
    stamp web "$wanted"
}
