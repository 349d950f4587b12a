import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StoreError } from '../store-error.ts'
import { Damage, isCorrupt, sqliteCode } from './database-error.ts'
import { migrate, schemaVersion } from './schema.ts'

/** Where the database is: a folder, or `:memory:`. */
export type DatabaseLocation = string

export type OpenedDatabase = {
  readonly database: DatabaseSync
  /** Where a file that could not be read was put aside, `undefined` when there was none. */
  readonly setAside: string | undefined
  close(): void
}

/** Pages of 4 KiB that gather in the write-ahead log before they are moved into the file. */
const checkpointPages = 4_000
const pageCacheKibibytes = 32 * 1024

/**
 * Opens the database for writing and keeps everybody else from doing so.
 *
 * A file that SQLite or `check` (by throwing {@link Damage}) cannot read is renamed and a new one begun. Throws a {@link StoreError} when another workbench has the
 * folder, when a newer workbench made the file, or when the folder cannot be used.
 */
export function openDatabase(
  location: DatabaseLocation,
  now: Date,
  check: (database: DatabaseSync) => void,
): OpenedDatabase {
  if (location === ':memory:') {
    const database = prepare(new DatabaseSync(location), location, check)
    return { database, setAside: undefined, close: () => database.close() }
  }
  const lock = lockFolder(location)
  try {
    const { database, setAside } = openFile(join(location, databaseName), now, check)
    return {
      database,
      setAside,
      close() {
        database.close()
        lock.close()
      },
    }
  } catch (error) {
    lock.close()
    throw error
  }
}

/** Opens the same database for reading beside its writer. */
export function openForReading(folder: string): DatabaseSync {
  const database = new DatabaseSync(join(folder, databaseName), { readOnly: true, timeout: 5_000 })
  database.exec(`PRAGMA cache_size = -${pageCacheKibibytes}; PRAGMA query_only = ON`)
  return database
}

const databaseName = 'telemetry.db'

function openFile(
  path: string,
  now: Date,
  check: (database: DatabaseSync) => void,
): { database: DatabaseSync; setAside: string | undefined } {
  try {
    return { database: prepare(new DatabaseSync(path), path, check), setAside: undefined }
  } catch (error) {
    if (!isCorrupt(error) && !(error instanceof Damage)) throw error
    const setAside = `${path.slice(0, -'.db'.length)}-unreadable-${now.toISOString().replaceAll(':', '-')}.db`
    for (const suffix of ['', '-wal', '-shm'])
      if (existsSync(path + suffix)) renameSync(path + suffix, setAside + suffix)
    return { database: prepare(new DatabaseSync(path), path, check), setAside }
  }
}

function prepare(
  database: DatabaseSync,
  path: string,
  check: (database: DatabaseSync) => void,
): DatabaseSync {
  try {
    // NORMAL: what a transaction wrote is in the log, and safe from the death of the process, when it is acknowledged; the log reaches the
    // disk itself at the next checkpoint, so a power loss may cost what came since, and never more than that.
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA wal_autocheckpoint = ${checkpointPages};
      PRAGMA journal_size_limit = ${64 * 1024 * 1024};
      PRAGMA cache_size = -${pageCacheKibibytes};
      PRAGMA temp_store = MEMORY;
    `)
    const version = database.prepare('PRAGMA user_version').get()?.user_version as number
    if (version > schemaVersion)
      throw new StoreError(
        'STORE_NEWER',
        `${path} was made by a newer workbench (format ${version}, this one knows ${schemaVersion}): start that one, or set WORKBENCH_DATA to another folder.`,
      )
    migrate(database, version)
    check(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Not Node's `recursive`, which never ends where a file system answers ENOENT though the parent is there, as Linux's /proc does. */
function makeFolder(folder: string): void {
  if (!existsSync(dirname(folder))) makeFolder(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error
  }
}

/** A lock of the operating system, gone with the process however it ends; SQLite takes it on every platform. */
function lockFolder(folder: string): DatabaseSync {
  try {
    makeFolder(folder)
  } catch (cause) {
    throw new StoreError(
      'STORE_FAILED',
      `${folder} cannot be used (${errorCode(cause)}): set WORKBENCH_DATA to a folder that can be written to.`,
      { cause },
    )
  }
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 })
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return lock
  } catch (cause) {
    lock?.close()
    if (((sqliteCode(cause) ?? 0) & 0xff) === 5)
      throw new StoreError(
        'STORE_BUSY',
        `Another workbench uses ${folder}: end that one, or set WORKBENCH_DATA to another folder.`,
        { cause },
      )
    throw new StoreError('STORE_FAILED', `${folder} cannot be used (${errorCode(cause)}).`, { cause })
  }
}

const errorCode = (error: unknown): string => {
  if (error instanceof Error)
    return 'code' in error && error.code !== 'ERR_SQLITE_ERROR' ? String(error.code) : error.message
  return String(error)
}
