// The banner's traffic: an open model, so customers keep coming however slow the shop is.
// PLAN (JSON): {base_url, products, users, coupons, zipf_exponent, request_timeout_seconds, prelude_seconds,
//   stages: [{rps, ramp_seconds, hold_seconds}], mix: {detail, popular, order, coupon, wallet}}; mix adds up to 1.
import http from 'k6/http';
import exec from 'k6/execution';
import { Counter } from 'k6/metrics';

const plan = JSON.parse(__ENV.PLAN);
const offered = new Counter('orders_offered');
const placed = new Counter('orders_placed');
const refused = new Counter('orders_refused');

// A scenario for each kind of request, so that customers who wait for a page do not keep others from ordering.
function scenario(kind, share) {
  const stages = [];
  for (const stage of plan.stages) {
    // A whole number per minute is as fine as k6 takes it.
    const target = Math.round(stage.rps * share * 60);
    if (stage.ramp_seconds > 0) stages.push({ target, duration: `${stage.ramp_seconds}s` });
    stages.push({ target, duration: `${stage.hold_seconds}s` });
  }
  const peak = Math.max(...plan.stages.map((stage) => stage.rps)) * share;
  return {
    executor: 'ramping-arrival-rate',
    exec: kind,
    startRate: Math.round(plan.stages[0].rps * share * 60),
    timeUnit: '1m',
    stages,
    preAllocatedVUs: Math.ceil(peak / 2) + 5,
    maxVUs: Math.ceil(peak * plan.request_timeout_seconds) + 5,
    gracefulStop: '1s',
  };
}

export const options = {
  scenarios: Object.fromEntries(Object.entries(plan.mix).map(([kind, share]) => [kind, scenario(kind, share)])),
  discardResponseBodies: true,
  summaryTrendStats: ['count', 'med', 'p(95)', 'p(99)', 'max'],
  // Only to have each kind's figures in the summary.
  thresholds: Object.fromEntries(
    Object.keys(plan.mix).flatMap((kind) => [
      [`http_reqs{scenario:${kind}}`, ['count>=0']],
      [`http_req_duration{scenario:${kind}}`, ['max>=0']],
      [`dropped_iterations{scenario:${kind}}`, ['count>=0']],
    ]),
  ),
};

// Runs once, when all virtual users are there: the plan's seconds count from here.
export function setup() {
  console.log('load begins');
}

// Bounded Pareto: product 1 sells best, product n about n^-exponent as often.
function popularProduct() {
  const power = 1 - plan.zipf_exponent;
  const spread = Math.pow(plan.products + 1, power) - 1;
  return Math.min(plan.products, Math.floor(Math.pow(spread * Math.random() + 1, 1 / power)));
}

function anyOf(count) {
  return 1 + Math.floor(Math.random() * count);
}

function parameters(route, headers) {
  return { timeout: `${plan.request_timeout_seconds}s`, tags: { name: route }, headers };
}

function post(path, route, body) {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() };
  return http.post(`${plan.base_url}${path}`, JSON.stringify(body), parameters(route, headers));
}

export function detail() {
  http.get(`${plan.base_url}/products/${popularProduct()}`, parameters('/products/{product_id}'));
}

export function popular() {
  http.get(`${plan.base_url}/products/popular`, parameters('/products/popular'));
}

export function order() {
  offered.add(1);
  // Each customer orders in turn, so that nobody orders twice within a second.
  const user = 1 + (exec.scenario.iterationInTest % plan.users);
  const items = [{ product_id: popularProduct(), quantity: 1 }];
  const answer = post('/orders', '/orders', { user_id: user, items });
  if (answer.status === 201 || answer.status === 200) placed.add(1);
  else if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) refused.add(1);
}

export function coupon() {
  const coupon = anyOf(plan.coupons);
  post(`/coupons/${coupon}/claim`, '/coupons/{coupon_id}/claim', { user_id: anyOf(plan.users) });
}

export function wallet() {
  const user = anyOf(plan.users);
  post(`/wallets/${user}/charge`, '/wallets/{user_id}/charge', { amount: 1000 });
}

export function handleSummary(data) {
  return { [__ENV.SUMMARY]: JSON.stringify(data.metrics) };
}
