// stripe-node reads the simulated Stripe account.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import Stripe from "stripe";

import { Sandbox, all } from "./sandbox.js";

let sandbox;
let stripe;

before(async () => {
  sandbox = await Sandbox.open("stripe");
  stripe = client(sandbox.secrets.api_key);
});

function client(key, options = {}) {
  const { hostname, port } = new URL(sandbox.url);
  return new Stripe(key, { host: hostname, port, protocol: "http", maxNetworkRetries: 0, telemetry: false, ...options });
}

const COLLECTIONS = {
  customers: "customers",
  products: "products",
  prices: "prices",
  coupons: "coupons",
  subscriptions: "subscriptions",
  invoices: "invoices",
  charges: "charges",
  refunds: "refunds",
  creditNotes: "credit_notes",
};

for (const [collection, stream] of Object.entries(COLLECTIONS)) {
  test(`${collection} are listed page by page, each once`, async () => {
    const query = { limit: 9, ...(collection === "subscriptions" ? { status: "all" } : {}) };

    const found = await all(stripe[collection].list(query));

    assert.deepEqual(found.map((one) => one.id).sort(), await sandbox.ids(stream));
  });
}

test("a page goes on after the last id and back before the first", async () => {
  const first = await stripe.charges.list({ limit: 5 });
  const second = await stripe.charges.list({ limit: 5, starting_after: first.data[4].id });
  const back = await stripe.charges.list({ limit: 5, ending_before: second.data[0].id });

  assert.equal(first.has_more, true);
  assert.deepEqual(back.data.map((one) => one.id), first.data.map((one) => one.id));
});

test("lists are cut by customer, status and time", async () => {
  const newest = (await stripe.invoices.list({ limit: 30 })).data;
  const { customer } = newest[0];
  const created = { gte: newest[29].created, lt: newest[0].created };

  const ofCustomer = await all(stripe.invoices.list({ customer }));
  const paid = await all(stripe.invoices.list({ status: "paid", limit: 100 }));
  const between = await all(stripe.invoices.list({ created, limit: 100 }));

  assert.deepEqual([...new Set(ofCustomer.map((one) => one.customer))], [customer]);
  assert.deepEqual([...new Set(paid.map((one) => one.status))], ["paid"]);
  assert.ok(between.length > 0);
  assert.ok(between.every((one) => one.created >= created.gte && one.created < created.lt));
});

test("objects inside objects come when they are asked for", async () => {
  const plain = (await stripe.subscriptions.list({ limit: 1 })).data[0];
  const whole = await stripe.subscriptions.retrieve(plain.id, { expand: ["customer", "latest_invoice"] });

  assert.equal(whole.customer.id, plain.customer);
  assert.equal(whole.latest_invoice.id, plain.latest_invoice);
});

test("what changed since is told by the events, newest first", async () => {
  const [account] = await sandbox.ofKind("account");
  const since = Math.floor((await sandbox.now(60)).getTime() / 1000);
  await stripe.customers.update(account.id, { metadata: { tier: "gold" } });

  const events = await all(stripe.events.list({ created: { gte: since }, types: ["customer.updated"] }));

  assert.deepEqual(events.map((event) => event.data.object.id), [account.id]);
  assert.deepEqual(events[0].data.object.metadata.tier, "gold");
  assert.ok("metadata" in events[0].data.previous_attributes);
});

test("a customer is created, changed, deleted, and remembered as deleted", async () => {
  const made = await stripe.customers.create({ name: "Made K.K.", email: "made@made.example" });
  const changed = await stripe.customers.update(made.id, { name: "Changed K.K." });
  const gone = await stripe.customers.del(made.id);

  const held = await stripe.customers.retrieve(made.id);

  assert.deepEqual([made.name, changed.name], ["Made K.K.", "Changed K.K."]);
  assert.deepEqual([gone.deleted, held.deleted, held.id], [true, true, made.id]);
});

test("a wrong key is an authentication error", async () => {
  const stranger = client("sk_test_somebody_else");

  await assert.rejects(stranger.customers.list(), (error) => {
    assert.ok(error instanceof Stripe.errors.StripeAuthenticationError);
    assert.equal(error.statusCode, 401);
    return true;
  });
});

test("an object that is not there is a missing resource", async () => {
  await assert.rejects(stripe.customers.retrieve("cus_nobody"), (error) => {
    assert.ok(error instanceof Stripe.errors.StripeInvalidRequestError);
    assert.deepEqual([error.statusCode, error.code, error.param], [404, "resource_missing", "id"]);
    assert.match(error.requestId, /^req_/);
    return true;
  });
});

test("too many requests are a rate limit error", async () => {
  await sandbox.failing("rate_limited", () =>
    assert.rejects(stripe.customers.list(), (error) => {
      assert.ok(error instanceof Stripe.errors.StripeRateLimitError);
      assert.deepEqual([error.statusCode, error.code], [429, "rate_limit"]);
      return true;
    }),
  );
});

test("a failure is got over by asking again", async () => {
  const patient = client(sandbox.secrets.api_key, { maxNetworkRetries: 2 });

  const page = await sandbox.failing("server_error", () => patient.customers.list({ limit: 3 }), 1);

  assert.equal(page.data.length, 3);
});

test("a webhook is genuine, and no longer so when a letter of it changes", async () => {
  const [account] = await sandbox.ofKind("account");

  const { headers, body } = await sandbox.heard("whsec_node", ["customer.updated"], () =>
    sandbox.change("account", account.id, { name: "Heard K.K." }),
  );

  const signature = headers["stripe-signature"];
  const event = stripe.webhooks.constructEvent(body, signature, "whsec_node");
  assert.deepEqual([event.type, event.data.object.id], ["customer.updated", account.id]);
  for (const [text, secret] of [[body.replace("Heard", "Hoard"), "whsec_node"], [body, "whsec_other"]]) {
    assert.throws(
      () => stripe.webhooks.constructEvent(text, signature, secret),
      Stripe.errors.StripeSignatureVerificationError,
    );
  }
});
