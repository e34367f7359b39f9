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

export async function startSandbox() {
  const program = process.env.PINFOLD_SANDBOX;
  if (!program) throw new Error("PINFOLD_SANDBOX names the program pinfold-sandbox");
  const data = await mkdtemp(join(tmpdir(), "pinfold-clients-"));
  const [api, gateway] = [await freePort(), await freePort()];
  const options = ["--listen", `127.0.0.1:${api}`, "--gateway", `127.0.0.1:${gateway}`, "--data", data, "--token", TOKEN];
  const child = spawn(program, options, { stdio: ["ignore", "ignore", "inherit"] });
  await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  await answers(`http://127.0.0.1:${gateway}/`, child);
  return {
    api: `http://127.0.0.1:${api}`,
    gateway: `http://127.0.0.1:${gateway}`,
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
      await rm(data, { recursive: true, force: true });
    },
  };
}
