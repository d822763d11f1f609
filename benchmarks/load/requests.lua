-- wrk sends the requests of a file, in their order and from the beginning again when they end, and tells what came of
-- them as one line of JSON. The file holds whole requests with a zero byte after each.

local requests, position = {}, 0

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  for request in file:read("*a"):gmatch("([^%z]+)") do
    requests[#requests + 1] = request
  end
  file:close()
end

function request()
  position = position % #requests + 1
  return requests[position]
end

function done(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%f,"megabytes":%f,"p50_ms":%f,"p90_ms":%f,"p99_ms":%f,"p999_ms":%f,"slowest_ms":%f,'
      .. '"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(90) / 1e3, latency:percentile(99) / 1e3, latency:percentile(99.9) / 1e3, latency.max / 1e3,
    failed.connect, failed.read, failed.write, failed.status, failed.timeout
  ))
end
