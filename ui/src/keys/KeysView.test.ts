import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { beforeEach, expect, test } from "vitest";
import App from "../App.svelte";
import type { KeyRow } from "../bindings";
import { aStart, pinata } from "../pins/fakePins";
import { commandError } from "../uploads/fakeEngine";
import { aKey, engineKeys, inUse, secrets } from "./fakeKeys";

beforeEach(() => void Object.assign(window, { innerWidth: 1280 }));

async function open(keys: KeyRow[], prepare: (engine: ReturnType<typeof engineKeys>) => void = () => undefined) {
  const engine = engineKeys(keys);
  prepare(engine);
  render(App, { props: { start: aStart() } });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "API keys" }));
  await screen.findByRole("heading", { level: 1, name: "API keys" });
  return { engine, user };
}

const WORDS = "Pinata asked to wait between requests.";

const row = (name: string) => screen.findByRole("row", { name });

async function askToRevoke(user: ReturnType<typeof userEvent.setup>, name: string) {
  within(await row(name))
    .getByRole("button", { name: `More for ${name}` })
    .focus();
  await user.keyboard("{Enter}");
  await user.click(await screen.findByText("Revoke…"));
  return within(await screen.findByRole("alertdialog"));
}

/** Fills in the sheet and makes the key. */
async function make(user: ReturnType<typeof userEvent.setup>, name: string) {
  await user.click((await screen.findAllByRole("button", { name: "New key" }))[0]!);
  const sheet = within(await screen.findByRole("dialog", { name: "New API key" }));
  await user.type(sheet.getByRole("textbox", { name: "Name" }), name);
  await user.click(await sheet.findByRole("checkbox", { name: "Edit groups" }));
  await user.click(sheet.getByRole("button", { name: "Make key" }));
  return within(await screen.findByRole("dialog", { name: `Copy the secret of ${name} now` }));
}

test("a key is told with its uses, its scopes in words, and whether this app uses it", async () => {
  await open([inUse(1), aKey(2, { uses: 836, maxUses: 1000 }), aKey(3, { state: "revoked", may: "Nothing", note: "Revoked." })]);
  const own = within(await row("Pinfold on studio-mac"));
  expect(own.getByText("This app uses it. In the system keychain.")).toBeVisible();
  expect(own.getByText("Everything")).toBeVisible();
  expect(within(await row("Site deploy 2")).getByText("836 of 1,000")).toBeVisible();
  expect(within(await row("Site deploy 3")).getByText("Revoked.")).toBeVisible();
});

