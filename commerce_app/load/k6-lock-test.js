// Locks under a coupon spike: success share and p95 of each kind of lock, while all want the same coupon.
// Meanwhile others order one product, and a few users charge their wallets again and again.
//
//   fireline shop load k6-lock-test --url http://127.0.0.1:8000
//   BASE_URL=http://127.0.0.1:8000 k6 run k6-lock-test.js
//
// lock     how it is taken                    who wants it
// coupon   row lock on the coupon             CLAIMANTS 5000 customers, 200 at a time, COUPON 1 (500 pieces)
// stock    row lock on the product            20 customers at a time order PRODUCT 1, for 30 s
// wallet   row lock on the wallet             20 at a time charge the wallets of HOT_USERS 5 users, for 30 s
//
// Success is an answer by the rules: the coupon, order or charge, or "sold out". A 429, a 5xx and silence are not.
// LOCKS_AT_ONCE 1 scales how many want each at a time. FAILED_SHARE 0.02; P95_MS 3300, what the incident's team
// measured for its row lock (100 %, 3.3 s; Redis pub/sub lock 93 %, 6.3 s; spin lock 84 %, 10.5 s; redlock
// 68 %, 3.6 s). A user may claim three times a minute: seed a database with more users than claimants.
// More settings in shop.js. Exit code 0, or 99 when a threshold failed.
import { Rate } from 'k6/metrics';
import exec from 'k6/execution';
import {
  FAILED_SHARE, SUMMARY_STATS, TIMEOUT_SECONDS, USERS, anyOf, bounds, chargeWallet, claimCoupon, milliseconds, number,
  placeOrder, requireShop, userInTurn,
} from './shop.js';

const coupon = number('COUPON', 1);
const product = number('PRODUCT', 1);
const claimants = Math.min(number('CLAIMANTS', 5000), USERS);
const hotUsers = Math.min(number('HOT_USERS', 5), USERS);
const scale = number('LOCKS_AT_ONCE', 1);
const locks = ['coupon', 'stock', 'wallet'];
const success = new Rate('lock_success');

function crowd(lock, count) {
  const vus = Math.ceil(count * scale);
  // k6 takes no less than a second.
  const span = `${Math.max(1000, milliseconds(30))}ms`;
  const gracefulStop = `${TIMEOUT_SECONDS}s`;
  return { executor: 'constant-vus', exec: lock, vus, duration: span, gracefulStop };
}

export const options = {
  scenarios: {
    coupon: {
      executor: 'shared-iterations',
      exec: 'coupon',
      vus: Math.min(claimants, Math.ceil(200 * scale)),
      iterations: claimants,
      maxDuration: '10m',
    },
    stock: crowd('stock', 20),
    wallet: crowd('wallet', 20),
  },
  discardResponseBodies: true,
  summaryTrendStats: SUMMARY_STATS,
  thresholds: Object.assign(
    {},
    ...locks.map((lock) => ({
      ...bounds(`lock:${lock}`, 3300),
      [`lock_success{lock:${lock}}`]: [`rate>${1 - FAILED_SHARE}`],
    })),
  ),
};

export function setup() {
  requireShop();
}

function note(lock, answer) {
  success.add([201, 409].includes(answer.status), { lock });
}

export { claim as coupon, order as stock, charge as wallet };

function claim() {
  note('coupon', claimCoupon(userInTurn(), coupon, { lock: 'coupon' }));
}

// A customer of their own for each at the same time: a user orders once a second.
function order() {
  note('stock', placeOrder(userInTurn(), product, { lock: 'stock' }));
}

function charge() {
  note('wallet', chargeWallet(anyOf(hotUsers), { lock: 'wallet' }));
}
