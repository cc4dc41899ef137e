// As many requests as the shop answers, 16 customers one after another: pages, the popular list, orders.
// SECONDS: how long.
import {
  anyOf, number, placeOrder, popularProduct, readDetail, readPopular, requireShop, USERS,
} from '../../commerce_app/load/shop.js';

export const options = {
  scenarios: { mix: { executor: 'constant-vus', vus: 16, duration: `${number('SECONDS', 10)}s` } },
  discardResponseBodies: true,
  thresholds: { http_req_failed: ['rate<0.02'] },
};

export function setup() {
  requireShop();
}

export default function () {
  const which = Math.random();
  if (which < 0.1) placeOrder(anyOf(USERS), popularProduct());
  else if (which < 0.18) readPopular();
  else readDetail(popularProduct());
}
