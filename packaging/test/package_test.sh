#!/usr/bin/env bash
# package_test.sh BUILD SOURCE CMAKE CPACK: builds the Debian package, installs it into a root of its own, and uses what is there.
# Needs no root and no network; leaves nothing behind.
set -euo pipefail
build=$1 source=$2 cmake=$3 cpack=$4

work=$(mktemp -d)
server= manager=
cleanup() {
    for process in $server $manager; do
        kill -9 "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap cleanup EXIT

fail() {
    printf 'package_test: %s\n' "$*" >&2
    exit 1
}
# same WHAT WANTED FOUND
same() { [[ $2 == "$3" ]] || fail "$1: wanted \"$2\", found \"$3\""; }
claim() { printf -- '- %s\n' "$*"; }
# appears FILE PATTERN: waits until the file has such a line, half a minute at most.
appears() {
    for ((i = 0; i < 300; i++)); do
        if grep -qs -- "$2" "$1"; then return; fi
        sleep 0.1
    done
    return 1
}

for tool in curl dpkg dpkg-deb dpkg-shlibdeps fakeroot man perl systemd-analyze; do
    command -v "$tool" >/dev/null || fail "$tool is missing; ./test installs it"
done

claim "the package is built"
(cd "$work" && "$cpack" --config "$build/CPackConfig.cmake" -B "$work/cpack") >"$work/cpack.log" 2>&1 || {
    cat "$work/cpack.log" >&2
    fail "cpack failed"
}
deb=$(echo "$work"/cpack/*.deb)
[[ -f $deb ]] || fail "cpack made no single package: $deb"
field() { dpkg-deb -f "$deb" "$1"; }
same "its name" rondo "$(field Package)"
same "its version" "$("$build/rondo" version --json | sed 's/.*"version":"\([^"]*\)".*/\1/')" "$(field Version)"
for library in libc6 libstdc++6 libjemalloc2 libsqlite3-0 libssl3 libsodium23 passwd; do
    [[ " $(field Depends)" == *" $library"* ]] || fail "Depends lacks $library: $(field Depends)"
done
same "its configuration files" /etc/rondo/rondo.yaml "$(dpkg-deb -I "$deb" conffiles)"
same "files that do not belong to root" "" "$(dpkg-deb -c "$deb" | grep -v ' root/root ' || true)"
same "files that others may write" "" "$(dpkg-deb -c "$deb" | grep -E '^[^l]....(w|...w)' || true)"
same "scripts that do not parse" "" "$(for script in postinst prerm postrm; do dpkg-deb -I "$deb" $script | sh -n || echo $script; done)"

# Another root with this machine's list of packages: dpkg checks the dependencies against it, and runs the scripts outside of any
# chroot, with DPKG_ROOT set. fakeroot remembers who owns what.
root=$work/root
mkdir -p "$root"/etc "$root"/var/lib/dpkg/{info,updates,triggers}
cp /var/lib/dpkg/status "$root/var/lib/dpkg/status"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"
as_root() { fakeroot -i "$work/owners" -s "$work/owners" "$@"; }
touch "$work/owners"
in_root() {
    as_root dpkg --root="$root" --force-script-chrootless --log=/dev/null "$@" >"$work/dpkg.log" 2>&1 || {
        grep -v 'files list file for package' "$work/dpkg.log" >&2
        fail "dpkg $* failed"
    }
}

claim "it installs, with all it depends on at hand, and without starting anything"
in_root -i "$deb"
same "its state" "install ok installed" "$(dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${Status}' rondo)"
user=$(grep '^rondo:' "$root/etc/passwd") || fail "there is no user rondo"
[[ $user == *:/var/lib/rondo:/usr/sbin/nologin ]] || fail "the user could log in: $user"
same "who may read the data" "750 $(cut -d: -f3,4 <<<"$user")" "$(as_root stat -c '%a %u:%g' "$root/var/lib/rondo")"
[[ -L $root/etc/systemd/system/multi-user.target.wants/rondo.service ]] || fail "the service is not enabled"
for file in usr/share/doc/rondo/{copyright,README.md,docs/install.md} usr/share/zsh/vendor-completions/_rondo; do
    [[ -s $root/$file ]] || fail "/$file is missing"
done

claim "the unit is sound and shut in"
unit=$root/usr/lib/systemd/system/rondo.service
same "what the unit starts" "/usr/bin/rondo serve --config /etc/rondo/rondo.yaml" "$(sed -n 's/^ExecStart=//p' "$unit")"
verify_unit() { systemd-analyze verify --man=no --recursive-errors=no --root="$root" "$unit" 2>&1 || echo "failed"; }
install -D /bin/kill "$root/bin/kill"  # ExecReload's
same "what systemd says against it" "" "$(verify_unit)"
systemd-analyze security --offline=true --threshold=15 "$unit" >"$work/security" 2>&1 || fail "too much is allowed: $(tail -n 1 "$work/security")"

claim "the manual page and the completion know every command"
manual=$(MANWIDTH=100 man --warnings -l "$root/usr/share/man/man1/rondo.1.gz" 2>"$work/man.log" | sed 's/.\x08//g')
same "what man warns of" "" "$(cat "$work/man.log")"
. "$root/usr/share/bash-completion/completions/rondo"
# completed WORD...: what is offered for the last of the words.
completed() {
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    compopt() { COMPREPLY=("<$2>"); }
    _rondo
    printf '%s' "${COMPREPLY[*]}"
}
commands=$("$root/usr/bin/rondo" --help | awk '/^Subcommands:/ { listed = 1; next } /^[^ ]/ { listed = 0 } listed && NF { print $1 }')
[[ $commands == *serve* ]] || fail "--help lists no command: $commands"
for command in $commands; do
    [[ $manual == *"rondo $command"* ]] || fail "the manual page lacks $command"
    [[ " $(completed rondo "") " == *" $command "* ]] || fail "the completion lacks $command"
    grep -q "'$command:" "$root/usr/share/zsh/vendor-completions/_rondo" || fail "zsh's completion lacks $command"
    for option in $("$root/usr/bin/rondo" "$command" --help | grep -oE '^  (-[a-z],)?--[a-z-]+' | grep -oE -- '--[a-z-]+'); do
        [[ $manual == *"$option"* ]] || fail "the manual page lacks $command $option"
        [[ " $(completed rondo "$command" --) " == *" $option "* ]] || fail "the completion lacks $command $option"
    done
done
[[ $manual == *RONDO_SERVER__PORT* ]] || fail "the manual page lacks the settings"
same "a word that is begun" serve "$(completed rondo se)"
same "a file's name" "<default>" "$(completed rondo serve --config "")"
same "a number" "" "$(completed rondo serve --port "")"

claim "the installed program finds its packs, serves its page, plays a turn and stops in order"
cd "$work"  # no scenarios lie here
"$root/usr/bin/rondo" check-config --config "$root/etc/rondo/rondo.yaml" >"$work/settings" || fail "the installed configuration is refused"
same "where the data goes" "/var/lib/rondo $root/etc/rondo/rondo.yaml:5" "$(awk '$1 == "data" { print $2, $3 }' "$work/settings")"
# The service manager's end of the readiness protocol: prints each datagram.
perl -MSocket -e '$| = 1; socket(S, AF_UNIX, SOCK_DGRAM, 0) && bind(S, sockaddr_un($ARGV[0])) or die $!;
    print "bound\n"; print "$m\n" while defined recv(S, $m, 4096, 0)' "$work/notify" >"$work/told" &
manager=$!
appears "$work/told" bound || fail "no socket to listen for readiness"
NOTIFY_SOCKET=$work/notify "$root/usr/bin/rondo" serve --config "$root/etc/rondo/rondo.yaml" --data "$root/var/lib/rondo" --port 0 \
    >"$work/out" 2>"$work/err" &
server=$!
appears "$work/out" '^listening on' || fail "the server did not start: $(cat "$work/err")"
url=$(sed -n 's/^listening on //p' "$work/out")
appears "$work/told" READY=1 || fail "the service manager was not told that it is ready"
same "the status" "STATUS=listening on $url" "$(grep STATUS "$work/told")"
curl -fsS "$url/" | grep -q '<title>' || fail "there is no page"
printf '你好\n' >"$work/script"
"$root/usr/bin/rondo" chat --url "$url" --scenario sales-zh --script "$work/script" --json >"$work/turn" || fail "the turn failed"
grep -q '"npc_response":"[^"]' "$work/turn" || fail "nobody answered: $(cat "$work/turn")"
kill "$server"
wait "$server" || fail "the server did not stop in order"
server=
appears "$work/told" STOPPING=1 || fail "the service manager was not told that it stops"

claim "packs in the working folder come first"
mkdir -p "$work/own/scenarios"
if (cd "$work/own" && "$root/usr/bin/rondo" check-config) >/dev/null 2>"$work/err"; then fail "an empty ./scenarios was passed over"; fi
grep -q 'scenarios' "$work/err" || fail "the reason does not name the folder: $(cat "$work/err")"

claim "an upgrade keeps a changed configuration; a removal keeps it and the data; a purge keeps nothing"
echo '# ours' >>"$root/etc/rondo/rondo.yaml"
in_root -i "$deb"
grep -q '# ours' "$root/etc/rondo/rondo.yaml" || fail "the upgrade replaced the configuration"
in_root -r rondo
[[ -f $root/var/lib/rondo/rondo.db && -f $root/etc/rondo/rondo.yaml && ! -e $root/usr/bin/rondo ]] || fail "the removal took too much or too little"
in_root -P rondo
[[ ! -e $root/var/lib/rondo && ! -e $root/etc/rondo ]] || fail "the purge left something"
same "what the purge left" "" "$(find "$root" -path "$root/var/lib/dpkg" -prune -o -name '*rondo*' -print)"

claim "an installation below another prefix names that one, and keeps its configuration"
"$cmake" --install "$build" --prefix "$work/prefix" >"$work/install.log" || fail "cmake --install failed: $(cat "$work/install.log")"
same "what that unit starts" "$work/prefix/bin/rondo serve --config $work/prefix/etc/rondo/rondo.yaml" \
    "$(sed -n 's/^ExecStart=//p' "$work/prefix/lib/systemd/system/rondo.service")"
echo '# ours' >>"$work/prefix/etc/rondo/rondo.yaml"
"$cmake" --install "$build" --prefix "$work/prefix" >"$work/install.log"
grep -q '# ours' "$work/prefix/etc/rondo/rondo.yaml" || fail "the second installation replaced the configuration"
for file in README.md LICENSE; do cmp -s "$source/$file" "$work/prefix/share/doc/rondo/$file" || fail "$file differs"; done

printf 'package_test: passed\n'
