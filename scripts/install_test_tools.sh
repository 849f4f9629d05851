#!/bin/sh
# Gets the programs that some tests need beside Python, where that is possible: root on Debian.
# Quick when everything is there. Without them those tests are skipped; with CI=true they fail.
set -eu

missing=""
command -v dbus-daemon >/dev/null 2>&1 || missing="$missing dbus-daemon"
command -v cc >/dev/null 2>&1 || missing="$missing gcc libc6-dev"

[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "not installed, and only root on Debian could do it here:$missing" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086  # a list of words
if ! { apt-get install -qq -y --no-install-recommends $missing >/dev/null 2>&1 ||
    { apt-get update -qq && apt-get install -qq -y --no-install-recommends $missing; } >/dev/null; }
then
    echo "could not be installed:$missing" >&2
fi
