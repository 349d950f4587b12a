import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, stat, unlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'

/** A batch as it goes over the wire, not compressed. */
export interface EncodedBatch {
  readonly spans: number
  readonly encoding: 'json' | 'protobuf'
  readonly body: Uint8Array
}

/** A batch taken out of the folder, for this process alone. */
export interface ClaimedBatch extends EncodedBatch {
  /** It is delivered, or never will be. */
  remove(): Promise<void>
  /** Others may have it. */
  release(): void
}

/** What is in the folder, and what it cost to keep its bound. */
export interface SpoolState {
  readonly spans: number
  readonly bytes: number
}

export interface SpoolFolderOptions {
  readonly path: string
  /** Files of all processes together, at the most. */
  readonly maxBytes: number
  /** Spans that are gone: removed as the oldest of a full folder, or in a file that cannot be read. */
  readonly onLost: (reason: 'spoolFull' | 'spoolUnreadable', spans: number) => void
  /** In milliseconds since 1970. */
  readonly now?: () => number
}

interface SpoolFile {
  name: string
  readonly spans: number
  readonly bytes: number
}

/** A process that took a file and has not answered for it since is taken for dead, in milliseconds. */
const CLAIM_MILLIS = 60_000

/** `<when>-<id>.<spans>.<encoding>`, then `.claimed` while a process sends it; sorted, the oldest comes first. */
const FILE = /^\d{15}-[0-9a-f-]{36}\.(\d+)\.(json|protobuf)(\.claimed)?$/
const CLAIMED = '.claimed'
/** Being written. */
const PARTIAL = '.partial'

/**
 * Batches for one destination in a folder that processes share. Each is a file of its own, written aside, synced and
 * renamed, so a file is there as a whole or not at all; a checksum tells when a disk has broken that promise. A process
 * takes a file by renaming it, which only one can.
 */
export class SpoolFolder {
  readonly #options: SpoolFolderOptions
  readonly #now: () => number
  #state: SpoolState = { spans: 0, bytes: 0 }

