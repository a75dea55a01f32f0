#!/usr/bin/env bash
# Installs what the tests and the comparison need beside the .NET SDK: Debian packages that are missing, and the npm packages of the client
# libraries. Says what it installs; installs nothing twice.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
clients=$root/tests/FastGate.EndToEnd.Tests/clients

# Command (or file) that shows a package is there, then the package.
missing=()
need() {
  local sign=$1
  shift
  if [[ $sign == /* ]]; then
    [[ -e $sign ]] || missing+=("$@")
  else
    command -v "$sign" >/dev/null || missing+=("$@")
  fi
}

need node nodejs npm
need clang clang
need /usr/include/zlib.h zlib1g-dev
# /usr/sbin is not in everybody's PATH.
PATH=$PATH:/usr/sbin
need haproxy haproxy
need nginx nginx-light
need wrk wrk
need promtool prometheus

if ((${#missing[@]})); then
  echo "Installing Debian packages: ${missing[*]}"
  as_root=()
  if [[ $(id -u) != 0 ]]; then
    command -v sudo >/dev/null || { echo "Not root, and there is no sudo: install them yourself, then run this again." >&2; exit 1; }
    as_root=(sudo)
  fi
  export DEBIAN_FRONTEND=noninteractive
  "${as_root[@]}" apt-get update -qq
  # Servers are wanted as programs, not as services that start on their own.
  "${as_root[@]}" env RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# The lock file as it was when node_modules was last filled.
stamp=$clients/node_modules/.installed-lock
if ! cmp -s "$clients/package-lock.json" "$stamp"; then
  echo "Installing npm packages: $(node -p "Object.entries(require('$clients/package.json').dependencies).map(([name, version]) => name + ' ' + version).join(', ')")"
  (cd "$clients" && npm ci --no-audit --no-fund --loglevel=error)
  cp "$clients/package-lock.json" "$stamp"
fi
echo "Test tools are up to date."
