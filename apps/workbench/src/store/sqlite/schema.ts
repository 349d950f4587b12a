import type { DatabaseSync } from 'node:sqlite'

/** Version of the schema below, kept in the file's `user_version`. */
export const schemaVersion = 2

/**
 * Statements that bring a file from the version that is their index to the next one.
 *
 * A `chunk` stands for the spans of one trace that one transaction brought, in order of arrival; the spans themselves lie in `segment`s.
 * Numbers are never given twice, so that what was read a while ago is missing rather than wrong. Trace ids are interned in `trace`, also those only known from links. Why so: decisions/006-store.md.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE trace (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    trace_id BLOB NOT NULL UNIQUE,
    span_count INTEGER NOT NULL DEFAULT 0,
    -- 'evicted' or 'deleted', and when in milliseconds; cleared when spans of the trace arrive again.
    gone_how TEXT,
    gone_at INTEGER
  ) STRICT;
  CREATE INDEX trace_gone ON trace (gone_at) WHERE gone_at IS NOT NULL;

  CREATE TABLE chunk (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    trace INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    segment INTEGER NOT NULL,
    -- Where its spans begin in the segment's body.
    body_start INTEGER NOT NULL,
    heads BLOB NOT NULL
  ) STRICT;
  CREATE INDEX chunk_of_trace ON chunk (trace);

  -- The spans of chunks that were written together, compressed together.
  CREATE TABLE segment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chunk_count INTEGER NOT NULL,
    body BLOB NOT NULL
  ) STRICT;

  -- What a search may skip: the chunks from first_chunk to last_chunk and a filter over their spans.
  CREATE TABLE block (
    first_chunk INTEGER PRIMARY KEY,
    last_chunk INTEGER NOT NULL,
    min_start INTEGER NOT NULL,
    max_start INTEGER NOT NULL,
    max_duration INTEGER NOT NULL,
    filter BLOB NOT NULL
  ) STRICT;

  -- The primary key is the link as its holder has it, the index the same from the other end. No foreign keys: targets
  -- arrive late or never.
  CREATE TABLE link (
    source_trace INTEGER NOT NULL,
    source_span INTEGER NOT NULL,
    position INTEGER NOT NULL,
    target_trace INTEGER NOT NULL,
    target_span INTEGER NOT NULL,
    relation TEXT,
    PRIMARY KEY (source_trace, source_span, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX link_by_target ON link (target_trace, target_span);

  CREATE TABLE operation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    service TEXT NOT NULL,
    name TEXT NOT NULL,
    kind INTEGER NOT NULL,
    span_count INTEGER NOT NULL DEFAULT 0,
    UNIQUE (service, name, kind)
  ) STRICT;

  CREATE TABLE resource (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,
    body BLOB NOT NULL,
    span_count INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE scope (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,
    body BLOB NOT NULL,
    span_count INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  -- Spans by the minute they started in.
  CREATE TABLE rollup (
    minute INTEGER NOT NULL,
    operation INTEGER NOT NULL,
    status INTEGER NOT NULL,
    span_count INTEGER NOT NULL,
    root_count INTEGER NOT NULL,
    duration_sum REAL NOT NULL,
    -- Of milliseconds, so that the squares of hours keep their digits.
    duration_squares REAL NOT NULL,
    durations BLOB NOT NULL,
    PRIMARY KEY (minute, operation, status)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE error_message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    text TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE error_rollup (
    minute INTEGER NOT NULL,
    operation INTEGER NOT NULL,
    message INTEGER NOT NULL,
    span_count INTEGER NOT NULL,
    -- The latest.
    example_trace INTEGER NOT NULL,
    example_span INTEGER NOT NULL,
    PRIMARY KEY (minute, operation, message)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX error_rollup_message ON error_rollup (message);

  CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // Blocks that are there stay as they are, each with its own filter; only newer ones are grouped.
  `
  -- A number of blocks that follow each other, and what a search may skip of all of them.
  CREATE TABLE block_group (
    first_chunk INTEGER PRIMARY KEY,
    last_chunk INTEGER NOT NULL,
    min_start INTEGER NOT NULL,
    max_start INTEGER NOT NULL,
    max_duration INTEGER NOT NULL,
    -- The columns of its blocks, 8 bytes each, little-endian.
    blocks BLOB NOT NULL
  ) STRICT;

  -- Their filters turned on their side: for each bit of a filter that bit of every block.
  CREATE TABLE filter_slice (
    block_group INTEGER NOT NULL,
    slice INTEGER NOT NULL,
    bits BLOB NOT NULL,
    PRIMARY KEY (block_group, slice)
  ) STRICT, WITHOUT ROWID;
  `,
]

/** Brings a file of version `from` to {@link schemaVersion}, each step wholly or, when it throws and the file is closed, not at all. */
export function migrate(database: DatabaseSync, from: number, steps = migrations): void {
  for (const [version, step] of steps.entries()) {
    if (version < from) continue
    database.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${version + 1}; COMMIT;`)
  }
}
