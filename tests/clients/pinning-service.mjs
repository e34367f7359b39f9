// The pinning specification's own client against the strict service: what its compliance suite checks.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { Configuration, RemotePinningServiceClient, Status, TextMatchingStrategy } from "@ipfs-shipyard/pinning-service-client";
import { TOKEN } from "./sandbox.mjs";

const ALL = [Status.Queued, Status.Pinning, Status.Pinned, Status.Failed];
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** The CIDv1 of a raw block that nobody has. */
function randomCid() {
  const bytes = Buffer.concat([Buffer.from([1, 0x55, 0x12, 32]), createHash("sha256").update(randomBytes(16)).digest()]);
  let [bits, value, text] = [0, 0, "b"];
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += BASE32[(value >>> (bits - 5)) & 31];
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? text + BASE32[(value << (5 - bits)) & 31] : text;
}

/** The client, and the status of every answer that it got. */
function connect(sandbox, { accessToken } = { accessToken: TOKEN }) {
  const statuses = [];
  const fetchApi = async (...request) => {
    const response = await fetch(...request);
    statuses.push(response.status);
    return response;
  };
  const config = new Configuration({ endpointUrl: `${sandbox.api}/psa`, accessToken, fetchApi });
  return { client: new RemotePinningServiceClient(config), statuses };
}
const rows = (page) => [...page.results];

export const tests = {
  async "no token and a wrong one are 401"(sandbox) {
    for (const accessToken of [undefined, "purposefullyInvalid"]) {
      const { client, statuses } = connect(sandbox, { accessToken });
      await assert.rejects(client.pinsGet({}));
      assert.deepEqual(statuses, [401]);
    }
  },

  async "a pin is added with 202 and read by its id"(sandbox) {
    const { client, statuses } = connect(sandbox);
    const cid = randomCid();
    const added = await client.pinsPost({ pin: { cid } });
    assert.deepEqual([statuses.at(-1), added.pin.cid, added.status], [202, cid, "pinned"]);
    assert.ok([...added.delegates].length > 0);
    assert.equal((await client.pinsRequestidGet({ requestid: added.requestid })).requestid, added.requestid);
  },

  async "a new pin is deleted at once with 202"(sandbox) {
    const { client, statuses } = connect(sandbox);
    const { requestid } = await client.pinsPost({ pin: { cid: randomCid() } });
    await client.pinsRequestidDelete({ requestid });
    assert.equal(statuses.at(-1), 202);
    await assert.rejects(client.pinsRequestidGet({ requestid }));
    assert.equal(statuses.at(-1), 404);
  },

  async "a replaced pin has another id and the old one is 404"(sandbox) {
    const { client, statuses } = connect(sandbox);
    const { requestid } = await client.pinsPost({ pin: { cid: randomCid() } });
    const cid = randomCid();
    const replaced = await client.pinsRequestidPost({ requestid, pin: { cid } });
    assert.deepEqual([statuses.at(-1), replaced.pin.cid], [202, cid]);
    assert.notEqual(replaced.requestid, requestid);
    await assert.rejects(client.pinsRequestidGet({ requestid }));
    assert.equal(statuses.at(-1), 404);
    await client.pinsRequestidGet({ requestid: replaced.requestid });
    assert.equal(statuses.at(-1), 200);
  },

  async "a name is found by all four ways to match"(sandbox) {
    const { client } = connect(sandbox);
    const name = `name-${randomBytes(8).toString("hex")}`;
    await client.pinsPost({ pin: { name, cid: randomCid(), meta: { app: name } } });
    const part = name.slice(4, 12);
    for (const [match, given] of [
      [TextMatchingStrategy.Exact, name],
      [TextMatchingStrategy.Iexact, name.toUpperCase()],
      [TextMatchingStrategy.Partial, part],
      [TextMatchingStrategy.Ipartial, part.toUpperCase()],
    ]) {
      const found = await client.pinsGet({ match, name: given });
      assert.deepEqual([found.count, rows(found)[0].pin.name], [1, name], match);
    }
    const found = await client.pinsGet({ meta: { app: name } });
    assert.equal(found.count, 1);
  },

  async "pages have ten pins and `before` leads from one to the next"(sandbox) {
    const { client } = connect(sandbox);
    for (let number = 0; number < 15; number += 1) await client.pinsPost({ pin: { cid: randomCid() } });
    const ids = new Set();
    let [before, total] = [undefined, 0];
    for (;;) {
      const page = await client.pinsGet({ status: ALL, before });
      total ||= page.count;
      rows(page).forEach((pin) => ids.add(pin.requestid));
      if (page.count === rows(page).length) break;
      assert.equal(rows(page).length, 10);
      before = new Date(Math.min(...rows(page).map((pin) => pin.created.getTime())));
    }
    assert.ok(total >= 15);
    assert.equal(ids.size, total);
  },

  async "all pins can be deleted again"(sandbox) {
    const { client } = connect(sandbox);
    for (const pin of rows(await client.pinsGet({ status: ALL, limit: 1000 }))) {
      await client.pinsRequestidDelete({ requestid: pin.requestid });
    }
    assert.equal((await client.pinsGet({ status: ALL })).count, 0);
  },
};
