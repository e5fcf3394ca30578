#!/bin/sh
# Usage: deploy.sh SOURCE [ROOT]
#
# Puts a copy of the folder SOURCE into ROOT/releases (ROOT: /srv/app by default), points ROOT/current at it, and restarts
# the server. If the new release does not get to serve, `current` points at the old one again, which then serves in all
# processes, and the exit code is 1. Where there is no server, it says so, and the next one that is started is of this release.
set -eu

source=$(cd "$1" && pwd)
cd "${2:-/srv/app}"

# One deployment at a time.
exec 9> deploy.lock
flock --nonblock 9 || { echo 'another deployment is under way' >&2; exit 1; }

# One rename: at no moment is there no `current`.
point_at() {
  ln -sfn "$1" current.next
  mv -T current.next current
}

# To the millisecond: two deployments may come in one second. mkdir fails where there is such a folder already.
release=releases/$(date -u +%Y-%m-%dT%H-%M-%S.%3N)
mkdir -p releases
mkdir "$release"
cp -R "$source/." "$release"
# Before anything runs from it: a restart must not see half of a release.
(cd "$release" && npm ci --omit=dev --no-audit --no-fund)

previous=$(readlink current || true)
point_at "$release"

# 5: nobody is there. A server that was killed leaves its pid file behind.
code=5
if [ -e app.pid ]; then
  code=0
  zerodown reload --pid-file app.pid || code=$?
fi
if [ "$code" = 5 ]; then
  echo "$release is in place; start the server"
  exit 0
fi
if [ "$code" != 0 ]; then
  if [ -n "$previous" ]; then point_at "$previous"; fi
  # 7: the first slots of `zerodown run` have the new release. Once more, with the old one for all.
  if [ "$code" = 7 ] && ! zerodown reload --pid-file app.pid; then
    echo "current is ${previous:-nothing} again, but not all processes are of it; reload again" >&2
    exit 1
  fi
  echo "$release is not in use; current is ${previous:-nothing} again" >&2
  exit 1
fi

# Keeps the five newest: one that still drains may load files from the release before, and you may want to go back.
find releases -mindepth 1 -maxdepth 1 -type d | sort -r | tail -n +6 | xargs -r rm -rf
echo "$release serves"
