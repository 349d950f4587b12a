import { closeSync, existsSync, openSync, readSync, renameSync, statSync, writeSync } from 'node:fs'
import { makeBody } from './load.ts'

/** Bodies made ahead, so that making them costs the measurement nothing: length (4 bytes), bytes, one behind the other. */
export class LoadFile {
  readonly #file: number
  readonly #size: number
  #at = 0

  constructor(path: string) {
    this.#file = openSync(path, 'r')
    this.#size = statSync(path).size
  }

  /** The next body, `undefined` at the end. */
  next(): Buffer | undefined {
    if (this.#at >= this.#size) return undefined
    const length = Buffer.alloc(4)
    readSync(this.#file, length, 0, 4, this.#at)
    const body = Buffer.alloc(length.readUInt32LE())
    readSync(this.#file, body, 0, body.length, this.#at + 4)
    this.#at += 4 + body.length
    return body
  }
}

/** Makes the file unless it is there. Its spans start within the `minutes` before now. */
export function ensureLoadFile(
  path: string,
  encoding: 'json' | 'protobuf',
  batches: number,
  minutes: number,
): void {
  if (existsSync(path)) return
  const file = openSync(`${path}.part`, 'w')
  const length = Buffer.alloc(4)
  const from = BigInt(Date.now() - minutes * 60_000) * 1_000_000n
  const step = (BigInt(minutes) * 60_000_000_000n) / BigInt(batches)
  for (let batch = 0; batch < batches; batch++) {
    const body = makeBody(encoding, from + BigInt(batch) * step)
    length.writeUInt32LE(body.length)
    writeSync(file, length)
    writeSync(file, body)
  }
  closeSync(file)
  renameSync(`${path}.part`, path)
}
