// Pinata's own SDK against the Sandbox: it must not be able to tell the difference.
import assert from "node:assert/strict";
import { PinataSDK } from "pinata";
import { TOKEN, served } from "./sandbox.mjs";

export const sdk = (sandbox, more = {}) =>
  new PinataSDK({
    pinataJwt: TOKEN,
    pinataGateway: sandbox.gateway,
    endpointUrl: `${sandbox.api}/v3`,
    uploadUrl: `${sandbox.api}/v3`,
    legacyUploadUrl: `${sandbox.api}/pinning/pinFileToIPFS`,
    ...more,
  });
const bytes = (length) => Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) & 255);

export const tests = {
  async "the token is accepted, and a wrong one is not"(sandbox) {
    await sdk(sandbox, { endpointUrl: sandbox.api }).testAuthentication();
    const wrong = sdk(sandbox, { endpointUrl: sandbox.api, pinataJwt: "wrong" });
    await assert.rejects(wrong.testAuthentication());
  },

  async "a file comes back from the gateway byte for byte"(sandbox) {
    const content = bytes(700_001);
    const file = new File([content], "two spaces é.bin", { type: "application/octet-stream" });
    const pin = await sdk(sandbox).upload.public.file(file);
    assert.equal(pin.name, "two spaces é.bin");
    // The size is that of the whole DAG: the bytes and the blocks that tie them together.
    assert.ok(pin.size > content.length && pin.size < content.length + 1000, String(pin.size));
    assert.deepEqual(await served(sandbox, pin.cid), content);
  },

  async "name and key-values are kept with the upload"(sandbox) {
    const file = new File(["named"], "before.txt", { type: "text/plain" });
    const pin = await sdk(sandbox).upload.public.file(file).name("after.txt").keyvalues({ project: "atlas" });
    const found = await sdk(sandbox).files.public.get(pin.id);
    assert.equal(found.name, "after.txt");
    assert.deepEqual(found.keyvalues, { project: "atlas" });
  },

  async "a folder goes by the legacy call and each file is served below its CID"(sandbox) {
    const files = ["one.txt", "deep/two.txt"].map((name) => {
      const file = new File([`this is ${name}`], name, { type: "text/plain" });
      Object.defineProperty(file, "webkitRelativePath", { value: `folder/${name}` });
      return file;
    });
    const pin = await sdk(sandbox).upload.public.fileArray(files).name("folder");
    assert.equal(pin.number_of_files, 2);
    assert.equal(new TextDecoder().decode(await served(sandbox, `${pin.cid}/one.txt`)), "this is one.txt");
  },

  async "JSON is uploaded and read back by the SDK's gateway call"(sandbox) {
    const pin = await sdk(sandbox).upload.public.json({ answer: 42 });
    const client = sdk(sandbox);
    // The constructor makes https of every gateway; what is set afterwards is taken as it is.
    client.gateways.public.config = { ...client.gateways.public.config, pinataGateway: sandbox.gateway };
    const { data } = await client.gateways.public.get(pin.cid);
    const parsed = typeof data === "string" ? JSON.parse(data) : data instanceof Blob ? JSON.parse(await data.text()) : data;
    assert.deepEqual(parsed, { answer: 42 });
  },

  async "the list is paged, filtered and holds each file once"(sandbox) {
    const client = sdk(sandbox);
    for (let number = 0; number < 5; number += 1) {
      await client.upload.public.file(new File([`listed ${number}`], `listed-${number}.txt`)).keyvalues({ list: "yes" });
    }
    const all = [];
    for await (const file of client.files.public.list().keyvalues({ list: "yes" }).limit(2)) all.push(file.name);
    assert.deepEqual(all.toSorted(), [0, 1, 2, 3, 4].map((number) => `listed-${number}.txt`));
    const named = await client.files.public.list().name("listed-3.txt");
    assert.equal(named.files.length, 1);
  },

  async "an update changes name and key-values and nothing else"(sandbox) {
    const client = sdk(sandbox);
    const pin = await client.upload.public.file(new File(["to be renamed"], "old.txt"));
    await client.files.public.update({ id: pin.id, name: "new.txt", keyvalues: { state: "renamed" } });
    const found = await client.files.public.get(pin.id);
    assert.equal(found.name, "new.txt");
    assert.deepEqual(found.keyvalues, { state: "renamed" });
    assert.equal(found.cid, pin.cid);
  },

  async "the same bytes get the same CID, and are told to be a duplicate"(sandbox) {
    const client = sdk(sandbox);
    const first = await client.upload.public.file(new File(["twice"], "a.txt"));
    const second = await client.upload.public.file(new File(["twice"], "a.txt"));
    assert.equal(second.cid, first.cid);
    assert.equal(second.is_duplicate, true);
  },

  async "a deleted file is gone from the list"(sandbox) {
    const client = sdk(sandbox);
    const pin = await client.upload.public.file(new File(["short-lived"], "short-lived.txt"));
    const answers = await client.files.public.delete([pin.id]);
    assert.equal(answers[0].status, "OK");
    await assert.rejects(client.files.public.get(pin.id));
    const left = await client.files.public.list().cid(pin.cid);
    assert.equal(left.files.length, 0);
  },
};
