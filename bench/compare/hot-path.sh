#!/usr/bin/env bash
# Writes src/FastGate/hot-path.order: the methods that run for requests and stream events, hottest first. The NativeAOT binary is laid out in
# that order, so that what runs together lies together. To be run when `make aot` says that too few of the methods are still there.
# Samples the whole machine with perf during short rounds of `make compare`, which takes root or kernel.perf_event_paranoid <= 0.
set -euo pipefail
cd "$(dirname "$0")/../.."
order=src/FastGate/hot-path.order
binary=artifacts/hot-path/fastgate
samples=$(mktemp)
trap 'rm -f "$samples"' EXIT

say() { echo "hot-path: $*" >&2; }
command -v perf >/dev/null || { say "perf is not here: apt-get install linux-perf"; exit 1; }

# With symbols, and in the order the compiler would choose.
dotnet publish src/FastGate -c Release -r linux-x64 --nologo -v quiet -p:PublishAot=true -p:DebugType=none -p:StripSymbols=false -p:IlcOrderFile= -o "$(dirname "$binary")"
dotnet restore FastGate.sln --nologo -v quiet >/dev/null

perf record -q -a -F 4000 -o "$samples" -- \
  bench/compare/run.sh --quick --gateway "$binary" --proxy gateway --scenario unary-32 --scenario hits-32 --scenario streams-100 --scenario features

# Symbols without a name of a namespace are the runtime's own, in C++: not the compiler's to place.
count=$(perf script -i "$samples" -F ip,sym,dso 2>/dev/null | grep -F "/$binary)" | sed -E 's/^ *[0-9a-f]+ //; s/ \([^()]*\)$//' | sort | uniq -c | sort -k1,1nr -k2 | awk '$1 > 1' | tee "$samples.methods" | awk '{ sum += $1 } END { print sum + 0 }')
trap 'rm -f "$samples" "$samples.methods"' EXIT
[ "$count" -gt 10000 ] || { say "only $count samples were in the binary: nothing was written"; exit 1; }
{
  echo "# The methods that run for requests and stream events, hottest first. Written by \`make hot-path\`; see docs/performance.md."
  sed -E 's/^ *[0-9]+ //' "$samples.methods" | grep -E '^[A-Za-z_<]+.*__' | grep -vE '^__'
} >"$order"
say "$order: $(($(wc -l <"$order") - 1)) methods from $count samples"
