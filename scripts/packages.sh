# The Debian packages rondo needs, and how they get onto the machine. Sourced after common.sh.

# To build and run. GoogleTest and Google Benchmark are here because one configure serves the server and its tests.
packages_run=(
    clang-19 lld-19 cmake ninja-build ccache curl
    libboost1.81-dev libboost-json1.81-dev libssl-dev libsodium-dev libsqlite3-dev libfmt-dev libspdlog-dev libsimdjson-dev
    libyaml-cpp-dev libprotobuf-dev protobuf-compiler libjemalloc-dev prometheus-cpp-dev libcli11-dev libgtest-dev libgmock-dev libbenchmark-dev
)
# To test: the sanitizers' run-time and symbolizer, and a browser that has Chinese glyphs.
packages_test=(libclang-rt-19-dev llvm-19 chromium fonts-noto-cjk)
# To build the Debian package and to try it out.
packages_test+=(dpkg-dev fakeroot man-db systemd)
# To check the sources' form.
packages_check=(clang-format-19)

# need_packages NAME PACKAGE...: installs what is missing. dpkg is asked again only when the list or its database changed.
need_packages() {
    local name=packages-$1 wanted package
    shift
    wanted=$(printf '%s\n' "$@" | sha256sum)
    if stamped "$name" "$wanted" && [[ ! /var/lib/dpkg/status -nt $stamps/$name ]]; then return; fi
    command -v dpkg-query >/dev/null || die "this is $(system_name); rondo builds on Debian 12 (see docs/decisions/0001-compiler.md)"

    local missing=()
    for package in "$@"; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
    done
    if ((${#missing[@]})); then install_packages "${missing[@]}"; fi
    stamp "$name" "$wanted"
}

install_packages() {
    local log=$logs/apt.log as_root=() apt
    [[ $(system_name) == "Debian 12" ]] || die "this is $(system_name), not Debian 12; install these packages' equivalents by hand: $*"
    if ((EUID != 0)); then
        command -v sudo >/dev/null || die "neither root nor sudo here; as root run: apt-get install --no-install-recommends $*"
        as_root=(sudo)
        [[ -t 0 ]] || as_root+=(-n)  # nobody is there to type a password
        "${as_root[@]}" true 2>"$log" || die "sudo refused; as root run: apt-get install --no-install-recommends $*"
    fi
    say "installing ${#} Debian packages: $*"
    apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=2)
    # A package index that cannot be refreshed is not fatal: whether the packages can be had is install's to say.
    "${apt[@]}" update </dev/null >"$log" 2>&1 || true
    "${apt[@]}" install --no-install-recommends "$@" </dev/null >>"$log" 2>&1 || die "$(apt_reason "$log"); missing: $* (log: $log)"
}

apt_reason() {
    if grep -qE 'Temporary failure resolving|Could not resolve|Could not connect|Network is unreachable' "$1"; then
        printf 'no network to install Debian packages from'
    else
        printf 'apt-get failed: %s' "$(grep -m1 '^E: ' "$1" || tail -n 1 "$1")"
    fi
}

system_name() {
    [[ -r /etc/os-release ]] || { uname -s; return; }
    (. /etc/os-release && case $ID in debian) printf 'Debian %s' "${VERSION_ID:-unstable}" ;; *) printf '%s' "${PRETTY_NAME:-$ID}" ;; esac)
}

# Node 18 or later with npm. One that is already there is used as it is, wherever it came from.
need_node() {
    local major
    command -v node >/dev/null || need_packages node nodejs npm
    major=$(node -p 'process.versions.node.split(".")[0]') || die "$(command -v node) does not run"
    ((major >= 18)) || die "$(command -v node) is version $major; the page needs Node 18 or later"
    command -v npm >/dev/null && return
    # Debian ships npm apart from its nodejs; a Node from elsewhere brings its own.
    dpkg-query -S "$(readlink -f "$(command -v node)")" >/dev/null 2>&1 || die "$(command -v node) has no npm beside it; install npm for it"
    need_packages npm npm
}
