-- Telegram-shaped webhooks for wrk: every request is another message of another citizen.
-- Arguments after `--`: the first id to use, and the webhook's secret token.
local threads = 0

function setup(thread)
  thread:set("nth", threads)
  threads = threads + 1
end

function init(args)
  next_id = tonumber(args[1]) + nth * 10000000
  secret = args[2]
end

local body = '{"update_id":%d,"message":{"message_id":%d,"from":{"id":%d,"is_bot":false,"first_name":"Warga","last_name":"Cimahi",'
  .. '"username":"warga%d","language_code":"id"},"chat":{"id":%d,"first_name":"Warga","last_name":"Cimahi","username":"warga%d","type":"private"},'
  .. '"date":%d,"text":"Assalamualaikum min, izin lapor. Lampu jalan di Jl. Gandawijaya depan pasar RT 03 RW 05 Kelurahan Setiamanah sudah mati '
  .. 'sejak tiga hari yang lalu (laporan %d). Kalau malam gelap sekali dan rawan kecelakaan, kemarin ada motor yang hampir jatuh. '
  .. 'Mohon segera diperbaiki, terima kasih."}}'

function request()
  next_id = next_id + 1
  local id = next_id
  local text = string.format(body, id, id, id, id, id, id, os.time(), id)
  return wrk.format("POST", nil, {["Content-Type"] = "application/json", ["X-Telegram-Bot-Api-Secret-Token"] = secret}, text)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"seconds":%.4f,"p50":%.3f,"p99":%.3f,"failed":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
