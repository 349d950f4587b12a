import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrate, migrations, schemaVersion } from './schema.ts'

/** A made-up history: the second step moves what the first one's files hold. */
const begin = 'CREATE TABLE dice (roll INTEGER NOT NULL) STRICT'
const rename = 'ALTER TABLE dice RENAME COLUMN roll TO eyes; UPDATE dice SET eyes = eyes * 10'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workbench-schema-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = () => new DatabaseSync(join(folder, 'telemetry.db'))
const versionOf = (database: DatabaseSync) => database.prepare('PRAGMA user_version').get()?.user_version

function writeOldFile(): void {
  using database = open()
  migrate(database, 0, [begin])
  database.exec('INSERT INTO dice VALUES (4)')
}

describe('migrate', () => {
  it('takes the steps an older file lacks, once, and keeps what it holds', () => {
    writeOldFile()
    using database = open()
    migrate(database, 1, [begin, rename])
    expect(versionOf(database)).toBe(2)
    migrate(database, 2, [begin, rename])
    expect(database.prepare('SELECT eyes FROM dice').all()).toEqual([{ eyes: 40 }])
  })

  it('leaves the file at the version before when a step fails', () => {
    writeOldFile()
    const failing = open()
    expect(() => migrate(failing, 1, [begin, `${rename}; INSERT INTO nowhere VALUES (1)`])).toThrow('nowhere')
    failing.close()
    using database = open()
    expect(versionOf(database)).toBe(1)
    expect(database.prepare('SELECT roll FROM dice').all()).toEqual([{ roll: 4 }])
  })

  it('has a step for every version', () => {
    expect(migrations).toHaveLength(schemaVersion)
    using database = open()
    migrate(database, 0)
    expect(versionOf(database)).toBe(schemaVersion)
  })
})
