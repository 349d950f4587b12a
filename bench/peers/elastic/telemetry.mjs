import '@elastic/opentelemetry-node'