  constructor(options: SpoolFolderOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  /** As of the last look. */
  get state(): SpoolState {
    return this.#state
  }

  /** A name for a batch that is to be kept. */
  newName(): string {
    return `${String(this.#now()).padStart(15, '0')}-${randomUUID()}`
  }

  /** Keeps a batch: it is on the disk when this resolves. Rejects with the error of the file system. */
  async keep(batch: EncodedBatch, name: string): Promise<void> {
    const { path } = this.#options
    await mkdir(path, { recursive: true, mode: 0o700 })
    await this.#makeRoom(batch.body.byteLength)
    const { partial, final } = this.#pathsOf(batch, name)
    try {
      const file = await open(partial, 'wx', 0o600)
      try {
        await file.writeFile(seal(batch.body))
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(partial, final)
    } catch (error) {
      await unlink(partial).catch(() => {})
      throw error
    }
    // The new name is on the disk, too. Not everywhere can a folder be synced.
    const folder = await open(path, 'r')
    await folder.sync().catch(() => {})
    await folder.close()
    this.#add(batch)
  }

  /**
   * The same while the process exits. A batch that is just being kept by the same name is kept once. Looks at nothing else in
   * the folder: what is too much goes with the next `keep`.
   */
  keepNow(batch: EncodedBatch, name: string): void {
    mkdirSync(this.#options.path, { recursive: true, mode: 0o700 })
    const { partial, final } = this.#pathsOf(batch, name)
    try {
      const file = openSync(partial, 'wx', 0o600)
      try {
        writeSync(file, seal(batch.body))
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(partial, final)
    } catch (error) {
      try {
        unlinkSync(partial)
      } catch {}
      throw error
    }
    this.#add(batch)
  }

  /** Takes the oldest batch that nobody else has; `undefined` when there is none. */
  async claimOldest(): Promise<ClaimedBatch | undefined> {
    for (const file of await this.#list()) {
      if (file.name.endsWith(CLAIMED)) {
        if (!(await this.#isAbandoned(file))) continue
        // Free for all again: of several that take it for abandoned one gets it.
        file.name = file.name.slice(0, -CLAIMED.length)
        release(join(this.#options.path, `${file.name}${CLAIMED}`), join(this.#options.path, file.name))
      }
      const claimed = await this.#claim(file)
      if (claimed !== undefined) return claimed
    }
    return undefined
  }

  async #claim({ name, spans }: SpoolFile): Promise<ClaimedBatch | undefined> {
    const original = join(this.#options.path, name)
    const path = `${original}${CLAIMED}`
    try {
      // First the time, then the name: from the first moment on the claim is fresh.
      const now = this.#now() / 1000
      await utimes(original, now, now)
      await rename(original, path)
      const body = unseal(await readFile(path))
      if (body === undefined) {
        await unlink(path)
        this.#options.onLost('spoolUnreadable', spans)
        return undefined
      }
      const encoding = name.endsWith('.json') ? 'json' : 'protobuf'
      return {
        spans,
        encoding,
        body,
        remove: () => this.#remove(path),
        release: () => release(path, original),
      }
    } catch {
      // Another process was faster.
      return undefined
    }
  }

  async #remove(path: string): Promise<void> {
    await unlink(path).catch(() => {})
    await this.#list()
  }

  async #isAbandoned({ name }: SpoolFile): Promise<boolean> {
    const { mtimeMs } = await stat(join(this.#options.path, name)).catch(() => ({ mtimeMs: Infinity }))
    return this.#now() - mtimeMs > CLAIM_MILLIS
  }

  /** Removes the oldest files until there is room. Those being sent are left: they are about to go. */
  async #makeRoom(bytes: number): Promise<void> {
    const { path, maxBytes, onLost } = this.#options
    const files = await this.#list()
    let { bytes: held } = this.#state
    for (const file of files) {
      if (held + bytes <= maxBytes) break
      if (file.name.endsWith(CLAIMED)) continue
      const removed = await unlink(join(path, file.name)).then(
        () => true,
        () => false,
      )
      held -= file.bytes
      if (removed) onLost('spoolFull', file.spans)
    }
  }

  /** Oldest first. */
  async #list(): Promise<SpoolFile[]> {
    const { path } = this.#options
    const names = await readdir(path).catch(() => [])
    const files: SpoolFile[] = []
    for (const name of names.toSorted()) {
      const spans = FILE.exec(name)?.[1]
      if (spans !== undefined) {
        const { size } = await stat(join(path, name)).catch(() => ({ size: undefined }))
        if (size !== undefined) files.push({ name, spans: Number(spans), bytes: size })
      } else if (name.endsWith(PARTIAL)) {
        await this.#removeTorn(name)
      }
    }
    const sum = (of: (file: SpoolFile) => number) => files.reduce((total, file) => total + of(file), 0)
    this.#state = { spans: sum((file) => file.spans), bytes: sum((file) => file.bytes) }
    return files
  }

  /** What a process was writing when it died. */
  async #removeTorn(name: string): Promise<void> {
    const path = join(this.#options.path, name)
    const spans = FILE.exec(name.slice(0, name.lastIndexOf('.', name.length - PARTIAL.length - 1)))?.[1]
    try {
      const { mtimeMs } = await stat(path)
      if (this.#now() - mtimeMs <= CLAIM_MILLIS) return
      await unlink(path)
      this.#options.onLost('spoolUnreadable', Number(spans ?? 0))
    } catch {
      // Another process was faster.
    }
  }

  #pathsOf({ spans, encoding }: EncodedBatch, name: string): { partial: string; final: string } {
    const final = join(this.#options.path, `${name}.${spans}.${encoding}`)
    return { partial: `${final}.${randomUUID()}${PARTIAL}`, final }
  }

  #add({ spans, body }: EncodedBatch): void {
    this.#state = { spans: this.#state.spans + spans, bytes: this.#state.bytes + body.byteLength }
  }
}

function release(path: string, original: string): void {
  try {
    renameSync(path, original)
  } catch {
    // Taken for dead, this process has lost it to another.
  }
}

/** The checksum goes before the body. */
function seal(body: Uint8Array): Uint8Array {
  const file = Buffer.allocUnsafe(4 + body.byteLength)
  file.writeUInt32BE(crc32(body))
  file.set(body, 4)
  return file
}

function unseal(file: Buffer): Uint8Array | undefined {
  if (file.byteLength < 4) return undefined
  const body = file.subarray(4)
  return crc32(body) === file.readUInt32BE() ? body : undefined
}
