// Orders, from 20 a second up to 320: does the shop hold p95 < 800 ms and fewer than 2 % failed?
//
//   fireline shop load k6-order-test --url http://127.0.0.1:8000
//   BASE_URL=http://127.0.0.1:8000 k6 run k6-order-test.js
//
// STAGES 20,40,80,160,320: 25 s each and 5 s in between. P95_MS 800, FAILED_SHARE 0.02; more settings in shop.js.
// Orders that a rule of the shop refuses (sold out, empty wallet) are counted apart and are no failures.
// Exit code 0, or 99 when a threshold failed.
import { Counter } from 'k6/metrics';
import {
  SUMMARY_STATS, arrivals, bounds, fewDropped, offered, placeOrder, popularProduct, requireShop, stages, userInTurn,
} from './shop.js';

const rates = stages('20,40,80,160,320');
const placed = new Counter('orders_placed');
const refused = new Counter('orders_refused');

export const options = {
  scenarios: { order: arrivals('order', rates) },
  discardResponseBodies: true,
  summaryTrendStats: SUMMARY_STATS,
  thresholds: {
    ...bounds('scenario:order', 800),
    ...fewDropped('order', offered(rates)),
  },
};

export function setup() {
  requireShop();
}

export function order() {
  const answer = placeOrder(userInTurn(), popularProduct());
  if (answer.status === 201) placed.add(1);
  else if (answer.status === 409) refused.add(1);
}
