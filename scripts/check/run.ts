import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Runs a program with this one's output; true when it ends with exit code 0. */
export async function run(program: string, args: readonly string[], cwd: string): Promise<boolean> {
  const child = spawn(program, args, { cwd, stdio: 'inherit' })
  const [code] = await once(child, 'close')
  return code === 0
}
