// The customers of a drill: an open model, so they keep coming however slow the shop is.
// PLAN (JSON): {base_url, products, users, coupons, zipf_exponent, order_exponent, request_timeout_seconds,
//   patience_seconds, basket, stages: [{rps, ramp_seconds, hold_seconds}], mix: {KIND: share}}; the shares add up to 1.
// Kinds: detail, popular, order, coupon, wallet are the shop's day. hot: everybody looks at product 1. rush: everybody
// wants coupon 1. family: a few wallets are charged by many. reread: a customer orders, then looks for the order.
import http from 'k6/http';
import exec from 'k6/execution';
import { sleep } from 'k6';
import { Counter, Rate } from 'k6/metrics';

const plan = JSON.parse(__ENV.PLAN);
const offered = new Counter('orders_offered');
const placed = new Counter('orders_placed');
const refused = new Counter('orders_refused');
const pagesOffered = new Counter('pages_offered');
const pagesServed = new Counter('pages_served');
const unread = new Rate('own_orders_unread');
const missing = new Rate('own_order_missing');
const twice = new Rate('ordered_twice');

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
    // Who sends an order again is under way for some seconds.
    preAllocatedVUs: Math.ceil(peak * (kind === 'retry' ? 6 : 0.5)) + 5,
    maxVUs: Math.ceil(peak * plan.request_timeout_seconds * (kind === 'retry' ? 3 : 1)) + 5,
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

// Runs once, when all virtual users are there: the plan's seconds count from here. A shop that demands keys refuses
// an order without one before it looks at anything else.
export function setup() {
  const asked = post('/orders', '/orders', { user_id: plan.users, items: [] }, null);
  console.log('load begins');
  return { keys: asked.status === 400 };
}

// Bounded Pareto: product 1 sells best, product n about n^-exponent as often.
function popularProduct(exponent = plan.zipf_exponent) {
  const power = 1 - exponent;
  const spread = Math.pow(plan.products + 1, power) - 1;
  return Math.min(plan.products, Math.floor(Math.pow(spread * Math.random() + 1, 1 / power)));
}

function anyOf(count) {
  return 1 + Math.floor(Math.random() * count);
}

function parameters(route, headers, seconds = plan.request_timeout_seconds) {
  return { timeout: `${seconds}s`, tags: { name: route }, headers };
}

// Headers of a request that changes something; a null key sends none.
function post(path, route, body, key = crypto.randomUUID(), { responseType = 'none', seconds } = {}) {
  const headers = { 'Content-Type': 'application/json', ...(key === null ? {} : { 'Idempotency-Key': key }) };
  return http.post(`${plan.base_url}${path}`, JSON.stringify(body), { ...parameters(route, headers, seconds), responseType });
}

function look(path, route) {
  pagesOffered.add(1);
  if (http.get(`${plan.base_url}${path}`, parameters(route)).status === 200) pagesServed.add(1);
}

export function detail() {
  look(`/products/${popularProduct()}`, '/products/{product_id}');
}

export function hot() {
  look('/products/1', '/products/{product_id}');
}

export function popular() {
  look('/products/popular', '/products/popular');
}

// Each customer orders in turn, so that nobody orders twice within a second. Kinds that order take other customers.
function nextUser(half) {
  const users = Math.floor(plan.users / 2);
  return 1 + half * users + (exec.scenario.iterationInTest % users);
}

// One product up to plan.basket different ones, each number as often. What is bought may be on fewer products than what
// is looked at: null if not.
function basket(user) {
  const products = new Set();
  for (const wanted = anyOf(plan.basket); products.size < wanted; ) products.add(popularProduct(plan.order_exponent ?? plan.zipf_exponent));
  return { user_id: user, items: [...products].map((product_id) => ({ product_id, quantity: 1 })) };
}

// Refused by a rule of the shop (sold out, empty wallet) is a 409 that waiting does not mend. Any other 4xx is a failure.
function count(answer) {
  if (answer.status === 201 || answer.status === 200) placed.add(1);
  else if (answer.status === 409 && !('Retry-After' in answer.headers)) refused.add(1);
}

export function order() {
  offered.add(1);
  count(post('/orders', '/orders', basket(nextUser(0))));
}

// Numbers of the user's latest orders, null without an answer. k6 sends the cookie that tells when the user last wrote.
function ownOrders(user) {
  const asked = parameters('/users/{user_id}/orders');
  const answer = http.get(`${plan.base_url}/users/${user}/orders`, { ...asked, responseType: 'text' });
  unread.add(answer.status !== 200);
  return answer.status === 200 ? answer.json('orders').map((order) => order.order_id) : null;
}

// A customer orders and looks for the order. A second later a replica that keeps up has it, with commits that are
// not waited for too.
export function reread() {
  offered.add(1);
  const user = nextUser(1);
  const answer = post('/orders', '/orders', basket(user), undefined, { responseType: 'text' });
  count(answer);
  if (answer.status !== 201) return;
  sleep(1);
  const orders = ownOrders(user);
  if (orders !== null) missing.add(!orders.includes(answer.json('order_id')));
}

// A customer's app that sends the order again where it got no answer or a 5xx, three times in all; it sends a key
// only to a shop that demands one. Did the customer buy twice?
export function retry(state) {
  offered.add(1);
  const user = nextUser(1);
  const body = basket(user);
  const key = state.keys ? crypto.randomUUID() : null;
  const before = ownOrders(user);
  const patience = { seconds: plan.patience_seconds };
  let answer = post('/orders', '/orders', body, key, patience);
  for (let again = 1; again < 3 && unsettled(answer); again++) {
    sleep(1.1);
    answer = post('/orders', '/orders', body, key, patience);
  }
  count(answer);
  sleep(3);
  const after = ownOrders(user);
  if (before !== null && after !== null) twice.add(after.filter((order) => !before.includes(order)).length > 1);
}

function unsettled(answer) {
  return answer.status === 0 || answer.status >= 500 || (answer.status === 409 && 'Retry-After' in answer.headers);
}

export function coupon() {
  const coupon = anyOf(plan.coupons);
  post(`/coupons/${coupon}/claim`, '/coupons/{coupon_id}/claim', { user_id: anyOf(plan.users) });
}

// First come, first served: everybody wants the same coupon.
export function rush() {
  post('/coupons/1/claim', '/coupons/{coupon_id}/claim', { user_id: nextUser(0) });
}

export function wallet() {
  const user = anyOf(plan.users);
  post(`/wallets/${user}/charge`, '/wallets/{user_id}/charge', { amount: 1000 });
}

// A few wallets that many charge at once.
export function family() {
  const user = plan.users - anyOf(5);
  post(`/wallets/${user}/charge`, '/wallets/{user_id}/charge', { amount: 1000 });
}

export function handleSummary(data) {
  return { [__ENV.SUMMARY]: JSON.stringify(data.metrics) };
}
