// The Sandbox as a program: started on free ports with an empty folder, ended when the tests are over.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const TOKEN = "a-token-of-the-tests";

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function answers(url, child) {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`pinfold-sandbox ended with ${child.exitCode}`);
    try {
      await fetch(url);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`nothing answers at ${url}`);
}

/** Starts the program with these flags. `kill` ends it as a power cut would, `start` begins it anew on the same ports. */
export async function startSandbox(flags = []) {
  const program = process.env.PINFOLD_SANDBOX;
  if (!program) throw new Error("PINFOLD_SANDBOX names the program pinfold-sandbox");
  const data = await mkdtemp(join(tmpdir(), "pinfold-clients-"));
  const [api, gateway] = [await freePort(), await freePort()];
  const options = ["--listen", `127.0.0.1:${api}`, "--gateway", `127.0.0.1:${gateway}`, "--data", data, "--token", TOKEN];
  let child;
  const sandbox = {
    api: `http://127.0.0.1:${api}`,
    gateway: `http://127.0.0.1:${gateway}`,
    async start() {
      child = spawn(program, [...options, ...flags], { stdio: ["ignore", "ignore", "inherit"] });
      await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
      await answers(`http://127.0.0.1:${gateway}/`, child);
    },
    async kill() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    },
    async stop() {
      await sandbox.kill();
      await rm(data, { recursive: true, force: true });
    },
  };
  await sandbox.start();
  return sandbox;
}

/** What the gateway serves at a path below `/ipfs/`, by plain HTTP. */
export async function served(sandbox, path) {
  const response = await fetch(`${sandbox.gateway}/ipfs/${path}`);
  if (response.status !== 200) throw new Error(`${path} is ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
