import { message } from './message-schema.ts'
import { resourceSchema, scopeSchema } from './resource-schema.ts'

const logRecord = message(
  {
    timeUnixNano: [1, 'fixed64'],
    observedTimeUnixNano: [11, 'fixed64'],
    severityNumber: [2, 'int32'],
    severityText: [3, 'string'],
    body: [5, 'anyValue'],
    attributes: [6, 'keyValue', 'repeated'],
    droppedAttributesCount: [7, 'uint32'],
    flags: [8, 'fixed32'],
    traceId: [9, 'id'],
    spanId: [10, 'id'],
    eventName: [12, 'string'],
  },
  true,
)

const scopeLogs = message({
  scope: [1, scopeSchema],
  logRecords: [2, logRecord, 'repeated'],
  schemaUrl: [3, 'string'],
})

const resourceLogs = message({
  resource: [1, resourceSchema],
  scopeLogs: [2, scopeLogs, 'repeated'],
  schemaUrl: [3, 'string'],
})

/** opentelemetry/proto/collector/logs/v1/logs_service.proto, `ExportLogsServiceRequest` */
export const exportLogsSchema = message({ resourceLogs: [1, resourceLogs, 'repeated'] })
