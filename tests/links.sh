#!/bin/sh
# SPDX-License-Identifier: ISC
# Checks the dependencies between the directories: what each binary needs, shows and
# is made of, and which directory includes which.
#
#     usage: tests/links.sh BUILD [SOURCE]
set -eu
build=$1
cd "${2-.}"
case $build in /*) ;; *) build=$OLDPWD/$build ;; esac
failed=0

fail() {
    echo "check-links: $*" >&2
    failed=1
}

# ---- libraries and exported symbols ----

needed() { readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; }

# The module needs libc and libpam; sanitizers and the loader come on top.
for library in $(needed "$build/pam_gcpkce.so"); do
    case $library in
    libc.so.* | libpam.so.* | ld-linux* | libasan.so.* | libubsan.so.*) ;;
    *) fail "pam_gcpkce.so needs $library: it may need libc and libpam alone" ;;
    esac
done

exported=$(nm -D --defined-only "$build/pam_gcpkce.so" | awk '{ print $3 }' | sort | tr '\n' ' ')
expected='pam_sm_acct_mgmt pam_sm_authenticate pam_sm_chauthtok pam_sm_close_session pam_sm_open_session pam_sm_setcred '
[ "$exported" = "$expected" ] ||
    fail "pam_gcpkce.so exports \"$exported\": it may export the six pam_sm_* alone"

for library in $(needed "$build/gcpkce"); do
    case $library in
    libcurl* | libpam* | libseccomp*) fail "gcpkce needs $library: it has no network, no PAM and no sandbox" ;;
    esac
done

# The helper loads libcurl when it opens a connection, and not while it waits.
for library in $(needed "$build/gcpkce-helper"); do
    case $library in
    libcurl* | libssl*) fail "gcpkce-helper needs $library: TLS is loaded late" ;;
    libpam*) fail "gcpkce-helper needs $library: it has no PAM" ;;
    esac
done

# ---- what each binary is made of ----

# A line "DIRECTORY SYMBOL" for each symbol that the objects of a directory, or of
# one below it, define; by the sources: an object whose source has moved may still
# be there.
symbols=$(mktemp)
trap 'rm -f "$symbols"' EXIT
(cd pam_gcpkce && find config helper_client module cli oauth helper -name '*.c') |
    sed "s|\(.*\)\.c|$build/pam_gcpkce/\1.o|" | xargs nm -A --defined-only --extern-only |
    sed -n "s|^$build/pam_gcpkce/\([^/]*\)/[^:]*:[^ ]* . \(.*\)|\1 \2|p" > "$symbols"
has_none_of() { # BINARY DIRECTORY...
    binary=$1
    shift
    wrong=$(nm --defined-only "$build/$binary" | awk -v binary="$binary" -v directories=" $* " '
        NR == FNR { if (index(directories, " " $1 " ")) owner[$2] = $1; next }
        $3 == "main" { next }
        { seen = 1 }
        $3 in owner { print binary " has " $3 " of " owner[$3] "/" }
        END { if (!seen) print binary " has no symbols to look at" }' "$symbols" -)
    [ -z "$wrong" ] || fail "$wrong"
}
has_none_of gcpkce-helper config helper_client module cli
has_none_of pam_gcpkce.so oauth helper cli
has_none_of gcpkce helper module

# ---- who includes whom ----

# What each directory may include; its headers are its own, or in include/gcpkce/.
# shellcheck disable=SC2016 # of awk, not of the shell
wrong=$(find pam_gcpkce include/gcpkce -name '*.[ch]' | sort | xargs awk '
BEGIN {
    may["base"] = "base"
    may["wire"] = "wire base"
    may["config"] = "config wire base"
    may["oauth"] = "oauth wire base"
    may["helper_client"] = "helper_client config wire base"
    may["helper"] = "helper oauth wire base"
    may["module"] = "module helper_client config wire base"
    may["greeter"] = "greeter config oauth base"
    may["cli"] = "cli helper_client oauth config wire base"
}
/^[ \t]*#[ \t]*include[ \t]*("|<gcpkce\/)/ {
    header = $0
    gsub(/^[^"<]*["<]|[">].*$/, "", header)
    depth = split(FILENAME, part, "/")
    owner = part[1] == "include" ? part[3] : part[2]
    split(header, of, "/")
    if (header ~ /^gcpkce\//) { path = "include/" header; from = of[2] }
    else if (header ~ /\//) { path = "pam_gcpkce/" header; from = of[1] }
    else { path = FILENAME; sub(/[^\/]*$/, header, path); from = owner }
    if ((getline line < path) < 0)
        print FILENAME " includes " header ", which is not at " path
    close(path)
    if (index(" " may[owner] " ", " " from " ") == 0)
        print FILENAME " includes " header ": " owner "/ may not use " from "/"
}')
[ -z "$wrong" ] || fail "$wrong"

# Libraries stay where they belong.
for directory in base wire config helper_client module; do
    if grep -rn '^[[:space:]]*#[[:space:]]*include <\(curl\|openssl\|json-c\|seccomp\)' "pam_gcpkce/$directory"; then
        fail "$directory/ includes a library that must not be in the application's process"
    fi
done
for directory in base wire config oauth helper_client helper; do
    if grep -rn '^[[:space:]]*#[[:space:]]*include <security/' "pam_gcpkce/$directory"; then
        fail "$directory/ includes PAM's headers, which are for module/"
    fi
done
if grep -rn '^[[:space:]]*#[[:space:]]*include <curl' pam_gcpkce/oauth pam_gcpkce/cli; then
    fail "only helper/ uses the network"
fi

[ "$failed" -eq 0 ] || exit 1
echo 'check-links: only allowed dependencies'
