#!/usr/bin/env bash
# Starts a binary's demo and asks it what a newcomer would: one answer, one stream, one failure, the models. usage: smoke.sh BINARY
set -euo pipefail
binary=${1:?usage: smoke.sh BINARY}
log=$(mktemp)
"$binary" demo --listen 127.0.0.1:0 --admin 127.0.0.1:0 >"$log" 2>&1 &
pid=$!
trap 'kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; rm -f "$log"' EXIT

for _ in $(seq 1 100); do
  grep -q '^clients:' "$log" && break
  kill -0 "$pid" 2>/dev/null || { cat "$log"; exit 1; }
  sleep 0.1
done
url=$(sed -nE 's/^FastGate listens on (.*)$/\1/p' "$log")
admin=$(sed -nE 's/^control plane on ([^ ]*).*$/\1/p' "$log")
ask() { curl -sS --max-time 20 "$url/v1/chat/completions" -H 'content-type: application/json' -d "$1"; }
message='"messages":[{"role":"user","content":"Hello"}]'

expect() {
  if grep -q -- "$2" <<<"$3"; then echo "ok: $1"; else printf 'not ok: %s: no %s in\n%s\n' "$1" "$2" "$3"; exit 1; fi
}

expect "version" '^fastgate ' "$("$binary" version)"
expect "unary answer" '"finish_reason":"stop"' "$(ask "{\"model\":\"chat\",$message}")"
expect "streamed answer" '^data: \[DONE\]' "$(ask "{\"model\":\"chat\",\"stream\":true,$message}")"
expect "cut stream" 'stream_interrupted' "$(ask "{\"model\":\"alpha/cut-stream\",\"stream\":true,$message}" 2>/dev/null || true)"
expect "unknown model" 'model_not_found' "$(ask "{\"model\":\"nope\",$message}")"
expect "models" '"id":"chat"' "$(curl -sS --max-time 20 "$url/v1/models")"
expect "metrics" '^fastgate_requests_total' "$(curl -sS --max-time 20 "$admin/-/metrics")"
kill -TERM "$pid"
wait "$pid"
echo "ok: drained"