test("more keys come page by page, and the search asks the service", async () => {
  const { engine, user } = await open(Array.from({ length: 12 }, (_, n) => aKey(n + 1)));
  await row("Site deploy 10");
  expect(screen.queryByRole("row", { name: "Site deploy 12" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Show more keys" }));
  await row("Site deploy 12");
  await user.type(screen.getByRole("searchbox", { name: "Search keys by name" }), "deploy 11");
  await waitFor(() => expect(engine.of("keys_list").at(-1)).toMatchObject({ query: { text: "deploy 11" }, after: null }));
  await waitFor(() => expect(screen.queryByRole("row", { name: "Site deploy 1" })).toBeNull());
});

test("where the service leaves one key of each page the list begins with ten all the same", async () => {
  const { engine } = await open([], ({ answers }) => {
    answers.keys_list = ({ after }) => ({
      rows: [aKey(Number(after ?? 0) + 1)],
      next: String(Number(after ?? 0) + 1),
      asOf: 1_700_000_000_000,
    });
  });
  await row("Site deploy 10");
  expect(screen.getByRole("button", { name: "Show more keys" })).toBeVisible();
  expect(engine.of("keys_list")).toHaveLength(10);
});

test("a service whose pages are all empty and never end is asked for no more than fifty of them in one go", async () => {
  const { engine, user } = await open([], ({ answers }) => {
    answers.keys_list = ({ after }) => ({
      rows: after === null ? [aKey(1)] : [],
      next: String(Number(after ?? 0) + 1),
      asOf: 1_700_000_000_000,
    });
  });
  await row("Site deploy 1");
  const before = engine.of("keys_list").length;
  await user.click(screen.getByRole("button", { name: "Show more keys" }));
  await waitFor(() => expect(engine.of("keys_list")).toHaveLength(before + 50));
  await waitFor(() => expect(screen.getByRole("button", { name: "Show more keys" })).toBeEnabled());
  expect(engine.of("keys_list")).toHaveLength(before + 50);
});

test("a key is made from what is ticked, and writing ticks reading", async () => {
  const { engine, user } = await open([]);
  await make(user, "Gallery kiosk");
  expect(engine.of("keys_create")).toEqual([
    { wish: { name: "Gallery kiosk", admin: false, scopes: ["org:files:read", "org:groups:write", "org:groups:read"], maxUses: null } },
  ]);
});

test("a key that could do everything is said to be strong, and a limit is a whole number", async () => {
  const { engine, user } = await open([]);
  await user.click((await screen.findAllByRole("button", { name: "New key" }))[0]!);
  const sheet = within(await screen.findByRole("dialog", { name: "New API key" }));
  await user.type(sheet.getByRole("textbox", { name: "Name" }), "deploy");
  await user.click(sheet.getByRole("radio", { name: "Do everything" }));
  expect(await sheet.findByText("This key can do everything.")).toBeVisible();
  await user.click(sheet.getByRole("radio", { name: "After a number of uses" }));
  const uses = sheet.getByRole("textbox", { name: "Number of uses" });
  await user.clear(uses);
  await user.type(uses, "1.5");
  expect(sheet.getByRole("button", { name: "Make key" })).toBeDisabled();
  await user.clear(uses);
  await user.type(uses, "25");
  await user.click(sheet.getByRole("button", { name: "Make key" }));
  await waitFor(() => expect(engine.of("keys_create")).toEqual([{ wish: { name: "deploy", admin: true, scopes: [], maxUses: 25 } }]));
});

test("the secrets are hidden until asked for, asked for once, copied by Rust, and wiped when the sheet closes", async () => {
  const { engine, user } = await open([]);
  const sheet = await make(user, "Gallery kiosk");
  await sheet.findByText("Token (JWT)");
  expect(document.body.textContent).not.toContain(secrets.jwt);
  expect(document.body.textContent).not.toContain(secrets.apiSecret);
  await user.click(sheet.getByRole("button", { name: "Show" }));
  expect(sheet.getByText(secrets.jwt)).toBeVisible();
  await user.click(sheet.getByRole("button", { name: "Copy token" }));
  expect(engine.of("keys_copy")).toEqual([{ handle: "h1", part: "jwt" }]);
  expect(await sheet.findByText(/It leaves the clipboard after 60 s/)).toBeVisible();

  // What is lost here is lost: neither Escape nor Done closes it before the tick.
  await user.keyboard("{Escape}");
  expect(sheet.getByRole("button", { name: "Done" })).toBeDisabled();
  expect(engine.of("keys_close")).toEqual([]);
  await user.click(sheet.getByRole("checkbox", { name: "I have kept the token in a safe place" }));
  await user.click(sheet.getByRole("button", { name: "Done" }));
  await waitFor(() => expect(engine.of("keys_close")).toEqual([{ handle: "h1" }]));
  expect(engine.of("keys_reveal")).toEqual([{ handle: "h1" }]);
  await waitFor(() => expect(document.body.textContent).not.toContain(secrets.jwt));
});

test("a pause that the service wants is told calmly beside a new secret, which is read after it", async () => {
  let paused = true;
  const { engine, user } = await open([], (engine) => {
    const told = engine.answers.keys_reveal;
    engine.answers.keys_reveal = (args) => {
      if (paused) throw commandError("rate_limited", WORDS);
      return told?.(args);
    };
    engine.answers.keys_copy = () => {
      throw commandError("rate_limited", WORDS);
    };
    const hold = { code: "rate_limited" as const, sentence: WORDS, until: Date.now() + 59_000 };
    engine.answers.accounts_list = () => [paused ? { ...pinata, hold } : pinata];
  });
  const sheet = await make(user, "Gallery kiosk");
  expect((await sheet.findByText(/wants a pause/)).closest("[role]")).toHaveAttribute("role", "status");
  expect(sheet.queryByRole("alert")).toBeNull();
  const tell = (revision: number) => engine.emit("changed", { noun: "account", revision, ids: null });
  await tell(1);
  expect(await sheet.findByText(/^Continuing in \d+\ss\.$/)).toBeVisible();
  paused = false;
  await tell(2);
  expect(await sheet.findByText("Token (JWT)")).toBeVisible();
  await user.click(sheet.getByRole("button", { name: "Copy token" }));
  expect((await sheet.findByText(WORDS)).closest("[role]")).toHaveAttribute("role", "status");
  expect(sheet.queryByRole("alert")).toBeNull();
});

test("a new key is tested and then used by this app, and its token is never sent from the page", async () => {
  const { engine, user } = await open([], (engine) => {
    engine.answers.accounts_replace_key = () => pinata;
  });
  const sheet = await make(user, "Gallery kiosk");
  await user.click(await sheet.findByRole("button", { name: "Use in Pinfold" }));
  expect(await sheet.findByText(/Upload files; it needs the scope/)).toBeVisible();
  await user.click(sheet.getByRole("button", { name: "Replace the key of Northlight Studio" }));
  expect(await sheet.findByText("Pinfold works with this key now, for Northlight Studio.")).toBeVisible();
  expect(engine.of("accounts_replace_key")).toEqual([{ id: "p1", handle: "t1", keep: "keychain" }]);
  expect(JSON.stringify(engine.calls)).not.toContain(secrets.jwt);
});

test("revoking says what stops, and the safe button has the focus", async () => {
  const { engine, user } = await open([aKey(1)]);
  const question = await askToRevoke(user, "Site deploy 1");
  expect(question.getByText(/Whatever uses this key stops working at once/)).toBeVisible();
  await waitFor(() => expect(question.getByRole("button", { name: "Keep key" })).toHaveFocus());
  await user.click(question.getByRole("button", { name: "Revoke key" }));
  await waitFor(() => expect(engine.of("keys_revoke")).toEqual([{ key: aKey(1).key, althoughUsed: false }]));
  await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
});

test("the key that Pinfold itself uses is revoked only after a tick", async () => {
  const { engine, user } = await open([inUse(1)]);
  const question = await askToRevoke(user, "Pinfold on studio-mac");
  expect(question.getByRole("heading", { name: /the key that Pinfold uses/ })).toBeVisible();
  expect(question.getByText(/Pinfold itself works with this key/)).toBeVisible();
  const revoke = question.getByRole("button", { name: "Revoke key" });
  expect(revoke).toBeDisabled();
  await user.click(question.getByRole("checkbox", { name: "Pinfold shall stop working with this account" }));
  await user.click(revoke);
  await waitFor(() => expect(engine.of("keys_revoke")).toEqual([{ key: inUse(1).key, althoughUsed: true }]));
});

test("a refusal stays in the question", async () => {
  const { user } = await open([aKey(1)], (engine) => {
    engine.answers.keys_revoke = () => {
      throw commandError("offline", "Pinata cannot be reached. Check the connection.");
    };
  });
  const question = await askToRevoke(user, "Site deploy 1");
  await user.click(question.getByRole("button", { name: "Revoke key" }));
  expect(await question.findByRole("alert")).toHaveTextContent("Pinata cannot be reached.");
});

test("a key that may not manage keys says what scope would, and offers another key", async () => {
  await open([], (engine) => {
    engine.answers.keys_list = () => {
      throw commandError("missing_scope", "The key that Pinfold uses may not manage API keys: that takes the scope admin.", "admin");
    };
  });
  expect(await screen.findByText(/takes the scope admin/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Replace key" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "New key" })).toBeNull();
});

test("hostile names are shown as text, and the screen and its sheets pass axe", async () => {
  const name = "<img src=x onerror=alert(1)>\u202egnp.exe";
  const { user } = await open([aKey(1, { name }), inUse(2)]);
  await row("<img src=x onerror=alert(1)>⟨RLO⟩gnp.exe");
  const check = async () =>
    (await axe.run(document.body, { rules: { "color-contrast": { enabled: false } } })).violations.map(({ id }) => id);
  expect(await check()).toEqual([]);
  await make(user, "Gallery kiosk");
  expect(await check()).toEqual([]);
});
