import { createServer } from 'node:http'
import { createOtlpReceiver, plainValue } from '@linked-traces/otlp-receiver'

const receiver = createOtlpReceiver({
  sink: {
    traces({ resourceSpans }) {
      const spans = resourceSpans.flatMap((it) => it.scopeSpans).flatMap((it) => it.spans)
      for (const { name, traceId, links } of spans) {
        console.log(`${name} in trace ${traceId}`)
        for (const link of links) {
          const relation = link.attributes.find(({ key }) => key === 'linked_traces.relation')
          console.log(`  linked to trace ${link.traceId}: ${relation && plainValue(relation.value)}`)
        }
      }
    },
  },
})

const server = createServer((request, response) => {
  if (receiver.handles(request)) receiver(request, response)
  else response.writeHead(404).end()
})
server.listen(4318, '127.0.0.1')
