import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A workbench in a process of its own, on a free port of the loopback, and what the kernel (Linux) says of that process. */
export class WorkbenchUnderTest {
  readonly url: string
  readonly #process: ChildProcess

  private constructor(process: ChildProcess, url: string) {
    this.#process = process
    this.url = url
  }

  /** Starts one on the folder `data`, which is to hold `mostSpans` at most; rejects when it ends instead of listening. */
  static async start(data: string, mostSpans: number): Promise<WorkbenchUnderTest> {
    const child = spawn(process.execPath, ['--conditions=@linked-traces/source', 'src/server.ts'], {
      cwd: fileURLToPath(new URL('../../apps/workbench', import.meta.url)),
      env: {
        ...process.env,
        WORKBENCH_HOST: '127.0.0.1',
        WORKBENCH_PORT: '0',
        WORKBENCH_DATA: data,
        WORKBENCH_MAX_SPANS: String(mostSpans),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const url = await new Promise<string>((resolve, reject) => {
      child.once('close', (code) => reject(new Error(`The workbench ended with ${code}.`)))
      child.stdout.on('data', (chunk: Buffer) => {
        const listening = /listens on (http:\S+)/.exec(chunk.toString())
        if (listening?.[1]) resolve(listening[1])
      })
    })
    return new WorkbenchUnderTest(child, url)
  }

  /** Resident memory of the whole process, all threads, in MiB: now (`VmRSS`) or at most so far (`VmHWM`). */
  memory(field: 'VmRSS' | 'VmHWM'): number {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8')
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024
  }

  /** Processor time so far, in seconds; the kernel counts in hundredths. */
  processorSeconds(): number {
    const fields = readFileSync(`/proc/${this.#process.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / 100
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const closed = new Promise((resolve) => this.#process.once('close', resolve))
    this.#process.kill('SIGTERM')
    await closed
  }
}
