#!/bin/sh
# SPDX-License-Identifier: ISC
# The walls between the folders: what each binary needs and shows, and who
# includes whom.  usage: tests/links.sh BUILD-FOLDER
#
# shellcheck disable=SC2013 # header names hold no blanks
set -eu
build=$1
failed=0

fail() {
    echo "check-links: $*" >&2
    failed=1
}

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
    libcurl* | libcrypto* | libssl*) fail "gcpkce-helper needs $library: TLS is loaded late" ;;
    libpam*) fail "gcpkce-helper needs $library: it has no PAM" ;;
    esac
done

# Who may include which of include/gcpkce/, by the folder that implements it.
owner_of() {
    for folder in common oauth courier; do
        if [ -e "pam_gcpkce/$folder/$1.c" ]; then
            echo "$folder"
            return
        fi
    done
    echo common # a header without a .c, such as cleanup.h
}
may_include() {
    case "$1:$2" in
    *:common) return 0 ;;
    oauth:oauth | helper:oauth | cli:oauth) return 0 ;;
    courier:courier | module:courier | cli:courier) return 0 ;;
    *) return 1 ;;
    esac
}
# What a file includes of ours, however it is written.
includes_of() {
    sed -n -e 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\(.*\)".*/\1/p' \
        -e 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*<\(gcpkce\/.*\)>.*/\1/p' "$1"
}
for file in pam_gcpkce/*/*.[ch]; do
    folder=$(basename "$(dirname "$file")")
    for header in $(includes_of "$file"); do
        case $header in
        gcpkce/*)
            name=$(basename "$header" .h)
            owner=$(owner_of "$name")
            [ -e "include/$header" ] || fail "$file includes $header, which is not there"
            may_include "$folder" "$owner" ||
                fail "$file includes $header of $owner/, which is not below $folder/"
            ;;
        */*) fail "$file includes $header: another folder's inside" ;;
        *) [ -e "pam_gcpkce/$folder/$header" ] || fail "$file includes $header, which is not in its folder" ;;
        esac
    done
done

# Libraries stay where they belong.
for folder in common courier module; do
    if grep -n '^[[:space:]]*#[[:space:]]*include <\(curl\|nettle\|json-c\|seccomp\)' pam_gcpkce/$folder/*.[ch]; then
        fail "$folder/ includes a library that must not be in a host process"
    fi
done
for folder in common oauth courier helper; do
    if grep -n '^[[:space:]]*#[[:space:]]*include <security/' pam_gcpkce/$folder/*.[ch]; then
        fail "$folder/ includes PAM's headers, which are module/'s"
    fi
done
if grep -n '^[[:space:]]*#[[:space:]]*include <curl' pam_gcpkce/oauth/*.[ch] pam_gcpkce/cli/*.[ch]; then
    fail "the network is helper/'s alone"
fi

# A header of common/ does not look up either.
for header in include/gcpkce/*.h; do
    folder=$(owner_of "$(basename "$header" .h)")
    for below in $(includes_of "$header" | sed -n 's/^gcpkce\/\(.*\)\.h$/\1/p'); do
        may_include "$folder" "$(owner_of "$below")" ||
            fail "$header includes $below.h of $(owner_of "$below")/, which is not below $folder/"
    done
done

[ "$failed" -eq 0 ] || exit 1
echo 'check-links: the walls hold'
