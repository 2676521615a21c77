// A write whose answer is lost is made again, done once, and answered as if nothing had happened.

import { expect, test } from "vitest";

import { ConnectionError } from "../../src/index.js";
import { customerWith, customerWithLimit, entryOf, fresh } from "./catalog.js";
import { live } from "./server.js";

live("a lost answer", (tollgate) => {
  test("does not count usage twice", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10);
    const track = await tollgate.clientThatLosesAnAnswer().usage.track({ ...subject, amount: 3 });
    expect(track).toMatchObject({ applied: true, used: 3, reason: null });
    const consume = await tollgate.clientThatLosesAnAnswer().usage.consume({ ...subject, amount: 2 });
    expect(consume).toMatchObject({ allowed: true, applied: true, used: 5, remaining: 5, reason: null });
    const set = await tollgate.clientThatLosesAnAnswer().usage.set({ ...subject, used: 9 });
    expect(set).toMatchObject({ applied: true, used: 9, adjustment: 4, reason: null });
    const events = [subject, { ...subject, amount: -2 }];
    const batch = await tollgate.clientThatLosesAnAnswer().usage.trackBatch({ events });
    expect(batch).toMatchObject({
      hasErrors: false,
      results: [{ result: { applied: true } }, { result: { applied: true } }],
    });
    expect((await entryOf(client, subject)).usage.used).toBe(8);
    expect((await client.usage.listEvents(subject)).total).toBe(5);
  });

  test("of a deletion is its success", async () => {
    const client = tollgate.client();
    const customerId = await customerWith(client);
    expect(await tollgate.clientThatLosesAnAnswer().customers.delete(customerId)).toEqual({
      deleted: true,
      customerId,
    });
    expect(await client.customers.get(customerId)).toBeNull();
  });

  test("of an upsert is had again", async () => {
    const customerId = fresh("customer");
    const customer = await tollgate.clientThatLosesAnAnswer().customers.create({ customerId, name: "Mina" });
    expect(customer).toMatchObject({ customerId, name: "Mina" });
  });

  test("of a grant is the caller's to look into: it was made once", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10);
    const grant = tollgate.clientThatLosesAnAnswer().bonuses.create({ ...subject, amount: 5 });
    await expect(grant).rejects.toBeInstanceOf(ConnectionError);
    expect((await client.bonuses.list(subject)).bonuses).toHaveLength(1);
  });
});
