// A mixed load: a burst of reads to four times the normal, with orders, claims and charges among them.
//
//   fireline shop load k6-mixed-test --url http://127.0.0.1:8000
//   BASE_URL=http://127.0.0.1:8000 k6 run k6-mixed-test.js
//
// STAGES 68,272,68: 25 s each and 5 s in between. Of all requests 78 % are product pages, 8 % the popular list,
// 10 % orders, 2 % claims, 2 % charges. Each kind by itself: P95_MS 800, FAILED_SHARE 0.02; more settings in shop.js.
// Exit code 0, or 99 when a threshold failed.
import {
  COUPONS, SUMMARY_STATS, USERS, anyOf, arrivals, bounds, chargeWallet, claimCoupon, fewDropped, offered, placeOrder,
  popularProduct, readDetail, readPopular, requireShop, stages, userInTurn,
} from './shop.js';

const rates = stages('68,272,68');
const mix = { detail: 0.78, popular: 0.08, order: 0.1, claim: 0.02, charge: 0.02 };
const kinds = Object.entries(mix);

export const options = {
  scenarios: Object.fromEntries(kinds.map(([kind, share]) => [kind, arrivals(kind, rates, { share })])),
  discardResponseBodies: true,
  summaryTrendStats: SUMMARY_STATS,
  thresholds: Object.assign(
    {},
    ...kinds.map(([kind, share]) => ({
      ...bounds(`scenario:${kind}`, 800),
      ...fewDropped(kind, offered(rates, { share })),
    })),
  ),
};

export function setup() {
  requireShop();
}

export function detail() {
  readDetail(popularProduct());
}

export function popular() {
  readPopular();
}

export function order() {
  placeOrder(userInTurn(), popularProduct());
}

export function claim() {
  claimCoupon(userInTurn(), anyOf(COUPONS));
}

export function charge() {
  chargeWallet(anyOf(USERS));
}
