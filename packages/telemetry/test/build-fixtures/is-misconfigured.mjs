const [, , index, config] = process.argv
const { startTelemetry, TelemetryConfigError } = await import(index)
const { TelemetryConfigError: same } = await import(config)
try {
  startTelemetry({ env: { OTEL_TRACES_SAMPLER: 'sometimes' } })
} catch (error) {
  console.log(
    JSON.stringify({
      classes: [TelemetryConfigError, same].map((each) => error instanceof each),
      stack: error.stack,
    }),
  )
}
