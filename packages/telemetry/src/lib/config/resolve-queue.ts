import type { SettingsReader } from './settings-reader.ts'
import { queueSettings, spoolSettings } from './span-settings.ts'
import type { QueueConfig, TelemetryConfig } from './telemetry-config.ts'

/** Where spans wait: in memory, and on disk if there is a folder for it. */
export function resolveQueue(reader: SettingsReader): Pick<TelemetryConfig, 'queue' | 'spool'> {
  return { queue: resolveMemory(reader), ...resolveSpool(reader) }
}

function resolveMemory(reader: SettingsReader): QueueConfig {
  const maxQueueSize = reader.read(queueSettings.maxQueueSize)
  const given = reader.find(queueSettings.maxExportBatchSize)
  const batchSize = reader.read(queueSettings.maxExportBatchSize)
  if (given && batchSize > maxQueueSize) {
    reader.refuse({
      key: given.key,
      expected: `at most ${reader.key(queueSettings.maxQueueSize)}, which is ${maxQueueSize}`,
      received: String(batchSize),
      cure: 'Make the batch smaller or the queue larger.',
    })
  }
  return {
    maxQueueSize,
    maxQueueBytes: reader.read(queueSettings.maxQueueBytes),
    maxExportBatchSize: Math.min(batchSize, maxQueueSize),
    scheduledDelayMillis: reader.read(queueSettings.scheduledDelayMillis),
    exportTimeoutMillis: reader.read(queueSettings.exportTimeoutMillis),
  }
}

function resolveSpool(reader: SettingsReader): Pick<TelemetryConfig, 'spool'> {
  const path = reader.read(spoolSettings.path)
  const maxBytes = reader.read(spoolSettings.maxBytes)
  return path === undefined ? {} : { spool: { path, maxBytes } }
}
