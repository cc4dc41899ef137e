// What the k6 tests share: settings from the environment, the shop's requests, loads that grow in stages.
//
// BASE_URL        http://127.0.0.1:8000   the shop
// PRODUCTS, USERS, COUPONS  5000, 20000, 20   rows that `fireline shop seed` laid down
// STAGES          a test's own            requests a second by comma, each reached in a ramp and then held
// DURATION_SCALE  1                       factor on every duration of a test
// P95_MS          a test's own            bound of the 95th percentile
// FAILED_SHARE    0.02                    bound of the share of failed requests
// ZIPF_EXPONENT   1.2                     product n is read about n^-exponent as often as product 1
import http from 'k6/http';
import exec from 'k6/execution';

export const BASE_URL = (__ENV.BASE_URL || 'http://127.0.0.1:8000').replace(/\/+$/, '');
export const PRODUCTS = number('PRODUCTS', 5000);
export const USERS = number('USERS', 20000);
export const COUPONS = number('COUPONS', 20);
export const FAILED_SHARE = number('FAILED_SHARE', 0.02);
export const SUMMARY_STATS = ['count', 'med', 'p(95)', 'p(99)', 'max'];
export const TIMEOUT_SECONDS = 10;
const DURATION_SCALE = number('DURATION_SCALE', 1);
const ZIPF_EXPONENT = number('ZIPF_EXPONENT', 1.2);

// An answer by a rule of the shop (sold out, empty wallet) is no failure; 429, 5xx and silence are.
const ANSWERED = http.expectedStatuses(200, 201, 409);

// A setting above 0.
export function number(name, preset) {
  const value = Number(__ENV[name] || preset);
  if (!(value > 0)) throw new Error(`${name}: expected a number above 0, got "${__ENV[name]}"`);
  return value;
}

export function stages(preset) {
  const rates = (__ENV.STAGES || preset).split(',').map(Number);
  if (!rates.every((rate) => rate > 0)) {
    throw new Error(`STAGES: expected requests a second by comma, such as ${preset}, got "${__ENV.STAGES}"`);
  }
  return rates;
}

export function milliseconds(seconds) {
  return Math.max(1, Math.round(seconds * DURATION_SCALE * 1000));
}

export function duration(seconds) {
  return `${milliseconds(seconds)}ms`;
}

// An open model: requests come at their rate however slow the shop is. It begins at the first rate.
export function arrivals(kind, rates, { share = 1, rampSeconds = 5, holdSeconds = 25, tags = {} } = {}) {
  // A whole number a minute is as fine as k6 takes it.
  const targets = rates.map((rate) => Math.max(1, Math.round(rate * share * 60)));
  const peak = Math.max(...rates) * share;
  return {
    executor: 'ramping-arrival-rate',
    exec: kind,
    startRate: targets[0],
    timeUnit: '1m',
    stages: targets.flatMap((target, place) => {
      const hold = { target, duration: duration(holdSeconds) };
      return place === 0 ? [hold] : [{ target, duration: duration(rampSeconds) }, hold];
    }),
    // Ready from the start for a second of its peak: k6 drops requests while it makes more.
    preAllocatedVUs: Math.ceil(peak) + 5,
    maxVUs: Math.ceil(peak * TIMEOUT_SECONDS) + 5,
    gracefulStop: `${TIMEOUT_SECONDS}s`,
    tags,
  };
}

// How many requests such a load offers.
export function offered(rates, { share = 1, rampSeconds = 5, holdSeconds = 25 } = {}) {
  return rates.reduce((sum, rate, place) => {
    const ramp = place === 0 ? 0 : ((rate + rates[place - 1]) / 2) * milliseconds(rampSeconds);
    return sum + (share * (ramp + rate * milliseconds(holdSeconds))) / 1000;
  }, 0);
}

// Thresholds of the requests that carry a tag ("scenario:order").
export function bounds(tag, p95Milliseconds) {
  return {
    [`http_req_duration{${tag}}`]: [`p(95)<${number('P95_MS', p95Milliseconds)}`],
    [`http_req_failed{${tag}}`]: [`rate<${FAILED_SHARE}`],
  };
}

// A request that no virtual user was free to send was not served: of a scenario, as few as may fail.
export function fewDropped(scenario, requests) {
  return { [`dropped_iterations{scenario:${scenario}}`]: [`count<=${Math.floor(FAILED_SHARE * requests)}`] };
}

// For setup(): ends the test, exit code 108, when no shop answers.
export function requireShop() {
  const answer = http.get(`${BASE_URL}/healthz`, { responseCallback: null, tags: { name: '/healthz' } });
  if (answer.status !== 200) exec.test.abort(`BASE_URL: expected a shop that answers at ${BASE_URL}`);
}

// Bounded Pareto: product 1 sells best.
export function popularProduct() {
  if (ZIPF_EXPONENT === 1) return Math.min(PRODUCTS, Math.floor(Math.pow(PRODUCTS + 1, Math.random())));
  const power = 1 - ZIPF_EXPONENT;
  const spread = Math.pow(PRODUCTS + 1, power) - 1;
  return Math.min(PRODUCTS, Math.floor(Math.pow(spread * Math.random() + 1, 1 / power)));
}

export function anyOf(count) {
  return 1 + Math.floor(Math.random() * count);
}

// Each customer in turn, so that nobody orders twice within a second, or claims four times within a minute.
export function userInTurn() {
  return 1 + (exec.scenario.iterationInTest % USERS);
}

export function readDetail(productId, tags = {}) {
  return http.get(`${BASE_URL}/products/${productId}`, parameters('/products/{product_id}', tags));
}

export function readPopular(tags = {}) {
  return http.get(`${BASE_URL}/products/popular`, parameters('/products/popular', tags));
}

export function placeOrder(userId, productId, tags = {}) {
  const items = [{ product_id: productId, quantity: 1 }];
  return post('/orders', '/orders', { user_id: userId, items }, tags);
}

export function claimCoupon(userId, couponId, tags = {}) {
  return post(`/coupons/${couponId}/claim`, '/coupons/{coupon_id}/claim', { user_id: userId }, tags);
}

export function chargeWallet(userId, tags = {}) {
  return post(`/wallets/${userId}/charge`, '/wallets/{user_id}/charge', { amount: 1000 }, tags);
}

function post(path, route, body, tags) {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() };
  return http.post(`${BASE_URL}${path}`, JSON.stringify(body), { ...parameters(route, tags), headers });
}

function parameters(route, tags) {
  return { timeout: `${TIMEOUT_SECONDS}s`, responseCallback: ANSWERED, tags: { name: route, ...tags } };
}
