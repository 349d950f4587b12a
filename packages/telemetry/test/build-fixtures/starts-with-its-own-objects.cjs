const { trace } = require('@opentelemetry/api')
const { startTelemetry } = require(process.argv[2])

// Objects of no class that the package could know.
const seen = { sampled: [], started: [], ended: [], enabled: 0, providers: 0 }
const telemetry = startTelemetry({
  sampler: {
    shouldSample(_context, _traceId, name) {
      seen.sampled.push(name)
      return { decision: name === 'left out' ? 0 : 2 }
    },
    toString: () => 'own',
  },
  spanProcessors: [
    {
      onStart: (span) => seen.started.push(span.name),
      onEnd: (span) => seen.ended.push(span.name),
      forceFlush: async () => {},
      shutdown: async () => {},
    },
  ],
  instrumentations: [
    {
      instrumentationName: 'own',
      instrumentationVersion: '1',
      enable: () => seen.enabled++,
      disable() {},
      setTracerProvider: () => seen.providers++,
      setMeterProvider() {},
      setConfig() {},
      getConfig: () => ({}),
    },
  ],
})
for (const name of ['kept', 'left out']) trace.getTracer('test').startSpan(name).end()
telemetry.shutdown().then(() => console.log(JSON.stringify(seen)))
