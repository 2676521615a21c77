import { expect, test } from "vitest";

import { AuthenticationError, PriceOS } from "../../src/index.js";
import { customerWithLimit, expectRefusal } from "./catalog.js";
import { live } from "./server.js";

live("refusals", (tollgate) => {
  test("of a key that nobody has", async () => {
    const stranger = new PriceOS("sk_test_stranger", { baseUrl: tollgate.baseUrl });
    const calls: (() => Promise<unknown>)[] = [
      () => stranger.features.list(),
      () => stranger.customers.get("c1"),
      () => stranger.products.list(),
      () => stranger.usage.track({ customerId: "c1", featureKey: "f" }),
    ];
    for (const call of calls) {
      await expectRefusal(call(), 401, "unauthorized");
      await expect(call()).rejects.toBeInstanceOf(AuthenticationError);
    }
  });

  test("name the field", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 1);
    const extra = { ...subject, colour: "red" };
    await expectRefusal(client.usage.track(extra), 400, "unknown_parameter", "colour");
    const missing = { featureKey: subject.featureKey } as typeof subject;
    await expectRefusal(client.usage.track(missing), 400, "missing_parameter", "customerId");
    const empty = { ...subject, featureKey: null } as unknown as typeof subject;
    await expectRefusal(client.usage.track(empty), 400, "missing_parameter", "featureKey");
    const text = { ...subject, amount: "1" } as unknown as typeof subject;
    await expectRefusal(client.usage.track(text), 400, "invalid_parameter", "amount");
    const both = { ...subject, period: "current", customRange: { start: 1, end: 2 } } as unknown as typeof subject;
    await expect(client.usage.listEvents(both)).rejects.toMatchObject({ status: 400 });
  });
});
