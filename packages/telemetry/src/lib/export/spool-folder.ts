import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, stat, unlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { EncodedBatch } from '../otlp/encoded-batch.ts'

/** A file that is this process's alone, for as long as it lives. */
export interface Claim {
  /** It is delivered, or never will be. */
  remove(): Promise<void>
  /** Others may have it. */
  release(): void
}

/** A batch taken out of the folder. */
export interface ClaimedBatch extends EncodedBatch, Claim {}

/** What is in the folder, and what it cost to keep its bound. */
export interface SpoolState {
  readonly spans: number
  readonly bytes: number
}

export interface SpoolFolderOptions {
  readonly path: string
  /** Files of all processes together, at the most; what others write within a second may come on top. */
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

/** A process that took a file and has not renewed its claim since is taken for dead, in milliseconds. */
const CLAIM_MILLIS = 60_000
/** How often claims are renewed, in milliseconds. */
const RENEW_EVERY = 20_000
/** How long a look at the folder is good for, in milliseconds: with thousands of files in it each one takes its time. */
const LOOK_MILLIS = 1000
/** The checksum before the body, in bytes. */
const SEAL = 4

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
  #lookedAt = Number.NEGATIVE_INFINITY
  #looking = Promise.resolve()
  /** What the last look found and nobody has asked for since, oldest last: as many as there are files. */
  #backlog: SpoolFile[] = []
  /** Sizes of the files in the folder as of the last look, by name without `CLAIMED`: they never change. */
  #sizes = new Map<string, number>()
  /** Files that this process has claimed: the one being sent, and copies of what its queue is sending. */
  readonly #claims = new Set<string>()
  /** Those of them that are copies: their spans are still the queue's. */
  readonly #copies = new Set<string>()
  /** What this process is writing: not torn, however long its disk takes. */
  readonly #partials = new Set<string>()
  #renewal: NodeJS.Timeout | undefined

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
    await this.#write(batch, this.#pathOf(batch, name))
    this.#add(batch)
  }

  /** Keeps a copy of a batch that this process is sending; others get it when this process is dead, or lets go of it. */
  async keepClaimed(batch: EncodedBatch, name: string): Promise<Claim> {
    const original = this.#pathOf(batch, name)
    const path = `${original}${CLAIMED}`
    await this.#write(batch, path)
    this.#copies.add(path)
    return this.#claim(path, original, batch)
  }

  async #write(batch: EncodedBatch, final: string): Promise<void> {
    const { path } = this.#options
    await mkdir(path, { recursive: true, mode: 0o700 })
    await this.#makeRoom(batch.body.byteLength)
    const partial = partialOf(final)
    this.#partials.add(partial)
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
    } finally {
      this.#partials.delete(partial)
    }
    // The new name is on the disk, too. Not everywhere can a folder be synced.
    const folder = await open(path, 'r')
    await folder.sync().catch(() => {})
    await folder.close()
  }

  /**
   * The same while the process exits. A batch that is just being kept by the same name is kept once. Looks at nothing else in
   * the folder: what is too much goes with the next `keep`.
   */
  keepNow(batch: EncodedBatch, name: string): void {
    mkdirSync(this.#options.path, { recursive: true, mode: 0o700 })
    const final = this.#pathOf(batch, name)
    const partial = partialOf(final)
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
    const known = await this.#takeFromBacklog()
    if (known !== undefined) return known
    await this.#look()
    return this.#takeFromBacklog()
  }

  async #takeFromBacklog(): Promise<ClaimedBatch | undefined> {
    for (let file = this.#backlog.pop(); file !== undefined; file = this.#backlog.pop()) {
      if (file.name.endsWith(CLAIMED)) {
        if (!(await this.#isAbandoned(file))) continue
        // Free for all again: of several that take it for abandoned one gets it.
        file.name = file.name.slice(0, -CLAIMED.length)
        release(join(this.#options.path, `${file.name}${CLAIMED}`), join(this.#options.path, file.name))
      }
      const claimed = await this.#take(file)
      if (claimed !== undefined) return claimed
    }
    return undefined
  }

  async #take({ name, spans }: SpoolFile): Promise<ClaimedBatch | undefined> {
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
      const batch: EncodedBatch = { spans, encoding, body }
      return { ...batch, ...this.#claim(path, original, batch) }
    } catch {
      // Another process was faster.
      return undefined
    }
  }

  #claim(path: string, original: string, batch: EncodedBatch): Claim {
    this.#claims.add(path)
    this.#renewal ??= setInterval(() => this.#renew(), RENEW_EVERY).unref()
    const letGo = () => {
      this.#claims.delete(path)
      if (this.#claims.size > 0) return
      clearInterval(this.#renewal)
      this.#renewal = undefined
    }
    return {
      remove: async () => {
        letGo()
        if (!this.#copies.delete(path)) this.#subtract(batch)
        await unlink(path).catch(() => {})
      },
      release: () => {
        letGo()
        if (this.#copies.delete(path)) this.#add(batch)
        release(path, original)
      },
    }
  }

  /** An export may take longer than a claim lasts: `OTEL_EXPORTER_OTLP_TIMEOUT` has no bound. */
  #renew(): void {
    const now = this.#now() / 1000
    for (const path of this.#claims) void utimes(path, now, now).catch(() => {})
  }

  async #isAbandoned({ name }: SpoolFile): Promise<boolean> {
    const path = join(this.#options.path, name)
    if (this.#claims.has(path)) return false
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: undefined }))
    return mtimeMs !== undefined && this.#isOld(mtimeMs)
  }

  /** Or from a time to come: the clock was set back since, and may not be there again for years. */
  #isOld(millis: number): boolean {
    return Math.abs(this.#now() - millis) > CLAIM_MILLIS
  }

  /** Removes the oldest files until there is room. Those being sent are left: they are about to go. */
  async #makeRoom(bytes: number): Promise<void> {
    const { path, maxBytes, onLost } = this.#options
    if (this.#now() - this.#lookedAt < LOOK_MILLIS && this.#state.bytes + bytes <= maxBytes) return
    await this.#look()
    while (this.#state.bytes + bytes > maxBytes) {
      const file = this.#backlog.pop()
      if (file === undefined) break
      if (file.name.endsWith(CLAIMED)) continue
      const removed = await unlink(join(path, file.name)).then(
        () => true,
        () => false,
      )
      this.#subtract(file)
      if (removed) onLost('spoolFull', file.spans)
    }
  }

  /** Brings everything that is known about the folder up to date. One after the other: the last to begin has the last word. */
  #look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#lookNow())
    return this.#looking
  }

  async #lookNow(): Promise<void> {
    const { path } = this.#options
    const names = await readdir(path).catch(() => [])
    const files: SpoolFile[] = []
    const sizes = new Map<string, number>()
    for (const name of names.toSorted().reverse()) {
      const spans = FILE.exec(name)?.[1]
      if (spans !== undefined) {
        const bytes = await this.#sizeOf(name)
        if (bytes === undefined) continue
        sizes.set(withoutClaim(name), bytes)
        files.push({ name, spans: Number(spans), bytes })
      } else if (name.endsWith(PARTIAL)) {
        await this.#removeTorn(name)
      }
    }
    const sum = (of: (file: SpoolFile) => number) => files.reduce((total, file) => total + of(file), 0)
    this.#state = {
      spans: sum(({ name, spans }) => (this.#copies.has(join(path, name)) ? 0 : spans)),
      bytes: sum(({ bytes }) => bytes),
    }
    this.#backlog = files
    this.#sizes = sizes
    this.#lookedAt = this.#now()
  }

  async #sizeOf(name: string): Promise<number | undefined> {
    const known = this.#sizes.get(withoutClaim(name))
    if (known !== undefined) return known
    const { size } = await stat(join(this.#options.path, name)).catch(() => ({ size: undefined }))
    return size
  }

  /** What a process was writing when it died. */
  async #removeTorn(name: string): Promise<void> {
    const path = join(this.#options.path, name)
    const spans = FILE.exec(name.slice(0, name.lastIndexOf('.', name.length - PARTIAL.length - 1)))?.[1]
    if (spans === undefined || this.#partials.has(path)) return
    try {
      const { mtimeMs } = await stat(path)
      if (!this.#isOld(mtimeMs)) return
      await unlink(path)
      this.#options.onLost('spoolUnreadable', Number(spans))
    } catch {
      // Another process was faster.
    }
  }

  #pathOf({ spans, encoding }: EncodedBatch, name: string): string {
    return join(this.#options.path, `${name}.${spans}.${encoding}`)
  }

  #add({ spans, body }: EncodedBatch): void {
    const { bytes } = this.#state
    this.#state = { spans: this.#state.spans + spans, bytes: bytes + SEAL + body.byteLength }
  }

  #subtract(
    gone: { readonly spans: number } & ({ readonly bytes: number } | { readonly body: Uint8Array }),
  ): void {
    const bytes = 'bytes' in gone ? gone.bytes : SEAL + gone.body.byteLength
    this.#state = {
      spans: Math.max(this.#state.spans - gone.spans, 0),
      bytes: Math.max(this.#state.bytes - bytes, 0),
    }
  }
}

function withoutClaim(name: string): string {
  return name.endsWith(CLAIMED) ? name.slice(0, -CLAIMED.length) : name
}

function partialOf(final: string): string {
  return `${final}.${randomUUID()}${PARTIAL}`
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
  const file = Buffer.allocUnsafe(SEAL + body.byteLength)
  file.writeUInt32BE(crc32(body))
  file.set(body, SEAL)
  return file
}

function unseal(file: Buffer): Uint8Array | undefined {
  if (file.byteLength < SEAL) return undefined
  const body = file.subarray(SEAL)
  return crc32(body) === file.readUInt32BE() ? body : undefined
}
