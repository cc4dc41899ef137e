// A burst of reads while Redis fails in one way after another, by the fault proxy before it.
//
//   python -m commerce_app.faults --listen 127.0.0.1:6380 --upstream 127.0.0.1:6379 --api 127.0.0.1:8474
//   REDIS_URL=redis://127.0.0.1:6380/0 … fireline shop serve
//   fireline shop load k6-cache-test --url http://127.0.0.1:8000
//   BASE_URL=http://127.0.0.1:8000 FAULT_PROXY_URL=http://127.0.0.1:8474 k6 run k6-cache-test.js
//
// FAULT_PROXY_URL http://127.0.0.1:8474 is toxiproxy's HTTP API (ours or toxiproxy's own), FAULT_PROXY redis the
// proxy's name there. FAULTS latency,timeout,reset_peer is what happens, 20 s each, 20 s of peace before, between
// and after. READS_RPS 240. Thresholds of each phase: P95_MS 800, FAILED_SHARE 0.02; the hit ratio of each phase is
// read from the shop's /metrics and shown. More settings in shop.js.
// Exit code 0, or 99 when a threshold failed. Whatever happens, the faults are taken away at the end.
import http from 'k6/http';
import exec from 'k6/execution';
import { Gauge } from 'k6/metrics';
import { sleep } from 'k6';
import {
  BASE_URL, SUMMARY_STATS, arrivals, bounds, fewDropped, milliseconds, number, offered, popularProduct, readDetail,
  readPopular, requireShop,
} from './shop.js';

const PHASE_SECONDS = 20;
const PROXY = `${__ENV.FAULT_PROXY_URL || 'http://127.0.0.1:8474'}/proxies/${__ENV.FAULT_PROXY || 'redis'}`;
const TOXIC = 'k6-cache-test';
const TOXICS = {
  latency: { latency: 400, jitter: 200 },
  timeout: { timeout: 0 },
  reset_peer: { timeout: 0 },
  bandwidth: { rate: 1 },
};
const faults = (__ENV.FAULTS || 'latency,timeout,reset_peer').split(',');
for (const fault of faults) {
  if (!(fault in TOXICS)) throw new Error(`FAULTS: expected some of ${Object.keys(TOXICS)}, got "${fault}"`);
}
const phases = ['before', ...faults.flatMap((fault, place) => [fault, `after-${place + 1}-${fault}`])];
const rates = [number('READS_RPS', 240)];
const holdSeconds = PHASE_SECONDS * phases.length;
const hitRatio = new Gauge('cache_hit_ratio');

export const options = {
  scenarios: {
    read: arrivals('read', rates, { holdSeconds }),
    fault: { executor: 'per-vu-iterations', exec: 'fault', vus: 1, iterations: 1, maxDuration: '1h' },
  },
  discardResponseBodies: true,
  summaryTrendStats: SUMMARY_STATS,
  thresholds: Object.assign(
    fewDropped('read', offered(rates, { holdSeconds })),
    ...phases.map((phase) => ({
      ...bounds(`phase:${phase}`, 800),
      // Only to have it in the summary: a low hit ratio is a warning, what customers see is the objective.
      [`cache_hit_ratio{phase:${phase}}`]: ['value>=0'],
    })),
  ),
};

export function setup() {
  requireShop();
  const answer = http.get(PROXY, quiet());
  if (answer.status !== 200) exec.test.abort(`FAULT_PROXY_URL: expected a fault proxy that answers at ${PROXY}`);
}

export function teardown() {
  heal();
}

export function read() {
  const place = Math.floor((Date.now() - exec.scenario.startTime) / milliseconds(PHASE_SECONDS));
  const tags = { phase: phases[Math.min(place, phases.length - 1)] };
  if (Math.random() < 0.1) readPopular(tags);
  else readDetail(popularProduct(), tags);
}

export function fault() {
  let before = readsOfCache();
  phases.forEach((phase, place) => {
    if (phase in TOXICS) inject(phase);
    const until = exec.scenario.startTime + (place + 1) * milliseconds(PHASE_SECONDS);
    sleep(Math.max(0, until - Date.now()) / 1000);
    if (phase in TOXICS) heal();
    const now = readsOfCache();
    if (now.all > before.all) hitRatio.add((now.hits - before.hits) / (now.all - before.all), { phase });
    before = now;
  });
}

function inject(type) {
  const toxic = { name: TOXIC, type, stream: 'downstream', toxicity: 1, attributes: TOXICS[type] };
  const answer = http.post(`${PROXY}/toxics`, JSON.stringify(toxic), quiet());
  if (answer.status !== 200) exec.test.abort(`${PROXY}: expected to take the fault ${type}, got ${answer.status}`);
}

function heal() {
  http.del(`${PROXY}/toxics/${TOXIC}`, null, quiet());
}

// Of products' own entries: logical reads, and those that needed no load.
function readsOfCache() {
  const page = http.get(`${BASE_URL}/metrics`, { ...quiet(), responseType: 'text' }).body || '';
  const found = { hits: 0, all: 0 };
  for (const line of page.split('\n')) {
    const match = line.match(/^cache_requests_total\{cache="product",result="(\w+)",tier="\w+"\} (\S+)/);
    if (!match || match[1] === 'bypass') continue;
    found.all += Number(match[2]);
    if (match[1] === 'hit' || match[1] === 'stale') found.hits += Number(match[2]);
  }
  return found;
}

// Requests that are not a customer's: no failures, and in none of the thresholds.
function quiet() {
  return { responseCallback: null, tags: { name: 'control' } };
}
