#!/usr/bin/env bash
# Measures the gateway side by side with HAProxy, nginx, the C floor and Portkey's gateway, and writes perf-results/.
#   bench/compare/run.sh [--quick|--full] [--scenario NAME]... [--gateway FILE] [...]     see: fastgate-load --help
# Installs what is missing (Debian and npm packages), builds the floor and the load generator, then hands over to
# `fastgate-load compare`, which starts and stops everything else itself.
set -euo pipefail
cd "$(dirname "$0")/../.."

say() { echo "compare: $*" >&2; }

missing=()
for program in haproxy nginx wrk clang npm; do
  PATH="$PATH:/usr/sbin" command -v "$program" >/dev/null || missing+=("$program")
done
[ -e /usr/include/zlib.h ] || missing+=(zlib1g-dev)
if [ ${#missing[@]} -gt 0 ]; then
  say "installing ${missing[*]} with apt-get"
  root=(); [ "$(id -u)" = 0 ] || root=(sudo)
  "${root[@]}" apt-get update -qq
  # Only the programs are wanted, not the services the packages would start.
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

mkdir -p artifacts

# A test tool: pinned, in a place of its own, and left out when it cannot be installed.
portkey=@portkey-ai/gateway@1.15.2
if ! [ -f artifacts/portkey/node_modules/@portkey-ai/gateway/package.json ]; then
  say "installing $portkey with npm"
  npm install --prefix artifacts/portkey --no-save --no-audit --no-fund --loglevel=error "$portkey" >&2 ||
    say "npm could not install $portkey: it is left out"
fi

compiler=$(command -v gcc || command -v clang)
"$compiler" -O2 -o artifacts/floor bench/compare/floor.c

load=artifacts/load/fastgate-load
say "building the load generator"
if ! dotnet publish bench/FastGate.Load -c Release -r linux-x64 -o artifacts/load --nologo -v q \
    -p:FastGateTargetFramework=net9.0 -p:PublishAot=true >artifacts/load-publish.log 2>&1; then
  say "NativeAOT is not available here (artifacts/load-publish.log): running the load generator with the JIT"
  dotnet build bench/FastGate.Load -c Release -o artifacts/load-jit --nologo -v q >&2
  load=artifacts/load-jit/fastgate-load
fi

gateway=artifacts/fastgate
for (( i = 1; i <= $#; i++ )); do
  case "${!i}" in
    --gateway) j=$((i + 1)); gateway=${!j:-} ;;
    --gateway=*) gateway=${!i#--gateway=} ;;
  esac
done
[ -x "$gateway" ] || say "no gateway at $gateway (make aot builds it): it is left out"

commit=$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
[ -z "$(git status --porcelain --untracked-files=no 2>/dev/null)" ] || commit="$commit-dirty"

ulimit -n "$(ulimit -Hn)"
exec "$load" compare --commit "$commit" "$@"
