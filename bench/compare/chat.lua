-- One chat request, from the file named in the environment, again and again; the outcome as one line of numbers.
-- FASTGATE_BENCH_HEADERS holds a header a line; FASTGATE_BENCH_UNIQUE_HEADER names one that is to be different in every request.
local file = assert(io.open(os.getenv("FASTGATE_BENCH_BODY"), "rb"))
wrk.method = "POST"
wrk.body = file:read("*a")
wrk.headers["Content-Type"] = "application/json"
file:close()
for name, value in (os.getenv("FASTGATE_BENCH_HEADERS") or ""):gmatch("([^:\n]+): *([^\n]*)") do
  wrk.headers[name] = value
end

local unique = os.getenv("FASTGATE_BENCH_UNIQUE_HEADER") or ""
if unique ~= "" then
  local before, after, count = nil, nil, 0
  local run = string.format("%d-%d", os.time(), math.random(1000000))
  function request()
    if not before then
      -- The message is rendered once; what stands in for the value is cut out of it.
      wrk.headers[unique] = "@@@@"
      before, after = wrk.format():match("^(.-)@@@@(.*)$")
    end
    count = count + 1
    return before .. run .. "-" .. count .. after
  end
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    "RESULT requests=%d microseconds=%d bytes=%d p50=%d p99=%d connect=%d read=%d write=%d status=%d timeout=%d\n",
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
    e.connect, e.read, e.write, e.status, e.timeout))
end
