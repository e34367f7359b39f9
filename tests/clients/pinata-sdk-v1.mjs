// The first official SDK, archived and still in use: the legacy API with a pair of key and secret. It knows one
// host only, so its requests are led to the Sandbox.
import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import Client from "@pinata/sdk";
import { TOKEN, served } from "./sandbox.mjs";

export const PAIR = ["a-key-of-the-tests", "a-secret-of-the-tests"];
const NOWHERE = "bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4kcb46ckm";
const text = (bytes) => new TextDecoder().decode(bytes);

/** Runs `work` with a client whose requests to the service's host go to the Sandbox. */
async function withClient(sandbox, work, ...credentials) {
  const { hostname, port } = new URL(sandbox.api);
  const real = https.request;
  https.request = (options, answered) =>
    http.request({ ...options, protocol: "http:", hostname, host: hostname, port, agent: undefined, agents: undefined }, answered);
  try {
    await work(new Client(...(credentials.length > 0 ? credentials : PAIR)));
  } finally {
    https.request = real;
  }
}

export const tests = {
  async "a pair and a token are accepted, and a wrong pair is not"(sandbox) {
    await withClient(sandbox, async (client) => assert.deepEqual(await client.testAuthentication(), { authenticated: true }));
    await withClient(sandbox, async (client) => assert.deepEqual(await client.testAuthentication(), { authenticated: true }), { pinataJWTKey: TOKEN });
    await withClient(sandbox, (client) => assert.rejects(client.testAuthentication(), { reason: "INVALID_CREDENTIALS" }), "wrong", "pair");
  },

  async "JSON is pinned with metadata, edited, listed and unpinned"(sandbox) {
    await withClient(sandbox, async (client) => {
      const pinataMetadata = { name: "numbers", keyvalues: { kind: "json", size: 3 } };
      const pin = await client.pinJSONToIPFS({ b: [1, 2.5], a: "ä" }, { pinataMetadata, pinataOptions: { cidVersion: 1 } });
      assert.equal(text(await served(sandbox, pin.IpfsHash)), '{"b":[1,2.5],"a":"ä"}');
      await client.hashMetadata(pin.IpfsHash, { name: "letters", keyvalues: { kind: null, more: "yes" } });
      const filters = { hashContains: pin.IpfsHash, status: "pinned", metadata: { keyvalues: { size: { value: 2, op: "gt" } } } };
      const { rows } = await client.pinList(filters);
      assert.deepEqual(rows.map((row) => row.metadata), [{ name: "letters", keyvalues: { size: 3, more: "yes" } }]);
      assert.equal((await client.userPinnedDataTotal()).pin_count, 1);
      await client.unpin(pin.IpfsHash);
      await assert.rejects(client.unpin(pin.IpfsHash), { reason: "CURRENT_USER_HAS_NOT_PINNED_CID" });
      assert.equal((await client.pinList({ status: "unpinned" })).rows.length, 1);
    });
  },

  async "a stream and a folder from the disk are pinned"(sandbox) {
    const folder = await mkdtemp(join(tmpdir(), "pinfold-sdk-v1-"));
    // This SDK does not go into folders of folders.
    await writeFile(join(folder, "one.txt"), "one");
    await writeFile(join(folder, "two.txt"), "two");
    await withClient(sandbox, async (client) => {
      const stream = Object.assign(Readable.from([Buffer.from("streamed")]), { path: "streamed.txt" });
      const file = await client.pinFileToIPFS(stream, { pinataMetadata: { name: "a stream" } });
      assert.equal(text(await served(sandbox, file.IpfsHash)), "streamed");
      const pin = await client.pinFromFS(folder, { pinataMetadata: { name: "a folder" } });
      assert.equal(text(await served(sandbox, `${pin.IpfsHash}/two.txt`)), "two");
    });
    await rm(folder, { recursive: true, force: true });
  },

  async "a pin by CID stands in the queue with what was given"(sandbox) {
    await withClient(sandbox, async (client) => {
      const job = await client.pinByHash(NOWHERE, { pinataMetadata: { name: "by hash", keyvalues: { k: "v" } } });
      assert.deepEqual([job.ipfsHash, job.status, job.name], [NOWHERE, "prechecking", "by hash"]);
      const { rows } = await client.pinJobs({ sort: "ASC", ipfs_pin_hash: NOWHERE, limit: 1, offset: 0 });
      assert.deepEqual([rows[0].id, rows[0].keyvalues], [job.id, { k: "v" }]);
    });
  },
};
