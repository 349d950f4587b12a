require('@hyperdx/node-opentelemetry/build/src/tracing')
