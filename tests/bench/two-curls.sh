#!/bin/sh
# SPDX-License-Identifier: ISC
# The script that people write: two plain curl commands, certificates as curl
# finds them.  usage: two-curls.sh LOGIN-URL API-URL CODE
set -eu
token=$(curl -sS --fail "$1/oauth/token" \
    -d grant_type=authorization_code -d "code=$3" \
    -d redirect_uri=http://localhost \
    -d client_id=00000000-0000-4000-8000-000000000000 \
    -d code_verifier=0123456789012345678901234567890123456789012)
token=${token#*'"access_token": "'}
exec curl -sS --fail -o /dev/null "$2/api/v2/users/me" \
    -H "Authorization: Bearer ${token%%'"'*}"
