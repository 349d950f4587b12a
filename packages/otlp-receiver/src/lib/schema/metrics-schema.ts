import { message } from './message-schema.ts'
import { resourceSchema, scopeSchema } from './resource-schema.ts'

const exemplar = message({
  filteredAttributes: [7, 'keyValue', 'repeated'],
  timeUnixNano: [2, 'fixed64'],
  asDouble: [3, 'double'],
  asInt: [6, 'sfixed64'],
  spanId: [4, 'id'],
  traceId: [5, 'id'],
})

const numberDataPoint = message(
  {
    attributes: [7, 'keyValue', 'repeated'],
    startTimeUnixNano: [2, 'fixed64'],
    timeUnixNano: [3, 'fixed64'],
    asDouble: [4, 'double'],
    asInt: [6, 'sfixed64'],
    exemplars: [5, exemplar, 'repeated'],
    flags: [8, 'uint32'],
  },
  true,
)

const histogramDataPoint = message(
  {
    attributes: [9, 'keyValue', 'repeated'],
    startTimeUnixNano: [2, 'fixed64'],
    timeUnixNano: [3, 'fixed64'],
    count: [4, 'fixed64'],
    sum: [5, 'double'],
    bucketCounts: [6, 'fixed64', 'repeated'],
    explicitBounds: [7, 'double', 'repeated'],
    exemplars: [8, exemplar, 'repeated'],
    flags: [10, 'uint32'],
    min: [11, 'double'],
    max: [12, 'double'],
  },
  true,
)

const buckets = message({ offset: [1, 'sint32'], bucketCounts: [2, 'uint64', 'repeated'] })

const exponentialHistogramDataPoint = message(
  {
    attributes: [1, 'keyValue', 'repeated'],
    startTimeUnixNano: [2, 'fixed64'],
    timeUnixNano: [3, 'fixed64'],
    count: [4, 'fixed64'],
    sum: [5, 'double'],
    scale: [6, 'sint32'],
    zeroCount: [7, 'fixed64'],
    positive: [8, buckets],
    negative: [9, buckets],
    flags: [10, 'uint32'],
    exemplars: [11, exemplar, 'repeated'],
    min: [12, 'double'],
    max: [13, 'double'],
    zeroThreshold: [14, 'double'],
  },
  true,
)

const summaryDataPoint = message(
  {
    attributes: [7, 'keyValue', 'repeated'],
    startTimeUnixNano: [2, 'fixed64'],
    timeUnixNano: [3, 'fixed64'],
    count: [4, 'fixed64'],
    sum: [5, 'double'],
    quantileValues: [6, message({ quantile: [1, 'double'], value: [2, 'double'] }), 'repeated'],
    flags: [8, 'uint32'],
  },
  true,
)

const metric = message({
  name: [1, 'string'],
  description: [2, 'string'],
  unit: [3, 'string'],
  gauge: [5, message({ dataPoints: [1, numberDataPoint, 'repeated'] })],
  sum: [
    7,
    message({
      dataPoints: [1, numberDataPoint, 'repeated'],
      aggregationTemporality: [2, 'int32'],
      isMonotonic: [3, 'bool'],
    }),
  ],
  histogram: [
    9,
    message({ dataPoints: [1, histogramDataPoint, 'repeated'], aggregationTemporality: [2, 'int32'] }),
  ],
  exponentialHistogram: [
    10,
    message({
      dataPoints: [1, exponentialHistogramDataPoint, 'repeated'],
      aggregationTemporality: [2, 'int32'],
    }),
  ],
  summary: [11, message({ dataPoints: [1, summaryDataPoint, 'repeated'] })],
  metadata: [12, 'keyValue', 'repeated'],
})

const scopeMetrics = message({
  scope: [1, scopeSchema],
  metrics: [2, metric, 'repeated'],
  schemaUrl: [3, 'string'],
})

const resourceMetrics = message({
  resource: [1, resourceSchema],
  scopeMetrics: [2, scopeMetrics, 'repeated'],
  schemaUrl: [3, 'string'],
})

/** opentelemetry/proto/collector/metrics/v1/metrics_service.proto, `ExportMetricsServiceRequest` */
export const exportMetricsSchema = message({ resourceMetrics: [1, resourceMetrics, 'repeated'] })
