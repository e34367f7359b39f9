import { expect, test } from "vitest";
import type { KeyTest } from "../bindings";
import { anAccount, commandError, deferred, fakeEngine } from "../uploads/fakeEngine";
import { Accounts } from "./accounts.svelte";
import { Connect } from "./connect.svelte";

const tested: KeyTest = {
  handle: "h1",
  owner: "studio@northlight.example",
  keyId: "7c1e",
  pins: 12_430,
  bytes: 184_200_000_000,
  abilities: { may: ["Upload"], mayNot: [{ feature: "List files", scope: "org:files:read" }], notOffered: [] },
  service: "Pinata",
  address: null,
};
const row = anAccount({ id: "p1", kind: "pinata", label: "studio@northlight.example", place: "Pinata" });

test("the token is trimmed, sent once and forgotten as soon as the service has accepted it", async () => {
  const answer = deferred<KeyTest>();
  const engine = fakeEngine({ accounts_test: () => answer.promise });
  const connect = new Connect(new Accounts());
  connect.token = "  not-a-real-token \n";
  const testing = connect.test();
  expect(connect.testing).toBe(true);
  await connect.test();
  answer.resolve(tested);
  await testing;
  expect(engine.of("accounts_test")).toEqual([{ chosen: { kind: "pinata", addresses: null }, token: "not-a-real-token", key: null }]);
  expect(connect.token).toBe("");
  expect(connect.step).toBe("tested");
});

test("a refused token stays in the field with the engine's sentence", async () => {
  fakeEngine({
    accounts_test: () => {
      throw commandError("unauthorized", "Pinata does not accept this key.", "INVALID_CREDENTIALS");
    },
  });
  const connect = new Connect(new Accounts());
  connect.token = "not-a-real-token";
  await connect.test();
  expect(connect.token).toBe("not-a-real-token");
  expect(connect.refused?.message).toBe("Pinata does not accept this key.");
});

test("another service needs all three of its addresses", async () => {
  const engine = fakeEngine({ accounts_test: () => tested });
  const connect = new Connect(new Accounts());
  connect.token = "not-a-real-token";
  connect.ownService = true;
  connect.endpoints.api = "http://127.0.0.1:5001";
  expect(connect.canTest).toBe(false);
  connect.endpoints.uploads = "http://127.0.0.1:5001 ";
  connect.endpoints.gateway = "http://127.0.0.1:8080";
  await connect.test();
  expect(engine.of("accounts_test")[0]?.chosen).toEqual({
    kind: "pinata",
    addresses: { api: "http://127.0.0.1:5001", uploads: "http://127.0.0.1:5001", gateway: "http://127.0.0.1:8080" },
  });
});

test.each(["no_keychain", "keychain_locked", "key_missing"] as const)(
  "with %s the tested key is kept, tried again, or held until quit",
  async (code) => {
    let locked = true;
    const engine = fakeEngine({
      accounts_test: () => tested,
      accounts_connect: ({ keep }) => {
        if (locked && keep === "keychain") throw commandError(code, "The keychain said no.");
        return row;
      },
    });
    const accounts = new Accounts();
    const connect = new Connect(accounts);
    connect.token = "not-a-real-token";
    await connect.test();
    expect(await connect.start()).toBeNull();
    expect(connect.step).toBe("not_kept");
    expect(connect.keychainTrouble).toBe(true);
    expect(await connect.start("until_quit")).toEqual(row);
    locked = false;
    expect(await connect.start()).toEqual(row);
    expect(engine.of("accounts_test")).toHaveLength(1);
    expect(accounts.activeId).toBe("p1");
  },
);

test("replacing a key keeps the account", async () => {
  const engine = fakeEngine({ accounts_test: () => tested, accounts_replace_key: () => row });
  const connect = new Connect(new Accounts({ accounts: [row], active: "p1" }), row);
  connect.token = "not-a-real-token";
  await connect.test();
  await connect.start();
  expect(engine.of("accounts_replace_key")).toEqual([{ id: "p1", handle: "h1", keep: "keychain" }]);
});

test("a pinning service is tested at its address, and one on this computer may do without a token", async () => {
  const engine = fakeEngine({ accounts_test: () => tested });
  const connect = new Connect(new Accounts(), null, "psa");
  expect(connect.canTest).toBe(false);
  connect.choose({ name: "Filebase", address: "https://api.filebase.io/v1/ipfs", editable: false });
  expect(connect.canTest).toBe(false);
  connect.choose({ name: "IPFS Cluster", address: "http://127.0.0.1:9097", editable: true });
  await connect.test();
  connect.another();
  connect.address = "https://cluster.example/psa ";
  connect.token = "not-a-real-token";
  await connect.test();
  expect(engine.of("accounts_test")).toEqual([
    { chosen: { kind: "psa", service: "IPFS Cluster", address: "http://127.0.0.1:9097" }, token: "", key: null },
    { chosen: { kind: "psa", service: "IPFS Cluster", address: "https://cluster.example/psa" }, token: "not-a-real-token", key: null },
  ]);
});

test("a key of an account that is here already is tested at that account's service", async () => {
  const engine = fakeEngine({ accounts_test: () => tested });
  const connect = new Connect(new Accounts({ accounts: [row], active: "p1" }), row);
  connect.pair = true;
  connect.token = "not-a-real-secret";
  expect(connect.canTest).toBe(false);
  connect.key = "not-a-real-key";
  await connect.test();
  expect(engine.of("accounts_test")).toEqual([
    { chosen: { kind: "account", id: "p1" }, token: "not-a-real-secret", key: "not-a-real-key" },
  ]);
});
