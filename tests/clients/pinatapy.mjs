// The Python client: each of its tests is a process of its own, started with the interpreter that has its packages.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { PAIR } from "./pinata-sdk-v1.mjs";

const SCRIPT = fileURLToPath(new URL("pinatapy_client.py", import.meta.url));

async function python(argument, sandbox) {
  const program = process.env.PINFOLD_PYTHON;
  if (!program) throw new Error("PINFOLD_PYTHON names a Python with the packages of requirements.txt");
  const env = {
    ...process.env,
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONUTF8: "1",
    SANDBOX_API: sandbox?.api,
    SANDBOX_GATEWAY: sandbox?.gateway,
    SANDBOX_KEY: PAIR[0],
    SANDBOX_SECRET: PAIR[1],
  };
  const { stdout } = await promisify(execFile)(program, [SCRIPT, ...argument], { env });
  return stdout;
}

/** Its tests, by the names that it gives them. */
export async function tests() {
  const names = (await python([])).trim().split("\n");
  return Object.fromEntries(names.map((name) => [name, (sandbox) => python([name], sandbox)]));
}
