#!/usr/bin/env bash
# What one proxied request costs: system calls (strace -c), instructions in user mode (steps.c), instructions and cycles where the machine counts
# them (perf stat), and the functions the time goes to (perf record). The same for HAProxy and the floor.
#   bench/compare/ledger.sh [epoll|sockets]      the gateway's transport; default: its own default
# Needs artifacts/fastgate (make aot) and what bench/compare/run.sh installs and builds; strace and perf are installed when they are missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
transport=${1:-}
seconds=${LEDGER_SECONDS:-4}
out=artifacts/ledger
mkdir -p "$out"

say() { echo "ledger: $*" >&2; }
missing=()
command -v strace >/dev/null || missing+=(strace)
command -v perf >/dev/null || missing+=(linux-perf)
if [ ${#missing[@]} -gt 0 ]; then
  say "installing ${missing[*]} with apt-get"
  root=(); [ "$(id -u)" = 0 ] || root=(sudo)
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
for file in artifacts/fastgate artifacts/floor artifacts/load/fastgate-load; do
  [ -x "$file" ] || { say "$file is not there; make aot and make compare COMPARE=--quick make it"; exit 1; }
done

compiler=$(command -v gcc || command -v clang) || { say "no C compiler: apt-get install gcc"; exit 1; }
"$compiler" -O2 -o artifacts/steps bench/compare/steps.c -lpthread

work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
PATH=$PATH:/usr/sbin
upstream=18301
fill() { # FILE PORT: the template with its marks replaced, unknown ones by nothing
  sed -E -e "s|@LISTEN@|127.0.0.1:$2|g; s|@UPSTREAM@|127.0.0.1:$upstream|g; s|@SCHEME@|http|g; s|@WORK@|$work|g; s|@MAX_CONNECTIONS@|4000|g" \
    -e "s|@WORKER_CONNECTIONS@|4096|g; s|@BUFFERING@|on|g; s|@SERVER@|${transport:+, transport: $transport}|g" \
    -e 's|@ANSWER@|{"id":"chatcmpl-0","object":"chat.completion","created":1700000000,"model":"gpt-4o-mini","choices":[{"index":0,"message":{"role":"assistant","content":"Certainly."},"finish_reason":"stop"}],"usage":{"prompt_tokens":24,"completion_tokens":16,"total_tokens":40}}|g' \
    -e 's|@[A-Z_]+@||g' "bench/compare/$1" >"$work/$2-$1"
  echo "$work/$2-$1"
}
nginx -p "$work" -e stderr -c "$(fill nginx-upstream.conf $upstream)" & pids+=($!)
artifacts/floor 18302 $upstream & floor=$!; pids+=($floor)
haproxy -db -f "$(fill haproxy.cfg 18303)" & haproxy=$!; pids+=($haproxy)
artifacts/fastgate serve --config "$(fill fastgate.yaml 18304)" --listen 127.0.0.1:18304 --admin 127.0.0.1:18305 >"$work/gateway.log" 2>&1 & gateway=$!; pids+=($gateway)

cpu() { # PID: hundredths of a second in user and in kernel mode
  sed -E 's/^.*\) //' "/proc/$1/stat" | awk '{ print $12, $13 }'
}
load() { # PORT SECONDS: requests answered
  artifacts/load/fastgate-load run --target "http://127.0.0.1:$1" --closed --connections 32 --duration "$2s" --warmup 1s --model chat \
    --header 'authorization: Bearer fg-bench-client' --json "$work/load.json" >/dev/null
  sed -nE 's/.*"completed_in_window": ([0-9]+).*/\1/p' "$work/load.json"
}
body='{"model":"chat","messages":[{"role":"user","content":"'$(printf 'Tell me more. %.0s' {1..26})'"}]}'
printf 'POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer fg-bench-client\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s' \
  ${#body} "$body" >"$work/request"
for port in 18302 18303 18304; do
  for _ in $(seq 1 100); do curl -sf -o /dev/null --max-time 1 "http://127.0.0.1:$port/v1/chat/completions" -H 'authorization: Bearer fg-bench-client' \
    -H 'content-type: application/json' -d '{"model":"chat","messages":[{"role":"user","content":"Hello"}]}' && break; sleep 0.1; done
  load $port 1 >/dev/null
done

for entry in "floor $floor 18302" "haproxy $haproxy 18303" "gateway $gateway 18304"; do
  read -r name pid port <<<"$entry"
  # System calls: strace makes every one slower, so batches are smaller and waits rarer or more than without; calls that carry data stay.
  strace -c -f -p "$pid" -o "$out/$name-strace.txt" 2>/dev/null & tracer=$!
  sleep 1
  count=$(load "$port" "$seconds")
  kill -INT $tracer; wait $tracer || true
  # The second of warm-up is traced as well.
  total=$(awk -v seconds="$seconds" -v count="$count" '$1 ~ /^[0-9.]+$/ && $NF != "total" { n[$NF] = $4 } END { for (c in n) { sum += n[c] } printf "%.2f", sum / (count * (seconds + 1) / seconds) }' "$out/$name-strace.txt")
  echo "$name: $total system calls a request ($count requests in $seconds s under strace)"
  awk -v seconds="$seconds" -v count="$count" '$1 ~ /^[0-9.]+$/ && $NF != "total" { each = $4 / (count * (seconds + 1) / seconds); if (each >= 0.005) printf "    %-18s %6.2f\n", $NF, each }' "$out/$name-strace.txt"

  # Instructions, one by one, by the thread that carries requests.
  thread=$pid
  [ "$name" != gateway ] || thread=$(grep -l '^event loop' /proc/"$pid"/task/*/comm | head -1 | cut -d/ -f5 || true)
  if [ -n "$thread" ] && read -r least median < <(artifacts/steps "$thread" "$port" "$work/request" 11); then
    printf '    %-18s %7d a request (median %d)\n' 'user instructions' "$least" "$median"
  fi

  # Instructions and cycles, where there is a counter: many virtual machines have none.
  read -r user kernel < <(cpu "$pid")
  perf stat -p "$pid" -e task-clock,context-switches,instructions:u,instructions:k,cycles:u,cycles:k -x, -o "$out/$name-stat.csv" -- sleep $((seconds + 1)) 2>/dev/null & counter=$!
  count=$(load "$port" "$seconds")
  wait $counter || true
  read -r user2 kernel2 < <(cpu "$pid")
  awk -v count="$count" -v seconds="$seconds" -v user=$((user2 - user)) -v kernel=$((kernel2 - kernel)) 'BEGIN { requests = count * (seconds + 1) / seconds
    printf "    %-18s %10.2f us a request\n    %-18s %10.2f us a request\n", "user mode", user * 10000 / requests, "kernel mode", kernel * 10000 / requests }'
  awk -F, -v count="$count" -v seconds="$seconds" '$1 + 0 > 0 { requests = count * (seconds + 1) / seconds; unit = $2 == "msec" ? "us" : ""; value = $2 == "msec" ? $1 * 1000 : $1; printf "    %-18s %10.2f %s a request\n", $3, value / requests, unit }
    $1 ~ /not/ { printf "    %-18s not counted on this machine\n", $3 }' "$out/$name-stat.csv" || true

  # Where the time goes.
  if perf record -q -F 4000 -g -p "$pid" -o "$work/$name.data" -- sleep "$seconds" >/dev/null 2>&1 & recorder=$!; then
    load "$port" "$seconds" >/dev/null
    wait $recorder || true
    if perf report -i "$work/$name.data" --no-children -g none --percent-limit 0.8 --stdio 2>/dev/null | grep -vE '^#|^$' >"$out/$name-profile.txt" && [ -s "$out/$name-profile.txt" ]; then
      echo "    most of its time (all of it in $out/$name-profile.txt):"
      head -12 "$out/$name-profile.txt" | sed 's/^/    /'
    else
      echo "    no profile: perf cannot sample here"
    fi
  fi
done
