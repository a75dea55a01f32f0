#!/usr/bin/env bash
# Runs test projects that are built already, one after another, and adds their results up.
# usage: test.sh [PROJECT ...]        default: all of them
# The last line is "N passed, N failed"; artifacts/test-results.txt keeps the sums of the last call.
set -uo pipefail
cd "$(dirname "$0")/.."
configuration=${CONFIGURATION:-Release}
# What has just been built, unless something else is named: never a binary left over from an earlier publish.
export FASTGATE_BINARY=${FASTGATE_BINARY:-$PWD/src/FastGate/bin/$configuration/net10.0/fastgate}
# The runtime's sockets as the gateway has them (SocketRuntime). They are set at the first socket of the process, which is the test host's own.
if [ "${FASTGATE_TEST_TRANSPORT:-}" = sockets ]; then
  export DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1 DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT=$(nproc)
fi
projects=("$@")
if [ ${#projects[@]} -eq 0 ]; then
  mapfile -t projects < <(find tests -name '*.Tests.csproj' -o -name 'FastGate.Fuzz.csproj' | sort | xargs -n1 dirname)
fi

mkdir -p artifacts
passed=0 failed=0 skipped=0 broken=0
for project in "${projects[@]}"; do
  log=$(mktemp)
  echo "== $project"
  # A shell in the background hands on SIGINT ignored, which the tests of stopping would run into.
  env --default-signal=INT dotnet test "$project" -c "$configuration" --no-build --nologo --logger "console;verbosity=minimal" --blame-hang-timeout 5m --results-directory artifacts/test-results >"$log" 2>&1
  status=$?
  # "Passed!  - Failed:     0, Passed:   123, Skipped:     0, Total:   123, Duration: 1 s - X.dll (net10.0)"
  summary=$(grep -E '^(Passed|Failed|Skipped)! +- ' "$log" | tail -n 1)
  number() { sed -nE "s/.*$1: +([0-9]+),.*/\1/p" <<<"$summary"; }
  if [ -z "$summary" ]; then
    cat "$log"
    echo "$project: no test ran"
    broken=$((broken + 1))
  else
    passed=$((passed + $(number Passed)))
    failed=$((failed + $(number Failed)))
    skipped=$((skipped + $(number Skipped)))
    if [ $status -ne 0 ]; then cat "$log"; else grep -E '\[SKIP\]' "$log"; echo "$summary"; fi
    if [ $status -ne 0 ] && [ "$(number Failed)" = 0 ]; then broken=$((broken + 1)); fi
  fi
  rm -f "$log"
done

failed=$((failed + broken))
echo "$passed $failed $skipped" >artifacts/test-results.txt
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
