#!/usr/bin/env bash
# Writes src/FastGate/hot-path.order: the methods that run for requests and stream events, hottest first. The NativeAOT binary is laid out in
# that order, so that what runs together lies together. To be run when `make aot` says that too few of the methods are still there.
# Samples the whole machine with perf during short rounds of `make compare`, which takes root or kernel.perf_event_paranoid <= 0.
set -euo pipefail
cd "$(dirname "$0")/../.."
order=src/FastGate/hot-path.order
binary=artifacts/hot-path/fastgate
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { echo "hot-path: $*" >&2; }
command -v perf >/dev/null || { say "perf is not here: apt-get install linux-perf"; exit 1; }

# With symbols, and in the order the compiler would choose.
scripts/publish-aot.sh "$binary" "" -p:StripSymbols=false -p:IlcOrderFile=
perf record -q -a -F 4000 -o "$work/samples" -- \
  bench/compare/run.sh --quick --gateway "$binary" --proxy gateway --scenario unary-32 --scenario hits-32 --scenario streams-100 --scenario features

# "   7f12ab NAME (FILE)" to "COUNT NAME", those with more than one sample. A name without a namespace is the runtime's own, in C++: not the
# compiler's to place.
perf script -i "$work/samples" -F ip,sym,dso 2>/dev/null |
  awk -v file="/$binary)" 'substr($0, length($0) - length(file) + 1) == file' |
  sed -E 's/^ *[0-9a-f]+ //; s/ \([^()]*\)$//' | sort | uniq -c | sort -k1,1nr -k2 |
  awk '$1 > 1 && $2 ~ /^[A-Za-z<].*__/' >"$work/methods"
count=$(awk '{ sum += $1 } END { print sum + 0 }' "$work/methods")
[ "$count" -gt 10000 ] || { say "only $count samples were in the binary's methods: nothing was written"; exit 1; }
{
  echo "# The methods that run for requests and stream events, hottest first. Written by \`make hot-path\`; see docs/performance.md."
  sed -E 's/^ *[0-9]+ //' "$work/methods"
} >"$order"
say "$order: $(wc -l <"$work/methods") methods from $count samples"
