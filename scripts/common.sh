# What ./run, ./test and .ci/run share. Sourced, with the repository as the working directory.
# Progress goes to stderr; whatever cannot go on says so in one line and exits 1.

logs=build/logs
stamps=build/stamps
mkdir -p "$logs" "$stamps"

say() { printf '%s\n' "$*" >&2; }
die() {
    printf 'rondo: %s\n' "$*" >&2
    exit 1
}

# One preparing process at a time: two npm or ninja runs in the same folders spoil each other's files.
lock_build() {
    exec 9>build/.lock
    flock -n 9 || {
        say "waiting for another ./run or ./test to finish building"
        flock 9
    }
}
unlock_build() { exec 9>&-; }

# stamped NAME HASH: true when the step NAME was last finished for exactly this HASH.
stamped() { [[ -f $stamps/$1 && $(<"$stamps/$1") == "$2" ]]; }
stamp() { printf '%s\n' "$2" >"$stamps/$1"; }

# One hash over the names and the contents of the files below the folders, without what npm installed.
hash_tree() {
    find "$@" -name node_modules -prune -o -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}
